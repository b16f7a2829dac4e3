"""The lots at the fork: waiting, queued, on machines, in docks, on the way, delivered."""

from __future__ import annotations

from typing import Any

import numpy as np

from analytics.simulation import layout, slots
from analytics.simulation.compile import units
from analytics.simulation.compile.errors import CompileError
from analytics.simulation.compile.shared_lots import share_out
from analytics.simulation.compile.start import switch_on
from analytics.simulation.layout import FOREVER, NONE, PPM
from analytics.simulation.model import SimModel, SimState
from federation.snapshot import ClusterSnapshot
from twins.states import MachineState
from twins.work import LotState

_WORKING = (MachineState.RUN, MachineState.SETUP)
_INTERRUPTED = (MachineState.DOWN, MachineState.NO_POWER, MachineState.REWARM, MachineState.BLOCKED)


def observed_lots(model: SimModel, state: SimState, snapshot: ClusterSnapshot) -> None:
    """Where every lot is. The kernel rebuilds its queues, docks and waiting lists from this.

    Raises
    ------
    CompileError
        When the snapshot tells of a lot, place, machine or link that the cluster does not have.
    """
    lots = snapshot.tables["lots"]
    known = lots.filter(_told(lots)).to_pylist()
    running: dict[int, list[int]] = {}
    for entry in known:
        row = _known(model.names.lot_row, entry["lot"], "lot")
        lot = state.lot[row]
        lot["state"] = entry["state"]
        lot["event"] = entry["event"] or 0
        lot["since_ms"] = _past(entry["since"], snapshot)
        lot["attempt"] = entry["attempt"] or 0
        lot["units"] = entry["units"] or 0
        lot["good"] = entry["good"] or 0
        if entry["waiting"] is not None:
            lot["waiting"] = entry["waiting"]
        if entry["place"] is not None:
            lot["place"] = _known(model.names.place_row, entry["place"], "place")
        _cursor(model, state, row, int(entry["operation"] or 0))
        if entry["state"] == LotState.QUEUED and lot["op"] < model.lot["ops"][row]:
            state.op["queued_ms"][model.lot["first_op"][row] + lot["op"]] = lot["since_ms"] + 1
        if entry["state"] == LotState.RUNNING:
            machine = _known(model.names.machine_row, (entry["place"], entry["machine"]), "machine")
            running.setdefault(machine, []).append(row)
        elif entry["state"] in {LotState.DOCK, LotState.TRANSIT} and entry["link"] is not None:
            lot["link"] = direction(model, entry["link"], entry["place"])
        elif entry["state"] in {LotState.DELIVERED, LotState.JOINED, LotState.LOST}:
            lot["done_ms"] = lot["since_ms"]
    share_out(model, state, snapshot.tables["machines"].to_pylist(), running)
    _on_machines(model, state, snapshot, running)
    _on_the_way(model, state, snapshot, known)
    first_articles(model, state)
    customers = model.lot["parent"] == NONE
    done = np.isin(state.lot["state"], (LotState.DELIVERED, LotState.LOST))
    state.clock["open_lots"] = np.count_nonzero(customers & ~done)


def _told(lots: Any) -> Any:
    import pyarrow.compute as pc

    return pc.fill_null(pc.not_equal(lots.column("state"), int(LotState.PLANNED)), False)


def _cursor(model: SimModel, state: SimState, lot: int, operations: int) -> None:
    """Finished operations end before the fork; when exactly was not told."""
    rows = model.op_rows(lot)
    if not 0 <= operations <= len(rows):
        raise CompileError(
            f"lot {model.names.lots[lot]} is told to have finished {operations} operations and has "
            f"{len(rows)}; take the snapshot and the cluster from the same version"
        )
    state.lot["op"][lot] = operations
    done = state.op[rows.start : rows.start + operations]
    moment = min(int(state.lot["since_ms"][lot]), -1)
    done["start_ms"] = moment
    done["end_ms"] = moment


def _on_machines(
    model: SimModel, state: SimState, snapshot: ClusterSnapshot, running: dict[int, list[int]]
) -> None:
    told = {
        model.names.machine_row[entry["site"], entry["machine"]]: entry
        for entry in snapshot.tables["machines"].to_pylist()
    }
    for row, lots in running.items():
        ops = [int(model.lot["first_op"][lot] + state.lot["op"][lot]) for lot in lots]
        machine = state.machine[row]
        for op, lot, following in zip(ops, lots, [*ops[1:], NONE], strict=True):
            entry = state.op[op]
            entry["batch_next"] = following
            entry["machine"] = row
            entry["units"] = state.lot["units"][lot]
            if state.lot["shares"][lot] > 0:
                entry["units"] += state.lot["good"][lot]
            entry["group"] = model.machine["group"][row]
            entry["start_ms"] = min(int(state.lot["since_ms"][lot]), -1)
        machine["op"] = ops[0]
        left = told[row]["remaining_h"] if row in told else None
        if left is None:
            share = int(machine["share_units"])
            left_ms = _nominal_ms(model, state, ops[0], lots, share) + int(machine["since_ms"])
        else:
            left_ms = units.hours(left)
        left_ms = max(left_ms, 1)
        if int(machine["state"]) in _WORKING or row not in told:
            machine["state"] = MachineState.RUN
            machine["running"] = 1
            switch_on(model, state, row)
            machine["finish_ms"] = left_ms
            state.slot["time_ms"][model.bases[slots.FINISH] + row] = left_ms
        else:
            machine["work_left_ms"] = left_ms
            if int(machine["state"]) in _INTERRUPTED:
                machine["paused_ms"] = machine["since_ms"]
                limit = int(model.optype["longest_pause_ms"][state.op["optype"][ops[0]]])
                if limit < FOREVER:
                    at = max(limit + int(machine["since_ms"]), 0)
                    state.slot["time_ms"][model.bases[slots.PAUSE_LIMIT] + row] = at


