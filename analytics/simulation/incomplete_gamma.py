"""The regularised incomplete gamma functions P and Q = 1 - P, and their inverse.

Below ``x = a + 1`` the power series of P is summed (Abramowitz and Stegun 1964, 6.5.29), above it
the continued fraction of Q is evaluated by the method of Lentz (Press et al. 2007, Numerical
Recipes, 6.2). The factor ``x^a exp(-x) / Gamma(a)`` of both is taken in the form of Temme (1994)
where ``a`` is large, since its logarithm would cancel. The inverse is a Newton iteration on the
logarithm of the smaller of P and Q, kept inside a bracket (ibid., 6.2.1 and 9.4).
"""

from __future__ import annotations

import math

from analytics.simulation.cache import rule

_TINY = 1e-300
_EPSILON = 1e-16
_TERMS = 200_000
"""Terms of the series; some ten times the root of the shape are needed."""


@rule
def gamma_density_x(a: float, x: float) -> float:
    """``x`` times the density at ``x`` of a gamma variate of shape ``a`` and scale 1."""
    if a < 20.0:
        return math.exp(a * math.log(x) - x - math.lgamma(a))
    mu = (x - a) / a
    if abs(mu) < 0.1:
        # mu - log(1 + mu) without the loss of digits: its series
        term = mu * mu
        bend = 0.0
        power = term
        for n in range(2, 24):
            bend += power / n if n % 2 == 0 else -power / n
            power *= mu
    else:
        bend = mu - math.log1p(mu)
    # the series of Stirling for log Gamma*(a)
    r = 1.0 / (a * a)
    correction = (
        1.0 / 12.0 - r * (1.0 / 360.0 - r * (1.0 / 1260.0 - r * (1.0 / 1680.0 - r / 1188.0)))
    ) / a
    return math.sqrt(a / (2.0 * math.pi)) * math.exp(-a * bend - correction)


@rule
def _series_below(a: float, x: float) -> float:
    """P(a, x) for 0 < x < a + 1."""
    term = 1.0 / a
    total = term
    n = a
    for _ in range(_TERMS):
        n += 1.0
        term *= x / n
        total += term
        if term < total * _EPSILON:
            break
    return total * gamma_density_x(a, x)


@rule
def _fraction_above(a: float, x: float) -> float:
    """Q(a, x) for x >= a + 1."""
    b = x + 1.0 - a
    c = 1.0 / _TINY
    d = 1.0 / b
    h = d
    for n in range(1, _TERMS):
        numerator = -n * (n - a)
        b += 2.0
        d = numerator * d + b
        if abs(d) < _TINY:
            d = _TINY
        c = b + numerator / c
        if abs(c) < _TINY:
            c = _TINY
        d = 1.0 / d
        factor = d * c
        h *= factor
        if abs(factor - 1.0) < _EPSILON:
            break
    return h * gamma_density_x(a, x)


@rule
def gamma_below(a: float, x: float) -> float:
    """P(a, x): probability that a gamma variate of shape ``a`` and scale 1 is at most ``x``."""
    if x <= 0.0:
        return 0.0
    if x < a + 1.0:
        return _series_below(a, x)
    return 1.0 - _fraction_above(a, x)


@rule
def gamma_above(a: float, x: float) -> float:
    """Q(a, x): probability that a gamma variate of shape ``a`` and scale 1 exceeds ``x``."""
    if x <= 0.0:
        return 1.0
    if x < a + 1.0:
        return 1.0 - _series_below(a, x)
    return _fraction_above(a, x)


@rule
def gamma_quantile(a: float, u: float) -> float:
    """``x`` with P(a, x) = ``u``, 0 < u < 1; 0 where it is below the smallest number.

    The lower half is solved as log P = log u over log x, where log P is nearly straight, the upper
    half as log Q = log(1 - u) over x.
    """
    lower = u <= gamma_below(a, a)
    if lower:
        # P(a, x) <= x^a / Gamma(a + 1): a bound from below
        low = (math.log(u) + math.lgamma(a + 1.0)) / a
        if low < -700.0:
            return 0.0
        high = math.log(a)
        target = math.log(u)
        y = low
    else:
        low = a
        high = a + 10.0 * math.sqrt(a) + 800.0
        target = math.log1p(-u)
        y = a + math.sqrt(a)
    for _ in range(200):
        if lower:
            x = math.exp(y)
            p = gamma_below(a, x)
            error = math.log(max(p, _TINY)) - target
            slope = gamma_density_x(a, x) / max(p, _TINY)
        else:
            q = gamma_above(a, y)
            error = target - math.log(max(q, _TINY))
            slope = gamma_density_x(a, y) / y / max(q, _TINY)
        if error < 0.0:
            low = y
        else:
            high = y
        step = 0.5 * (low + high)
        if slope > 0.0:
            newton = error / slope
            # the error squares with each step: after this one only rounding is left
            if abs(newton) <= 1e-9 * max(1.0, abs(y)):
                y -= newton
                break
            if low < y - newton < high:
                step = y - newton
        y = step
        if high - low <= 1e-15 * max(1.0, abs(y)):
            break
    return math.exp(y) if lower else y
