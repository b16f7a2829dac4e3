"""When a search ends."""

from __future__ import annotations

import time

import pytest

from analytics.rerouting.errors import ReroutingError
from analytics.rerouting.search.limits import Budget, SearchLimits
from analytics.rerouting.search.policy import Search


class Watch:
    """A clock that stands until it is told."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def spend(budget: Budget, watch: Watch, pace: float, values: list[float]) -> list[int]:
    """Go on until the budget is used up; the rounds of each visit."""
    visits = []
    while rounds := budget.rounds_now():
        visits.append(rounds)
        watch.now += rounds / pace
        budget.done(rounds, rounds / pace, values.pop(0) if len(values) > 1 else values[0])
    return visits


def test_rounds_are_counted_exactly() -> None:
    watch = Watch()
    budget = Budget(SearchLimits(iterations=1000), clock=watch)
    assert sum(spend(budget, watch, 300.0, [5.0])) == 1000
    assert (budget.rounds, budget.reason) == (1000, "iterations")
    assert budget.rounds_now() == 0


def test_time_ends_it_soon_after_the_limit() -> None:
    watch = Watch()
    budget = Budget(SearchLimits(time_s=2.0), clock=watch)
    visits = spend(budget, watch, 1000.0, [5.0])
    assert budget.reason == "time"
    assert 2.0 <= watch.now <= 2.1
    assert max(visits) <= 51  # the clock is looked at twenty times a second


def test_a_gap_that_is_small_enough_ends_it() -> None:
    watch = Watch()
    budget = Budget(SearchLimits(iterations=10**6, gap=0.05), bound=100.0, clock=watch)
    spend(budget, watch, 10.0, [200.0, 120.0, 105.0])
    assert budget.reason == "gap"
    proven = Budget(SearchLimits(iterations=10**6), bound=100.0, clock=watch)
    spend(proven, watch, 10.0, [200.0, 105.0, 100.0])
    assert proven.reason == "gap"


def test_no_improvement_ends_it() -> None:
    watch = Watch()
    budget = Budget(SearchLimits(no_improvement=50), clock=watch)
    spend(budget, watch, 10.0, [9.0, 8.0, 7.0])
    assert budget.reason == "no improvement"
    assert budget.rounds >= 50


@pytest.mark.parametrize("pace", [0.7, 300.0, 1e7])
def test_without_a_clock_the_end_comes_at_the_same_round_on_every_machine(pace: float) -> None:
    watch = Watch()
    budget = Budget(SearchLimits(no_improvement=450), clock=watch)
    spend(budget, watch, pace, [9.0, 8.0, 8.0, 7.0])
    assert budget.rounds == 850  # the value of the fourth hundred is the best


def test_progress_runs_from_nothing_to_the_end() -> None:
    watch = Watch()
    budget = Budget(SearchLimits(iterations=200), clock=watch)
    assert budget.progress() == 0.0
    budget.done(50, 1.0, 3.0)
    assert budget.progress() == 0.25
    assert budget.progress(100) == 0.75
    timed = Budget(SearchLimits(time_s=10.0), clock=watch)
    watch.now += 5.0
    assert timed.progress() == 0.5


@pytest.mark.parametrize(
    ("limits", "says"),
    [
        ({}, "nothing ends the search"),
        ({"gap": 0.1}, "nothing ends the search"),
        ({"time_s": 0.0}, "time_s is 0.0"),
        ({"iterations": -5}, "iterations is -5"),
        ({"no_improvement": 0}, "no_improvement is 0"),
        ({"time_s": float("nan")}, "time_s is nan"),
        ({"iterations": 5, "gap": -0.1}, "gap is -0.1"),
        ({"iterations": 5, "clock": "sun"}, "clock is .sun."),
    ],
)
def test_limits_that_mean_nothing_are_refused(limits, says: str) -> None:
    with pytest.raises(ReroutingError, match=says):
        SearchLimits(**limits)


def test_a_search_without_starts_is_refused() -> None:
    with pytest.raises(ReroutingError, match="0 starts"):
        Search(starts=0)


def test_processor_time_does_not_pass_while_others_work() -> None:
    wall, processor = (
        Budget(SearchLimits(time_s=0.05, clock=clock)) for clock in ("wall", "processor")
    )
    time.sleep(0.1)
    for budget in (wall, processor):
        budget.done(1, 0.001, 5.0)
    assert wall.reason == "time"
    assert processor.reason is None
