"""What the fork makes of the condition of machines: told, or assumed."""

from __future__ import annotations

import pytest

from analytics.simulation import slots
from analytics.simulation.compile import arm_state
from analytics.simulation.expectation import mean_residual
from analytics.simulation.layout import FOREVER, HOUR_MS, PPM
from analytics.simulation.layout_primitives import P_MACHINE_DOWN
from analytics.simulation.run import run
from tests.support.live_condition import (
    MINUTE_MS,
    PLATE,
    ago,
    agrees,
    at_saw,
    drawn,
    fork,
    machine,
    row_of,
)
from twins.states import MachineState


def test_a_breakdown_to_come_is_drawn_given_how_long_the_machine_has_held():
    held = machine("saw-1", MachineState.IDLE, 1.0, failure=0, failure_since=ago(30.0))
    model, state = fork(machines=[held])
    row = row_of(model, "saw-1")
    slot = model.bases[slots.FAILURE] + row
    dist = model.dist[model.group["failure_dist"][model.machine["group"][row]]]
    left_h = mean_residual(dist, model.curve, 30.0 * HOUR_MS) / HOUR_MS
    assert left_h < 0.5 * dist["mean"] / HOUR_MS  # it ages
    assert agrees(drawn(model, state, lambda own: own.slot["time_ms"][slot]), left_h)
    arm_state(model.with_run(5, 0, deterministic=True), state)
    assert state.slot["time_ms"][slot] == FOREVER  # plans know of none


def test_a_breakdown_by_use_is_drawn_given_the_work_since_the_last():
    worn = machine("mill", MachineState.IDLE, 1.0, failure=0, failure_since=None, use_h=12.0)
    model, state = fork(machines=[worn])
    row = row_of(model, "mill")
    dist = model.dist[model.group["failure_dist"][model.machine["group"][row]]]
    left_h = mean_residual(dist, model.curve, 12.0 * HOUR_MS) / HOUR_MS
    assert agrees(drawn(model, state, lambda own: own.machine["use_left_ms"][row]), left_h)


def test_a_repair_has_its_own_age_whatever_the_machine_did_before():
    broken = machine("saw-1", MachineState.DOWN, 9.0, failure=1, failure_since=ago(2.0))
    model, state = fork(machines=[broken])
    row = row_of(model, "saw-1")
    slot = model.bases[slots.FAILURE] + row
    dist = model.dist[model.group["repair_dist"][model.machine["group"][row]]]
    left_h = mean_residual(dist, model.curve, 2.0 * HOUR_MS) / HOUR_MS
    assert (state.machine["failed"][row], state.machine["down"][row]) == (1, 1)
    assert agrees(drawn(model, state, lambda own: own.slot["time_ms"][slot]), left_h)


def test_machines_wait_for_the_crew_in_the_order_of_their_breakdowns():
    model, state = fork(
        certain=True,
        machines=[
            machine("saw-1", MachineState.DOWN, 1.0, failure=2, failure_since=ago(1.0)),
            machine("saw-2", MachineState.DOWN, 3.0, failure=1, failure_since=ago(2.0)),
            machine("mill", MachineState.DOWN, 2.0, failure=2, failure_since=ago(2.0)),
        ],
    )
    saw, mill = row_of(model, "saw-1"), row_of(model, "mill")
    line = state.pool[model.site["crew"][0] - 1]
    assert (line["first_broken"], line["last_broken"]) == (mill + 1, saw + 1)
    assert state.machine["next_broken"][[mill, saw]].tolist() == [saw + 1, 0]
    arm_state(model.with_run(1, 0), state)
    run(
        model.with_run(1, 0), state, 20 * MINUTE_MS
    )  # the crew is done with the second saw at 0.3 h
    assert state.machine["failed"][[saw, mill]].tolist() == [2, 1]
    waited = state.machine["crew_wait_ms"][mill]
    assert waited == pytest.approx(0.3 * HOUR_MS, abs=1)  # not what it waited before the fork


def test_a_machine_that_stands_and_breaks_down_by_nothing_is_repaired_all_the_same():
    stands = machine("oven", MachineState.MAINTENANCE, 3.0)
    model, state = fork(machines=[stands])
    assert state.machine["failed"][row_of(model, "oven")] == 1


