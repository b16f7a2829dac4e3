"""The queue of a work centre: a pairing heap of operations, kept in their records.

It is ordered by ``urgency`` (the rank, or what a dispatch rule says), then rank, then row.
"""

from __future__ import annotations

from typing import Any

from analytics.simulation.cache import compiled, inlined
from analytics.simulation.layout import NONE


@inlined
def _merge(op: Any, a: int, b: int) -> int:
    if op[b].urgency < op[a].urgency:
        a, b = b, a
    elif op[b].urgency == op[a].urgency:
        if op[b].rank < op[a].rank or (op[b].rank == op[a].rank and b < a):
            a, b = b, a
    op[b].sibling = op[a].child
    op[a].child = b
    return a


@inlined
def push(shop: Any, work: Any, group: int, op: int) -> None:
    """Put an operation into the queue of its work centre."""
    work.op[op].child = NONE
    work.op[op].sibling = NONE
    root = shop.group[group].queue
    shop.group[group].queue = op if root == NONE else _merge(work.op, root, op)
    shop.group[group].queued += 1


@compiled
def pop(shop: Any, work: Any, group: int) -> int:
    """Take the first operation out of a queue that is not empty."""
    op = work.op
    root = shop.group[group].queue
    shop.group[group].queued -= 1
    # first pass: merge the children in pairs, chaining the winners backwards
    chain = NONE
    child = op[root].child
    while child != NONE:
        second = op[child].sibling
        if second == NONE:
            op[child].sibling = chain
            chain = child
            break
        rest = op[second].sibling
        op[child].sibling = NONE
        op[second].sibling = NONE
        winner = _merge(op, child, second)
        op[winner].sibling = chain
        chain = winner
        child = rest
    # second pass: merge the winners from the back
    result = NONE
    while chain != NONE:
        rest = op[chain].sibling
        op[chain].sibling = NONE
        result = chain if result == NONE else _merge(op, result, chain)
        chain = rest
    shop.group[group].queue = result
    op[root].child = NONE
    op[root].sibling = NONE
    return int(root)
