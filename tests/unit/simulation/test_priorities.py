"""Dispatch rules, priorities of orders, and work that gives way."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.shop_floor import Job, finished, order_of_starts, shop, simulate, spans, step


def _shop(jobs: list[Job], **dispatch: Any) -> Any:
    return shop([{"id": "m", "dispatch": dispatch}], jobs)


BUSY = Job([step(60.0)])
"""Holds the machine until the others are there."""


@pytest.mark.parametrize(
    ("rule", "order"),
    [
        ("schedule", [0, 3, 1, 2]),  # by due date, when nothing is scheduled
        ("fifo", [0, 1, 2, 3]),
        ("edd", [0, 3, 1, 2]),
        ("spt", [0, 2, 3, 1]),
    ],
)
def test_a_rule_orders_the_queue(rule: str, order: list[int]) -> None:
    jobs = [
        Job([step(60.0)], due_h=0.5),
        Job([step(50.0)], release_h=0.1, due_h=30.0),
        Job([step(10.0)], release_h=0.2, due_h=40.0),
        Job([step(30.0)], release_h=0.3, due_h=20.0),
    ]
    assert order_of_starts(simulate(_shop(jobs, rule=rule))[1]) == order


def test_the_critical_ratio_counts_the_work_that_is_left() -> None:
    # at 1 h: (5 - 1) / 0.5 = 8, and (6 - 1) / 1 = 5: later due, and sooner in trouble
    jobs = [
        BUSY,
        Job([step(30.0)], release_h=0.1, due_h=5.0),
        Job([step(10.0), step(50.0)], release_h=0.2, due_h=6.0),
    ]
    state = simulate(_shop(jobs, rule="critical_ratio"))[1]
    assert order_of_starts(state)[1] == 2


def test_the_critical_ratio_is_judged_anew_when_a_machine_is_free() -> None:
    # while they come (0.1 h): 1.9 / 1 against 0.9 / 0.25; at 1.5 h: 0.5 against -2: it has turned
    jobs = [
        Job([step(90.0)]),
        Job([step(60.0)], release_h=0.1, due_h=2.0),
        Job([step(15.0)], release_h=0.1, due_h=1.0),
    ]
    assert order_of_starts(simulate(_shop(jobs, rule="critical_ratio"))[1]) == [0, 2, 1]


def test_apparent_tardiness_cost_weighs_cost_work_and_slack() -> None:
    # without slack: cost over work; with much slack the same lot can wait
    late = [
        BUSY,
        Job([step(30.0)], release_h=0.1, due_h=0.5, weight=1.0),
        Job([step(30.0)], release_h=0.1, due_h=0.5, weight=2.0),
        Job([step(10.0)], release_h=0.1, due_h=0.5, weight=1.0),
    ]
    assert order_of_starts(simulate(_shop(late, rule="atc"))[1]) == [0, 3, 2, 1]
    early = [*late[:3], Job([step(10.0)], release_h=0.1, due_h=50.0, weight=1.0)]
    assert order_of_starts(simulate(_shop(early, rule="atc"))[1]) == [0, 2, 1, 3]


def test_the_priority_of_the_order_comes_before_rule_and_schedule() -> None:
    jobs = [BUSY, Job([step(5.0)], release_h=0.1), Job([step(9.0)], release_h=0.2, priority=-1)]
    for rule in ("schedule", "spt", "fifo"):
        assert order_of_starts(simulate(_shop(jobs, rule=rule))[1]) == [0, 2, 1]


def test_preempted_work_keeps_what_is_left_of_it() -> None:
    jobs = [BUSY, Job([step(15.0)], release_h=0.5, priority=-1)]
    _, state = simulate(_shop(jobs, preemptive=True))
    assert finished(state) == [75.0, 45.0]
    assert state.op["attempts"].tolist() == [0, 0]
    assert state.lot["state"].tolist() == [7, 7]
    assert finished(simulate(_shop(jobs))[1]) == [60.0, 75.0]  # not preemptive: it waits


def test_work_that_cannot_resume_never_gives_way() -> None:
    for hard in ({"on_interruption": "restart"}, {"resume_probability": 0.5}):
        jobs = [Job([step(60.0, **hard)]), Job([step(15.0)], release_h=0.5, priority=-1)]
        assert finished(simulate(_shop(jobs, preemptive=True))[1]) == [60.0, 75.0]


def test_equal_priorities_do_not_preempt() -> None:
    jobs = [Job([step(60.0)], priority=-1), Job([step(15.0)], release_h=0.5, priority=-1)]
    assert finished(simulate(_shop(jobs, preemptive=True))[1]) == [60.0, 75.0]


def test_the_least_urgent_of_several_machines_gives_way() -> None:
    jobs = [
        Job([step(60.0)], priority=1),
        Job([step(60.0)], priority=2),
        Job([step(15.0)], release_h=0.5, priority=0),
    ]
    cluster = shop([{"id": "m", "count": 2, "dispatch": {"preemptive": True}}], jobs)
    state = simulate(cluster)[1]
    assert finished(state) == [60.0, 75.0, 45.0]
    assert spans(state, 0)[0] == ("RUN", 0.0, 60.0)
