"""Setups, people, crews, tools and what was laid aside live in the state: runs can be cut."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

from analytics.simulation import layout
from analytics.simulation.belief import believe
from analytics.simulation.checkpoint import Checkpoint
from analytics.simulation.compile import compile_snapshot
from analytics.simulation.extract import extract
from analytics.simulation.layout import P_CALENDAR
from analytics.simulation.run import run
from federation.cut import planned
from tests.support.shop_floor import HOUR, Job, finished, shop, simulate, step


def _spread(mean_h: float) -> dict[str, Any]:
    return {"kind": "exponential", "mean_h": mean_h}


def _everything() -> Any:
    """Two work centres that use every feature of people and upkeep, and twelve jobs."""
    machines = [
        {
            "id": "mill",
            "count": 2,
            "setups": {"default_min": 20.0, "same_family_min": 2.0},
            "dispatch": {"rule": "atc", "preemptive": True},
            "failure": {
                "time_to_failure": _spread(3.0),
                "time_to_repair": _spread(1.0),
                "clock": "use",
            },
        },
        {
            "id": "lathe",
            "process": "other",
            "dispatch": {"rule": "critical_ratio"},
            "failure": {"time_to_failure": _spread(6.0), "time_to_repair": _spread(1.0)},
            "maintenance": {"every_h": 4.0, "duration": _spread(0.3), "overdue_h": 2.0},
        },
    ]
    jobs = [
        Job(
            [
                step(30.0 + 3 * number, setup_family="red" if number % 3 else "blue", tool="jig"),
                step(20.0, "other", time_cv=0.5),
            ],
            priority=-(number % 2),
            release_h=0.25 * number,
            due_h=6.0 + number,
            weight=1.0 + number,
        )
        for number in range(12)
    ]
    return shop(
        machines,
        jobs,
        pools=[{"id": "all", "headcount": 2, "skills": {"work": 1, "other": 1}}],
        repair_crews=1,
        tools=[{"id": "jig", "count": 2}],
        labour={"headcount": 2, "wage_per_h": 10.0},
    )


def _start(cluster: Any) -> Any:
    model, state = compile_snapshot(planned(cluster), np.zeros(0, layout.PRIMITIVE_C))
    return model.with_run(seed=3, replication=0, trace_level=2), state


def test_a_run_cut_by_checkpoints_is_the_same_to_the_bit() -> None:
    model, whole = _start(_everything())
    run(model, whole, 30 * HOUR)
    assert whole.machine["crew_wait_ms"].sum() > 0
    assert whole.machine["upkeep_index"].sum() > 0
    assert (whole.op["done_ms"] > 0).any()  # something was laid aside
    _, part = _start(_everything())
    for hour in (1, 2, 3, 5, 8, 30):
        run(model, part, hour * HOUR)
        part = Checkpoint.from_bytes(Checkpoint.take(model, part).to_bytes()).resume(model)
    assert part.digest() == whole.digest()
    assert whole.pool["busy_ppm"].tolist() == [0, 0, 0]


def test_a_new_schedule_leaves_what_was_laid_aside_where_it_was_begun() -> None:
    jobs = [Job([step(60.0)]), Job([step(15.0)], release_h=0.5, priority=-1)]
    cluster = shop([{"id": "m", "dispatch": {"preemptive": True}}, {"id": "n"}], jobs)
    model, state = _start(cluster)
    run(model, state, 40 * 60_000)
    assert state.op["left_ms"].tolist() == [30 * 60_000, 0]
    state.op["group"][0] = 1  # a planner that would move it
    state.clock["replan"] = 1
    run(model, state)
    assert finished(state) == [75.0, 45.0]
    assert state.op["group"][0] == 0


def test_planners_see_no_truth_of_what_was_laid_aside() -> None:
    jobs = [Job([step(60.0, time_cv=0.5)]), Job([step(15.0)], release_h=0.25, priority=-1)]
    cluster = shop([{"id": "m", "dispatch": {"preemptive": True}}], jobs)
    model, _ = _start(cluster)
    lefts = []
    for seed in (1, 2):
        one, state = model.with_run(seed=seed, replication=0), _start(cluster)[1]
        run(one, state, 20 * 60_000)
        true = int(state.op["left_ms"][0])
        _, view = believe(one, state, np.zeros(0, layout.PRIMITIVE_C))
        lefts.append(int(view.op["left_ms"][0]))
        assert true > 0
        assert lefts[-1] != true
    assert lefts[0] == lefts[1] > 0


def test_the_tables_tell_of_people_crews_and_tools() -> None:
    model, state = _start(_everything())
    run(model, state, 30 * HOUR)
    people = pl.from_arrow(extract(model, state)["people"])
    assert isinstance(people, pl.DataFrame)
    assert people["kind"].to_list() == ["people", "crew", "tool"]
    hands, crew, _ = people.iter_rows(named=True)
    assert hands["available_h"] == 60.0
    ran = state.machine_time[:, [2, 3]].sum() / HOUR
    assert hands["worked_h"] == pytest.approx(ran)
    assert crew["waiting_h"] == pytest.approx(state.machine["crew_wait_ms"].sum() / HOUR)


def test_a_short_call_in_costs_the_overtime_wage() -> None:
    day = [{"days": ["mon", "tue", "wed", "thu", "fri", "sat"], "start": "08:00", "end": "10:00"}]
    pool = {"id": "all", "headcount": 3, "skills": {"work": 1}, "minimum_call_in_h": 4.0}
    cluster = shop(
        [{"id": "m"}],
        [Job([step(1.0)], release_h=24.0 * 8)],
        shifts=day,
        pools=[pool],
        labour={"headcount": 3, "wage_per_h": 10.0},
    )
    model, state = simulate(cluster, changes=[(5 * 24 * HOUR, P_CALENDAR, 0, 1)])
    labour = extract(model, state)["labour"].to_pylist()[0]
    assert labour["call_in_cost"] == pytest.approx(3 * 2 * 10.0 * 1.5)
    assert labour["overtime_h"] == pytest.approx(3 * 2)
