"""The one compiled entry of the decoder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numba
import numpy as np

from analytics.rerouting.decode.booking import book, choose
from analytics.rerouting.decode.capacity import find
from analytics.rerouting.decode.nouns import (
    Bill,
    Choices,
    Gates,
    Labels,
    Lots,
    Plan,
    Rules,
    Shop,
    Store,
    Trees,
    Ways,
)
from analytics.rerouting.decode.tree import IMPOSSIBLE, try_tree
from analytics.simulation import layout
from analytics.simulation.cache import CompiledEntry, compiled
from analytics.simulation.layout import NONE

ARGUMENTS: dict[str, Any] = {
    # constants and state, as the kernel has them
    "scalar": layout.SCALAR_C,
    "calendar": layout.CALENDAR_C,
    "interval": layout.INTERVAL_C,
    "closure": layout.INTERVAL_C,
    "timetable": 1,
    "site_c": layout.SITE_C,
    "group_c": layout.GROUP_C,
    "machine_c": layout.MACHINE_C,
    "optype_c": layout.OPTYPE_C,
    "consume_c": layout.CONSUME_C,
    "lot_c": layout.LOT_C,
    "link_c": layout.LINK_C,
    "receipt": layout.RECEIPT_C,
    "machine": layout.MACHINE_S,
    "lot": layout.LOT_S,
    "op": layout.OP_S,
    "next_hop": 2,
    # capacity
    "start_ms": 0,
    "bucket_ms": 0,
    "open_ms": np.dtype("i4"),
    "free_ms": np.dtype("i4"),
    "skip": np.dtype("i4"),
    "share": 1.0,
    # transport
    "per_g": 1.0,
    "minimum": 1.0,
    "sharing": 1.0,
    "shut_first": 1,
    "shut": 2,
    "base_ms": 2,
    # permissions and material
    "opens": 1,
    "wait_ms": 1,
    "fee": 1.0,
    "asked": 1,
    "stock": 1,
    "lead_ms": 1,
    # what is to be planned
    "order": 1,
    "tree_first": 1,
    "rate": 1.0,
    "rest_ms": 1,
    "cursor": 1,
    "place": 1,
    "ready_ms": 1,
    "choice_first": 1,
    "choice_group": 1,
    "pinned": 1,
    "present": 1,
    "weights": 1.0,
    # results
    "group": 1,
    "begin_ms": 1,
    "finish_ms": 1,
    "departures": 1,
    "carried": 1,
    "gate_lots": 1,
    "gate_gain": 1.0,
    "spent": 1.0,
    # work space
    "slot": 1,
    "seen": 2,
    "best_cost": 2.0,
    "best_ready": 2,
    "best_before": 3,
    "best_arrive": 2,
    "best_spent": 2.0,
    "best_last": 2,
    "kept_cost": 2.0,
    "kept_ready": 2,
    "kept_before": 3,
    "kept_arrive": 2,
    "kept_spent": 2.0,
    "kept_last": 2,
    "chosen": 1,
    "arrived": 1,
}
"""Names and types of the arguments.

