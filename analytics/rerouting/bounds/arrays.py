"""What the compiled bound is given: everything at its soonest, by what is believed."""

from __future__ import annotations

from typing import Any

import numpy as np

from analytics.rerouting.bounds.alone.nouns import LABELS, PARTS
from analytics.rerouting.candidates import APPROVED, ARTICLE_NEEDED, FORBIDDEN
from analytics.rerouting.intervals import Intervals, both, merged, without
from analytics.rerouting.money import prices_of
from analytics.rerouting.problem import Pin, ReroutingProblem
from analytics.rerouting.trees import lot_places
from analytics.simulation import slots as slot_kinds
from analytics.simulation.layout import (
    FOREVER,
    NONE,
    P_APPROVAL,
    P_EXPRESS,
    P_SPEED,
    P_YIELD,
    PPM,
    SUPPLY_ORDERS,
    WEEK_MS,
)
from analytics.simulation.model import Ints, Records
from analytics.simulation.quality import INSPECTS
from twins.work import LotState

NODES = 100_000
"""Steps of the ways of one tree that can be followed back; more are not counted as used."""


def _ahead(problem: ReroutingProblem) -> Records:
    return problem.model.primitive[int(problem.state.clock["next_primitive"][0]) :]


def work(problem: ReroutingProblem) -> dict[str, Any]:
    """Work centres: when they may work, how fast at best, what is lost and held."""
    model, state, ahead = problem.model, problem.state, _ahead(problem)
    times = [_at_best(problem, group) for group in range(len(model.group))]
    counts = np.array([len(mine) for mine in times], dtype=np.int64)
    flat = [span for mine in times for span in mine]
    best = state.group["speed_change_ppm"].astype(np.int64)
    faster = ahead[ahead["kind"] == P_SPEED]
    np.maximum.at(best, faster["entity"], faster["value"] - PPM)
    rejecting = state.group["lost_ppm"].any() or np.any(ahead["kind"] == P_YIELD)
    prices = prices_of(problem.cluster, model.names)
    worth = prices.material_worth[np.arange(len(model.optype)) - model.optype["base_back"]]
    held = model.optype["flow"] & INSPECTS != 0
    held &= model.optype["hold_dist"] > 0
    hold_ms = np.zeros(len(held), dtype=np.int64)
    hold_ms[held] = model.dist["mean"][model.optype["hold_dist"][held] - 1].astype(np.int64)
    return {
        "exact": 0 if rejecting else 1,
        "worth": np.ascontiguousarray(worth * problem.weights.production),
        "hold_ms": hold_ms,
        "best_ppm": best,
        "open_first": np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        "open_ms": np.array(flat, dtype=np.int64).reshape(-1, 2),
    }


def _at_best(problem: ReroutingProblem, group: int) -> Intervals:
    """When at least one machine of a work centre may work."""
    model, outlook = problem.model, problem.outlook
    row = model.group[group]
    site = int(row["site"])
    always: Intervals = ((problem.now_ms, problem.until_ms),)
    open_times = always if int(row["unattended"]) == 1 else outlook.hours[site]
    first, count = int(row["first_machine"]), int(row["machines"])
    down = outlook.machine_down(first, edits_only=True)
    for machine in range(first + 1, first + count):
        if not down:
            break
        down = both(down, outlook.machine_down(machine, edits_only=True))
    shut = merged((*outlook.site_down[site], *down, *_dark(problem, group)))
    return without(open_times, shut) if shut else open_times


def _dark(problem: ReroutingProblem, group: int) -> Intervals:
    """When a work centre has no power for certain: no source is there, or none is strong enough."""
    model, outlook = problem.model, problem.outlook
    row = model.group[group]
    site = int(row["site"])
    constant, bus = model.site[site], model.bus[int(row["bus"])]
    if int(constant["ideal_power"]) != 0:
        return ()
    need = int(row["run_mw"]) + int(bus["base_mw"])
    own = int(constant["inverter_mw"]) if int(bus["on_inverter"]) == 1 else 0
    own += int(constant["genset_mw"]) if int(bus["on_genset"]) == 1 else 0
    if own >= need:
        return ()
    off = outlook.edited_off[site]
    hired = int(model.hired["genset_mw"][site]) if int(bus["on_hired_genset"]) == 1 else 0
    if own + hired >= need:
        off = without(off, outlook.hired[site])
    late = int(constant["transfer_ms"])  # what runs may live on its own ride-through
    return tuple((begin + late, end) for begin, end in off if end - begin > late)


