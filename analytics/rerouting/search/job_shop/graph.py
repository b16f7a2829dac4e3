"""The graph of a plan: longest paths, and taking an operation out of it and putting it in."""

from __future__ import annotations

from typing import Any

from analytics.rerouting.search.random import below
from analytics.simulation.cache import compiled


@compiled
def sort(shop: Any, graph: Any, memory: Any) -> bool:
    """Set ``order`` and ``place``; whether the graph has no circle."""
    ops = len(shop.before)
    degree, order = memory.open, graph.order
    filled = 0
    for op in range(ops):
        degree[op] = (shop.before[op] >= 0) + (graph.left[op] >= 0)
        if degree[op] == 0:
            order[filled] = op
            filled += 1
    at = 0
    while at < filled:
        op = order[at]
        graph.place[op] = at
        at += 1
        for follower in (shop.after[op], graph.right[op]):
            if follower >= 0:
                degree[follower] -= 1
                if degree[follower] == 0:
                    order[filled] = follower
                    filled += 1
    return bool(filled == ops)


@compiled
def head_of(shop: Any, graph: Any, head: Any, op: int) -> int:
    """Earliest start of an operation after its neighbours."""
    start = shop.release[op]
    other = shop.before[op]
    if other >= 0:
        start = max(start, head[other] + graph.took[other])
    other = graph.left[op]
    if other >= 0:
        start = max(start, head[other] + graph.took[other])
    return int(start)


@compiled
def tail_of(shop: Any, graph: Any, tail: Any, op: int) -> int:
    """Longest path behind an operation."""
    rest = 0
    other = shop.after[op]
    if other >= 0:
        rest = tail[other] + graph.took[other]
    other = graph.right[op]
    if other >= 0:
        rest = max(rest, tail[other] + graph.took[other])
    return int(rest)


@compiled
def measure(shop: Any, graph: Any) -> int:
    """Set heads and tails of a sorted graph; the makespan."""
    span = 0
    ops = len(graph.order)
    for at in range(ops):
        op = graph.order[at]
        graph.head[op] = head_of(shop, graph, graph.head, op)
        span = max(span, graph.head[op] + graph.took[op])
    for at in range(ops - 1, -1, -1):
        op = graph.order[at]
        graph.tail[op] = tail_of(shop, graph, graph.tail, op)
    return span


@compiled
def take_out(graph: Any, op: int) -> None:
    """Take an operation off its machine; it stays in its job."""
    left, right = graph.left[op], graph.right[op]
    if left >= 0:
        graph.right[left] = right
    else:
        graph.lead[graph.on[op]] = right
    if right >= 0:
        graph.left[right] = left
    graph.left[op] = -1
    graph.right[op] = -1


@compiled
def put_in(graph: Any, op: int, machine: int, left: int, took: int) -> None:
    """Put an operation on a machine behind another; ``left`` -1: before all."""
    graph.on[op] = machine
    graph.took[op] = took
    if left >= 0:
        right = graph.right[left]
        graph.right[left] = op
    else:
        right = graph.lead[machine]
        graph.lead[machine] = op
    graph.left[op] = left
    graph.right[op] = right
    if right >= 0:
        graph.left[right] = op


@compiled
def critical_path(shop: Any, graph: Any, path: Any, span: int, word: Any) -> int:
    """One of the longest paths, at random, into ``path``; its length in operations."""
    op = -1
    equal = 0
    for other in range(len(graph.head)):
        if graph.head[other] == shop.release[other] and (
            graph.head[other] + graph.took[other] + graph.tail[other] == span
        ):
            begins = shop.before[other] < 0 or graph.head[other] == 0
            if begins:
                equal += 1
                if below(word, equal) == 0:
                    op = other
    length = 0
    while op >= 0:
        path[length] = op
        length += 1
        end = graph.head[op] + graph.took[op]
        following = -1
        for other in (shop.after[op], graph.right[op]):
            if other < 0 or graph.head[other] != end:
                continue
            longest = end + graph.took[other] + graph.tail[other] == span
            if longest and (following < 0 or below(word, 2) == 0):
                following = other
        op = following
    return length
