"""Failures by use, repair crews, preventive maintenance, and machines that are not there."""

from __future__ import annotations

from typing import Any

import numpy as np

from analytics.simulation.extract import machine_time
from analytics.simulation.layout import P_MACHINE_ABSENT, P_SPEED, PPM
from tests.support.shop_floor import HOUR, MINUTE, Job, finished, shop, simulate, spans, step
from twins.states import MachineState


def _hours(hours: float) -> dict[str, Any]:
    return {"kind": "deterministic", "mean_h": hours}


def test_a_machine_that_fails_by_use_does_not_age_while_it_stands() -> None:
    failure = {"time_to_failure": _hours(1.0), "time_to_repair": _hours(0.5), "clock": "use"}
    jobs = [Job([step(45.0)]), Job([step(45.0)], release_h=5.0)]
    _, state = simulate(shop([{"id": "m", "failure": failure}], jobs))
    assert spans(state) == [
        ("RUN", 0.0, 45.0),
        ("IDLE", 45.0, 300.0),
        ("RUN", 300.0, 315.0),  # an hour of work in all
        ("DOWN", 315.0, 345.0),
        ("RUN", 345.0, 375.0),
    ]


def test_on_the_calendar_clock_it_ages_always() -> None:
    failure = {"time_to_failure": _hours(1.0), "time_to_repair": _hours(0.5)}
    _, state = simulate(shop([{"id": "m", "failure": failure}], [Job([step(10.0)], release_h=2.0)]))
    assert ("DOWN", 60.0, 90.0) in spans(state)


def test_machines_wait_for_the_repair_crew_in_the_order_in_which_they_broke_down() -> None:
    machines = [
        {
            "id": f"m{number}",
            "process": f"work{number}",
            "failure": {"time_to_failure": _hours(hours), "time_to_repair": _hours(1.0)},
        }
        for number, hours in ((0, 1.5), (1, 1.0), (2, 1.25))
    ]
    jobs = [Job([step(600.0, f"work{number}")]) for number in range(3)]
    _, state = simulate(shop(machines, jobs, repair_crews=1), until_h=4.4)
    down = [
        next((begin, end) for name, begin, end in spans(state, machine) if name == "DOWN")
        for machine in range(3)
    ]
    assert down == [(90.0, 240.0), (60.0, 120.0), (75.0, 180.0)]
    # the second breaks down again at 180 and waits until the first is repaired
    assert (state.machine["crew_wait_ms"] / MINUTE).tolist() == [90.0, 60.0, 45.0]


def test_two_crews_repair_two_machines_at_once() -> None:
    failure = {"time_to_failure": _hours(1.0), "time_to_repair": _hours(1.0)}
    jobs = [Job([step(90.0)]), Job([step(90.0)])]
    cluster = shop([{"id": "m", "count": 2, "failure": failure}], jobs, repair_crews=2)
    assert simulate(cluster, until_h=3)[1].machine["crew_wait_ms"].tolist() == [0, 0]


def _maintained(jobs: list[Job], site: dict[str, Any] | None = None, **spec: Any) -> Any:
    maintenance = {"every_h": 2.0, "duration": _hours(0.5), **spec}
    return shop([{"id": "m", "maintenance": maintenance}], jobs, **(site or {}))


def test_a_maintenance_waits_for_the_work_on_the_machine() -> None:
    jobs = [Job([step(150.0)]), Job([step(30.0)])]
    _, state = simulate(_maintained(jobs))
    assert spans(state) == [
        ("RUN", 0.0, 150.0),
        ("MAINTENANCE", 150.0, 180.0),  # due at 120
        ("RUN", 180.0, 210.0),
    ]


def test_the_next_interval_begins_when_it_is_done() -> None:
    _, state = simulate(_maintained([Job([step(10.0)], release_h=9.0)], first_h=1.0))
    begins = [begin for name, begin, _ in spans(state) if name == "MAINTENANCE"]
    assert begins == [60.0, 210.0, 360.0, 510.0]


