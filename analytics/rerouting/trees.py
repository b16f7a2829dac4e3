"""The order in which trees of lots are planned, where each lot is, and what work follows."""

from __future__ import annotations

import numpy as np

from analytics.remember import by_identity
from analytics.rerouting.problem import Pin, ReroutingProblem
from analytics.simulation import slots
from analytics.simulation.layout import FOREVER, NONE
from analytics.simulation.model import Ints, Records, SimModel, SimState
from twins.work import LotState

_GONE = (LotState.JOINED, LotState.DELIVERED, LotState.LOST)


def roots(model: SimModel) -> Ints:
    """int64[lots]: the lot for the customer that each lot ends up in."""
    return _roots(model.lot)


@by_identity()
def _roots(lot: Records) -> Ints:
    parent = lot["parent"]
    found = np.arange(len(parent))
    while True:
        above = parent[found]
        if np.all(above == NONE):
            return found
        found = np.where(above == NONE, found, above)


def depths(model: SimModel) -> Ints:
    """int64[lots]: joins between a lot and its customer."""
    return _depths(model.lot)


@by_identity()
def _depths(lot: Records) -> Ints:
    parent = lot["parent"]
    depth = np.zeros(len(parent), dtype=np.int64)
    at = parent.copy()
    while np.any(at != NONE):
        depth[at != NONE] += 1
        at = np.where(at == NONE, NONE, parent[at])
    return depth


def plan_order(problem: ReroutingProblem) -> tuple[Ints, Ints]:
    """Lots to plan, components before the lot that joins them, and the first row of each tree.

    Trees come by due date, then release; those with a first article under way come first, since
    others wait for its approval.
    """
    model, state = problem.model, problem.state
    if len(model.lot) == 0:
        return np.zeros(0, dtype=np.int64), np.zeros(1, dtype=np.int64)
    root = roots(model)
    open_lots = ~np.isin(state.lot["state"], _GONE)
    aside = (Pin.LATER, Pin.UNKNOWN, Pin.DECLINED)
    rows = np.flatnonzero(open_lots & ~np.isin(problem.pins[model.lot["first_op"]], aside))
    article = np.zeros(len(model.lot), dtype=np.int64)
    np.maximum.at(article, root, (state.lot["article"] > 0).astype(np.int64))
    top = root[rows]
    keys = (
        rows,
        -depths(model)[rows],
        top,
        model.lot["release_ms"][top],
        model.lot["due_ms"][top],
        -article[top],
    )
    order = rows[np.lexsort(keys)]
    top = root[order]
    first = np.flatnonzero(np.diff(top, prepend=NONE))
    return order, np.append(first, len(order)).astype(np.int64)


def lot_places(problem: ReroutingProblem) -> tuple[Ints, Ints, Ints]:
    """Next operation of each lot, its place (-1: it does not exist yet), and from when it is there.

    Lots on machines are left to the decoder, which knows when the machines are done. A lot that
    waits to begin its first operation does not exist yet: it may begin anywhere.
    """
    model, state, now = problem.model, problem.state, problem.now_ms
    lot = state.lot
    cursor = lot["op"].astype(np.int64)
    place = lot["place"].astype(np.int64)
    ready = np.maximum(model.lot["release_ms"], now).astype(np.int64)
    physical = (lot["state"] != LotState.PLANNED) & (cursor > 0)
    ready[physical] = now
    place[~physical] = NONE
    gathered = (model.lot["children"] > 0) & (lot["waiting"] == 0) & (cursor == 0)
    first_group = state.op["group"][model.lot["first_op"]]
    place[gathered] = model.group["site"][first_group[gathered]]
    sent = state.consignment[: int(state.clock["consignments"][0])]
    for row in np.flatnonzero(sent["arrived"] != 1).tolist():
        consignment = sent[row]
        member = int(consignment["first_lot"])
        while member != NONE:
            place[member] = model.link["end"][int(consignment["link"])]
            ready[member] = int(consignment["arrive_ms"])
            member = int(lot["next"][member])
    for member in np.flatnonzero(lot["article"] == 2).tolist():
        gate = int(lot["place"][member]) * model.parts + int(model.lot["part"][member])
        moment = int(state.slot["time_ms"][int(model.bases[slots.APPROVAL]) + gate])
        place[member] = int(lot["place"][member])
        ready[member] = moment if moment < FOREVER else now
    return cursor, place, ready


def rest_after(model: SimModel, state: SimState) -> Ints:
    """int64[ops]: work of one lot after each operation until delivery.

    Transport and waiting are not in it. Times at speed 1, joins included.
    """
    kinds, lots = state.op["optype"].astype(np.int64), state.op["lot"].astype(np.int64)
    return _rest_after(model.lot, model.optype, kinds.tobytes(), lots.tobytes())


@by_identity()
def _rest_after(constant: Records, optype: Records, kinds: bytes, lots: bytes) -> Ints:
    lot = np.frombuffer(lots, dtype=np.int64)
    if len(lot) == 0:
        return np.zeros(0, dtype=np.int64)
    kind = optype[np.frombuffer(kinds, dtype=np.int64)]
    units = constant["quantity"][lot]
    work = kind["setup_ms"] + kind["cycle_ms"] + kind["unit_ns"] * units // 1_000_000
    done = np.cumsum(work)
    last = constant["first_op"] + constant["ops"] - 1
    own = done[last] - done[constant["first_op"]] + work[constant["first_op"]]
    above = np.zeros(len(constant), dtype=np.int64)
    parent = constant["parent"]
    at = parent.copy()
    while np.any(at != NONE):
        above += np.where(at == NONE, 0, own[at])
        at = np.where(at == NONE, NONE, parent[at])
    rest: Ints = done[last][lot] - done + above[lot]
    return rest
