"""What was chosen for a tree is written down; it takes its capacity, material and transport."""

from __future__ import annotations

from typing import Any

from analytics.rerouting.decode.capacity import find
from analytics.rerouting.decode.material import available_from, set_aside
from analytics.rerouting.decode.operation import ARTICLE, gate_row, machine_time, planned_units
from analytics.rerouting.decode.tree import option
from analytics.rerouting.decode.ways import carry
from analytics.simulation.cache import compiled
from analytics.simulation.layout import FOREVER, NONE


@compiled
def choose(
    bill: Any, trees: Any, choices: Any, lots: Any, labels: Any, plan: Any, tree: int, keep: bool
) -> None:
    """Write down the work centres of the best way, from the root to the leaves."""
    for row in range(trees.first[tree + 1] - 1, trees.first[tree] - 1, -1):
        lot = trees.order[row]
        slot = trees.slot[lot]
        parent = bill.lot_c[lot].parent
        target = 0
        if parent != NONE:
            target = labels.chosen[trees.slot[parent]]
        number = labels.last[slot, target]
        first_op = bill.lot_c[lot].first_op
        for step in range(bill.lot_c[lot].ops - 1, lots.cursor[lot] - 1, -1):
            plan.group[first_op + step] = option(choices, bill, first_op + step, number, keep)
            if step == 0:
                labels.chosen[slot] = number
            number = labels.before[slot, step, number]


@compiled
def book(
    rules: Any,
    bill: Any,
    shop: Any,
    ways: Any,
    gates: Any,
    store: Any,
    trees: Any,
    lots: Any,
    labels: Any,
    plan: Any,
    tree: int,
    gain: float,
) -> None:
    """Take capacity, material, permissions and departures for the work centres that were chosen."""
    for row in range(trees.first[tree], trees.first[tree + 1]):
        lot = trees.order[row]
        first_op = bill.lot_c[lot].first_op
        steps = bill.lot_c[lot].ops
        parent = bill.lot_c[lot].parent
        time_ms = lots.ready_ms[lot]
        place = lots.place[lot]
        if place == NONE:
            for other in range(trees.first[tree], row):
                if bill.lot_c[trees.order[other]].parent == lot:
                    time_ms = max(time_ms, labels.arrived[trees.slot[trees.order[other]]])
        for step in range(lots.cursor[lot], steps):
            op = first_op + step
            group = plan.group[op]
            site = shop.group_c[group].site
            if place != NONE and place != site:  # noqa: PLR1714
                time_ms = carry(rules, ways, plan, bill, lot, place, site, time_ms)
            place = site
            gate = gate_row(gates, bill, site, lot)
            if gates.asked[gate] == 1:
                gates.gain[gate] += gain
                gates.lots[gate] += 1
                gain = 0.0
            time_ms = _take(rules, bill, shop, gates, store, plan, group, op, time_ms)
            leaves = step + 1 == steps or shop.group_c[plan.group[op + 1]].site != site
            if leaves and gates.opens[gate] == ARTICLE and time_ms < FOREVER:
                time_ms += gates.wait_ms[gate]
                gates.opens[gate] = time_ms
        target = bill.lot_c[lot].destination
        if parent != NONE:
            target = shop.group_c[_begins(bill, plan, parent)].site
        if place != NONE and place != target:  # noqa: PLR1714
            time_ms = carry(rules, ways, plan, bill, lot, place, target, time_ms)
        labels.arrived[trees.slot[lot]] = time_ms


@compiled
def _begins(bill: Any, plan: Any, lot: int) -> int:
    """Work centre at which a lot is joined with its components."""
    return int(plan.group[bill.lot_c[lot].first_op])


@compiled
def _take(
    rules: Any,
    bill: Any,
    shop: Any,
    gates: Any,
    store: Any,
    plan: Any,
    group: int,
    op: int,
    ready_ms: int,
) -> int:
    """Book one operation; its end, ``FOREVER`` where it cannot be done."""
    lot = bill.op[op].lot
    site = shop.group_c[group].site
    units = planned_units(rules, bill, lot, op - bill.lot_c[lot].first_op)
    ready_ms = max(ready_ms, gates.opens[gate_row(gates, bill, site, lot)])
    ready_ms = max(ready_ms, available_from(rules, bill, store, site, op, units, shop.start_ms))
    plan.start_ms[op] = FOREVER
    plan.finish_ms[op] = FOREVER
    if ready_ms >= FOREVER:
        return FOREVER
    duration, need, machines = machine_time(bill, shop, group, op, units)
    begun, taken = find(shop, group, ready_ms, need, machines, True)
    if taken >= FOREVER:
        return FOREVER
    set_aside(bill, store, site, op, units)
    plan.start_ms[op] = begun
    plan.finish_ms[op] = taken + duration - need
    return int(taken + duration - need)