def test_a_maintenance_under_way_keeps_its_crew():
    model, state = fork(
        certain=True,
        machines=[
            machine("saw-1", MachineState.MAINTENANCE, 1.0, upkeep=2, upkeep_since=ago(1.0)),
            machine("saw-2", MachineState.DOWN, 0.5, failure=2, failure_since=ago(0.5)),
        ],
    )
    arm_state(model.with_run(1, 0), state)
    run(model.with_run(1, 0), state, round(0.39 * HOUR_MS))
    first, second = row_of(model, "saw-1"), row_of(model, "saw-2")
    assert (state.machine["upkeep"][first], state.machine["failed"][second]) == (2, 2)
    run(model.with_run(1, 0), state, round(0.41 * HOUR_MS))
    assert (state.machine["upkeep"][first], state.machine["failed"][second]) == (0, 1)


@pytest.mark.parametrize(
    ("told", "upkeep", "moment_ms"),
    [
        ({"upkeep": 0, "upkeep_left_h": 7.5}, 0, 7.5 * HOUR_MS),
        ({"upkeep": 0, "upkeep_left_h": -1.0}, 0, 0),  # due since the site last spoke
        ({"upkeep": 1, "upkeep_left_h": -2.0, "upkeep_since": ago(2.0)}, 1, HOUR_MS),  # overdue
        ({"upkeep": 1, "upkeep_left_h": -9.0, "upkeep_since": ago(9.0)}, 1, 0),
        ({"upkeep": 1, "upkeep_since": ago(2.0)}, 1, HOUR_MS),
        ({}, 0, FOREVER),
    ],
)
def test_a_maintenance_falls_due_as_it_was_told(told, upkeep, moment_ms):
    model, state = fork(machines=[machine("saw-1", MachineState.IDLE, 5.0, **told)])
    row = row_of(model, "saw-1")
    assert state.machine["upkeep"][row] == upkeep
    assert state.slot["time_ms"][model.bases[slots.MAINTENANCE] + row] == moment_ms
    model = model.with_run(1, 0, deterministic=True)
    arm_state(model, state)
    run(model, state, 0)
    begins = upkeep == 1 or moment_ms == 0  # nothing is on the machine
    assert state.machine["upkeep"][row] == (2 if begins else 0)
    if moment_ms == FOREVER:
        assert state.slot["time_ms"][model.bases[slots.MAINTENANCE] + row] == 60 * HOUR_MS


def test_a_maintenance_by_use_goes_on_counting_the_work():
    told = machine("mill", MachineState.IDLE, 1.0, upkeep=0, upkeep_left_h=2.5)
    model, state = fork(machines=[told])
    run(model.with_run(1, 0), state, 0)
    assert state.machine["upkeep_left_ms"][row_of(model, "mill")] == round(2.5 * HOUR_MS)


@pytest.mark.parametrize(
    ("told", "powered", "warm_h"),
    [
        ({"powered": False}, 0, 0.0),
        ({"powered": True, "powered_since": ago(0.5)}, 1, 0.25),
        ({"powered": True, "powered_since": ago(5.0)}, 1, 0.0),
        ({}, 1, 0.0),
    ],
)
def test_a_machine_is_cold_or_warm_whatever_its_state_says(told, powered, warm_h):
    model, state = fork(machines=[machine("oven", MachineState.OFF_SHIFT, 9.0, **told)])
    row = row_of(model, "oven")
    assert (state.machine["powered"][row], state.machine["warm_ms"][row]) == (
        powered,
        round(warm_h * HOUR_MS),
    )
    assert (state.machine["draw_mw"][row] > 0) == (warm_h > 0.0)


def test_a_machine_is_set_up_for_what_it_said():
    families = {"told": machine("saw-1", MachineState.IDLE, 1.0, family="thick")}
    model, state = fork(machines=[*families.values()])
    thick, none = state.machine["family"][[row_of(model, "saw-1"), row_of(model, "saw-2")]]
    assert (thick > 0, none) == (True, 0)
    model, state = fork(machines=[machine("saw-1", MachineState.IDLE, 1.0, family="")])
    assert state.machine["family"][row_of(model, "saw-1")] == 0