def transport(problem: ReroutingProblem) -> dict[str, Any]:
    """Links: prices of the mass, when they are believed closed, which lots may be expedited."""
    model, ahead = problem.model, _ahead(problem)
    shut = [np.array(times, dtype=np.int64).reshape(-1, 2) for times in problem.outlook.link_closed]
    for times in shut:  # what is still closed at the end of the horizon opens no sooner
        times[times[:, 1] >= problem.until_ms, 1] = FOREVER
    counts = np.array([len(times) for times in shut], dtype=np.int64)
    express = np.zeros(len(model.lot), dtype=np.int64)
    express[ahead["entity"][ahead["kind"] == P_EXPRESS]] = 1
    return {
        "per_g": prices_of(problem.cluster, model.names).per_g(problem.weights),
        "shut_first": np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        "shut": np.concatenate([np.zeros((0, 2), dtype=np.int64), *shut]),
        "express": express,
    }


def gates(problem: ReroutingProblem, order: Ints) -> dict[str, Any]:
    """Permissions: when lots may leave a site at the soonest, and their share of the approval."""
    model, gate, ahead = problem.model, problem.state.gate, _ahead(problem)
    sooner = np.zeros(len(gate), dtype=np.int64)
    changes = ahead[ahead["kind"] == P_APPROVAL]
    np.add.at(sooner, changes["entity"], np.minimum(changes["value"], 0))
    asked = gate["status"] != APPROVED
    leave = np.zeros(len(gate), dtype=np.int64)
    leave[asked] = problem.now_ms + np.maximum(gate["approval_ms"] + sooner, 0)[asked]
    base = int(model.bases[slot_kinds.APPROVAL])
    armed = problem.state.slot["time_ms"][base : base + len(gate)]
    pending = asked & (armed < FOREVER)
    leave[pending] = np.maximum(armed + sooner, problem.now_ms)[pending]
    leave[gate["status"] == FORBIDDEN] = FOREVER
    prices = prices_of(problem.cluster, model.names)
    lots = np.bincount(model.lot["part"][order], minlength=model.parts)
    share = prices.approval_cost / np.maximum(np.tile(lots, len(model.site)), 1)
    needed = gate["status"] == ARTICLE_NEEDED
    return {
        "leave_ms": leave,
        "fee": np.where(needed, share * problem.weights.approval, 0.0),
    }


def stock(problem: ReroutingProblem) -> dict[str, Any]:
    """What can be in stock by when: on hand, receipts, and all that suppliers may bring."""
    model, state, now = problem.model, problem.state, problem.now_ms
    materials = len(model.names.materials)
    everything = FOREVER
    events: list[list[tuple[int, int]]] = [
        [(now, int(there))] for there in state.stock["on_hand"].tolist()
    ]
    week = (now + int(model.scalar["week_offset_ms"][0])) % WEEK_MS
    for site in range(len(model.site)):
        first, count = (int(model.site[name][site]) for name in ("first_receipt", "receipts"))
        for week_ms, material, milli in model.receipt[first : first + count].tolist():
            moment = now + (week_ms - week) % WEEK_MS
            while moment <= problem.until_ms:
                events[site * materials + material].append((moment, milli))
                moment += WEEK_MS
    for number, supplier in enumerate(model.supply):
        rows = events[int(supplier["stock"])]
        orders = state.supply[number * SUPPLY_ORDERS : (number + 1) * SUPPLY_ORDERS]
        for one in orders[orders["milli"] > 0]:
            rows.append((max(now, int(one["due_ms"])), int(one["milli"])))
        lead = max(1, int(model.dist["mean"][int(supplier["lead_dist"])]))
        rows.append((now + lead, everything))
    for material in set(model.recover["material"].tolist()):  # what is lost brings some back
        for site in range(len(model.site)):
            events[site * materials + material].append((now, everything))
    starts, times, amounts = [0], [], []
    for rows in events:
        total = 0
        for moment, milli in sorted(rows):
            total = min(total + milli, everything)
            times.append(moment)
            amounts.append(total)
        starts.append(len(times))
    return {
        "stock_first": np.array(starts, dtype=np.int64),
        "stock_ms": np.array(times, dtype=np.int64),
        "stock_milli": np.array(amounts, dtype=np.int64),
    }


