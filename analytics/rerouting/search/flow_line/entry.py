"""Iterated greedy for distributed permutation flow shops: the one compiled entry.

Jobs are taken out, half of them off the critical line, and put back where they end first; then
local search; then a plan that is worse is kept with a probability that falls as the search goes
on. After Ruiz and Stuetzle 2007 and Ruiz, Pan and Naderi, Omega 83 (2019) 213, with swaps between
lines and a temperature that falls in place of a constant one.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numba
import numpy as np

from analytics.rerouting.search import random
from analytics.rerouting.search.flow_line.evaluate import (
    copy,
    critical,
    insert_best,
    remove,
    set_heads,
    set_tails,
)
from analytics.rerouting.search.flow_line.improve import move_jobs, swap_jobs
from analytics.rerouting.search.flow_line.nouns import Lines, Room
from analytics.rerouting.search.random import below, uniform
from analytics.simulation.cache import CompiledEntry, compiled

TAKEN_OUT = 4
"""Jobs that are taken out in each round."""
HOT, COLD = 0.03, 0.002
"""Temperature at the start and at the end, in mean operation times."""
_MEAN_WEIGHT = 0.3
"""Weight of the mean makespan of the lines beside the largest: room on the others is worth
something."""


@compiled
def _level(lines: Any) -> float:
    """What the acceptance compares: the makespan, and a share of the mean of the lines."""
    total = 0
    for line in range(len(lines.span)):
        total += lines.span[line]
    mean = np.float64(total) / np.float64(len(lines.span))
    return np.float64(lines.span[critical(lines)]) + _MEAN_WEIGHT * mean


@compiled
def _mean(times: Any) -> Any:
    """Mean duration of an operation."""
    total, count = 0, 0
    for line in range(times.shape[0]):
        for stage in range(times.shape[1]):
            for job in range(times.shape[2]):
                if times[line, stage, job] >= 0:
                    total += times[line, stage, job]
                    count += 1
    return np.float64(total) / np.float64(count)


@compiled
def _begin(times: Any, lines: Any, room: Any, word: Any, jobs: Any) -> None:
    """NEH2 (Naderi and Ruiz 2010): jobs in the order given, each where it ends first."""
    for line in range(len(lines.count)):
        lines.count[line] = 0
        lines.span[line] = 0
        for stage in range(times.shape[1]):
            lines.head[line, stage, 0] = 0
            lines.tail[line, stage, 0] = 0
    for number in range(len(jobs)):
        insert_best(times, lines, room, jobs[number], word)


@compiled
def _take_out(times: Any, lines: Any, room: Any, word: Any) -> int:
    """Take random jobs out, every other off the critical line; how many."""
    jobs = times.shape[2]
    count = min(TAKEN_OUT, int(jobs))
    for number in range(count):
        line = critical(lines)
        if number % 2 == 1:
            line = below(word, len(lines.count))
        while lines.count[line] == 0:
            line = (line + 1) % len(lines.count)
        room.out[number] = remove(times, lines, line, below(word, lines.count[line]))
    return count


@compiled
def _keep(lines: Any, best_order: Any, best_count: Any) -> None:
    for line in range(len(lines.count)):
        best_count[line] = lines.count[line]
        for at in range(lines.count[line]):
            best_order[line, at] = lines.order[line, at]


def _search(
    times: Any, jobs: Any, order: Any, count: Any, head: Any, tail: Any, span: Any,
    old_order: Any, old_count: Any, old_head: Any, old_tail: Any, old_span: Any,
    best_order: Any, best_count: Any, front: Any, ends: Any, queue: Any, out: Any,
    word: Any, progress: Any, begun: int, rounds: int, best: int,
) -> int:  # fmt: skip
    """Some rounds of the search; the best makespan found so far.

    ``progress`` float64[2] is the share of the search that is over at the first and after the last
    of these rounds. ``begun``: 0 makes the first plan, 1 goes on.
    """
    lines = Lines(order, count, head, tail, span)
    old = Lines(old_order, old_count, old_head, old_tail, old_span)
    room = Room(front, ends, queue, out)
    unit = _mean(times)
    if begun == 0:
        if count[0] < 0:
            _begin(times, lines, room, word, jobs)
        else:  # a plan is given
            for line in range(len(count)):
                for stage in range(times.shape[1]):
                    head[line, stage, 0] = 0
                set_heads(times, lines, line, 0)
                set_tails(times, lines, line, count[line] - 1)
        move_jobs(times, lines, room, word)
        best = span[critical(lines)]
        _keep(lines, best_order, best_count)
    for number in range(rounds):
        done = progress[0] + (progress[1] - progress[0]) * number / rounds
        heat = unit * (HOT + (COLD - HOT) * done)
        copy(lines, old)
        before = _level(lines)
        for taken in range(_take_out(times, lines, room, word)):
            insert_best(times, lines, room, out[taken], word)
        move_jobs(times, lines, room, word)
        swap_jobs(times, lines, room, word)
        found = span[critical(lines)]
        if found < best:
            best = found
            _keep(lines, best_order, best_count)
        worse = _level(lines) - before
        if worse > 0.0 and uniform(word) >= np.exp(-worse / heat):
            copy(old, lines)
    return int(best)


_KINDS = (
    "i4:3 i8:1 i8:2 i8:1 i4:3 i4:3 i8:1 i8:2 i8:1 i4:3 i4:3 i8:1 i8:2 i8:1 i4:1 i4:1 i8:1 i8:1 "
    "u8:1 f8:1"
)
"""Element type and dimensions of each array."""


def _signature() -> Any:
    types: dict[str, Any] = {
        "i4": numba.int32,
        "i8": numba.int64,
        "u8": numba.uint64,
        "f8": numba.float64,
    }
    arrays = []
    for kind in _KINDS.split():
        name, dimensions = kind.split(":")
        arrays.append(numba.types.Array(types[name], int(dimensions), "C"))
    return numba.int64(*arrays, numba.int64, numba.int64, numba.int64)


FLOW_LINES = CompiledEntry(
    "flow lines",
    _search,
    _signature,
    sources=[*sorted(Path(__file__).parent.glob("*.py")), Path(random.__file__)],
    about_s=10,
    alone=True,
)
"""Machine code of the search, kept like the kernel's."""
