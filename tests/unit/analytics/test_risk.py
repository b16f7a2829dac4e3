import math

import numpy as np
import pytest
from scipy import stats

from analytics.risk import cvar_interval, quantile_interval


def test_the_interval_of_a_median_lies_between_the_tabled_order_statistics():
    # Conover (1999): n = 16, p = 0.5, 95 %: the 4th and the 13th of 16
    values = [float(number) for number in range(1, 17)]
    interval = quantile_interval(values, 0.5)
    assert (interval.estimate, interval.low, interval.high) == (8.0, 4.0, 13.0)


def test_a_quantile_that_is_not_reached_has_an_open_interval():
    values = [float(number) for number in range(1, 41)] + [None] * 60
    interval = quantile_interval(values, 0.35)
    assert interval.estimate == 35.0
    assert interval.high == math.inf


def test_a_small_sample_has_no_interval_of_a_tail():
    assert not quantile_interval([1.0, 2.0, 3.0], 0.9).has_bounds


@pytest.mark.parametrize("probability", [0.5, 0.9])
def test_the_interval_of_a_quantile_covers(probability):
    random = np.random.default_rng(3)
    truth = stats.expon.ppf(probability)
    covered = [
        interval.low <= truth <= interval.high
        for interval in (
            quantile_interval(random.exponential(size=60).tolist(), probability)
            for _ in range(1000)
        )
    ]
    assert np.mean(covered) >= 0.935  # at least 95 %, less two standard errors of the count


def test_cvar_is_the_mean_of_the_worst_share():
    values = [float(number) for number in range(1, 101)]
    assert cvar_interval(values, 0.9).estimate == pytest.approx(np.mean(values[90:]))


def test_the_interval_of_cvar_covers_that_of_the_exponential():
    # CVaR of an exponential with mean 1: its quantile, and 1 for the memory it has not
    random = np.random.default_rng(4)
    truth = stats.expon.ppf(0.8) + 1.0
    intervals = [cvar_interval(random.exponential(size=400), 0.8) for _ in range(600)]
    covered = np.mean([one.low <= truth <= one.high for one in intervals])
    assert 0.92 <= covered <= 0.97


def test_cvar_of_few_runs_has_no_interval():
    assert not cvar_interval([1.0, 2.0, 3.0, 4.0], 0.9).has_bounds


@pytest.mark.parametrize(
    "call",
    [
        lambda: quantile_interval([], 0.5),
        lambda: quantile_interval([1.0], 1.0),
        lambda: cvar_interval([], 0.9),
        lambda: cvar_interval([1.0, math.inf], 0.9),
        lambda: cvar_interval([1.0], 0.0),
    ],
)
def test_what_means_nothing_is_refused(call):
    with pytest.raises(ValueError, match="needs"):
        call()
