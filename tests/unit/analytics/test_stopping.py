"""The sequential rule: it stops when it is sharp and not before, and covers what it should."""

import math

import numpy as np
import pytest

from analytics.answer import StudyError, pair_means
from analytics.precision import Precision
from analytics.statistics import mean_interval
from analytics.stopping import FIRST, half_width, observations_next


def sequential(draw, target, most=100_000):
    values = [draw() for _ in range(FIRST)]
    while (wanted := observations_next(len(values), half_width(values), target, most)) > len(
        values
    ):
        values += [draw() for _ in range(wanted - len(values))]
    return values


def test_it_goes_on_until_the_half_width_is_met():
    random = np.random.default_rng(1)
    values = sequential(lambda: random.normal(10.0, 4.0), 0.5)
    assert mean_interval(values).half_width <= 0.5
    # (1.96 x 4 / 0.5)^2 = 246 are needed; it does not run away beyond them
    assert 180 < len(values) < 330


def test_it_does_not_stop_before():
    random = np.random.default_rng(2)
    draws = [random.normal(10.0, 4.0) for _ in range(2000)]
    source = iter(draws)
    looks = [FIRST]
    while True:
        wanted = observations_next(looks[-1], half_width(draws[: looks[-1]]), 0.5, 2000)
        if wanted == looks[-1]:
            break
        looks.append(wanted)
    assert all(half_width(draws[:count]) > 0.5 for count in looks[:-1])
    assert half_width(draws[: looks[-1]]) <= 0.5
    assert next(source) == draws[0]


def test_what_is_sharp_at_once_stops_at_the_first_look():
    assert len(sequential(lambda: 3.0, 0.1)) == FIRST


def test_it_never_runs_more_than_the_most():
    random = np.random.default_rng(3)
    assert len(sequential(lambda: random.normal(0.0, 100.0), 0.01, most=77)) == 77


def test_the_interval_it_stops_with_covers():
    random = np.random.default_rng(4)
    covered = []
    for _ in range(600):
        interval = mean_interval(sequential(lambda: random.exponential(1.0), 0.15))
        covered.append(interval.low <= 1.0 <= interval.high)
    assert np.mean(covered) > 0.90


@pytest.mark.parametrize(
    ("count", "widest", "wanted"),
    [(3, math.inf, 10), (10, 1.0, 20), (10, 0.55, 13), (10, 0.5, 10), (40, 0.51, 42)],
)
def test_the_next_look_is_where_the_target_should_be_met(count, widest, wanted):
    assert observations_next(count, widest, 0.5, 1000) == wanted


def test_pairs_count_as_one_observation():
    pairs = Precision(half_width=0.5, antithetic=True, most=1000)
    assert pairs.first(4) == 20
    assert pairs.next_count(20, 0.55) == 26
    assert pairs.next_count(20, 0.5) == 20
    assert pair_means([1.0, 3.0, None, 2.0]) == [2.0, None]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"half_width": 0.0}, "above 0"),
        ({"half_width": 1.0, "kpi": "costs"}, "no key figure 'costs'"),
        ({"half_width": 1.0, "most": 5}, "raise max_replications"),
        ({"antithetic": True}, "ask for 4"),
    ],
)
def test_what_cannot_be_asked_for_is_refused(change, words):
    with pytest.raises(StudyError, match=words):
        Precision(**change).check(3)
