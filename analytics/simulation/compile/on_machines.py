"""What is on the machines at the fork, and how much work and changeover is left of it."""

from __future__ import annotations

from typing import Any

import numpy as np

from analytics.simulation import features, slots
from analytics.simulation.compile import units
from analytics.simulation.compile.machines_at_fork import switch_on
from analytics.simulation.compile.people import pool_ids
from analytics.simulation.compile.travellers import loads
from analytics.simulation.expectation import mean_residual
from analytics.simulation.layout import FOREVER, NONE
from analytics.simulation.model import SimModel, SimState
from analytics.simulation.placing import put
from federation.snapshot import ClusterSnapshot
from twins.states import MachineState

_WORKING = (MachineState.RUN, MachineState.SETUP)
_INTERRUPTED = (MachineState.DOWN, MachineState.NO_POWER, MachineState.REWARM, MachineState.BLOCKED)


def observed_work(
    model: SimModel, state: SimState, snapshot: ClusterSnapshot, running: dict[int, list[int]]
) -> None:
    """Load the machines with the lots that are on them.

    Parameters
    ----------
    running
        Lots by the row of their machine.
    """
    told = {
        model.names.machine_row[entry["site"], entry["machine"]]: entry
        for entry in snapshot.tables["machines"].to_pylist()
    }
    pools = {
        (site, pool): row + 1
        for row, (site, kind, pool) in enumerate(pool_ids(snapshot.cluster))
        if kind == "people"
    }
    for row, lots in running.items():
        entry = told[row]
        first = model.names.lot_row.get(entry["lot"] or "", NONE)
        ops = loads(model, state, first, lots)
        machine = state.machine[row]
        for op, following in zip(ops, [*ops[1:], NONE], strict=True):
            record = state.op[op]
            record["batch_next"] = following
            record["machine"] = row
            record["units"] = state.lot["units"][record["lot"]]
            if state.lot["shares"][record["lot"]] > 0:
                record["units"] += state.lot["good"][record["lot"]]
            record["start_ms"] = min(int(state.lot["since_ms"][record["lot"]]), -1)
        put(model, state, np.array(ops), model.machine["group"][[row] * len(ops)])
        machine["op"] = ops[0]
        works = machine["state"] in _WORKING or entry["state"] == MachineState.UNKNOWN
        _interruption(model, state, snapshot, row, entry, works=works)
        left_ms = _work_left(model, state, row, entry, works=works)
        _changeover(model, state, row, entry, left_ms, works=works)
        if works:
            _go_on(model, state, row, left_ms)
            if model.group["features"][model.machine["group"][row]] & features.PEOPLE:
                machine["pool"] = pools.get((entry["site"], entry["pool"]), 0)
        else:
            machine["work_left_ms"] = left_ms


def _work_left(
    model: SimModel, state: SimState, row: int, entry: dict[str, Any], *, works: bool
) -> int:
    """Work left as it was told; else its mean given what is done, until ``arm_state`` draws it."""
    if entry["remaining_h"] is not None:
        return max(units.hours(entry["remaining_h"]), 1)
    machine = state.machine[row]
    op = int(machine["op"])
    begun = int(state.lot["since_ms"][state.op["lot"][op]])
    if machine["share_units"] > 0:  # the lot may have been on another machine before
        begun = max(begun, int(machine["since_ms"]))
    stopped = 0 if works else int(machine["paused_ms"])
    if not works and stopped == NONE:
        stopped = int(machine["since_ms"])
    state.op["done_ms"][op] = max(min(stopped, 0) - begun, 0)
    machine["untold"] = 1
    nominal = nominal_work_ms(model, state, row)
    dist = int(model.optype["dist"][state.op["optype"][op]])
    done = int(state.op["done_ms"][op])
    if dist == NONE:
        return max(nominal - done, 1)
    return max(int(nominal * mean_residual(model.dist[dist], model.curve, done / nominal)), 1)


