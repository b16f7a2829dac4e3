"""Every run of the suite is checked against the laws, and a run that breaks one is caught."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import numpy as np
import pytest

import analytics.simulation.run as kernel
from analytics.scenario import Scenario
from analytics.simulation import laws
from analytics.simulation.compile import arm_state
from analytics.simulation.layout import DAY_MS, FOREVER, NONE
from analytics.simulation.model import SimModel, SimState
from federation.cut import planned
from tests.support.small_cluster import MONDAY, small_cluster
from twins.work import LotState

HORIZON = 8 * DAY_MS
OUTAGE = {
    "kind": "grid_outage", "region": "sahel", "start": MONDAY + timedelta(hours=30),
    "end": MONDAY + timedelta(hours=78),
}  # fmt: skip


def begun(trace_level: int) -> tuple[SimModel, SimState]:
    """A small cluster under an outage, in its second day, with work everywhere."""
    what = Scenario(id="test", title="Test", fork_at=MONDAY, edits=(OUTAGE,))
    model, state = what.compile(planned(small_cluster()))
    model = model.with_run(2, 0, trace_level=trace_level)
    arm_state(model, state)
    kernel.run(model, state, DAY_MS)
    return model, state


def first(rows: np.ndarray) -> int:
    """The first row for which something holds."""
    return int(np.flatnonzero(rows)[0])


def finished(state: SimState) -> int:
    """An operation that ended in the call."""
    return first((state.op["end_ms"] > DAY_MS) & (state.op["end_ms"] < FOREVER))


def add(array: np.ndarray, field: str, row: int, value: int = 1) -> None:
    array[field][row] += value


BREAK: dict[str, Callable[[SimState], None]] = {
    "energy in and out": lambda state: add(state.site, "served_uj", 0),
    "power at a moment": lambda state: add(state.energy_trace, "grid_mw", row_of_energy(state)),
    "charge of the battery": lambda state: add(state.site, "soc_uj", 0),
    "fuel in the tank": lambda state: add(state.site, "fuel_pl", 1, -1),
    "times in the states of a machine": lambda state: add(state.machine, "since_ms", 0),
    "lots in a queue": lambda state: add(state.group, "queued", 0),
    "lots on a machine": lambda state: add(
        state.machine, "op", first(state.machine["op"] == NONE), finished(state) + 1
    ),
    "lots at a dock": lambda state: add(state.link, "docked", 0),
    "lots on the way": lambda state: add(state.consignment, "arrived", 0, -1),
    "events of a lot told": lambda state: add(state.lot, "event", 0),
    "state of a lot": lambda state: add(
        state.lot, "state", first(state.lot["state"] == LotState.DELIVERED)
    ),
    "Little's law, lot ms": lambda state: add(
        state.lot, "done_ms", first(state.lot["done_ms"] < FOREVER)
    ),
    "Little's law at a machine": lambda state: add(state.op, "end_ms", finished(state)),
}


def row_of_energy(state: SimState) -> int:
    return int(state.clock["energy_rows"][0]) - 1


def test_the_suite_runs_with_the_laws_checked() -> None:
    assert laws.CHECKED


@pytest.mark.parametrize("law", BREAK)
def test_a_run_that_breaks_a_law_is_caught(law: str, monkeypatch: pytest.MonkeyPatch) -> None:
    model, state = begun(trace_level=2)
    sound = kernel.KERNEL

    def broken(*arguments: object) -> int:
        status = int(sound(*arguments))
        BREAK[law](state)
        return status

    monkeypatch.setattr(kernel, "KERNEL", broken)
    with pytest.raises(laws.LawError, match=rf"laws are broken at .*{law}"):
        kernel.run(model, state, HORIZON)


def test_meters_are_checked_against_the_trace_from_its_first_row() -> None:
    model, state = what_begins()
    path = laws.Path(model, state)
    kernel._call(path.model, state, HORIZON)
    assert not list(path.broken())
    for name in ("grid_uj", "served_uj"):  # in and out alike: the sum does not see it
        state.site[name][0] += 5
    assert {law for law, _, _ in path.broken()} == {"meter of grid, uJ", "meter of served, uJ"}


def what_begins() -> tuple[SimModel, SimState]:
    what = Scenario(id="test", title="Test", fork_at=MONDAY, edits=(OUTAGE,))
    model, state = what.compile(planned(small_cluster()))
    model = model.with_run(2, 0)
    arm_state(model, state)
    return model, state


@pytest.mark.parametrize("trace_level", [0, 2])
def test_the_check_changes_no_bit(trace_level: int, monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for checked in (True, False):
        monkeypatch.setattr(laws, "CHECKED", checked)
        model, state = begun(trace_level)
        kernel.run(model, state, HORIZON)
        found.append(state.digest())
    assert found[0] == found[1]


def test_what_is_not_checked_is_not_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(laws, "CHECKED", False)
    model, state = begun(trace_level=0)
    sound = kernel.KERNEL

    def broken(*arguments: object) -> int:
        state.site["served_uj"] += 1
        return int(sound(*arguments))

    monkeypatch.setattr(kernel, "KERNEL", broken)
    kernel.run(model, state, HORIZON)
