"""Means of the distributions: of a whole duration, and of what is left of one under way.

The mean of what is left at age ``a`` is the integral of the survival function from ``a`` to the
cap, divided by the survival at ``a`` (mean residual life).
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from analytics.remember import by_identity
from analytics.simulation import distributions
from analytics.simulation.distributions import (
    DETERMINISTIC,
    EMPIRICAL,
    EXPONENTIAL,
    GAMMA,
    LOGNORMAL,
)
from analytics.simulation.incomplete_gamma import gamma_above

Records = npt.NDArray[np.void]
Curve = npt.NDArray[np.float64]
"""Points of the empirical distributions, as in ``distributions``."""

_NODES = 240


def survival(row: Any, curve: Curve, x: float) -> float:
    """Probability that a draw of a row of ``DIST_C``, before its cap, exceeds ``x``."""
    kind, a, b = int(row["kind"]), float(row["a"]), float(row["b"])
    if kind == DETERMINISTIC:
        return 1.0 if x < a else 0.0
    if kind == EMPIRICAL:
        return float(1.0 - distributions.cdf(_record(row), curve, x))
    if x <= 0.0:
        return 1.0
    if kind == EXPONENTIAL:
        return math.exp(-x / a)
    if kind == LOGNORMAL:
        return 0.5 * math.erfc((math.log(x) - a) / (b * math.sqrt(2.0)))
    if kind == GAMMA:
        return float(gamma_above(b, x / a))
    return math.exp(-((x / a) ** b))


def mean_residual(row: Any, curve: Curve, age: float) -> float:
    """Expected remaining value of a variate that is known to exceed ``age``.

    Parameters
    ----------
    row
        A row of ``DIST_C``.
    curve
        Points of the empirical distributions.
    age
        In the unit of the row, at least 0.

    Returns
    -------
    float
        The mean for age 0; 0 at and beyond the cap, where nothing can be left.
    """
    cap = float(row["cap"])
    alive = survival(row, curve, age)
    if age >= cap or alive <= 0.0:
        return 0.0
    kind, a = int(row["kind"]), float(row["a"])
    if kind == DETERMINISTIC:
        return min(a, cap) - age
    if kind == EXPONENTIAL:
        return a * -math.expm1(-(cap - age) / a)
    if kind == LOGNORMAL:
        return max((_lognormal_above(row, curve, age, cap) / alive) - age, 0.0)
    if kind == GAMMA:
        return max(_gamma_above(row, age, cap) / alive - age, 0.0)
    if kind == EMPIRICAL:
        return max(_empirical_above(row, curve, age, cap) / alive - age, 0.0)
    return _weibull_tail(row, age, cap) / alive


@by_identity()
def dist_rows(dist: Records) -> list[dict[str, Any]]:
    """Rows of ``DIST_C`` as Python values by name, which are read ten times as fast."""
    names = dist.dtype.names or ()
    found = [dict(zip(names, row, strict=True)) for row in dist.tolist()]
    for row, record in zip(found, dist.view(np.recarray), strict=True):
        row["record"] = record
    return found


def _record(row: Any) -> Any:
    """A row with attributes, which rules read when they run as plain Python."""
    if isinstance(row, dict):
        return row["record"]
    return row if isinstance(row, np.record) else np.array([row]).view(np.recarray)[0]


def _gamma_above(row: Any, age: float, cap: float) -> float:
    """Mean of the capped variate, counted where it exceeds ``age``.

    ``x`` times the density of shape k is k times the scale times that of shape k + 1.
    """
    scale, shape = float(row["a"]), float(row["b"])
    whole = scale * shape * gamma_above(shape + 1.0, age / scale)
    if math.isinf(cap):
        return float(whole)
    beyond = scale * shape * gamma_above(shape + 1.0, cap / scale)
    return float(whole - beyond + cap * gamma_above(shape, cap / scale))


def _empirical_above(row: Any, curve: Curve, age: float, cap: float) -> float:
    """Mean of the capped variate, counted where it exceeds ``age``: the area under the quantiles.

    Each piece of the quantile function is straight, so that its middle is its mean.
    """
    first, count = int(row["a"]), int(row["b"])
    # the function bends at the points, at the age and at the cap
    record = _record(row)
    bends = {float(distributions.cdf(record, curve, at)) for at in (age, cap) if at < math.inf}
    shares = np.unique([*curve[first + count : first + 2 * count], *bends])
    below = float(distributions.cdf(record, curve, age))
    middles = (shares[1:] + shares[:-1]) / 2.0
    values = np.array([distributions.ppf(record, curve, float(middle)) for middle in middles])
    inside = shares[:-1] >= below
    return float(np.sum((values * np.diff(shares))[inside]))


def _lognormal_above(row: Any, curve: Curve, age: float, cap: float) -> float:
    """Mean of the capped variate, counted where it exceeds ``age``: a partial expectation."""
    mu, sigma = float(row["a"]), float(row["b"])
    mean = math.exp(mu + sigma * sigma / 2.0)

    def beyond(x: float) -> float:
        if x <= 0.0:
            return mean
        if math.isinf(x):
            return 0.0
        return mean * 0.5 * math.erfc(((math.log(x) - mu) / sigma - sigma) / math.sqrt(2.0))

    at_cap = 0.0 if math.isinf(cap) else cap * survival(row, curve, cap)
    return beyond(age) - beyond(cap) + at_cap


def _weibull_tail(row: Any, start: float, end: float) -> float:
    """Integral of the survival function from ``start`` to ``end``."""
    scale, shape = float(row["a"]), float(row["b"])
    upper = end
    if math.isinf(end):
        # Where fewer than one in 1e13 of those at ``start`` arrive, the tail is negligible.
        upper = scale * ((max(start, 0.0) / scale) ** shape + 30.0) ** (1.0 / shape)
    # x = start + span * t^6 crowds the nodes where the survival function bends.
    nodes, weights = _legendre()
    span = upper - start
    heights = np.exp(-(((start + span * nodes**6) / scale) ** shape))
    return float(np.sum(heights * weights * 6.0 * nodes**5) * span)


@lru_cache(maxsize=1)
def _legendre() -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    return (nodes + 1.0) / 2.0, weights / 2.0