def test_a_changeover_that_is_interrupted_begins_anew_with_its_whole_length():
    told = {"lot": PLATE, "operation": 0, "remaining_h": 5.0, "family": "thin"}
    down = [(10 * MINUTE_MS, P_MACHINE_DOWN, 0, 1), (20 * MINUTE_MS, P_MACHINE_DOWN, 0, -1)]
    ends = []
    for setup in ({}, {"setup_left_h": 0.5, "setup_h": 2.0}):
        model, state = fork(
            certain=True,
            primitives=down,
            machines=[machine("saw-1", MachineState.SETUP, 1.0, **told, **setup)],
            lots=[at_saw(visits=[])],
        )
        arm_state(model.with_run(1, 0), state)
        run(model.with_run(1, 0), state, 12 * HOUR_MS)
        op = model.op_rows(model.names.lot_row[PLATE]).start
        ends.append(int(state.op["end_ms"][op]) / HOUR_MS)
    # Ten minutes that it stood, and all of the changeover that was done by then are lost:
    # of 80 min, where nobody told, an hour and ten minutes; of the two hours told, 1 h 40 min.
    assert ends[0] == pytest.approx(5.0 + 1 / 6 + 1.0 + 1 / 6)
    assert ends[1] == pytest.approx(5.0 + 1 / 6 + 1.5 + 1 / 6)


def test_people_are_where_they_were_told_to_be():
    told = {"lot": PLATE, "operation": 0, "remaining_h": 2.0}
    model, state = fork(
        machines=[machine("saw-1", MachineState.RUN, 1.0, **told, pool="helpers")],
        lots=[at_saw()],
    )
    arm_state(model.with_run(1, 0), state)
    run(model.with_run(1, 0), state, 0)
    assert state.pool["busy_ppm"][:2].tolist() == [0, PPM]
    model, state = fork(machines=[machine("saw-1", MachineState.RUN, 1.0, **told)], lots=[at_saw()])
    arm_state(model.with_run(1, 0), state)
    run(model.with_run(1, 0), state, 0)
    assert state.pool["busy_ppm"][:2].tolist() == [PPM, 0]  # the first pool that can


@pytest.mark.parametrize(
    ("state", "told", "limit_h"),
    [
        (MachineState.PAUSED, {"interrupted": True, "interrupted_since": ago(3.0)}, 1.0),
        (MachineState.NO_POWER, {"interrupted": True, "interrupted_since": ago(9.0)}, 0.0),
        (MachineState.NO_POWER, {}, 3.5),  # since the state began
        (MachineState.PAUSED, {}, None),
        (MachineState.NO_POWER, {"interrupted": False}, None),
    ],
)
def test_the_longest_pause_counts_from_the_interruption(state, told, limit_h):
    lot = at_saw(machine="oven", operation=2)
    model, found = fork(
        machines=[machine("oven", state, 0.5, lot=PLATE, operation=2, remaining_h=1.0, **told)],
        lots=[lot],
    )
    slot = found.slot["time_ms"][model.bases[slots.PAUSE_LIMIT] + row_of(model, "oven")]
    assert slot == (FOREVER if limit_h is None else round(limit_h * HOUR_MS))


def test_work_left_that_nobody_told_is_drawn_given_what_is_done():
    model, state = fork(
        machines=[machine("saw-1", MachineState.RUN, 2.0, lot=PLATE, operation=0)],
        lots=[at_saw()],
    )
    row = row_of(model, "saw-1")
    nominal_h = 11 * 24.0 / 60.0
    dist = model.dist[model.optype["dist"][state.op["optype"][state.machine["op"][row]]]]
    left_h = nominal_h * mean_residual(dist, model.curve, 2.0 / nominal_h)
    assert state.machine["finish_ms"][row] == pytest.approx(left_h * HOUR_MS, rel=1e-3)
    assert agrees(drawn(model, state, lambda own: own.machine["finish_ms"][row]), left_h)
    ends = drawn(
        model, state, lambda own: own.slot["time_ms"][model.bases[slots.FINISH] + row], runs=20
    )
    assert len(set(ends.tolist())) > 15
