import math

import numpy as np
import pytest

from analytics.steady_state import BATCH, WarmUpError, mser5, steady_mean


def autoregressive(count, seed, start):
    """x' = 0.9 x + noise, from far away: mean 0 once the start is forgotten."""
    noise = np.random.default_rng(seed).normal(size=count)
    values = np.empty(count)
    value = start
    for at in range(count):
        value = 0.9 * value + noise[at]
        values[at] = value
    return values


def test_the_cut_is_the_least_of_the_rule_tried_by_hand():
    values = autoregressive(400, 1, 60.0)
    means = values.reshape(-1, BATCH).mean(axis=1)
    tried = [
        np.sum((means[cut:] - means[cut:].mean()) ** 2) / (len(means) - cut) ** 2
        for cut in range(len(means) // 2 + 1)
    ]
    warm_up = mser5(values)
    assert warm_up.cut == BATCH * int(np.argmin(tried))
    assert warm_up.statistic == pytest.approx(min(tried))
    assert warm_up.cut > 0


def test_a_run_that_begins_in_its_steady_state_keeps_nearly_all():
    cuts = [mser5(autoregressive(2000, seed, 0.0)).cut for seed in range(30)]
    assert np.median(cuts) <= 100


def test_the_mean_after_the_cut_forgets_the_start():
    means = [steady_mean(autoregressive(4000, seed, 500.0))[0] for seed in range(60)]
    raw = [autoregressive(4000, seed, 500.0).mean() for seed in range(60)]
    error = np.std([one.estimate for one in means], ddof=1) / math.sqrt(60)
    assert abs(np.mean([one.estimate for one in means])) < 3 * error + 0.05
    assert np.mean(raw) > 1.0
    covered = np.mean([one.low <= 0.0 <= one.high for one in means])
    assert covered >= 0.85


def test_a_run_that_never_settles_is_refused():
    with pytest.raises(WarmUpError, match="still warming up"):
        mser5(np.linspace(0.0, 1.0, 500))


def test_a_short_run_is_refused():
    with pytest.raises(WarmUpError, match="too few"):
        mser5([1.0] * 49)


def test_a_run_without_spread_keeps_everything():
    interval, warm_up = steady_mean([3.0] * 100)
    assert (interval.estimate, interval.low, warm_up.cut) == (3.0, 3.0, 0)
