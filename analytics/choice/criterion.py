"""What a choice goes by: the mean cost, or that of the worst runs; how responses differ in it.

Both are means of one number for each observation: of the cost itself, or of ``q + (X - q)+ / (1 -
p)``, whose mean is the CVaR (see ``analytics.risk.cvar_interval``). So responses that met the same
draws are compared observation by observation under either, and the noise that they share cancels.
"""

from __future__ import annotations

import math

import numpy as np

from analytics.answer import Context, Criterion, Figures
from analytics.statistics import LEVEL, Interval, mean_interval, paired_difference, quantile

TAIL = 0.9
"""Probability of the CVaR: the worst tenth of the runs counts."""
FEWEST_IN_TAIL = 5.0
"""Observations in the tail below which there is no interval: it would be too short."""

WORDS: dict[Criterion, str] = {"mean": "", "cvar": " in the worst tenth of the runs"}
"""What stands behind money that is counted so."""


def scores(cost: list[float], choose_by: Criterion) -> list[float]:
    """One number for each observation, whose mean is what the choice goes by.

    Parameters
    ----------
    cost
        Money of each observation.
    choose_by
        The criterion.
    """
    if choose_by == "mean" or not cost:
        return cost
    edge = quantile(cost, TAIL)
    share = 1.0 - TAIL
    return [edge + max(one - edge, 0.0) / share for one in cost]


def score(figures: Figures, context: Context, response: str, level: float = LEVEL) -> Interval:
    """What the choice goes by, of one response, with its t interval.

    Raises
    ------
    ValueError
        When the response was not run.
    """
    found = scores(figures.defined(response, "cost"), context.choose_by)
    return bounded(mean_interval(found, level), context.choose_by)


def saving(
    figures: Figures, context: Context, against: str, response: str, level: float = LEVEL
) -> Interval:
    """What a response saves against another by the criterion, paired.

    Of the CVaR the bounds are NaN where fewer than ``FEWEST_IN_TAIL`` observations lie in the tail.

    Raises
    ------
    ValueError
        When one of them was not run.
    """
    if context.choose_by == "mean":
        return figures.paired(against, response, "cost", level)
    return saved(figures.defined(against, "cost"), figures.defined(response, "cost"), "cvar", level)


def saved(
    theirs: list[float], mine: list[float], choose_by: Criterion, level: float = LEVEL
) -> Interval:
    """``saving`` of costs observation by observation.

    Raises
    ------
    ValueError
        When the samples differ in length or are empty.
    """
    found = paired_difference(scores(theirs, choose_by), scores(mine, choose_by), level)
    return bounded(found, choose_by)


def share_saved(
    figures: Figures, context: Context, against: str, response: str, level: float = LEVEL
) -> Interval:
    """What a response saves, as a share of what the other costs.

    A ratio of means: its error is that of ``saving - ratio * cost`` over the mean cost (Cochran
    1977, Sampling Techniques, 6.4).

    Returns
    -------
    Interval
        Of the share; NaN where the other costs nothing.
    """
    theirs, mine = (
        np.asarray(scores(figures.defined(one, "cost"), context.choose_by))
        for one in (against, response)
    )
    whole = math.fsum(theirs) / theirs.size
    if whole <= 0.0:
        return Interval(math.nan, math.nan, math.nan, int(theirs.size))
    ratio = math.fsum(theirs - mine) / theirs.size / whole
    rest = bounded(
        mean_interval((theirs - mine - ratio * theirs) / whole, level), context.choose_by
    )
    return Interval(ratio, ratio + rest.low, ratio + rest.high, rest.count)


def bounded(interval: Interval, choose_by: Criterion) -> Interval:
    """The interval of a mean of scores; without bounds where the tail holds too little."""
    few = interval.count * (1.0 - TAIL) < FEWEST_IN_TAIL - 1e-9
    if choose_by == "cvar" and few:
        return Interval(interval.estimate, math.nan, math.nan, interval.count)
    return interval
