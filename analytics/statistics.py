"""Intervals: means with t, paired differences, shares after Wilson, quantiles with censored values.

Quantiles of Student's t are SciPy's, those of the normal distribution the standard library's.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

LEVEL = 0.95
"""Confidence where no other is asked for."""

Values = Sequence[float] | npt.NDArray[np.float64]


@dataclass(frozen=True)
class Interval:
    """An estimate with its confidence interval.

    ``low`` and ``high`` are NaN where the sample is too small for an interval.
    """

    estimate: float
    low: float
    high: float
    count: int
    """Observations it rests on."""

    @property
    def half_width(self) -> float:
        """Half of the interval's length; NaN without an interval."""
        return (self.high - self.low) / 2.0

    @property
    def has_bounds(self) -> bool:
        """Whether the sample was large enough for an interval."""
        return not math.isnan(self.low)


def mean_interval(values: Values, level: float = LEVEL) -> Interval:
    """Mean of independent observations with Student's t interval.

    ``mean ± t(n-1, (1+level)/2) s / sqrt(n)`` (Law 2015, Simulation Modeling and Analysis, 4.5).

    Parameters
    ----------
    values
        One per replication, finite.
    level
        Confidence, between 0 and 1.

    Raises
    ------
    ValueError
        Without a value, or with one that is not finite.
    """
    sample = np.asarray(values, dtype=np.float64)
    if sample.size == 0:
        raise ValueError("no observation to take the mean of; run at least one replication")
    if not np.isfinite(sample).all():
        raise ValueError("an observation is not a finite number; leave undefined values out")
    mean = math.fsum(sample) / sample.size  # exact whatever the order of the replications
    if sample.size == 1:
        return Interval(mean, math.nan, math.nan, 1)
    error = float(np.std(sample, ddof=1)) / math.sqrt(sample.size)
    half = t_quantile(level, sample.size - 1) * error
    return Interval(mean, mean - half, mean + half, int(sample.size))


def t_quantile(level: float, freedom: int) -> float:
    """Half-width, in standard errors, of a two-sided t interval at ``freedom`` degrees.

    What ``scipy.stats.t.ppf`` gives, which takes a second to load and then 40 times as long.
    """
    from scipy import special

    return float(special.stdtrit(freedom, (1.0 + level) / 2.0))


def paired_difference(first: Values, second: Values, level: float = LEVEL) -> Interval:
    """Mean of ``first - second`` with its t interval, where both met the same draws.

    Common random numbers make the two samples dependent, so the differences are the observations
    (Law 2015, 10.2.1).

    Parameters
    ----------
    first, second
        Of the same replications in the same order.

    Raises
    ------
    ValueError
        When the samples differ in length or are empty.
    """
    left, right = np.asarray(first, np.float64), np.asarray(second, np.float64)
    if left.shape != right.shape:
        raise ValueError(
            f"{left.size} and {right.size} observations cannot be paired; "
            "compare responses that ran the same replications"
        )
    return mean_interval(left - right, level)


def wilson(successes: int, trials: int, level: float = LEVEL) -> Interval:
    """Share of successes with the score interval of Wilson (1927).

    It stays inside [0, 1] and holds near its ends, where the usual normal interval fails (Brown,
    Cai and DasGupta 2001).

    Raises
    ------
    ValueError
        When ``successes`` does not lie between 0 and ``trials``.
    """
    if not 0 <= successes <= trials:
        raise ValueError(f"{successes} successes in {trials} trials; count again")
    if trials == 0:
        return Interval(math.nan, math.nan, math.nan, 0)
    return _score_interval(successes / trials, float(trials), level, trials)


def wilson_of_runs(
    successes: Sequence[int], trials: Sequence[int], level: float = LEVEL
) -> Interval:
    """Share of successes over replications, each of which holds many trials.

    Trials of one run share its fate, so that fewer independent ones are at hand than were counted:
    the effective number is ``p (1-p)`` over the variance of ``p`` between the runs (ratio
    estimator), never more than were counted; Wilson's interval is taken with it (Franco et al.
    2019, doi:10.1093/jssam/smy019).

    Parameters
    ----------
    successes, trials
        By replication.

    Raises
    ------
    ValueError
        When successes and trials do not fit.
    """
    hits, sizes = np.asarray(successes, np.float64), np.asarray(trials, np.float64)
    if hits.shape != sizes.shape or (hits > sizes).any() or (hits < 0).any():
        raise ValueError("successes must lie between 0 and the trials of their run; count again")
    runs, counted = len(sizes), float(sizes.sum())
    if counted == 0.0:
        return Interval(math.nan, math.nan, math.nan, 0)
    share = float(hits.sum()) / counted
    effective = counted
    if runs > 1 and 0.0 < share < 1.0:
        residual = hits - share * sizes
        variance = float((residual**2).sum()) * runs / (runs - 1) / counted**2
        if variance > 0.0:
            effective = min(counted, share * (1.0 - share) / variance)
    return _score_interval(share, effective, level, int(counted))


def _score_interval(share: float, trials: float, level: float, counted: int) -> Interval:
    """Wilson's interval for a number of trials that need not be whole."""
    z = NormalDist().inv_cdf((1.0 + level) / 2.0)
    shrink = 1.0 + z * z / trials
    centre = (share + z * z / (2.0 * trials)) / shrink
    root = math.sqrt(share * (1.0 - share) / trials + z * z / (4.0 * trials * trials))
    half = z / shrink * root
    low = 0.0 if share == 0.0 else centre - half  # not a rounding error beside it
    high = 1.0 if share == 1.0 else centre + half
    return Interval(share, low, high, counted)


def quantile(values: Sequence[float | None], probability: float) -> float:
    """Smallest observation that at least the share ``probability`` does not exceed.

    The inverse of the empirical distribution (Hyndman and Fan 1996, type 1): no value is made up
    between two observations, so that censored ones can take part.

    Parameters
    ----------
    values
        ``None``: not reached within the horizon, larger than any other.

    Returns
    -------
    float
        ``inf`` when the quantile itself is not reached within the horizon.

    Raises
    ------
    ValueError
        Without a value, or when ``probability`` is not in (0, 1].
    """
    if not values or not 0.0 < probability <= 1.0:
        raise ValueError("a quantile needs observations and a probability in (0, 1]")
    ordered = sorted(math.inf if value is None else float(value) for value in values)
    # 0.9 * 10 is 9.000000000000002 in binary: do not step over for a rounding error
    return ordered[max(math.ceil(probability * len(ordered) - 1e-9), 1) - 1]


def simultaneous_level(comparisons: int, level: float = LEVEL) -> float:
    """Confidence of each of several intervals so that all hold together at ``level`` (Bonferroni).

    Raises
    ------
    ValueError
        When there is nothing to compare.
    """
    if comparisons < 1:
        raise ValueError("nothing to compare; give at least two responses")
    return 1.0 - (1.0 - level) / comparisons
