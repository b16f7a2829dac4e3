"""Local search on the line that is done last: its jobs move, or change places with others."""

from __future__ import annotations

from typing import Any

from analytics.rerouting.search.flow_line.evaluate import (
    best_position,
    critical,
    insert,
    remove,
    try_positions,
)
from analytics.rerouting.search.random import below
from analytics.simulation.cache import compiled


@compiled
def _shuffled(lines: Any, line: int, queue: Any, word: Any) -> int:
    """The jobs of a line into ``queue`` in random order; how many."""
    count = lines.count[line]
    for at in range(count):
        queue[at] = lines.order[line, at]
    for at in range(count - 1, 0, -1):
        other = below(word, at + 1)
        queue[at], queue[other] = queue[other], queue[at]
    return int(count)


@compiled
def _position(lines: Any, line: int, job: int) -> int:
    at = 0
    while lines.order[line, at] != job:
        at += 1
    return at


@compiled
def move_jobs(times: Any, lines: Any, room: Any, word: Any) -> None:
    """Move single jobs off the critical line, or within it, as long as the makespan falls."""
    improved = True
    while improved:
        improved = False
        line = critical(lines)
        span = lines.span[line]
        for number in range(_shuffled(lines, line, room.queue, word)):
            job = room.queue[number]
            was = _position(lines, line, job)
            remove(times, lines, line, was)
            rest = lines.span[line]
            try_positions(times, lines, room, line, job)
            best, at = best_position(room, lines.count[line] + 1, word)
            to = line
            if rest < span:
                for other in range(len(lines.count)):
                    if other != line and lines.span[other] < best:
                        try_positions(times, lines, room, other, job)
                        end, place = best_position(room, lines.count[other] + 1, word)
                        end = max(end, rest)
                        if end < best:
                            best, to, at = end, other, place
            if best < span:
                insert(times, lines, to, at, job)
                improved = True
                break
            # a place that is as good keeps the line in motion
            insert(times, lines, line, at if best == span and to == line else was, job)


@compiled
def _swap_of(times: Any, lines: Any, room: Any, word: Any, line: int, job: int, span: int) -> bool:
    """Let a job that was taken off ``line`` change places with one of another line."""
    lines_in_all = len(lines.count)
    first = below(word, lines_in_all)
    for turn in range(lines_in_all):
        other = (first + turn) % lines_in_all
        if other == line:
            continue
        for at in range(lines.count[other]):
            partner = lines.order[other, at]
            try_positions(times, lines, room, line, partner)
            end, here = best_position(room, lines.count[line] + 1, word)
            if end >= span:
                continue
            remove(times, lines, other, at)
            try_positions(times, lines, room, other, job)
            end, there = best_position(room, lines.count[other] + 1, word)
            if end < span:
                insert(times, lines, other, there, job)
                insert(times, lines, line, here, partner)
                return True
            insert(times, lines, other, at, partner)
    return False


@compiled
def swap_jobs(times: Any, lines: Any, room: Any, word: Any) -> None:
    """Let jobs of the critical line and of others change places as long as the makespan falls."""
    improved = True
    while improved:
        improved = False
        line = critical(lines)
        span = lines.span[line]
        for number in range(_shuffled(lines, line, room.queue, word)):
            job = room.queue[number]
            was = _position(lines, line, job)
            remove(times, lines, line, was)
            if _swap_of(times, lines, room, word, line, job, span):
                improved = True
                break
            insert(times, lines, line, was, job)
