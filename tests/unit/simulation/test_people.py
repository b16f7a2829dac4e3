"""People in pools, their shifts and absences, and tools that are shared."""

from __future__ import annotations

from typing import Any

from analytics.simulation.layout import P_CALENDAR, P_POOL, PPM
from tests.support.shop_floor import HOUR, MINUTE, Job, finished, shop, simulate, spans, step

EVERY_DAY = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def _pool(headcount: int, **more: Any) -> dict[str, Any]:
    return {"id": "fitters", "headcount": headcount, "skills": {"work": 2, "other": 1}, **more}


TWO = [{"id": "m", "operators": 1.0}, {"id": "n", "process": "other", "operators": 1.0}]
PAIR = [Job([step(60.0)]), Job([step(60.0, "other")])]


def test_a_machine_without_people_stands_and_says_so() -> None:
    _, state = simulate(shop(TWO, PAIR, pools=[_pool(1)]))
    assert spans(state, 0)[0] == ("RUN", 0.0, 60.0)
    assert spans(state, 1) == [("NO_OPERATOR", 0.0, 60.0), ("RUN", 60.0, 120.0)]
    assert state.pool["worked_ppm_ms"][0] == 2 * HOUR * PPM
    assert state.pool["available_ppm_ms"][0] == 2 * HOUR * PPM


def test_with_enough_of_them_nobody_waits() -> None:
    assert finished(simulate(shop(TWO, PAIR, pools=[_pool(2)]))[1]) == [60.0, 60.0]


def test_without_pools_there_are_always_enough() -> None:
    assert finished(simulate(shop(TWO, PAIR))[1]) == [60.0, 60.0]


def test_only_those_with_the_skill_can_help() -> None:
    machines = [TWO[0], {**TWO[1], "skill_level": 2}]
    pools = [_pool(5), {"id": "masters", "headcount": 1, "skills": {"other": 3}}]
    jobs = [*PAIR, Job([step(60.0, "other")])]
    _, state = simulate(shop(machines, jobs, pools=pools))
    assert finished(state) == [60.0, 60.0, 120.0]
    assert (state.pool["worked_ppm_ms"] / HOUR / PPM).tolist() == [1.0, 2.0]


def test_an_unattended_machine_needs_nobody() -> None:
    machines = [TWO[0], {**TWO[1], "unattended": True}]
    assert finished(simulate(shop(machines, PAIR, pools=[_pool(1)]))[1]) == [60.0, 60.0]


def test_people_go_home_at_the_end_of_their_own_shift() -> None:
    shifts = [{"days": EVERY_DAY, "start": "00:00", "end": "00:40"}]
    _, state = simulate(shop([TWO[0]], PAIR[:1], pools=[_pool(1, shifts=shifts)]))
    assert [entry for entry in spans(state) if entry[0] != "IDLE"] == [
        ("RUN", 0.0, 40.0),
        ("NO_OPERATOR", 40.0, 1440.0),
        ("RUN", 1440.0, 1460.0),
    ]


def test_work_that_cannot_be_laid_down_is_not_begun_before_they_go_home() -> None:
    shifts = [{"days": EVERY_DAY, "start": "00:00", "end": "01:30"}]
    jobs = [Job([step(60.0, on_interruption="scrap")]), Job([step(60.0, on_interruption="scrap")])]
    _, state = simulate(shop([TWO[0]], jobs, pools=[_pool(1, shifts=shifts)]))
    assert finished(state) == [60.0, 1500.0]


def test_an_absence_lets_those_at_work_finish_and_nobody_follow() -> None:
    jobs = [Job([step(60.0)]), Job([step(60.0)])]
    absence = [(30 * MINUTE, P_POOL, 0, -PPM), (3 * HOUR, P_POOL, 0, PPM)]
    _, state = simulate(shop([TWO[0]], jobs, pools=[_pool(1)]), changes=absence)
    assert spans(state) == [
        ("RUN", 0.0, 60.0),
        ("NO_OPERATOR", 60.0, 180.0),
        ("RUN", 180.0, 240.0),
    ]


def test_a_short_call_in_is_paid_to_its_minimum() -> None:
    day = [{"days": ["mon", "tue", "wed", "thu", "fri", "sat"], "start": "08:00", "end": "10:00"}]
    sunday = [(5 * 24 * HOUR, P_CALENDAR, 0, 1)]
    pools = [_pool(3, minimum_call_in_h=4.0)]
    jobs = [Job([step(1.0)], release_h=24.0 * 8)]
    cluster = shop([TWO[0]], jobs, shifts=day, pools=pools)
    assert simulate(cluster)[1].pool["call_in_ppm_ms"][0] == 0
    _, state = simulate(cluster, changes=sunday)
    assert state.pool["call_in_ppm_ms"][0] == 3 * 2 * HOUR * PPM  # two of four hours, three people


def test_a_lot_waits_for_the_tool_that_another_machine_has() -> None:
    jobs = [
        Job([step(60.0, tool="jig")]),
        Job([step(30.0, "other", tool="jig")]),
        Job([step(10.0, "other")], release_h=2.0),
    ]
    machines = [{"id": "m"}, {"id": "n", "process": "other"}]
    _, state = simulate(shop(machines, jobs, tools=[{"id": "jig"}]))
    assert spans(state, 1)[:2] == [("BLOCKED", 0.0, 60.0), ("RUN", 60.0, 90.0)]
    assert finished(state) == [60.0, 90.0, 130.0]
    assert finished(simulate(shop(machines, jobs, tools=[{"id": "jig", "count": 2}]))[1]) == [
        60.0,
        30.0,
        130.0,
    ]


def test_what_can_resume_is_laid_aside_with_its_people_and_its_tool() -> None:
    machine = {"id": "m", "dispatch": {"preemptive": True}}
    jobs = [
        Job([step(60.0, tool="jig")]),
        Job([step(15.0, tool="jig")], release_h=0.5, priority=-1),
    ]
    cluster = shop([machine], jobs, pools=[_pool(1)], tools=[{"id": "jig", "count": 2}])
    _, state = simulate(cluster)
    assert finished(state) == [75.0, 45.0]
    assert state.pool["busy_ppm"].tolist() == [0, 0]
    assert state.pool["worked_ppm_ms"][0] == 75 * MINUTE * PPM
