"""The one compiled entry of the bound."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numba
import numpy as np

from analytics.rerouting.bounds.alone.nodes import count_use
from analytics.rerouting.bounds.alone.nouns import (
    PARTS,
    Bill,
    Choices,
    Gates,
    Labels,
    Lots,
    Nodes,
    Sets,
    Shop,
    Store,
    Trees,
    Ways,
)
from analytics.rerouting.bounds.alone.sets import money
from analytics.rerouting.bounds.alone.tree import try_lot
from analytics.rerouting.decode.nouns import Rules
from analytics.simulation import layout
from analytics.simulation.cache import CompiledEntry
from analytics.simulation.layout import FOREVER, NONE

ARGUMENTS: dict[str, Any] = {
    # constants and state, as the kernel has them
    "scalar": layout.SCALAR_C,
    "calendar": layout.CALENDAR_C,
    "interval": layout.INTERVAL_C,
    "closure": layout.INTERVAL_C,
    "timetable": 1,
    "group_c": layout.GROUP_C,
    "optype_c": layout.OPTYPE_C,
    "consume_c": layout.CONSUME_C,
    "lot_c": layout.LOT_C,
    "link_c": layout.LINK_C,
    "lot": layout.LOT_S,
    "op": layout.OP_S,
    "next_hop": 2,
    # work
    "horizon_ms": 0,
    "exact": 0,
    "worth": 1.0,
    "hold_ms": 1,
    "best_ppm": 1,
    "open_first": 1,
    "open_ms": 2,
    "energy": 1.0,
    "price": 2.0,
    "floor": 1.0,
    "start_ms": 0,
    "bucket_ms": 0,
    # transport
    "per_g": 1.0,
    "shut_first": 1,
    "shut": 2,
    "express": 1,
    # permissions and material
    "leave_ms": 1,
    "fee": 1.0,
    "stock_first": 1,
    "stock_ms": 1,
    "stock_milli": 1,
    # what is to be done
    "order": 1,
    "tree_first": 1,
    "rate": 1.0,
    "cursor": 1,
    "place": 1,
    "ready_ms": 1,
    "choice_first": 1,
    "choice_group": 1,
    "pinned": 1,
    "present": 1,
    "other": 1,
    "weights": 1.0,
    "instead": 1.0,
    # results
    "best": 2.0,
    "arrive_ms": 1,
    "done_ms": 1,
    "used_ms": 2.0,
    # work space
    "slot": 1,
    "step_count": 1,
    "step_ms": 2,
    "step_spent": 3.0,
    "step_node": 2,
    "place_count": 1,
    "place_ms": 2,
    "place_spent": 3.0,
    "place_node": 2,
    "one_count": 1,
    "one_ms": 2,
    "one_spent": 3.0,
    "one_node": 2,
    "two_count": 1,
    "two_ms": 2,
    "two_spent": 3.0,
    "two_node": 2,
    "node_before": 1,
    "node_beside": 1,
    "node_group": 1,
    "node_bucket": 1,
    "node_share": 1.0,
    "node_used": 1,
    "node_stack": 1,
    "way": 1.0,
    "width": 0,
}
"""Names and types of the arguments, written as in ``decode.entry``."""


def _signature() -> Any:
    types: list[Any] = []
    for kind in ARGUMENTS.values():
        if isinstance(kind, np.dtype):
            types.append(numba.from_dtype(kind)[::1])
        elif kind == 0:
            types.append(numba.int64)
        else:
            base = numba.float64 if isinstance(kind, float) else numba.int64
            types.append(numba.types.Array(base, int(kind), "C"))
    return numba.int64(*types)


def _alone(
    scalar: Any, calendar: Any, interval: Any, closure: Any, timetable: Any, group_c: Any,
    optype_c: Any, consume_c: Any, lot_c: Any, link_c: Any, lot: Any, op: Any, next_hop: Any,
    horizon_ms: Any, exact: Any, worth: Any, hold_ms: Any, best_ppm: Any, open_first: Any,
    open_ms: Any, energy: Any, price: Any, floor: Any, start_ms: Any, bucket_ms: Any,
    per_g: Any, shut_first: Any, shut: Any, express: Any,
    leave_ms: Any, fee: Any, stock_first: Any, stock_ms: Any, stock_milli: Any,
    order: Any, tree_first: Any, rate: Any, cursor: Any, place: Any, ready_ms: Any,
    choice_first: Any, choice_group: Any, pinned: Any, present: Any, other: Any, weights: Any,
    instead: Any, best: Any, arrive_ms: Any, done_ms: Any, used_ms: Any,
    slot: Any, step_count: Any, step_ms: Any, step_spent: Any, step_node: Any,
    place_count: Any, place_ms: Any, place_spent: Any, place_node: Any,
    one_count: Any, one_ms: Any, one_spent: Any, one_node: Any,
    two_count: Any, two_ms: Any, two_spent: Any, two_node: Any,
    node_before: Any, node_beside: Any, node_group: Any, node_bucket: Any, node_share: Any,
    node_used: Any, node_stack: Any, way: Any, width: Any,
) -> int:  # fmt: skip
    """Bound tree after tree; the number of those that can reach their customer in time.

    ``best`` float64[trees, 1 + PARTS]: lateness and the other money of the cheapest way, infinite
    where none ends within the horizon; ``arrive_ms`` and ``done_ms`` int64[trees] the soonest
    delivery and the soonest end of the last operation, ``FOREVER`` where there is none; ``used_ms``
    float64[groups, buckets] the machine time of the ways that cost less than what may be done
    ``instead`` float64[trees], where it is asked for (``node_used`` at least 0).
    """
    rules = Rules(scalar, calendar, interval, closure)
    bill = Bill(lot_c, optype_c, consume_c, lot, op, exact, worth, hold_ms)
    shop = Shop(group_c, best_ppm, open_first, open_ms, energy, price, floor, start_ms, bucket_ms)
    ways = Ways(link_c, timetable, next_hop, per_g, shut_first, shut, express)
    gates = Gates(scalar[0].parts, leave_ms, fee)
    store = Store(scalar[0].materials, stock_first, stock_ms, stock_milli)
    trees = Trees(order, tree_first, slot, rate)
    choices = Choices(
        choice_first, choice_group, pinned, present, other, weights[0], weights[1]
    )  # fmt: skip
    lots = Lots(cursor, place, ready_ms)
    labels = Labels(
        Sets(step_count, step_ms, step_spent, step_node),
        Sets(place_count, place_ms, place_spent, place_node),
        Sets(one_count, one_ms, one_spent, one_node),
        Sets(two_count, two_ms, two_spent, two_node),
        way,
        width,
    )
    nodes = Nodes(
        node_before, node_beside, node_group, node_bucket, node_share, node_used, node_stack
    )
    reached = 0
    for tree in range(len(tree_first) - 1):
        node_used[0] = min(node_used[0], 0)
        for row in range(tree_first[tree], tree_first[tree + 1]):
            slot[order[row]] = row - tree_first[tree]
        for row in range(tree_first[tree], tree_first[tree + 1]):
            done_ms[tree] = try_lot(
                rules, bill, shop, ways, gates, store, trees, choices, lots, labels, nodes,
                horizon_ms, tree, order[row],
            )  # fmt: skip
        root = order[tree_first[tree + 1] - 1]
        at = slot[root] * width
        arrive_ms[tree] = FOREVER
        best[tree, 0] = np.inf
        least = np.inf
        last = NONE
        for label in range(place_count[at]):
            late = rate[root] * max(0, place_ms[at, label] - lot_c[root].due_ms)
            arrive_ms[tree] = min(arrive_ms[tree], place_ms[at, label])
            total = late + money(labels.places, at, label)
            if total < least:
                least = total
                last = place_node[at, label]
                best[tree, 0] = late
                for part in range(PARTS):
                    best[tree, 1 + part] = place_spent[at, label, part]
        if least < np.inf:
            reached += 1
        if least < instead[tree]:
            count_use(nodes, last, used_ms)
    return reached


_HERE = Path(__file__).parent
ALONE = CompiledEntry("bounds", _alone, _signature, sorted(_HERE.glob("*.py")), about_s=20)
