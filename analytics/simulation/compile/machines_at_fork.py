"""The machines at the fork: states, breakdowns, maintenance, warmth, what they are set up for."""

from __future__ import annotations

from typing import Any

import numpy as np

from analytics.simulation import features, slots
from analytics.simulation.compile import units
from analytics.simulation.compile.errors import CompileError
from analytics.simulation.compile.setups import family_numbers
from analytics.simulation.layout import P_MACHINE_DOWN, P_SITE_DOWN
from analytics.simulation.model import SimModel, SimState
from analytics.simulation.upkeep import DUE, NOT_DUE, REPAIRED, UNDER_WAY, WAITS_FOR_CREW
from federation.snapshot import ClusterSnapshot
from twins.states import MachineState

_STANDS = (MachineState.DOWN, MachineState.MAINTENANCE)


def observed_machines(model: SimModel, state: SimState, snapshot: ClusterSnapshot) -> None:
    """Every machine as it was told; counts begin at the fork, the work comes with the lots.

    Raises
    ------
    CompileError
        When the snapshot tells of a machine that the cluster does not have.
    """
    families = family_numbers(model.cluster or snapshot.cluster)
    for entry in snapshot.tables["machines"].to_pylist():
        row = model.names.machine_row.get((entry["site"], entry["machine"]))
        if row is None:
            raise CompileError(
                f"the snapshot tells of the machine {entry['site']}/{entry['machine']}, which the "
                "cluster does not have; take the snapshot and the cluster from the same version"
            )
        if entry["family"] is not None:
            state.machine["family"][row] = families.get(entry["family"], 0)
        if entry["state"] is None:
            continue
        machine = state.machine[row]
        machine["state"] = entry["state"]
        machine["since_ms"] = units.past_ms(entry["since"], snapshot.taken_at)
        _upkeep(model, state, snapshot, row, entry)
        _breakdown(model, state, snapshot, row, entry)
        _power(model, state, snapshot, row, entry)
    _lines_for_crews(model, state)


def _breakdown(
    model: SimModel, state: SimState, snapshot: ClusterSnapshot, row: int, entry: dict[str, Any]
) -> None:
    """A breakdown with its age, or the time since the last one.

    What stands and does not say why is under repair since it stands.
    """
    machine, group = state.machine[row], model.group[model.machine["group"][row]]
    told = entry["failure"]
    since = int(machine["since_ms"])
    if told:
        failed = told
        since = units.past_ms(entry["failure_since"], snapshot.taken_at)
    else:
        unexplained = machine["state"] in _STANDS and machine["down"] == 0
        failed = REPAIRED if unexplained and not _taken_down(model, row) else 0
    if failed == WAITS_FOR_CREW and model.site["crew"][group["site"]] == 0:
        failed = REPAIRED
    if failed:
        machine["failed"] = failed
        machine["down"] += 1
        machine["repair_ms"] = since
    elif group["features"] & features.USE_CLOCK:
        machine["worn_ms"] = units.hours(entry["use_h"] or 0.0)
    elif told is not None:
        machine["worn_ms"] = -units.past_ms(entry["failure_since"], snapshot.taken_at)


def _upkeep(
    model: SimModel, state: SimState, snapshot: ClusterSnapshot, row: int, entry: dict[str, Any]
) -> None:
    """A maintenance under way with its age, due, or still to come."""
    machine, group = state.machine[row], model.group[model.machine["group"][row]]
    if group["features"] & features.MAINTENANCE == 0:
        return
    slot = model.bases[slots.MAINTENANCE] + row
    told, left_h = entry["upkeep"], entry["upkeep_left_h"]
    if told == UNDER_WAY or (told is None and machine["state"] == MachineState.MAINTENANCE):
        since = entry["since"] if told is None else entry["upkeep_since"]
        machine["upkeep"] = UNDER_WAY
        machine["upkeep_since_ms"] = units.past_ms(since, snapshot.taken_at)
        machine["down"] += 1
    elif told == DUE:
        due = units.past_ms(entry["upkeep_since"], snapshot.taken_at)
        machine["upkeep"] = DUE
        machine["upkeep_due_ms"] = due if left_h is None else min(units.hours(left_h), 0)
        if group["upkeep_overdue_ms"] > 0:
            overdue = int(machine["upkeep_due_ms"] + group["upkeep_overdue_ms"])
            state.slot["time_ms"][slot] = max(overdue, 0)
    elif told == NOT_DUE and left_h is not None:
        if group["upkeep_by_use"] == 1:
            machine["upkeep_left_ms"] = max(units.hours(left_h), 1)
        else:
            state.slot["time_ms"][slot] = max(units.hours(left_h), 0)


def _power(
    model: SimModel, state: SimState, snapshot: ClusterSnapshot, row: int, entry: dict[str, Any]
) -> None:
    """Cold, warming up, or warm."""
    machine = state.machine[row]
    rewarm_ms = int(model.group["rewarm_ms"][model.machine["group"][row]])
    warm_ms = 0
    if entry["powered"] is not None:
        machine["powered"] = int(entry["powered"])
        warm_ms = rewarm_ms + units.past_ms(entry["powered_since"], snapshot.taken_at)
    elif machine["state"] == MachineState.NO_POWER and rewarm_ms > 0:
        machine["powered"] = 0
    elif machine["state"] == MachineState.REWARM:
        warm_ms = max(rewarm_ms + int(machine["since_ms"]), 1)
    if machine["powered"] == 1 and rewarm_ms > 0 and warm_ms > 0:
        machine["warm_ms"] = warm_ms
        state.slot["time_ms"][model.bases[slots.REWARM] + row] = warm_ms
        switch_on(model, state, row)


def switch_on(model: SimModel, state: SimState, machine: int, power_mw: int | None = None) -> None:
    """Let a machine draw its running power, or another one, from its bus."""
    group = model.group[model.machine["group"][machine]]
    power = int(group["run_mw"]) if power_mw is None else power_mw
    state.machine["draw_mw"][machine] = power
    state.bus["load_mw"][group["bus"]] += power


def _lines_for_crews(model: SimModel, state: SimState) -> None:
    """Machines that wait for a repair crew stand in line, the longest waiting first."""
    broken = np.flatnonzero(state.machine["failed"] == WAITS_FOR_CREW)
    for row in broken[np.lexsort((broken, state.machine["repair_ms"][broken]))].tolist():
        site = model.group["site"][model.machine["group"][row]]
        line = state.pool[int(model.site["crew"][site]) - 1]
        if line["last_broken"] == 0:
            line["first_broken"] = row + 1
        else:
            state.machine["next_broken"][line["last_broken"] - 1] = row + 1
        line["last_broken"] = row + 1


def _taken_down(model: SimModel, machine: int) -> bool:
    """Whether an edit holds the machine or its site down at the fork."""
    now = model.primitive[model.primitive["time_ms"] <= 0]
    site = model.group["site"][model.machine["group"][machine]]
    own = (now["kind"] == P_MACHINE_DOWN) & (now["entity"] == machine)
    whole = (now["kind"] == P_SITE_DOWN) & (now["entity"] == site)
    return bool(now["value"][own | whole].sum() > 0)
