"""What binds the lots at the fork: rework, cards, loops, material set aside, work laid aside.

It is told with each lot (``twins.traveller``); for a lot of which it is not, it follows from where
the lot is.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from analytics.simulation.compile import units
from analytics.simulation.layout import NONE
from analytics.simulation.model import SimModel, SimState
from analytics.simulation.places import CONWIP, KANBAN
from analytics.simulation.placing import put
from federation.snapshot import ClusterSnapshot
from twins.traveller import ANYWHERE
from twins.work import LotState

_GONE = (LotState.PLANNED, LotState.JOINED, LotState.DELIVERED, LotState.LOST)
_WAITS = (LotState.WAITING, LotState.QUEUED, LotState.BLOCKED)
_AFTER = (LotState.WAITING, LotState.DOCK, LotState.TRANSIT, LotState.HELD, LotState.BLOCKED)


def apply_traveller(
    model: SimModel, state: SimState, snapshot: ClusterSnapshot, lot: int, entry: dict[str, Any]
) -> None:
    """Bring one lot, whose state, place and cursor are set, to what it carries along."""
    if entry["state"] in _GONE:
        return
    told = entry["visits"] is not None
    cursor = int(state.lot["op"][lot])
    op = model.op_rows(lot).start + cursor if cursor < len(model.op_rows(lot)) else NONE
    state.lot["express"][lot] = int(bool(entry["express"]))
    if told:
        _rework(model, state, lot, entry)
        _count_in(state, lot, "card", _card_row(model, lot, entry["card"]))
        _count_in(state, lot, "loop", _loop_row(model, lot, entry["loop"]))
    else:
        _count_in(state, lot, "card", _card_by_place(model, state, lot))
        _count_in(state, lot, "loop", _loop_by_place(model, state, lot))
    if op == NONE:
        return
    queued = entry["queued"] or (entry["since"] if entry["state"] == LotState.QUEUED else None)
    if queued is not None:
        since = units.past_ms(queued, snapshot.taken_at)
        state.op["queued_ms"][op] = since if since == -1 else since + 1  # 0: it was never queued
    if entry["left_h"] is not None:
        _laid_aside(model, state, lot, op, entry)
    elif told and entry["state"] in _WAITS:
        _set_aside(model, state, lot, op, entry)


def _rework(model: SimModel, state: SimState, lot: int, entry: dict[str, Any]) -> None:
    """Visits and loops by operation; what its owner does again is at the owner's work centre."""
    rows = model.op_rows(lot)
    for name in ("visits", "loops"):
        counts = (entry[name] or [])[: len(rows)]
        state.op[name][rows.start : rows.start + len(counts)] = counts
    for op in rows:
        optype = model.optype[state.op["optype"][op]]
        if state.op["loops"][op] > 0 and optype["rework_group"] > 0:
            first = op - int(optype["rework_back"])
            if state.op["home"][first] == 0:
                state.op["home"][first] = state.op["group"][first] + 1
            state.op["group"][first] = optype["rework_group"] - 1


def _card_row(model: SimModel, lot: int, card: str | None) -> int:
    """Limit of the kanban card ``site/work_centre`` for the part of a lot; ``NONE``: none."""
    site, _, centre = (card or "").partition("/")
    return _kanban(model, model.names.group_row.get((site, centre), NONE), lot)


def _card_by_place(model: SimModel, state: SimState, lot: int) -> int:
    """A lot holds the card of the work centre that it is at or comes from."""
    cursor = int(state.lot["op"][lot])
    if state.lot["state"][lot] in _AFTER:
        cursor -= 1
    elif state.lot["state"][lot] != LotState.RUNNING:
        return NONE  # in a queue it takes its card as the run opens
    if cursor < 0:
        return NONE
    return _kanban(model, int(state.op["group"][model.op_rows(lot).start + cursor]), lot)


def _kanban(model: SimModel, group: int, lot: int) -> int:
    row = NONE if group == NONE else int(model.group["limit"][group]) - 1
    while row != NONE:
        limit = model.limit[row]
        if limit["kind"] == KANBAN and limit["part"] in {0, int(model.lot["part"][lot]) + 1}:
            return row
        row = int(limit["next"]) - 1
    return NONE


def _loop_row(model: SimModel, lot: int, loop: str | None) -> int:
    """CONWIP limit of a lot by the site it counts at."""
    if loop is None:
        return NONE
    site = 0 if loop == ANYWHERE else model.names.site_row.get(loop, NONE - 1) + 1
    for row in _loops(model, lot):
        if model.limit["site"][row] == site:
            return row
    return NONE