def _nominal_ms(model: SimModel, state: SimState, op: int, lots: list[int], share: int) -> int:
    """Setup, cycle and unit times at the machine's speed, where no remaining time was told."""
    optype = model.optype[state.op["optype"][op]]
    count = share or int(state.lot["units"][lots].sum())
    work_ns = int(optype["unit_ns"]) * count
    work_ns += 1_000_000 * (int(optype["setup_ms"]) + int(optype["cycle_ms"]))
    return work_ns * PPM // int(model.group["speed_ppm"][state.op["group"][op]]) // 1_000_000


def _on_the_way(
    model: SimModel, state: SimState, snapshot: ClusterSnapshot, lots: list[dict[str, Any]]
) -> None:
    """One consignment per (consignment, link), in the order of the transports, then of the lots."""
    travelling = [entry for entry in lots if entry["state"] == LotState.TRANSIT]
    loads: dict[tuple[str, int], list[dict[str, Any]]] = {}
    for entry in travelling:
        row = model.names.lot_row[entry["lot"]]
        link = int(state.lot["link"][row])
        name = entry["consignment"] or f"{entry['link']}>{entry['eta']}"
        loads.setdefault((name, link), []).append(entry)
    departed = {
        entry["consignment"]: entry["depart"] for entry in snapshot.tables["transports"].to_pylist()
    }
    if len(loads) > len(state.consignment):
        grow_consignments(model, state, 2 * len(loads))
    for number, ((name, link), load) in enumerate(loads.items()):
        rows = [model.names.lot_row[entry["lot"]] for entry in load]
        etas = [entry["eta"] for entry in load if entry["eta"] is not None]
        if link == NONE or not etas:
            raise CompileError(
                f"lot {load[0]['lot']} is told to be on its way without a link or an expected "
                "arrival; have its lot event name 'link' and 'eta'"
            )
        record = state.consignment[number]
        record["link"] = link
        record["depart_ms"] = _past(departed.get(name) or load[0]["since"], snapshot)
        record["arrive_ms"] = max(units.moment_ms(max(etas), snapshot.taken_at), 0)
        record["mass_g"] = model.lot["mass_g"][rows].sum()
        record["lots"] = len(rows)
        record["first_lot"] = rows[0]
        state.lot["next"][rows] = [*rows[1:], NONE]
        arrival = model.bases[slots.ARRIVAL] + number
        state.slot["time_ms"][arrival] = record["arrive_ms"]
    state.clock["consignments"] = len(loads)


def grow_consignments(model: SimModel, state: SimState, rows: int) -> None:
    """Make room for ``rows`` consignments and their arrivals."""
    more = rows - len(state.consignment)
    fresh = SimState.empty(model).consignment[:1]
    state.consignment = np.concatenate([state.consignment, np.repeat(fresh, more)])
    free = np.zeros(more, layout.SLOT_S)
    free["time_ms"], free["position"] = FOREVER, NONE
    state.slot = np.concatenate([state.slot, free])
    state.heap = np.concatenate([state.heap, np.full(more, NONE, np.int64)])


def first_articles(model: SimModel, state: SimState) -> None:
    """Mark the lots that open a gate: under way, or finished and waiting for approval."""
    for row in np.flatnonzero((state.gate["status"] == 3) | (state.gate["status"] == 4)).tolist():
        gate = state.gate[row]
        lot = int(gate["lot"])
        if lot == NONE:
            gate["status"] = 2
            continue
        waits = int(gate["status"]) == 4
        state.lot["article"][lot] = 2 if waits else 1
        if waits:
            end = int(state.lot["since_ms"][lot]) + int(model.permission["approval_ms"][row])
            state.slot["time_ms"][model.bases[slots.APPROVAL] + row] = max(end, 0)


def direction(model: SimModel, link: str, start: str | None) -> int:
    """Row of a link in the direction that begins at ``start``.

    Raises
    ------
    CompileError
        When there is no such link.
    """
    for row in model.names.link_rows.get(link, ()):
        if start is None or model.names.links[row][1] == start:
            return row
    raise CompileError(
        f"the snapshot tells of the link '{link}' from {start}, which the cluster does not have; "
        "take the snapshot and the cluster from the same version"
    )


def _known(rows: dict[Any, int], name: Any, kind: str) -> int:
    row = rows.get(name)
    if row is None:
        label = "/".join(map(str, name)) if isinstance(name, tuple) else str(name)
        raise CompileError(
            f"the snapshot tells of the {kind} '{label}', which the cluster does not have; "
            "take the snapshot and the cluster from the same version"
        )
    return row


def _past(moment: Any, snapshot: ClusterSnapshot) -> int:
    """Ms from the fork of something that has happened; the fork itself where nobody said when."""
    return 0 if moment is None else min(units.moment_ms(moment, snapshot.taken_at), 0)
