"""One tree of lots: the cheapest sites for every operation, by dynamic programming from the leaves.

Each lot is tried for every site at which its parent lot could begin. Along a routing, the label of
an operation at a candidate work centre holds the best way to be done there; ways are compared by
money: transport, approval, moves, and the lateness that the order would have if only what must
follow came on top. Capacity is that left by the trees planned before.
"""

from __future__ import annotations

from typing import Any

from analytics.rerouting.decode.operation import gate_row, leaving_ms, planned_units, trial
from analytics.rerouting.decode.ways import travel
from analytics.simulation.cache import compiled
from analytics.simulation.layout import FOREVER, NONE

IMPOSSIBLE = 1e30
_SAME = 1e-6
"""Costs closer than this are equal: the sooner way is taken."""


@compiled
def options(choices: Any, bill: Any, op: int, keep: bool) -> int:
    """Number of work centres that an operation is tried at; ``keep`` leaves it where it is."""
    if choices.pinned[op] == 1 or (keep and choices.present[op] != NONE):
        return 1
    kind = bill.op[op].optype
    return int(choices.first[kind + 1] - choices.first[kind])


@compiled
def option(choices: Any, bill: Any, op: int, number: int, keep: bool) -> int:
    """Work centre of an option."""
    if choices.pinned[op] == 1 or (keep and choices.present[op] != NONE):
        return int(choices.present[op])
    return int(choices.group[choices.first[bill.op[op].optype] + number])


@compiled
def late_cost(
    trees: Any, bill: Any, ways: Any, root: int, place: int, time_ms: int, rest_ms: int
) -> float:
    """Money for the lateness of a lot that still has ``rest_ms`` of work and the way to go."""
    way = ways.base_ms[place, bill.lot_c[root].destination]
    if way >= FOREVER:
        return IMPOSSIBLE
    if time_ms >= FOREVER:
        return IMPOSSIBLE
    late = time_ms + rest_ms + way - bill.lot_c[root].due_ms
    return float(trees.rate[root] * late) if late > 0 else 0.0


@compiled
def _move_cost(
    choices: Any, gates: Any, bill: Any, shop: Any, op: int, group: int, before: int
) -> float:
    """Money for not staying, and for a share of the approval when a new site is entered."""
    cost = 0.0
    if choices.present[op] != NONE and choices.present[op] != group:
        cost += choices.stability
    site = shop.group_c[group].site
    if site != before:
        cost += gates.fee[gate_row(gates, bill, site, bill.op[op].lot)]
    return cost


@compiled
def _dearer(
    trees: Any,
    bill: Any,
    ways: Any,
    root: int,
    site: int,
    ready_ms: int,
    op: int,
    cost: float,
    best: float,
) -> bool:
    """Whether a way to an operation cannot be taken: it would cost more even if done at once.

    Neither money nor time gets less on the way, so the search for a journey or a free machine is
    spared.
    """
    late = late_cost(trees, bill, ways, root, site, ready_ms, trees.rest_ms[op])
    return bool(cost + late >= best + _SAME)


@compiled
def soonest_ms(ways: Any, at: int, site: int, ready_ms: int) -> int:
    """When a lot could be at a site if nothing on the way had to be waited for."""
    way = ways.base_ms[at, site]
    if way >= FOREVER:
        return FOREVER
    return int(ready_ms + way)


@compiled
def try_lot(
    rules: Any,
    bill: Any,
    shop: Any,
    ways: Any,
    gates: Any,
    store: Any,
    trees: Any,
    choices: Any,
    lots: Any,
    labels: Any,
    tree: int,
    lot: int,
    root: int,
    keep: bool,
) -> None:
    """Fill the labels of one lot, and when it can be at each site of its parent at what cost."""
    slot = trees.slot[lot]
    first_op = bill.lot_c[lot].first_op
    steps = bill.lot_c[lot].ops
    cursor = lots.cursor[lot]
    for step in range(cursor, steps):
        op = first_op + step
        units = planned_units(rules, bill, lot, step)
        for number in range(options(choices, bill, op, keep)):
            group = option(choices, bill, op, number, keep)
            site = shop.group_c[group].site
            best = IMPOSSIBLE
            labels.ready[step, number] = FOREVER
            labels.cost[step, number] = IMPOSSIBLE
            labels.before[slot, step, number] = 0
            ways_in = 1 if step == cursor else options(choices, bill, op - 1, keep)
            for previous in range(ways_in):
                at = NONE
                if step == cursor:
                    ready, cost = _arrival(
                        rules, bill, ways, trees, lots, labels, tree, lot, site, number
                    )
                    if lots.place[lot] != NONE:
                        at = lots.place[lot]
                else:
                    cost = labels.cost[step - 1, previous]
                    if cost >= IMPOSSIBLE:
                        continue
                    at = shop.group_c[option(choices, bill, op - 1, previous, keep)].site
                    ready = labels.ready[step - 1, previous]
                    soonest = soonest_ms(ways, at, site, ready)
                    if _dearer(trees, bill, ways, root, site, soonest, op, cost, best):
                        continue
                    if at != site:
                        ready = leaving_ms(gates, bill, at, lot, ready)
                        ready, fare = travel(rules, ways, bill, lot, at, site, ready)
                        cost += fare
                if ready >= FOREVER:
                    continue
                cost += _move_cost(choices, gates, bill, shop, op, group, at)
                if _dearer(trees, bill, ways, root, site, ready, op, cost, best):
                    continue
                end = trial(rules, bill, shop, gates, store, group, op, units, ready)
                if end >= FOREVER:
                    continue
                total = cost + late_cost(trees, bill, ways, root, site, end, trees.rest_ms[op])
                if total < best - _SAME or (
                    total < best + _SAME and end < labels.ready[step, number]
                ):
                    best = total
                    labels.cost[step, number] = cost
                    labels.ready[step, number] = end
                    labels.before[slot, step, number] = previous
    _deliver(rules, bill, shop, ways, gates, trees, choices, lots, labels, lot, root, keep)


