import math

import pytest
from scipy import stats

from analytics.statistics import (
    mean_interval,
    paired_difference,
    quantile,
    simultaneous_level,
    t_quantile,
    wilson,
    wilson_of_runs,
)


def test_mean_interval_agrees_with_a_worked_example():
    # Law (2015), example 4.27: ten observations, 90 %: 1.34 +- 0.24
    values = [1.20, 1.50, 1.68, 1.89, 0.95, 1.49, 1.58, 1.55, 0.50, 1.09]
    interval = mean_interval(values, level=0.90)
    assert interval.estimate == pytest.approx(1.343, abs=5e-4)
    assert interval.half_width == pytest.approx(0.24, abs=5e-3)
    assert interval.count == 10


@pytest.mark.parametrize("level", [0.9, 0.95, 0.99])
def test_the_quantile_of_t_is_that_of_scipy(level):
    for freedom in (1, 2, 9, 29, 999):
        expected = stats.t.ppf((1.0 + level) / 2.0, freedom)
        assert t_quantile(level, freedom) == pytest.approx(expected, rel=1e-12)


def test_one_replication_has_a_mean_and_no_interval():
    interval = mean_interval([4.0])
    assert interval.estimate == 4.0
    assert not interval.has_bounds


def test_equal_observations_have_an_interval_of_length_zero():
    interval = mean_interval([2.0, 2.0, 2.0])
    assert (interval.low, interval.high) == (2.0, 2.0)


@pytest.mark.parametrize("values", [[], [1.0, math.nan], [math.inf]])
def test_means_of_nothing_and_of_undefined_values_are_refused(values):
    with pytest.raises(ValueError, match="observation"):
        mean_interval(values)


def test_pairing_removes_what_both_have_in_common():
    first = [101.0, 202.0, 298.5, 400.5]
    second = [100.0, 200.0, 297.0, 399.5]
    paired = paired_difference(first, second)
    assert paired.estimate == pytest.approx(1.375)
    assert paired.low > 0.0
    assert mean_interval(first).low < mean_interval(second).high


def test_samples_of_different_length_are_not_paired():
    with pytest.raises(ValueError, match="cannot be paired"):
        paired_difference([1.0, 2.0], [1.0])


@pytest.mark.parametrize(("successes", "trials"), [(0, 7), (18, 20), (31, 120), (9, 9)])
def test_wilson_agrees_with_scipy(successes, trials):
    expected = stats.binomtest(successes, trials).proportion_ci(0.9, method="wilson")
    interval = wilson(successes, trials, level=0.9)
    assert interval.low == pytest.approx(expected.low, abs=1e-12)
    assert interval.high == pytest.approx(expected.high, abs=1e-12)


def test_orders_that_share_the_fate_of_their_run_count_less():
    alike = wilson_of_runs([50, 50, 50, 50], [100, 100, 100, 100])
    apart = wilson_of_runs([100, 0, 100, 0], [100, 100, 100, 100])
    assert alike == wilson(200, 400)
    assert apart.estimate == alike.estimate
    # runs that go all one way: as good as three independent observations
    assert apart.low == pytest.approx(wilson_of_runs([3], [6]).low, abs=0.1)
    assert apart.high - apart.low > 0.6


def test_shares_of_runs_are_refused_when_they_do_not_fit():
    with pytest.raises(ValueError, match="count again"):
        wilson_of_runs([3], [2])


def test_wilson_stays_inside_the_unit_interval_at_its_ends():
    assert wilson(0, 10).low == 0.0
    assert wilson(10, 10).high == 1.0
    assert wilson(10, 10).low < 1.0
    assert not wilson(0, 0).has_bounds


def test_impossible_counts_are_refused():
    with pytest.raises(ValueError, match="successes"):
        wilson(3, 2)


def test_quantiles_are_observations_and_censored_values_are_the_largest():
    days = [3.0, None, 1.0, 2.0, 5.0, 4.0, 8.0, 7.0, 6.0, 9.0]
    assert quantile(days, 0.5) == 5.0
    assert quantile(days, 0.9) == 9.0
    assert quantile(days, 1.0) == math.inf


def test_quantile_of_nothing_is_refused():
    with pytest.raises(ValueError, match="needs observations"):
        quantile([], 0.5)


def test_several_intervals_hold_together_at_a_higher_level_each():
    assert simultaneous_level(1) == pytest.approx(0.95)
    assert simultaneous_level(5) == pytest.approx(0.99)
    with pytest.raises(ValueError, match="nothing to compare"):
        simultaneous_level(0)
