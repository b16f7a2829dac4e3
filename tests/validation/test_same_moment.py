"""What the guide says of events in one and the same millisecond, and of cuts in a pause."""

from __future__ import annotations

from typing import Any

import pytest

from analytics.simulation.layout_primitives import P_GRID_OFF, P_MACHINE_DOWN
from analytics.simulation.model import SimState
from analytics.simulation.run import run
from federation.topology.product_model import OperationSpec
from tests.validation.one_site import EVERY_DAY, HOUR, build, compile_one
from twins.energy_spec import EnergySpec, GridSpec
from twins.spec import MachineSpec, ShiftSpec

GRID = EnergySpec(grid=GridSpec(limit_kw=100.0))


def one_lot(
    changes: Any = (), *, shifts: Any = None, rewarm_min: float = 0.0, **operation: Any
) -> SimState:
    """A lot of half an hour, told of at the end of ten hours."""
    cluster = build(
        GRID,
        machine=MachineSpec(id="m", process="work", run_kw=5.0, rewarm_min=rewarm_min),
        operation=OperationSpec(id="op", process="work", unit_time_min=30.0, **operation),
        lots=1,
        **({"shifts": shifts} if shifts else {}),
    )
    model, state = compile_one(cluster, list(changes))
    run(model, state, 10 * HOUR)
    return state


def off(kind: int, begin_h: float, end_h: float) -> list[tuple[int, int, int, int]]:
    return [(round(begin_h * HOUR), kind, 0, 1), (round(end_h * HOUR), kind, 0, -1)]


def test_an_operation_that_ends_as_the_power_fails_is_finished() -> None:
    state = one_lot(off(P_GRID_OFF, 0.5, 3.0), on_interruption="scrap")
    assert state.op["end_ms"][0] == HOUR // 2
    assert state.op["attempts"][0] == 0


def test_an_operation_that_ends_as_its_machine_is_taken_down_is_interrupted() -> None:
    """Nothing is left of it: it ends as the machine is back."""
    state = one_lot(off(P_MACHINE_DOWN, 0.5, 3.0))
    assert state.op["end_ms"][0] == 3 * HOUR
    assert state.op["attempts"][0] == 1


def two_shifts(first_end: str) -> tuple[ShiftSpec, ...]:
    """From midnight, and from 04:00 to 05:00."""
    return (
        ShiftSpec(days=EVERY_DAY, start="00:00", end=first_end),
        ShiftSpec(days=EVERY_DAY, start="04:00", end="05:00"),
    )


def test_an_operation_that_ends_with_the_shift_is_finished() -> None:
    state = one_lot(shifts=two_shifts("00:30"), on_interruption="scrap")
    assert state.op["end_ms"][0] == HOUR // 2


def test_what_is_longer_than_the_whole_shift_is_begun_and_laid_down_without_harm() -> None:
    state = one_lot(shifts=two_shifts("00:29"), on_interruption="scrap")
    assert state.op["end_ms"][0] == 4 * HOUR + HOUR // 60
    assert state.op["attempts"][0] == 0


@pytest.mark.parametrize(("pause_min", "scrapped"), [(60.0, 1), (60.001, 0)])
def test_power_that_comes_back_as_the_longest_pause_is_over_is_too_late(
    pause_min: float, scrapped: int
) -> None:
    state = one_lot(off(P_GRID_OFF, 0.25, 1.25), longest_pause_min=pause_min)
    assert state.lot["attempt"][0] == scrapped
    assert state.op["end_ms"][0] == (1.75 if scrapped else 1.5) * HOUR


def test_the_pause_counts_repair_warming_up_and_a_second_cut() -> None:
    """Cut from 0:15 to 0:45, warm by 1:15, cut again from 1:00 to 1:30: it goes on at 2:00."""
    cuts = off(P_GRID_OFF, 0.25, 0.75) + off(P_GRID_OFF, 1.0, 1.5)
    state = one_lot(cuts, rewarm_min=30.0, longest_pause_min=106.0)
    assert state.lot["attempt"][0] == 0
    assert state.op["attempts"][0] == 1  # the second cut hits nothing that runs
    assert state.op["end_ms"][0] == 2.25 * HOUR
    state = one_lot(cuts, rewarm_min=30.0, longest_pause_min=105.0)
    assert state.lot["attempt"][0] == 1


def test_work_that_is_laid_down_is_not_harmed_by_a_cut_and_its_rest_does_not_count() -> None:
    """Begun at 0:00, laid down at 0:20, cut from 1:00 to 2:00, taken up at 4:00."""
    state = one_lot(off(P_GRID_OFF, 1.0, 2.0), shifts=two_shifts("00:20"), longest_pause_min=5.0)
    assert state.lot["attempt"][0] == state.op["attempts"][0] == 0
    assert state.op["end_ms"][0] == 4 * HOUR + HOUR // 6
