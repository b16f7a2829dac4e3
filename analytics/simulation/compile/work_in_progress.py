"""The lots at the fork: waiting, queued, on machines, in docks, on the way, delivered."""

from __future__ import annotations

from typing import Any

import numpy as np

from analytics.simulation import slots
from analytics.simulation.compile import units
from analytics.simulation.compile.errors import CompileError
from analytics.simulation.compile.on_machines import observed_work
from analytics.simulation.compile.on_the_way import direction, observed_journeys
from analytics.simulation.compile.shared_lots import share_out
from analytics.simulation.compile.travellers import apply_traveller, blocked_machines
from analytics.simulation.distributions import DETERMINISTIC
from analytics.simulation.layout import FOREVER, NONE
from analytics.simulation.model import SimModel, SimState
from analytics.simulation.quality import CERTIFIED
from analytics.simulation.rules import transport
from federation.snapshot import ClusterSnapshot
from twins.work import LotState


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
    blocked: list[tuple[int, int]] = []
    for entry in known:
        row = _known(model.names.lot_row, entry["lot"], "lot")
        lot = state.lot[row]
        lot["state"] = entry["state"]
        lot["event"] = entry["event"] or 0
        lot["since_ms"] = units.past_ms(entry["since"], snapshot.taken_at)
        lot["attempt"] = entry["attempt"] or 0
        lot["units"] = entry["units"] or 0
        lot["good"] = entry["good"] or 0
        if entry["waiting"] is not None:
            lot["waiting"] = entry["waiting"]
        if entry["place"] is not None:
            lot["place"] = _known(model.names.place_row, entry["place"], "place")
        _cursor(model, state, row, int(entry["operation"] or 0))
        machine = (entry["place"], entry["machine"])
        if entry["state"] == LotState.RUNNING:
            at = _known(model.names.machine_row, machine, "machine")
            running.setdefault(at, []).append(row)
        elif entry["state"] == LotState.BLOCKED and entry["machine"] is not None:
            blocked.append((_known(model.names.machine_row, machine, "machine"), row))
        elif entry["state"] in {LotState.DOCK, LotState.TRANSIT} and entry["link"] is not None:
            lot["link"] = direction(model, entry["link"], entry["place"])
            # the rule reads its record by attributes
            link = model.link.view(np.recarray)[int(lot["link"])]
            papers = transport.papers_ms(link, int(model.lot["dangerous"][row]))
            lot["papers_ms"] = lot["since_ms"] + papers
        elif entry["state"] in {LotState.DELIVERED, LotState.JOINED, LotState.LOST}:
            lot["done_ms"] = lot["since_ms"]
        elif entry["state"] == LotState.HELD:
            _quarantine(model, state, snapshot, row, entry)
        apply_traveller(model, state, snapshot, row, entry)
    blocked_machines(model, state, blocked)
    share_out(model, state, snapshot.tables["machines"].to_pylist(), running)
    observed_work(model, state, snapshot, running)
    observed_journeys(model, state, snapshot, known)
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


def _quarantine(
    model: SimModel, state: SimState, snapshot: ClusterSnapshot, row: int, entry: dict[str, Any]
) -> None:
    """The end of a time in quarantine, where it was told; else ``arm_state`` draws it.

    What was told may be the day of the certificate. The time itself, where it does not vary, is
    counted from the beginning.
    """
    if entry["until"] is None:
        return
    lot = state.lot[row]
    end = max(units.moment_ms(entry["until"], snapshot.taken_at), 1)
    lot["until_ms"] = lot["hold_ms"] = end
    state.slot["time_ms"][model.bases[slots.HOLD] + row] = end
    op = int(model.lot["first_op"][row] + lot["op"]) - 1
    optype = model.optype[state.op["optype"][op]]
    dist = int(optype["hold_dist"]) - 1
    if optype["flow"] & CERTIFIED and (dist == NONE or model.dist["kind"][dist] == DETERMINISTIC):
        span = 0 if dist == NONE else int(model.dist["mean"][dist])
        lot["hold_ms"] = int(lot["since_ms"]) + span


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
            slot = int(model.bases[slots.APPROVAL]) + row
            end = int(state.lot["since_ms"][lot]) + int(model.permission["approval_ms"][row])
            if state.slot["time_ms"][slot] == FOREVER:  # nobody told when the gate began to wait
                state.slot["time_ms"][slot] = max(end, 0)


def _known(rows: dict[Any, int], name: Any, kind: str) -> int:
    row = rows.get(name)
    if row is None:
        label = "/".join(map(str, name)) if isinstance(name, tuple) else str(name)
        raise CompileError(
            f"the snapshot tells of the {kind} '{label}', which the cluster does not have; "
            "take the snapshot and the cluster from the same version"
        )
    return row
