"""When a study has run often enough: the sequential rule of its target half-width."""

from __future__ import annotations

import math
from collections.abc import Iterable

from analytics.statistics import LEVEL, mean_interval

FIRST = 10
"""Observations at least before an interval is believed: fewer stop too early by chance."""
_GROWTH = 2.0
"""The observations grow at most by so much from look to look."""


def half_width(values: Iterable[float], level: float = LEVEL) -> float:
    """Half-width of the mean's t interval; infinite below ``FIRST`` observations."""
    sample = list(values)
    if len(sample) < FIRST:
        return math.inf
    return mean_interval(sample, level).half_width


def observations_next(count: int, widest: float, target: float, most: int) -> int:
    """How many observations to have at the next look; ``count`` itself: stop.

    The sequential procedure of Chow and Robbins (1965) as Law (2015, 9.4.1) gives it: look at the
    half-width, stop once it is at most the target, else go on. The half-width falls with the root
    of the observations, so that the next look is where the target should be met, at most twice as
    far.

    Parameters
    ----------
    count
        Observations so far.
    widest
        The largest half-width of all means that must be sharp enough.
    target
        In the unit of the figure, above 0.
    most
        Never more observations than these.
    """
    if count >= most or (count >= FIRST and widest <= target):
        return count
    if count < FIRST or math.isinf(widest):
        return min(FIRST, most) if count < FIRST else min(math.ceil(count * _GROWTH), most)
    needed = math.ceil(count * (widest / target) ** 2)
    return min(max(needed, count + 1), math.ceil(count * _GROWTH), most)
