"""Moves of one operation of the critical path: to any machine that can do it, to any useful place.

The operation is taken out, and the longest paths of what is left are found again. They say at
once how long the longest path through the operation would be at each place, and which places make
no circle and lose nothing (Mastrolilli and Gambardella, Journal of Scheduling 3 (2000) 3), so that
every move is judged exactly.
"""

from __future__ import annotations

from typing import Any

from analytics.rerouting.search.job_shop.graph import head_of, tail_of
from analytics.simulation.cache import compiled


@compiled
def measure_without(shop: Any, graph: Any, trial: Any, op: int) -> int:
    """Heads and tails of the graph after an operation was taken out; its makespan without it.

    The operation stays in its job and takes no time.
    """
    ops = len(graph.order)
    at = graph.place[op]
    span = 0
    for number in range(at):
        other = graph.order[number]
        trial.head[other] = graph.head[other]
        span = max(span, graph.head[other] + graph.took[other])
    for number in range(at, ops):
        other = graph.order[number]
        trial.head[other] = head_of(shop, graph, trial.head, other)
        span = max(span, trial.head[other] + graph.took[other])
    for number in range(ops - 1, at, -1):
        other = graph.order[number]
        trial.tail[other] = graph.tail[other]
    for number in range(at, -1, -1):
        other = graph.order[number]
        trial.tail[other] = tail_of(shop, graph, trial.tail, other)
    return span


@compiled
def is_useful(graph: Any, trial: Any, left: int, right: int, ready: int, rest: int) -> bool:
    """Whether an operation may go between two neighbours and no other place need be tried for it.

    What ends after the operation could begin (``ready``) may follow it; what has a longer path
    behind its start than the operation has behind its end (``rest``) may precede it. Between those
    that must precede and those that must follow any place will do.
    """
    follows = right < 0 or trial.head[right] + graph.took[right] > ready
    precedes = left < 0 or trial.tail[left] + graph.took[left] > rest
    if follows and not precedes:
        return bool(trial.head[left] + graph.took[left] <= ready)
    if precedes and not follows:
        return bool(trial.tail[right] + graph.took[right] <= rest)
    return True


@compiled
def path_through(
    graph: Any, trial: Any, left: int, right: int, ready: int, rest: int, took: int
) -> int:
    """The longest path through an operation between two neighbours."""
    start, behind = ready, rest
    if left >= 0:
        start = max(start, trial.head[left] + graph.took[left])
    if right >= 0:
        behind = max(behind, trial.tail[right] + graph.took[right])
    return int(start + took + behind)


@compiled
def is_tabu(
    graph: Any, memory: Any, op: int, machine: int, left: int, right: int, was: Any, now: int
) -> bool:
    """Whether a move would undo one that was made a short while ago.

    ``was`` are the machine and the two neighbours of the operation before.
    """
    if machine != was[0]:
        return bool(memory.moved[op, machine] > now)
    if left >= 0 and graph.place[left] > graph.place[op]:  # further back
        other = left
        while other >= 0 and other != was[1]:
            if memory.turned[other, op] > now:
                return True
            other = graph.left[other]
        return False
    other = right
    while other >= 0 and other != was[2]:
        if memory.turned[op, other] > now:
            return True
        other = graph.right[other]
    return False


@compiled
def remember(
    graph: Any, memory: Any, op: int, machine: int, left: int, was: Any, until: int
) -> None:
    """Forbid to undo a move, which is about to be made, until a round; ``op`` is still in place."""
    if machine != was[0]:
        memory.moved[op, was[0]] = until
        return
    if left >= 0 and graph.place[left] > graph.place[op]:
        other = was[2]
        while other >= 0:
            memory.turned[op, other] = until
            if other == left:
                break
            other = graph.right[other]
    else:
        other = was[1]
        while other >= 0 and other != left:
            memory.turned[other, op] = until
            other = graph.left[other]
