"""One tree of lots: the soonest and the cheapest ways to its customer, from the leaves.

Dynamic programming as in ``decode.tree``, with two differences that make it a bound: nothing is
taken by other work, and where one way is sooner and another cheaper, both are kept.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from analytics.rerouting.bounds.alone.nodes import add
from analytics.rerouting.bounds.alone.nouns import (
    APPROVAL,
    CAPACITY,
    ENERGY,
    PARTS,
    PRODUCTION,
    STABILITY,
)
from analytics.rerouting.bounds.alone.rules import (
    done_at,
    least_units,
    material_at,
    share_ms,
    travel,
    units_at_once,
    work_ms,
)
from analytics.rerouting.bounds.alone.sets import insert, is_worse, paid, take
from analytics.simulation.cache import compiled
from analytics.simulation.layout import FOREVER, NONE
from analytics.simulation.rules.work import kind_at


@compiled
def options(choices: Any, bill: Any, op: int) -> int:
    """Number of work centres that may do an operation."""
    if choices.pinned[op] == 1:
        return 1
    kind = bill.op[op].optype
    return int(choices.first[kind + 1] - choices.first[kind] + choices.other[op])


@compiled
def option(choices: Any, bill: Any, op: int, number: int) -> int:
    """Work centre of an option; ``NONE``: nobody does it."""
    kind = bill.op[op].optype
    if choices.pinned[op] == 1 or choices.first[kind] + number >= choices.first[kind + 1]:
        return int(choices.present[op])
    return int(choices.group[choices.first[kind] + number])


@compiled
def _clear(way: Any) -> None:
    for part in range(PARTS):
        way[part] = 0.0


@compiled
def _gate(gates: Any, bill: Any, site: int, lot: int) -> int:
    return int(site * gates.parts + bill.lot_c[lot].part)


@compiled
def _leave(gates: Any, bill: Any, site: int, lot: int, time_ms: int) -> int:
    """When a lot may leave a site; as its first article, or after another was approved."""
    if bill.lot[lot].article > 0:
        return time_ms
    return int(max(time_ms, gates.leave_ms[_gate(gates, bill, site, lot)]))


@compiled
def _do(
    bill: Any, shop: Any, gates: Any, store: Any, choices: Any, labels: Any, nodes: Any,
    horizon_ms: int, op: int, row: int, group: int, time_ms: int, units: int, lost: int,
    node: int,
) -> None:  # fmt: skip
    """An operation at a work centre for a lot that is there at ``time_ms``; its ways are kept.

    Done at once, and later where the hours are cheaper: an operation that ends in a bucket or
    before took all its time at the lowest price until then, or paid more.
    """
    lot = bill.op[op].lot
    site = shop.group_c[group].site
    way = labels.way
    if choices.present[op] != group:
        way[STABILITY] += choices.stability
        there = choices.present[op]
        if there == NONE or shop.group_c[there].site != site:
            way[STABILITY] += choices.across / bill.lot_c[lot].ops
    way[APPROVAL] += gates.fee[_gate(gates, bill, site, lot)] / bill.lot_c[lot].ops
    if is_worse(labels.steps, row, time_ms, paid(way)):
        return
    begin = material_at(bill, store, site, op, units, time_ms)
    if begin >= FOREVER:
        return
    span = work_ms(bill, shop, group, op, units)
    at_once = units_at_once(bill, shop, group, op, units)
    longest = span if at_once == units else work_ms(bill, shop, group, op, at_once)
    end = done_at(shop, group, begin, longest)
    if end > horizon_ms:
        return
    share = share_ms(shop, group, units, span)
    kind = kind_at(bill.optype_c, bill.op[op].optype, group)
    way[ENERGY] += shop.energy[group] * share
    way[PRODUCTION] += bill.worth[kind] * lost
    paid_before = way[CAPACITY]
    lowest = np.inf
    cheapest = 0
    last = min((end - shop.start_ms) // shop.bucket_ms, shop.price.shape[1] - 1)
    for bucket in range((begin - shop.start_ms) // shop.bucket_ms, shop.price.shape[1]):
        cheaper = shop.price[group, bucket] < lowest
        if cheaper:
            lowest = shop.price[group, bucket]
            cheapest = bucket
        if bucket == last or (cheaper and bucket > last):
            moment = end
            if bucket > last:  # its last work is done in this bucket
                moment = max(end, done_at(shop, group, shop.start_ms + bucket * shop.bucket_ms, 1))
            way[CAPACITY] = paid_before + lowest * share
            moment += bill.hold_ms[kind]
            if moment <= horizon_ms and not is_worse(labels.steps, row, moment, paid(way)):
                there = add(nodes, node, NONE, group, cheapest, share)
                insert(labels.steps, row, moment, way, there)
        if bucket >= last and lowest <= shop.floor[group]:
            return


@compiled
def _copy(source: Any, target: Any, way: Any) -> None:
    target.count[0] = 0
    for at in range(source.count[0]):
        insert(target, 0, take(source, 0, at, way), way, source.node[0, at])


@compiled
def _gather(
    bill: Any, trees: Any, lots: Any, labels: Any, nodes: Any, tree: int, lot: int, number: int
) -> None:
    """Ways in which all components of a lot are there, into ``labels.one``."""
    way, one, two = labels.way, labels.one, labels.two
    _clear(way)
    one.count[0] = 0
    insert(one, 0, lots.ready_ms[lot], way, NONE)
    for at in range(trees.first[tree], trees.first[tree + 1]):
        child = trees.order[at]
        if bill.lot_c[child].parent != lot:
            continue
        row = trees.slot[child] * labels.width + number
        two.count[0] = 0
        for here in range(one.count[0]):
            for there in range(labels.places.count[row]):
                time_ms = max(take(one, 0, here, way), labels.places.time_ms[row, there])
                for part in range(PARTS):
                    way[part] += labels.places.spent[row, there, part]
                if not is_worse(two, 0, time_ms, paid(way)):
                    both = add(
                        nodes, one.node[0, here], labels.places.node[row, there], NONE, 0, 0.0
                    )
                    insert(two, 0, time_ms, way, both)
        _copy(two, one, way)


@compiled
def _begin(
    rules: Any, bill: Any, shop: Any, ways: Any, gates: Any, store: Any, trees: Any,
    choices: Any, lots: Any, labels: Any, nodes: Any, horizon_ms: int, tree: int, op: int,
    number: int, units: int, lost: int,
) -> None:  # fmt: skip
    """The first operation that a lot has still to do."""
    lot = bill.op[op].lot
    row = (op - bill.lot_c[lot].first_op) * labels.width + number
    group = option(choices, bill, op, number)
    site = shop.group_c[group].site
    place = lots.place[lot]
    way = labels.way
    if place == NONE:
        _gather(bill, trees, lots, labels, nodes, tree, lot, number)
        for at in range(labels.one.count[0]):
            time_ms = take(labels.one, 0, at, way)
            if time_ms <= horizon_ms:
                _do(
                    bill, shop, gates, store, choices, labels, nodes, horizon_ms, op, row, group,
                    time_ms, units, lost, labels.one.node[0, at],
                )  # fmt: skip
        return
    _clear(way)
    time_ms = lots.ready_ms[lot]
    if place != site and time_ms <= horizon_ms:
        time_ms = travel(rules, ways, bill, lot, place, site, time_ms, way)
    if time_ms <= horizon_ms:
        _do(
            bill, shop, gates, store, choices, labels, nodes, horizon_ms, op, row, group, time_ms,
            units, lost, NONE,
        )  # fmt: skip


@compiled
def _go_on(
    rules: Any, bill: Any, shop: Any, ways: Any, gates: Any, store: Any, choices: Any,
    labels: Any, nodes: Any, horizon_ms: int, op: int, number: int, units: int, lost: int,
) -> None:  # fmt: skip
    """An operation after the one before it, wherever that was done."""
    lot = bill.op[op].lot
    row = (op - bill.lot_c[lot].first_op) * labels.width + number
    group = option(choices, bill, op, number)
    site = shop.group_c[group].site
    way = labels.way
    for previous in range(options(choices, bill, op - 1)):
        before = option(choices, bill, op - 1, previous)
        if before == NONE:
            continue
        at = shop.group_c[before].site
        source = (op - 1 - bill.lot_c[lot].first_op) * labels.width + previous
        for label in range(labels.steps.count[source]):
            time_ms = take(labels.steps, source, label, way)
            if is_worse(labels.steps, row, time_ms, paid(way)):
                continue
            if at != site:
                time_ms = _leave(gates, bill, at, lot, time_ms)
                if time_ms <= horizon_ms:
                    time_ms = travel(rules, ways, bill, lot, at, site, time_ms, way)
            if time_ms <= horizon_ms:
                _do(
                    bill, shop, gates, store, choices, labels, nodes, horizon_ms, op, row, group,
                    time_ms, units, lost, labels.steps.node[source, label],
                )  # fmt: skip


@compiled
def _arrive(
    rules: Any, bill: Any, shop: Any, ways: Any, gates: Any, trees: Any, choices: Any,
    lots: Any, labels: Any, horizon_ms: int, lot: int, target: int, place: int,
) -> None:  # fmt: skip
    """Ways of a lot to where it is joined or delivered."""
    row = trees.slot[lot] * labels.width + target
    labels.places.count[row] = 0
    way = labels.way
    steps = bill.lot_c[lot].ops
    if lots.cursor[lot] == steps:
        _clear(way)
        time_ms = lots.ready_ms[lot]
        if time_ms <= horizon_ms:
            time_ms = travel(rules, ways, bill, lot, lots.place[lot], place, time_ms, way)
        if time_ms <= horizon_ms:
            insert(labels.places, row, time_ms, way, NONE)
        return
    last_op = bill.lot_c[lot].first_op + steps - 1
    for number in range(options(choices, bill, last_op)):
        group = option(choices, bill, last_op, number)
        if group == NONE:
            continue
        at = shop.group_c[group].site
        source = (steps - 1) * labels.width + number
        for label in range(labels.steps.count[source]):
            time_ms = _leave(gates, bill, at, lot, take(labels.steps, source, label, way))
            if time_ms <= horizon_ms:
                time_ms = travel(rules, ways, bill, lot, at, place, time_ms, way)
            if time_ms <= horizon_ms:
                insert(labels.places, row, time_ms, way, labels.steps.node[source, label])


@compiled
def try_lot(
    rules: Any, bill: Any, shop: Any, ways: Any, gates: Any, store: Any, trees: Any,
    choices: Any, lots: Any, labels: Any, nodes: Any, horizon_ms: int, tree: int, lot: int,
) -> int:  # fmt: skip
    """Fill the labels of one lot; when its last operation can be done at the soonest."""
    first_op = bill.lot_c[lot].first_op
    steps = bill.lot_c[lot].ops
    for step in range(lots.cursor[lot], steps):
        op = first_op + step
        units = least_units(bill, lot, step)
        lost = 0
        if bill.exact == 1 and bill.op[op].visits == 0:
            lost = max(units - least_units(bill, lot, step + 1), 0)
        for number in range(options(choices, bill, op)):
            labels.steps.count[step * labels.width + number] = 0
            if option(choices, bill, op, number) == NONE:
                continue
            if step == lots.cursor[lot]:
                _begin(
                    rules, bill, shop, ways, gates, store, trees, choices, lots, labels, nodes,
                    horizon_ms, tree, op, number, units, lost,
                )  # fmt: skip
            else:
                _go_on(
                    rules, bill, shop, ways, gates, store, choices, labels, nodes, horizon_ms,
                    op, number, units, lost,
                )  # fmt: skip
    parent = bill.lot_c[lot].parent
    if parent == NONE:
        _arrive(
            rules, bill, shop, ways, gates, trees, choices, lots, labels, horizon_ms, lot, 0,
            bill.lot_c[lot].destination,
        )  # fmt: skip
    else:
        join = bill.lot_c[parent].first_op
        for target in range(options(choices, bill, join)):
            group = option(choices, bill, join, target)
            if group != NONE:
                _arrive(
                    rules, bill, shop, ways, gates, trees, choices, lots, labels, horizon_ms,
                    lot, target, shop.group_c[group].site,
                )  # fmt: skip
            else:
                labels.places.count[trees.slot[lot] * labels.width + target] = 0
    if lots.cursor[lot] == steps:
        return 0
    soonest = FOREVER
    for number in range(options(choices, bill, first_op + steps - 1)):
        row = (steps - 1) * labels.width + number
        for at in range(labels.steps.count[row]):
            soonest = min(soonest, labels.steps.time_ms[row, at])
    return int(soonest)
