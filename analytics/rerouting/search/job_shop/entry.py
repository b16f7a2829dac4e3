"""Tabu search on job shops: the one compiled entry.

In each round the best move of an operation of a critical path is made that does not undo a move
made a short while ago, unless it leads to the best plan so far.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numba

from analytics.rerouting.search import random
from analytics.rerouting.search.job_shop.graph import (
    critical_path,
    measure,
    put_in,
    sort,
    take_out,
)
from analytics.rerouting.search.job_shop.neighbours import (
    is_tabu,
    is_useful,
    measure_without,
    path_through,
    remember,
)
from analytics.rerouting.search.job_shop.nouns import Graph, Memory, Shop, Trial
from analytics.rerouting.search.random import below
from analytics.simulation.cache import CompiledEntry, compiled

TENURE = 10
"""Rounds for which a move must not be undone, at least."""
_NEVER = 1 << 60
BEST, ROUND, SINCE, SPAN = range(4)
"""Places in ``marks``: best makespan, number of the round, rounds since the best, makespan now."""


@compiled
def _best_move(
    shop: Any, graph: Any, trial: Any, memory: Any, marks: Any, length: int, move: Any, word: Any
) -> None:
    """The best move into ``move``: operation, alternative, left neighbour; -1 where there is none.

    Where all moves are forbidden, the best of those.
    """
    now = marks[ROUND]
    best, through, equal = _NEVER, _NEVER, 0
    forbidden = _NEVER
    move[0] = -1
    second = (-1, -1, -1)
    for number in range(length):
        op = memory.path[number]
        was = (graph.on[op], graph.left[op], graph.right[op])
        took = graph.took[op]
        ways = shop.first[op + 1] - shop.first[op]
        if ways == 1 and was[1] < 0 and was[2] < 0:
            continue
        take_out(graph, op)
        graph.took[op] = 0
        rest_span = measure_without(shop, graph, trial, op)
        ready, rest = trial.head[op], trial.tail[op]
        for way in range(shop.first[op], shop.first[op + 1]):
            machine = shop.machine[way]
            left, right = -1, graph.lead[machine]
            while True:
                moves = machine != was[0] or left != was[1]
                if moves and is_useful(graph, trial, left, right, ready, rest):
                    path = path_through(graph, trial, left, right, ready, rest, shop.time[way])
                    span = max(path, rest_span)
                    if span >= marks[BEST] and is_tabu(
                        graph, memory, op, machine, left, right, was, now
                    ):
                        if span < forbidden or (span == forbidden and below(word, 8) == 0):
                            forbidden = span
                            second = (op, way, left)
                    elif span < best or (span == best and path < through):
                        best, through, equal = span, path, 1
                        move[0], move[1], move[2] = op, way, left
                    elif span == best and path == through:
                        equal += 1
                        if below(word, equal) == 0:
                            move[0], move[1], move[2] = op, way, left
                if right < 0:
                    break
                left, right = right, graph.right[right]
        put_in(graph, op, was[0], was[1], took)
    if move[0] < 0:
        move[0], move[1], move[2] = second


@compiled
def _kick(shop: Any, graph: Any, memory: Any, moves: int, word: Any) -> None:
    """Random moves that make no circle."""
    ops = len(shop.before)
    made = 0
    for _ in range(20 * moves):
        if made >= moves:
            break
        op = below(word, ops)
        machine, left, took = graph.on[op], graph.left[op], graph.took[op]
        way = shop.first[op] + below(word, shop.first[op + 1] - shop.first[op])
        take_out(graph, op)
        there = shop.machine[way]
        behind, length = graph.lead[there], 0
        while behind >= 0:
            length += 1
            behind = graph.right[behind]
        behind = -1
        for _ in range(below(word, length + 1)):
            behind = graph.right[behind] if behind >= 0 else graph.lead[there]
        put_in(graph, op, there, behind, shop.time[way])
        if sort(shop, graph, memory):
            made += 1
        else:
            take_out(graph, op)
            put_in(graph, op, machine, left, took)
    sort(shop, graph, memory)


@compiled
def _keep(graph: Any, best_on: Any, best_right: Any, best_lead: Any) -> None:
    for op in range(len(graph.on)):
        best_on[op] = graph.on[op]
        best_right[op] = graph.right[op]
    for machine in range(len(graph.lead)):
        best_lead[machine] = graph.lead[machine]


def _search(
    before: Any, after: Any, release: Any, first: Any, machine: Any, time: Any,
    on: Any, took: Any, lead: Any, left: Any, right: Any, order: Any, place: Any, head: Any,
    tail: Any, trial_head: Any, trial_tail: Any, moved: Any, turned: Any, path: Any, room: Any,
    best_on: Any, best_right: Any, best_lead: Any, marks: Any, move: Any, word: Any,
    kicks: int, rounds: int, stall: int, target: int,
) -> int:  # fmt: skip
    """Some rounds of the search; how many were made.

    It begins with ``kicks`` random moves, and ends early at the ``target`` or after ``stall``
    rounds without a better plan.
    """
    shop = Shop(before, after, release, first, machine, time)
    graph = Graph(on, took, lead, left, right, order, place, head, tail)
    trial = Trial(trial_head, trial_tail)
    memory = Memory(moved, turned, path, room)
    if not sort(shop, graph, memory):
        return -1
    if kicks > 0:
        _kick(shop, graph, memory, kicks, word)
    span = measure(shop, graph)
    if span < marks[BEST]:
        marks[BEST], marks[SINCE] = span, 0
        _keep(graph, best_on, best_right, best_lead)
    made = 0
    while made < rounds and marks[BEST] > target and marks[SINCE] < stall:
        made += 1
        marks[ROUND] += 1
        marks[SINCE] += 1
        length = critical_path(shop, graph, path, span, word)
        _best_move(shop, graph, trial, memory, marks, length, move, word)
        op = move[0]
        if op < 0:
            marks[SINCE] = stall
            break
        there = machine[move[1]]
        was = (on[op], left[op], right[op])
        until = marks[ROUND] + TENURE + length // 2 + below(word, TENURE)
        if there != was[0]:
            until += first[op + 1] - first[op]
        remember(graph, memory, op, there, move[2], was, until)
        take_out(graph, op)
        put_in(graph, op, there, move[2], time[move[1]])
        if not sort(shop, graph, memory):
            return -1
        span = measure(shop, graph)
        if span < marks[BEST]:
            marks[BEST], marks[SINCE] = span, 0
            _keep(graph, best_on, best_right, best_lead)
    marks[SPAN] = span
    return made


ARRAYS = (1,) * 17 + (2, 2) + (1,) * 7
"""Dimensions of each array of int64."""


def _signature() -> Any:
    arrays = [numba.types.Array(numba.int64, dimensions, "C") for dimensions in ARRAYS]
    word = numba.types.Array(numba.uint64, 1, "C")
    return numba.int64(*arrays, word, *[numba.int64] * 4)


JOB_SHOP = CompiledEntry(
    "job shop",
    _search,
    _signature,
    sources=[*sorted(Path(__file__).parent.glob("*.py")), Path(random.__file__)],
    about_s=10,
    alone=True,
)
"""Machine code of the search, kept like the kernel's."""
