"""Makespans of flow lines: heads, tails, and every position of a job at once.

The acceleration is Taillard's (1990): with the heads of the jobs before a position and the tails of
those behind it, the makespan after an insertion takes one step for each stage. Stages stand outside
and positions inside, so that the processor works on several positions at a time.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from analytics.rerouting.search.random import below
from analytics.simulation.cache import compiled

NEVER = np.int32(2**31 - 1)
"""Makespan where a line must not do a job."""


@compiled
def set_heads(times: Any, lines: Any, line: int, start: int) -> None:
    """Heads of a line from position ``start`` on."""
    time = times[line]
    order = lines.order[line]
    head = lines.head[line]
    for at in range(start, lines.count[line]):
        job = order[at]
        end = head[0, at] + time[0, job]
        head[0, at + 1] = end
        for stage in range(1, time.shape[0]):
            free = head[stage, at]
            end = (free if free > end else end) + time[stage, job]  # noqa: FURB136
            head[stage, at + 1] = end
    lines.span[line] = head[time.shape[0] - 1, lines.count[line]]


@compiled
def set_tails(times: Any, lines: Any, line: int, start: int) -> None:
    """Tails of a line from position ``start`` down to the first."""
    time = times[line]
    order = lines.order[line]
    tail = lines.tail[line]
    last = time.shape[0] - 1
    for stage in range(last + 1):
        tail[stage, lines.count[line]] = 0
    for at in range(start, -1, -1):
        job = order[at]
        end = tail[last, at + 1] + time[last, job]
        tail[last, at] = end
        for stage in range(last - 1, -1, -1):
            free = tail[stage, at + 1]
            end = (free if free > end else end) + time[stage, job]  # noqa: FURB136
            tail[stage, at] = end


@compiled
def try_positions(times: Any, lines: Any, room: Any, line: int, job: int) -> None:
    """``room.ends``: makespan of a line with a job before its i-th, for i = 0 ... count.

    ``NEVER`` everywhere where the line must not do the job.
    """
    positions = lines.count[line] + 1
    front, ends = room.front, room.ends
    head, tail = lines.head[line], lines.tail[line]
    time = times[line, 0, job]
    if time < 0:
        for at in range(positions):
            ends[at] = NEVER
        return
    first, behind = head[0], tail[0]
    for at in range(positions):
        end = first[at] + time
        front[at] = end
        ends[at] = end + behind[at]
    for stage in range(1, times.shape[1]):
        time = times[line, stage, job]
        first, behind = head[stage], tail[stage]
        for at in range(positions):
            end, free = front[at], first[at]
            end = (free if free > end else end) + time  # noqa: FURB136
            front[at] = end
            whole, most = end + behind[at], ends[at]
            ends[at] = whole if whole > most else most  # noqa: FURB136


@compiled
def best_position(room: Any, positions: int, word: Any) -> tuple[int, int]:
    """Smallest makespan of ``room.ends`` and where, one of several at random."""
    ends = room.ends
    best = ends[0]
    for at in range(1, positions):
        best = ends[at] if ends[at] < best else best  # noqa: FURB136
    found = 0
    equal = 0
    for at in range(positions):
        if ends[at] == best:
            equal += 1
            if equal == 1 or below(word, equal) == 0:
                found = at
    return int(best), found


@compiled
def insert(times: Any, lines: Any, line: int, at: int, job: int) -> None:
    """Put a job before the ``at``-th of a line."""
    order, tail = lines.order[line], lines.tail[line]
    count = lines.count[line]
    for place in range(count, at, -1):
        order[place] = order[place - 1]
    order[at] = job
    lines.count[line] = count + 1
    for stage in range(times.shape[1]):
        row = tail[stage]
        for place in range(count + 1, at, -1):
            row[place] = row[place - 1]
    set_heads(times, lines, line, at)
    set_tails(times, lines, line, at)


@compiled
def remove(times: Any, lines: Any, line: int, at: int) -> int:
    """Take the ``at``-th job off a line; the job."""
    order, tail = lines.order[line], lines.tail[line]
    count = lines.count[line]
    job = order[at]
    for place in range(at, count - 1):
        order[place] = order[place + 1]
    lines.count[line] = count - 1
    for stage in range(times.shape[1]):
        row = tail[stage]
        for place in range(at, count):
            row[place] = row[place + 1]
    set_heads(times, lines, line, at)
    set_tails(times, lines, line, at - 1)
    return int(job)


@compiled
def insert_best(times: Any, lines: Any, room: Any, job: int, word: Any) -> None:
    """Put a job on the line, and there at the position, where that line is done first."""
    best, line, at, equal = 1 << 60, 0, 0, 0
    for other in range(len(lines.count)):
        try_positions(times, lines, room, other, job)
        end, place = best_position(room, lines.count[other] + 1, word)
        if end < best:
            best, line, at, equal = end, other, place, 1
        elif end == best:
            equal += 1
            if below(word, equal) == 0:
                line, at = other, place
    insert(times, lines, line, at, job)


@compiled
def critical(lines: Any) -> int:
    """The line that is done last."""
    line = 0
    for other in range(1, len(lines.span)):
        if lines.span[other] > lines.span[line]:
            line = other
    return line


@compiled
def copy(source: Any, target: Any) -> None:
    """Make ``target`` the same plan."""
    for line in range(len(source.count)):
        count = source.count[line]
        target.count[line] = count
        target.span[line] = source.span[line]
        for at in range(count):
            target.order[line, at] = source.order[line, at]
        for stage in range(source.head.shape[1]):
            for at in range(count + 1):
                target.head[line, stage, at] = source.head[line, stage, at]
                target.tail[line, stage, at] = source.tail[line, stage, at]