def test_by_use_only_hours_of_work_count() -> None:
    jobs = [Job([step(90.0)]), Job([step(45.0)], release_h=10.0), Job([step(5.0)], release_h=10.0)]
    _, state = simulate(_maintained(jobs, clock="use"))
    assert ("MAINTENANCE", 645.0, 675.0) in spans(state)


def test_it_begins_in_its_window() -> None:
    window = [{"days": ["mon"], "start": "04:00", "end": "05:00"}]
    jobs = [Job([step(10.0)], release_h=2.5), Job([step(10.0)], release_h=6.0)]
    _, state = simulate(_maintained(jobs, window=window))
    assert next(entry for entry in spans(state) if entry[0] == "MAINTENANCE") == (
        "MAINTENANCE",
        240.0,
        270.0,
    )


def test_overdue_it_waits_neither_for_window_nor_for_work() -> None:
    window = [{"days": ["tue"], "start": "04:00", "end": "05:00"}]
    _, state = simulate(_maintained([Job([step(300.0)])], window=window, overdue_h=1.0))
    assert spans(state)[:3] == [
        ("RUN", 0.0, 180.0),
        ("MAINTENANCE", 180.0, 210.0),
        ("RUN", 210.0, 330.0),
    ]


def test_it_needs_a_crew_and_breakdowns_come_first() -> None:
    machines = [
        {
            "id": "broken",
            "process": "other",
            "failure": {"time_to_failure": _hours(1.9), "time_to_repair": _hours(1.0)},
        },
        {"id": "m", "maintenance": {"every_h": 2.0, "duration": _hours(0.5)}},
    ]
    _, state = simulate(shop(machines, [Job([step(5.0)], release_h=4.0)], repair_crews=1))
    begins = [begin for name, begin, _ in spans(state, 1) if name == "MAINTENANCE"]
    assert begins[0] == 174.0


def test_planners_expect_maintenance_too() -> None:
    jobs = [Job([step(150.0)]), Job([step(30.0)])]
    _, state = simulate(_maintained(jobs), deterministic=True)
    assert finished(state) == [150.0, 210.0]


def test_a_machine_that_is_not_there_takes_no_work_and_its_time_is_not_planned() -> None:
    jobs = [Job([step(60.0)]), Job([step(60.0)])]
    changes = [(0, P_MACHINE_ABSENT, 1, 1), (20 * MINUTE, P_MACHINE_ABSENT, 1, -1)]
    cluster = shop([{"id": "m", "count": 2}], jobs)
    _, state = simulate(cluster, changes=changes)
    assert spans(state, 1) == [("OFF_SHIFT", 0.0, 20.0), ("RUN", 20.0, 80.0)]
    assert machine_time(state)[1, MachineState.OFF_SHIFT] == 20 * MINUTE


def test_what_was_on_a_machine_that_leaves_goes_on_at_another() -> None:
    jobs = [Job([step(60.0)]), Job([step(60.0)])]
    cluster = shop([{"id": "m", "count": 2}], jobs)
    _, state = simulate(cluster, changes=[(20 * MINUTE, P_MACHINE_ABSENT, 1, 1)])
    assert sorted(finished(state)) == [60.0, 100.0]


def test_a_share_of_the_speed_holds_for_work_that_begins_after() -> None:
    jobs = [Job([step(60.0)]), Job([step(60.0)])]
    cluster = shop([{"id": "m"}], jobs)
    _, state = simulate(cluster, changes=[(10 * MINUTE, P_SPEED, 0, PPM // 2)])
    assert finished(state) == [60.0, 180.0]


def test_repairs_are_drawn_alike_with_and_without_a_crew() -> None:
    failure = {
        "time_to_failure": {"kind": "exponential", "mean_h": 3.0},
        "time_to_repair": {"kind": "exponential", "mean_h": 1.0},
    }
    jobs = [Job([step(60.0)]) for _ in range(20)]
    free = simulate(shop([{"id": "m", "failure": failure}], jobs))[1]
    alone = simulate(shop([{"id": "m", "failure": failure}], jobs, repair_crews=1))[1]
    assert np.array_equal(free.lot["done_ms"], alone.lot["done_ms"])
    assert free.lot["done_ms"].max() > 20 * HOUR