def _loop_by_place(model: SimModel, state: SimState, lot: int) -> int:
    """Every lot in process is in its loop; in that of a site until it has left the site."""
    begins_at = int(model.group["site"][state.op["group"][model.op_rows(lot).start]])
    for row in _loops(model, lot):
        site = int(model.limit["site"][row]) - 1
        if site == NONE:
            return row
        if site == begins_at:
            away = state.lot["state"][lot] in {LotState.DOCK, LotState.TRANSIT}
            here = state.lot["place"][lot] in {NONE, site}
            return row if here and not away else NONE
    return NONE


def _loops(model: SimModel, lot: int) -> list[int]:
    found = []
    row = int(model.lot["conwip"][lot]) - 1
    while row != NONE:
        if model.limit["kind"][row] == CONWIP:
            found.append(row)
        row = int(model.limit["next"][row]) - 1
    return found


def _count_in(state: SimState, lot: int, limit: str, row: int) -> None:
    """Have a lot hold a card, or count in a loop."""
    if row != NONE:
        state.lot[limit][lot] = row + 1
        state.limit["used"][row] += 1


def _laid_aside(model: SimModel, state: SimState, lot: int, op: int, entry: dict[str, Any]) -> None:
    """Work that was begun and waits in the queue with what is left of it."""
    record = state.op[op]
    record["left_ms"] = max(units.hours(entry["left_h"]), 1)
    record["done_ms"] = units.hours(entry["done_h"] or 0.0)
    record["units"] = state.lot["units"][lot] + state.lot["good"][lot]  # of shares that are done
    record["start_ms"] = min(int(state.lot["since_ms"][lot]), -1)
    row = model.names.machine_row.get((entry["place"], entry["machine"]), NONE)
    if row != NONE:
        record["machine"] = row
        put(model, state, np.array([op]), model.machine["group"][[row]])
    else:
        record["machine"] = model.group["first_machine"][record["group"]]


def _set_aside(model: SimModel, state: SimState, lot: int, op: int, entry: dict[str, Any]) -> None:
    """Material that is set aside; where what was told does not fit, it is set aside anew."""
    optype = model.optype[state.op["optype"][op]]
    wanted, materials = int(optype["consumes"]), entry["materials"] or []
    site = int(state.lot["place"][lot])
    if len(materials) != wanted or site == NONE or (wanted == 0 and not _queued(entry)):
        return
    if site != model.group["site"][state.op["group"][op]]:
        return
    first_row = site * len(model.names.materials)
    chosen, taken = 0, []
    for number, material in enumerate(materials):
        choice, at = 0, int(optype["first_consume"]) + number
        row = model.names.material_row.get(material, NONE)
        while at != NONE and model.consume["material"][at] != row:
            at = int(model.consume["alternative"][at]) - 1
            choice += 1
        if at == NONE:
            return
        chosen |= choice << (4 * number)
        taken.append((first_row + row, int(model.consume["milli_per_unit"][at])))
    for row, milli in taken:
        state.stock["reserved"][row] += milli * int(state.lot["units"][lot])
    state.op["chosen"][op] = chosen
    state.op["reserved"][op] = 1


def _queued(entry: dict[str, Any]) -> bool:
    return bool(entry["state"] == LotState.QUEUED)


def blocked_machines(model: SimModel, state: SimState, blocked: list[tuple[int, int]]) -> None:
    """Finished lots that no work centre has room for stay on their machines.

    Parameters
    ----------
    blocked
        Row of each machine and of the lot on it.
    """
    for machine, lot in blocked:
        rows = model.op_rows(lot)
        op = rows.start + max(int(state.lot["op"][lot]) - 1, 0)
        state.op["batch_next"][op] = state.machine["held"][machine] - 1
        state.machine["held"][machine] = op + 1
        state.lot["held_by"][lot] = machine + 1


def loads(model: SimModel, state: SimState, first_lot: int, lots: list[int]) -> list[int]:
    """Operations of the lots on a machine: of the first lot as it was told, then by rank."""
    ops = np.array([model.op_rows(lot).start + int(state.lot["op"][lot]) for lot in lots])
    behind = np.array([lot != first_lot for lot in lots])
    order: list[int] = ops[np.lexsort((ops, state.op["rank"][ops], behind))].tolist()
    return order
