"""Warm-up of a steady-state run: where to cut it, and the mean of what is left."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from analytics.statistics import LEVEL, Interval, Values, mean_interval
from twins.errors import TwinfedError

BATCH = 5
"""Observations of a batch of MSER-5."""
_BATCH_MEANS = 20
"""Batches of the interval of one long run."""


class WarmUpError(TwinfedError, ValueError):
    """The run is too short, or still drifting: no warm-up can be told from the rest."""


@dataclass(frozen=True)
class WarmUp:
    """Where the warm-up of a run ends.

    Parameters
    ----------
    cut
        Observations to leave out; a multiple of the batch.
    statistic
        The least marginal standard error, squared: what the cut was chosen by.
    """

    cut: int
    statistic: float


def mser5(values: Values) -> WarmUp:
    """Warm-up by the marginal standard error rule on batches of five observations.

    Of all cuts ``d``, the one that minimises the squared half-width of the mean of what is left:
    ``sum((y_i - mean)^2) / (n - d)^2`` over the batch means ``y_i``, ``i > d`` (White 1997,
    Simulation 69(6):323-334; White, Cobb and Spratt 2000). Cuts in the second half of the run are
    not looked at: a minimum there says that the run is too short.

    Parameters
    ----------
    values
        Observations of one run in their order.

    Raises
    ------
    WarmUpError
        With fewer than 10 batches, or when the rule cuts half of the run: make it longer.
    """
    sample = np.asarray(values, dtype=np.float64)
    batches = len(sample) // BATCH
    if batches < 2 * BATCH:
        raise WarmUpError(
            f"{len(sample)} observations are too few to find a warm-up",
            remedy=f"run until there are at least {2 * BATCH * BATCH}",
        )
    means = sample[: batches * BATCH].reshape(batches, BATCH).mean(axis=1)
    # centred, so that the difference of the two sums keeps its digits
    centred = means - means.mean()
    left = np.arange(batches, 0, -1)
    sums = np.cumsum(centred[::-1])[::-1]
    squares = np.cumsum(centred[::-1] ** 2)[::-1]
    statistic = (squares - sums**2 / left) / left**2
    half = batches // 2
    cut = int(np.argmin(statistic[: half + 1]))
    if cut == half and half > 0 and statistic[cut] < statistic[0]:
        raise WarmUpError(
            "the run is still warming up at its half",
            remedy="run longer, or start nearer to the steady state",
        )
    return WarmUp(cut * BATCH, float(max(statistic[cut], 0.0)))


def steady_mean(values: Values, level: float = LEVEL) -> tuple[Interval, WarmUp]:
    """Mean of a steady state from one long run: MSER-5 cut, then means of 20 batches with t.

    (Law 2015, 9.5.3, batch means.)

    Parameters
    ----------
    values
        Observations of one run in their order.
    level
        Confidence.

    Returns
    -------
    interval, warm_up
        The interval counts batches; it has no bounds where fewer than two observations make one.

    Raises
    ------
    WarmUpError
        When no warm-up can be told from the rest.
    """
    warm_up = mser5(values)
    kept = np.asarray(values, dtype=np.float64)[warm_up.cut :]
    size = len(kept) // _BATCH_MEANS
    if size < 2:
        mean = math.fsum(kept) / len(kept)
        return Interval(mean, math.nan, math.nan, 0), warm_up
    # the first observations left over lie next to the warm-up
    kept = kept[len(kept) - size * _BATCH_MEANS :]
    return mean_interval(kept.reshape(_BATCH_MEANS, size).mean(axis=1), level), warm_up
