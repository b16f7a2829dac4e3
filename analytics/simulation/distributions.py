"""Distributions by inversion: one uniform per variate, each with ppf and cdf.

Rows of ``layout.DIST_C``: deterministic; exponential (a = mean); log-normal (a = mu, b = sigma);
Weibull (a = scale, b = shape); gamma (a = scale, b = shape); empirical (a = first point, b = number
of points). ``cap`` cuts a draw. The normal quantile is algorithm AS 241, PPND16 (Wichura 1988),
accurate to about 1e-16; gamma quantiles are those of ``incomplete_gamma``.

An empirical row stands in ``curve``: its points in ascending order, then as many probabilities,
from 0 at the first point to 1 at the last. Between two points the quantile function is a straight
line (Law 2015, Simulation Modeling and Analysis, 6.2.4 and 8.3.16).
"""

from __future__ import annotations

import math
from typing import Any

from analytics.simulation.cache import rule
from analytics.simulation.incomplete_gamma import gamma_below, gamma_quantile

DETERMINISTIC = 0
EXPONENTIAL = 1
LOGNORMAL = 2
WEIBULL = 3
GAMMA = 4
EMPIRICAL = 5


@rule
def normal_ppf(p: float) -> float:
    """Quantile of the standard normal distribution."""
    q = p - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        return (
            q
            * (
                (
                    (
                        (
                            (
                                (
                                    (2.5090809287301226727e3 * r + 3.3430575583588128105e4) * r
                                    + 6.7265770927008700853e4
                                )
                                * r
                                + 4.5921953931549871457e4
                            )
                            * r
                            + 1.3731693765509461125e4
                        )
                        * r
                        + 1.9715909503065514427e3
                    )
                    * r
                    + 1.3314166789178437745e2
                )
                * r
                + 3.3871328727963666080e0
            )
            / (
                (
                    (
                        (
                            (
                                (
                                    (5.2264952788528545610e3 * r + 2.8729085735721942674e4) * r
                                    + 3.9307895800092710610e4
                                )
                                * r
                                + 2.1213794301586595867e4
                            )
                            * r
                            + 5.3941960214247511077e3
                        )
                        * r
                        + 6.8718700749205790830e2
                    )
                    * r
                    + 4.2313330701600911252e1
                )
                * r
                + 1.0
            )
        )
    r = p if q < 0.0 else 1.0 - p
    r = math.sqrt(-math.log(r))
    if r <= 5.0:
        r -= 1.6
        value = (
            (
                (
                    (
                        (
                            (
                                (7.74545014278341407640e-4 * r + 2.27238449892691845833e-2) * r
                                + 2.41780725177450611770e-1
                            )
                            * r
                            + 1.27045825245236838258e0
                        )
                        * r
                        + 3.64784832476320460504e0
                    )
                    * r
                    + 5.76949722146069140550e0
                )
                * r
                + 4.63033784615654529590e0
            )
            * r
            + 1.42343711074968357734e0
        ) / (
            (
                (
                    (
                        (
                            (
                                (1.05075007164441684324e-9 * r + 5.47593808499534494600e-4) * r
                                + 1.51986665636164571966e-2
                            )
                            * r
                            + 1.48103976427480074590e-1
                        )
                        * r
                        + 6.89767334985100004550e-1
                    )
                    * r
                    + 1.67638483018380384940e0
                )
                * r
                + 2.05319162663775882187e0
            )
            * r
            + 1.0
        )
    else:
        r -= 5.0
        value = (
            (
                (
                    (
                        (
                            (
                                (2.01033439929228813265e-7 * r + 2.71155556874348757815e-5) * r
                                + 1.24266094738807843860e-3
                            )
                            * r
                            + 2.65321895265761230930e-2
                        )
                        * r
                        + 2.96560571828504891230e-1
                    )
                    * r
                    + 1.78482653991729133580e0
                )
                * r
                + 5.46378491116411436990e0
            )
            * r
            + 6.65790464350110377720e0
        ) / (
            (
                (
                    (
                        (
                            (
                                (2.04426310338993978564e-15 * r + 1.42151175831644588870e-7) * r
                                + 1.84631831751005468180e-5
                            )
                            * r
                            + 7.86869131145613259100e-4
                        )
                        * r
                        + 1.48753612908506148525e-2
                    )
                    * r
                    + 1.36929880922735805310e-1
                )
                * r
                + 5.99832206555887937690e-1
            )
            * r
            + 1.0
        )
    return -value if q < 0.0 else value


@rule
def _empirical_ppf(row: Any, curve: Any, u: float) -> float:
    """The point at ``u`` on the line between the points that ``u`` lies between."""
    count = int(row.b)
    first = int(row.a)
    low = first + count  # among the probabilities
    high = low + count - 1
    while high - low > 1:
        middle = (low + high) // 2
        if curve[middle] <= u:
            low = middle
        else:
            high = middle
    share = (u - curve[low]) / (curve[high] - curve[low])
    start = curve[low - count]
    return float(start + share * (curve[high - count] - start))


@rule
def _empirical_cdf(row: Any, curve: Any, x: float) -> float:
    """The probability at ``x``; the last one where points are equal."""
    count = int(row.b)
    first = int(row.a)
    if x < curve[first]:
        return 0.0
    if x >= curve[first + count - 1]:
        return 1.0
    low = first
    high = first + count - 1
    while high - low > 1:
        middle = (low + high) // 2
        if curve[middle] <= x:
            low = middle
        else:
            high = middle
    share = (x - curve[low]) / (curve[high] - curve[low])
    start = curve[low + count]
    return float(start + share * (curve[high + count] - start))


@rule
def ppf(row: Any, curve: Any, u: float) -> float:
    """Quantile of a row of ``DIST_C`` at ``u``, 0 < u < 1, cut at the row's cap."""
    if row.kind == EXPONENTIAL:
        value = -row.a * math.log1p(-u)
    elif row.kind == LOGNORMAL:
        value = math.exp(row.a + row.b * normal_ppf(u))
    elif row.kind == WEIBULL:
        value = row.a * (-math.log1p(-u)) ** (1.0 / row.b)
    elif row.kind == GAMMA:
        value = row.a * gamma_quantile(row.b, u)
    elif row.kind == EMPIRICAL:
        value = _empirical_ppf(row, curve, u)
    else:
        value = row.a
    return float(min(value, row.cap))


@rule
def cdf(row: Any, curve: Any, x: float) -> float:
    """Probability that a draw before the cap is at most ``x``."""
    if row.kind == EMPIRICAL:
        return _empirical_cdf(row, curve, x)
    if x <= 0.0:
        return 0.0
    if row.kind == EXPONENTIAL:
        return -math.expm1(-x / row.a)
    if row.kind == LOGNORMAL:
        return 0.5 * math.erfc(-(math.log(x) - row.a) / (row.b * math.sqrt(2.0)))
    if row.kind == WEIBULL:
        return -math.expm1(-((x / row.a) ** row.b))
    if row.kind == GAMMA:
        return gamma_below(row.b, x / row.a)
    return 1.0 if x >= row.a else 0.0


@rule
def residual(row: Any, curve: Any, age: float, u: float) -> float:
    """Remaining value of a variate known to exceed ``age``, at the conditional quantile ``u``."""
    below = cdf(row, curve, age)
    if below >= 1.0:
        return 0.0
    share = below + u * (1.0 - below)
    if share >= 1.0:  # rounded up: nothing a float can tell from the end
        share = 1.0 - 2.0**-53
    return max(ppf(row, curve, share) - age, 0.0)