def lots(problem: ReroutingProblem) -> dict[str, Any]:
    """Where each lot is; what is on a machine is there when it is done at the soonest."""
    model, state, now = problem.model, problem.state, problem.now_ms
    cursor, place, ready = lot_places(problem)
    quarantined = np.flatnonzero(state.lot["state"] == LotState.HELD)
    released = state.slot["time_ms"][int(model.bases[slot_kinds.HOLD]) + quarantined]
    ready[quarantined] = np.where(released < FOREVER, np.maximum(released, now), now)
    if np.any(_ahead(problem)["kind"] == P_APPROVAL):  # what waits for one may have it sooner
        ready[state.lot["article"] == 2] = now
    for row in np.flatnonzero(state.machine["op"] != NONE).tolist():
        machine = state.machine[row]
        group = int(model.machine["group"][row])
        left = int(machine["work_left_ms"])
        if int(machine["running"]) == 1:
            left = int(machine["finish_ms"]) - now
        end = _done_at(_at_best(problem, group), now, max(left, 0))
        op = int(machine["op"])
        while op != NONE:
            lot = int(state.op["lot"][op])
            kind = model.optype[int(state.op["optype"][op])]
            held = 0
            if int(kind["flow"]) & INSPECTS and int(kind["hold_dist"]) > 0:
                held = int(model.dist["mean"][int(kind["hold_dist"]) - 1])
            step = op - int(model.lot["first_op"][lot]) + 1
            shared = cursor[lot] == step  # another machine has a share of it too
            cursor[lot] = step
            place[lot] = int(model.group["site"][group])
            ready[lot] = max(int(ready[lot]), end + held) if shared else end + held
            op = int(state.op["batch_next"][op])
    rates = prices_of(problem.cluster, model.names).lateness_per_ms(model)
    return {
        "cursor": cursor,
        "place": place,
        "ready_ms": ready,
        "rate": rates * problem.weights.lateness,
    }


def _done_at(times: Intervals, since_ms: int, span_ms: int) -> int:
    left = span_ms
    for begin, end in times:
        if end <= since_ms:
            continue
        here = max(begin, since_ms)
        if end - here >= left:
            return here + left
        left -= end - here
    return FOREVER


def choices(problem: ReroutingProblem) -> dict[str, Any]:
    """Where operations may go, and what a move costs."""
    model, state = problem.model, problem.state
    first, groups = problem.table.rows
    present = state.op["group"].astype(np.int64)
    width = len(model.group) + 1
    known = np.repeat(np.arange(len(first) - 1), np.diff(first)) * width + groups
    own = state.op["optype"].astype(np.int64) * width + present
    weights = problem.weights
    return {
        "choice_first": first,
        "choice_group": groups,
        "pinned": (problem.pins != Pin.FREE).astype(np.int64),
        "present": present,
        "other": ((present != NONE) & ~np.isin(own, known)).astype(np.int64),
        "weights": np.array([weights.stability, weights.site_change]),
    }


def work_space(
    problem: ReroutingProblem, tree_first: Ints, arrays: dict[str, Any]
) -> dict[str, Any]:
    """Room for the largest tree, its longest routing and the most work centres."""
    model = problem.model
    slots = int(np.diff(tree_first).max(initial=1))
    steps = int(model.lot["ops"].max(initial=1))
    width = int(np.diff(arrays["choice_first"]).max(initial=1)) + 1
    room: dict[str, Any] = {
        "slot": np.zeros(len(model.lot), dtype=np.int64),
        "way": np.zeros(PARTS),
        "width": width,
    }
    for name, rows in (("step", steps * width), ("place", slots * width), ("one", 1), ("two", 1)):
        room[f"{name}_count"] = np.zeros(rows, dtype=np.int64)
        room[f"{name}_ms"] = np.zeros((rows, LABELS), dtype=np.int64)
        room[f"{name}_spent"] = np.zeros((rows, LABELS, PARTS))
        room[f"{name}_node"] = np.zeros((rows, LABELS), dtype=np.int64)
    for name in ("before", "beside", "group", "bucket", "stack"):
        room[f"node_{name}"] = np.zeros(NODES, dtype=np.int64)
    room["node_share"] = np.zeros(NODES)
    return room