def nominal_work_ms(model: SimModel, state: SimState, row: int) -> int:
    """Setup, cycles and unit times of what is on a machine, at its speed, ms, at least 1."""
    op, share = int(state.machine["op"][row]), int(state.machine["share_units"][row])
    optype, group = model.optype[state.op["optype"][op]], model.group[model.machine["group"][row]]
    count = 0
    while op != NONE:
        count += share or int(state.lot["units"][state.op["lot"][op]])
        op = int(state.op["batch_next"][op])
    cycles = 1
    if group["batch_units"] > 0:
        cycles = max(-(-count // int(group["batch_units"])), 1)
    work_ns = int(optype["unit_ns"]) * count
    work_ns += 1_000_000 * (int(optype["setup_ms"]) + int(optype["cycle_ms"]) * cycles)
    return max(work_ns // int(group["speed_ppm"]), 1)


def _interruption(
    model: SimModel,
    state: SimState,
    snapshot: ClusterSnapshot,
    row: int,
    entry: dict[str, Any],
    *,
    works: bool,
) -> None:
    """Since when the work is interrupted, and how long it may be."""
    machine = state.machine[row]
    if entry["interrupted"] is None:
        if works or machine["state"] not in _INTERRUPTED:
            return
        machine["paused_ms"] = min(int(machine["since_ms"]), -1)
    elif entry["interrupted"]:
        since = units.past_ms(entry["interrupted_since"], snapshot.taken_at)
        machine["paused_ms"] = since - 1 if since == NONE else since  # NONE: not interrupted
    else:
        return
    limit = int(model.optype["longest_pause_ms"][state.op["optype"][machine["op"]]])
    if limit < FOREVER:
        at = max(limit + int(machine["paused_ms"]), 0)
        state.slot["time_ms"][model.bases[slots.PAUSE_LIMIT] + row] = at


def _changeover(
    model: SimModel, state: SimState, row: int, entry: dict[str, Any], left_ms: int, *, works: bool
) -> None:
    """What is left of a changeover; if nobody told, of the default one since the state began."""
    machine, group = state.machine[row], model.group[model.machine["group"][row]]
    if group["features"] & features.SETUPS == 0:
        return
    setup_ms = 0
    if entry["setup_left_h"] is not None:
        setup_ms = units.hours(entry["setup_left_h"])
        whole = entry["setup_h"]
        machine["setup_ms"] = setup_ms if whole is None else max(units.hours(whole), setup_ms)
    elif entry["setup_h"] is None and machine["state"] == MachineState.SETUP:
        machine["setup_ms"] = group["setup_default_ms"]
        setup_ms = max(int(group["setup_default_ms"]) + int(machine["since_ms"]), 0)
    setup_ms = min(setup_ms, left_ms)
    if setup_ms == 0:
        return
    if works:
        machine["setup_until_ms"] = setup_ms
    else:
        machine["setup_left_ms"] = setup_ms


def _go_on(model: SimModel, state: SimState, row: int, left_ms: int) -> None:
    """Work proceeds: changeover and start-up peak end first, then the work."""
    machine, group = state.machine[row], model.group[model.machine["group"][row]]
    changes = machine["setup_until_ms"] > 0
    machine["state"] = MachineState.SETUP if changes else MachineState.RUN
    machine["running"] = 1
    machine["finish_ms"] = left_ms
    state.slot["time_ms"][model.bases[slots.FINISH] + row] = left_ms
    stages = [int(machine["setup_until_ms"])] if changes else []
    # A peak began with the work, or when the machine went on with it.
    begun = max(
        int(machine["since_ms"]), int(state.lot["since_ms"][state.op["lot"][machine["op"]]])
    )
    if group["start_ms"] > 0 and begun + int(group["start_ms"]) > 0:
        machine["peak_ms"] = begun + int(group["start_ms"])
        stages.append(int(machine["peak_ms"]))
        switch_on(model, state, row, max(int(group["run_mw"]), int(group["start_mw"])))
    else:
        switch_on(model, state, row)
    if stages:
        state.slot["time_ms"][model.bases[slots.REWARM] + row] = min(stages)
