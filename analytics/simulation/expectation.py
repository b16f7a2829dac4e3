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

from analytics.simulation.distributions import DETERMINISTIC, EXPONENTIAL, LOGNORMAL

_NODES = 240


def survival(row: Any, x: float) -> float:
    """Probability that a draw of a row of ``DIST_C``, before its cap, exceeds ``x``."""
    kind, a, b = int(row["kind"]), float(row["a"]), float(row["b"])
    if kind == DETERMINISTIC:
        return 1.0 if x < a else 0.0
    if x <= 0.0:
        return 1.0
    if kind == EXPONENTIAL:
        return math.exp(-x / a)
    if kind == LOGNORMAL:
        return 0.5 * math.erfc((math.log(x) - a) / (b * math.sqrt(2.0)))
    return math.exp(-((x / a) ** b))


def mean_residual(row: Any, age: float) -> float:
    """Expected remaining value of a variate that is known to exceed ``age``.

    Parameters
    ----------
    row
        A row of ``DIST_C``.
    age
        In the unit of the row, at least 0.

    Returns
    -------
    float
        The mean for age 0; 0 at and beyond the cap, where nothing can be left.
    """
    cap = float(row["cap"])
    alive = survival(row, age)
    if age >= cap or alive <= 0.0:
        return 0.0
    kind, a = int(row["kind"]), float(row["a"])
    if kind == DETERMINISTIC:
        return min(a, cap) - age
    if kind == EXPONENTIAL:
        return a * -math.expm1(-(cap - age) / a)
    return _tail(row, age, cap) / alive


def _tail(row: Any, start: float, end: float) -> float:
    """Integral of the survival function from ``start`` to ``end``, on a logarithmic scale."""
    # The tail of every distribution here is negligible where fewer than one in 1e13 reach.
    upper = end
    if math.isinf(end):
        upper = max(start, float(row["a"]) if int(row["kind"]) != LOGNORMAL else 1.0) * 2.0 + 1e-9
        while survival(row, upper) > 1e-13 * survival(row, start):
            upper *= 2.0
    # x = start + span * t^6 crowds the nodes where the survival function bends.
    nodes, weights = _legendre()
    span = upper - start
    x = start + span * nodes**6
    heights = np.array([survival(row, float(value)) for value in x])
    return float(np.sum(heights * weights * 6.0 * nodes**5) * span)


@lru_cache(maxsize=1)
def _legendre() -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    return (nodes + 1.0) / 2.0, weights / 2.0