@compiled
def _arrival(
    rules: Any,
    bill: Any,
    ways: Any,
    trees: Any,
    lots: Any,
    labels: Any,
    tree: int,
    lot: int,
    site: int,
    number: int,
) -> tuple[int, float]:
    """When and at what cost a lot is at a site for the first operation to be planned."""
    if lots.place[lot] != NONE:
        return travel(rules, ways, bill, lot, lots.place[lot], site, lots.ready_ms[lot])
    ready = lots.ready_ms[lot]
    cost = 0.0
    for row in range(trees.first[tree], trees.first[tree + 1]):
        child = trees.order[row]
        if bill.lot_c[child].parent == lot:
            slot = trees.slot[child]
            ready = max(ready, labels.arrive[slot, number])
            cost += labels.spent[slot, number]
    return ready, cost


@compiled
def _deliver(
    rules: Any,
    bill: Any,
    shop: Any,
    ways: Any,
    gates: Any,
    trees: Any,
    choices: Any,
    lots: Any,
    labels: Any,
    lot: int,
    root: int,
    keep: bool,
) -> None:
    """The best last label for each site where the parent lot could begin, or for the customer."""
    slot = trees.slot[lot]
    steps = bill.lot_c[lot].ops
    cursor = lots.cursor[lot]
    last_op = bill.lot_c[lot].first_op + steps - 1
    parent = bill.lot_c[lot].parent
    targets = 1
    rest = 0
    if parent != NONE:
        targets = options(choices, bill, bill.lot_c[parent].first_op, keep)
        rest = trees.rest_ms[last_op]
    ends = 1 if cursor == steps else options(choices, bill, last_op, keep)
    for target in range(targets):
        place = bill.lot_c[lot].destination
        if parent != NONE:
            begin = option(choices, bill, bill.lot_c[parent].first_op, target, keep)
            place = shop.group_c[begin].site
        best = IMPOSSIBLE
        labels.arrive[slot, target] = FOREVER
        labels.spent[slot, target] = IMPOSSIBLE
        labels.last[slot, target] = 0
        for number in range(ends):
            if cursor == steps:
                at = lots.place[lot]
                ready = lots.ready_ms[lot]
                cost = 0.0
            else:
                cost = labels.cost[steps - 1, number]
                if cost >= IMPOSSIBLE:
                    continue
                at = shop.group_c[option(choices, bill, last_op, number, keep)].site
                ready = leaving_ms(gates, bill, at, lot, labels.ready[steps - 1, number])
            soonest = soonest_ms(ways, at, place, ready)
            if cost + late_cost(trees, bill, ways, root, place, soonest, rest) >= best + _SAME:
                continue
            ready, fare = travel(rules, ways, bill, lot, at, place, ready)
            if ready >= FOREVER:
                continue
            cost += fare
            total = cost + late_cost(trees, bill, ways, root, place, ready, rest)
            if total < best - _SAME or (
                total < best + _SAME and ready < labels.arrive[slot, target]
            ):
                best = total
                labels.arrive[slot, target] = ready
                labels.spent[slot, target] = cost
                labels.last[slot, target] = number


@compiled
def try_tree(
    rules: Any,
    bill: Any,
    shop: Any,
    ways: Any,
    gates: Any,
    store: Any,
    trees: Any,
    choices: Any,
    lots: Any,
    labels: Any,
    tree: int,
    keep: bool,
) -> float:
    """Money of the best way for a whole tree; its choices stay in the labels."""
    root = trees.order[trees.first[tree + 1] - 1]
    for row in range(trees.first[tree], trees.first[tree + 1]):
        try_lot(
            rules,
            bill,
            shop,
            ways,
            gates,
            store,
            trees,
            choices,
            lots,
            labels,
            tree,
            trees.order[row],
            root,
            keep,
        )
    slot = trees.slot[root]
    if labels.spent[slot, 0] >= IMPOSSIBLE:
        return IMPOSSIBLE
    place = bill.lot_c[root].destination
    return float(
        labels.spent[slot, 0] + late_cost(trees, bill, ways, root, place, labels.arrive[slot, 0], 0)
    )
