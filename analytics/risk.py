"""Quantiles and conditional value at risk, with intervals that need no resampling."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import polars as pl

from analytics.answer import Context, Figures
from analytics.statistics import LEVEL, Interval, Values, quantile, t_quantile


def quantile_interval(
    values: Sequence[float | None], probability: float, level: float = LEVEL
) -> Interval:
    """A quantile with the interval between two order statistics.

    Whatever the distribution, the number of observations below its quantile is binomial; the
    bounds are the order statistics whose ranks leave out at most half of ``1 - level`` on each side
    (Conover 1999, Practical Nonparametric Statistics, 3.2; Law 2015, 9.5.3).

    Parameters
    ----------
    values
        ``None``: not reached within the horizon, larger than any other.
    probability
        Between 0 and 1, without them.
    level
        Confidence of at least so much.

    Returns
    -------
    Interval
        A bound is NaN where the sample is too small to have one, and infinite where it is not
        reached within the horizon.

    Raises
    ------
    ValueError
        Without a value, or when ``probability`` is not between 0 and 1.
    """
    if not values or not 0.0 < probability < 1.0:
        raise ValueError("a quantile's interval needs observations and a probability in (0, 1)")
    from scipy import stats

    ordered = sorted(math.inf if value is None else float(value) for value in values)
    count = len(ordered)
    tail = (1.0 - level) / 2.0
    below = stats.binom(count, probability)
    # largest rank r with P(fewer than r below) <= tail, smallest s with P(at least s below) <= tail
    ranks = np.arange(1, count + 1)
    low_ranks = ranks[below.cdf(ranks - 1) <= tail]
    high_ranks = ranks[below.sf(ranks - 1) <= tail]
    low = ordered[low_ranks[-1] - 1] if len(low_ranks) else math.nan
    high = ordered[high_ranks[0] - 1] if len(high_ranks) else math.nan
    if math.isnan(low) or math.isnan(high):
        low = high = math.nan
    return Interval(quantile(values, probability), low, high, count)


def cvar_interval(values: Values, probability: float, level: float = LEVEL) -> Interval:
    """Mean of the worst share ``1 - probability`` of the outcomes; large values are bad.

    ``CVaR = q + E[(X - q)+] / (1 - probability)`` with the quantile ``q`` (Rockafellar and Uryasev
    2000). Since it is a minimum over ``q``, the error of ``q`` is of second order, and the mean of
    ``q + (X - q)+ / (1 - probability)`` has the t interval of independent observations (Trindade,
    Uryasev, Shapiro and Zrazhevsky 2007).

    Parameters
    ----------
    values
        One per replication, finite.
    probability
        Between 0 and 1, without them: 0.9 is the mean of the worst tenth.
    level
        Confidence.

    Returns
    -------
    Interval
        NaN bounds where fewer than five observations lie in the tail: the interval would be too
        short.

    Raises
    ------
    ValueError
        Without a value, with one that is not finite, or when ``probability`` is not between 0 and
        1.
    """
    sample = np.asarray(values, dtype=np.float64)
    if sample.size == 0 or not np.isfinite(sample).all():
        raise ValueError("CVaR needs observations, and finite ones; lengthen the horizon")
    if not 0.0 < probability < 1.0:
        raise ValueError("CVaR needs a probability between 0 and 1, such as 0.9")
    edge = quantile(sample.tolist(), probability)
    share = 1.0 - probability
    excess = np.maximum(sample - edge, 0.0)
    estimate = edge + math.fsum(excess) / sample.size / share
    if sample.size * share < 5.0 - 1e-9:
        return Interval(estimate, math.nan, math.nan, int(sample.size))
    error = float(np.std(excess, ddof=1)) / share / math.sqrt(sample.size)
    half = t_quantile(level, sample.size - 1) * error
    return Interval(estimate, estimate - half, estimate + half, int(sample.size))


def risk_rows(
    rows: pl.DataFrame, context: Context, kpi: str, unit: str, probability: float
) -> pl.DataFrame:
    """Quantile and CVaR of a key figure of the cluster, one row for each response that has it.

    Runs count one by one, antithetic ones too: a mean of two is no outcome. Their pairs are not
    independent, so that antithetic studies get no bounds.
    """
    figures = Figures(rows, context.scenario)
    found = []
    for response in context.responses:
        values = figures.defined(response.id, kpi)
        if not values:
            continue
        worst = cvar_interval(values, probability)
        edge = quantile_interval(figures.values(response.id, kpi), probability)
        cells: list[float | None] = []
        for interval in (edge, worst):
            bounded = interval.has_bounds and not context.antithetic
            cells.append(interval.estimate)
            cells.extend((interval.low, interval.high) if bounded else (None, None))
        found.append((response.id, unit, *cells, len(values)))
    numbers = [f"{name}{end}" for name in ("quantile", "cvar") for end in ("", "_low", "_high")]
    schema = {
        "response": pl.String,
        "unit": pl.String,
        **dict.fromkeys(numbers, pl.Float64),
        "replications": pl.Int64,
    }
    return pl.DataFrame(found, schema=schema, orient="row")