A record type, or the dimensions of an array of int64 (of float64 where it is written as a float; 0:
a scalar); ``int32``: a table of them. The entry allocates nothing, so its work space is among them.
"""


def _signature() -> Any:
    """Explicit types, so that nothing is compiled by a first call."""
    types: list[Any] = []
    for kind in ARGUMENTS.values():
        if kind == np.int32:
            types.append(numba.types.Array(numba.int32, 2, "C"))
        elif isinstance(kind, np.dtype):
            types.append(numba.from_dtype(kind)[::1])
        elif kind == 0:
            types.append(numba.int64)
        else:
            base = numba.float64 if isinstance(kind, float) else numba.int64
            types.append(numba.types.Array(base, int(kind), "C"))
    return numba.int64(*types)


@compiled
def _machines_first(bill: Any, shop: Any, machine_c: Any, machine: Any, lots: Any) -> None:
    """What is on the machines keeps them; its lots go on when it is done."""
    for row in range(len(machine)):
        op = machine[row].op
        if op == NONE:
            continue
        group = machine_c[row].group
        left = machine[row].work_left_ms
        if machine[row].running == 1:
            left = machine[row].finish_ms - shop.start_ms
        _, end = find(shop, group, shop.start_ms, max(1, left), 1, True)
        while op != NONE:
            lot = bill.op[op].lot
            step = op - bill.lot_c[lot].first_op
            if lots.cursor[lot] == step + 1:  # another machine has a share of it too
                end = max(end, lots.ready_ms[lot])
            lots.cursor[lot] = step + 1
            lots.place[lot] = shop.group_c[group].site
            lots.ready_ms[lot] = end
            op = bill.op[op].batch_next


@compiled
def _anything_free(trees: Any, bill: Any, choices: Any, lots: Any, tree: int) -> bool:
    """Whether a tree has an operation that may move."""
    for row in range(trees.first[tree], trees.first[tree + 1]):
        lot = trees.order[row]
        first_op = bill.lot_c[lot].first_op
        for op in range(first_op + lots.cursor[lot], first_op + bill.lot_c[lot].ops):
            if choices.pinned[op] == 0:
                return True
    return False


@compiled
def _stay(trees: Any, bill: Any, choices: Any, lots: Any, plan: Any, tree: int) -> None:
    """Leave a tree where it is: no way through is known."""
    for row in range(trees.first[tree], trees.first[tree + 1]):
        lot = trees.order[row]
        first_op = bill.lot_c[lot].first_op
        for op in range(first_op + lots.cursor[lot], first_op + bill.lot_c[lot].ops):
            plan.group[op] = choices.present[op]


def _decode(
    scalar: Any, calendar: Any, interval: Any, closure: Any, timetable: Any, site_c: Any,
    group_c: Any, machine_c: Any, optype_c: Any, consume_c: Any, lot_c: Any, link_c: Any,
    receipt: Any, machine: Any, lot: Any, op: Any, next_hop: Any,
    start_ms: Any, bucket_ms: Any, open_ms: Any, free_ms: Any, skip: Any, share: Any,
    per_g: Any, minimum: Any, sharing: Any, shut_first: Any, shut: Any, base_ms: Any,
    opens: Any, wait_ms: Any, fee: Any, asked: Any, stock: Any, lead_ms: Any,
    order: Any, tree_first: Any, rate: Any, rest_ms: Any, cursor: Any, place: Any, ready_ms: Any,
    choice_first: Any, choice_group: Any, pinned: Any, present: Any, weights: Any,
    group: Any, begin_ms: Any, finish_ms: Any, departures: Any, carried: Any, gate_lots: Any,
    gate_gain: Any, spent: Any,
    slot: Any, seen: Any, best_cost: Any, best_ready: Any, best_before: Any, best_arrive: Any,
    best_spent: Any, best_last: Any, kept_cost: Any, kept_ready: Any, kept_before: Any,
    kept_arrive: Any, kept_spent: Any, kept_last: Any, chosen: Any, arrived: Any,
) -> int:  # fmt: skip
    """Plan tree after tree; the number of trees for which no way was found.

    A tree stays as it is unless the best way is cheaper by more than the margin.
    """
    rules = Rules(scalar, calendar, interval, closure)
    bill = Bill(lot_c, optype_c, consume_c, lot, op)
    shop = Shop(group_c, free_ms, open_ms, share, skip, start_ms, bucket_ms)
    ways = Ways(
        start_ms, link_c, timetable, next_hop, per_g, minimum, sharing, shut_first, shut, base_ms
    )
    gates = Gates(scalar[0].parts, opens, wait_ms, fee, asked, gate_lots, gate_gain)
    store = Store(scalar[0].materials, stock, lead_ms, site_c, receipt)
    for tree in range(len(tree_first) - 1):
        for row in range(tree_first[tree], tree_first[tree + 1]):
            slot[order[row]] = row - tree_first[tree]
    trees = Trees(order, tree_first, slot, rate, rest_ms)
    choices = Choices(choice_first, choice_group, pinned, present, weights[0], weights[1])
    lots = Lots(cursor, place, ready_ms)
    plan = Plan(group, begin_ms, finish_ms, departures, carried, seen)
    best = Labels(
        best_cost, best_ready, best_before, best_arrive, best_spent, best_last, chosen, arrived
    )
    kept = Labels(
        kept_cost, kept_ready, kept_before, kept_arrive, kept_spent, kept_last, chosen, arrived
    )
    _machines_first(bill, shop, machine_c, machine, lots)
    stranded = 0
    for tree in range(len(tree_first) - 1):
        stay = try_tree(
            rules, bill, shop, ways, gates, store, trees, choices, lots, kept, tree, True
        )
        cost = stay
        move = False
        if _anything_free(trees, bill, choices, lots, tree):
            cost = try_tree(
                rules, bill, shop, ways, gates, store, trees, choices, lots, best, tree, False
            )
            move = cost < stay - choices.margin * abs(stay) and cost < IMPOSSIBLE
        if move:
            choose(bill, trees, choices, lots, best, plan, tree, False)
            book(rules, bill, shop, ways, gates, store, trees, lots, best, plan, tree, stay - cost)
        elif stay < IMPOSSIBLE:
            choose(bill, trees, choices, lots, kept, plan, tree, True)
            book(rules, bill, shop, ways, gates, store, trees, lots, kept, plan, tree, 0.0)
        else:
            stranded += 1
            _stay(trees, bill, choices, lots, plan, tree)
            stay = 0.0
        spent[tree] = cost if move else stay
    return stranded


DECODER = CompiledEntry(
    "decoder", _decode, _signature, sources=sorted(Path(__file__).parent.glob("*.py")), about_s=15
)
"""Machine code of the decoder, kept like the kernel's."""
