"""A bare Numba loop of the job shop with failures: the least that a compiled simulator must do.

Frozen on the day it was written; it is the yardstick of ``kernel_vs_bare.py`` and is never slowed
down. Groups of equal machines, queues by rank, exponential breakdowns by keyed draws, work resumes;
nothing else: no lots that move, no power, no hours, no trace.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

FOREVER = 2**60


@numba.njit(error_model="numpy")
def _mix(value: Any) -> Any:
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


@numba.njit(error_model="numpy")
def _exponential(seed: int, entity: int, index: int, mean: float) -> int:
    bits = _mix(np.uint64(seed) + np.uint64(0x9E3779B97F4A7C15))
    bits = _mix(bits ^ (np.uint64(entity) * np.uint64(0xBF58476D1CE4E5B9)))
    bits = _mix(bits ^ (np.uint64(index) * np.uint64(0x9E3779B97F4A7C15)))
    u = (np.float64(bits >> np.uint64(11)) + 0.5) / 9007199254740992.0
    return max(1, int(-mean * np.log1p(-u)))


@numba.njit(error_model="numpy")
def _sift(heap: Any, position: Any, time: Any, rows: int, at: int) -> None:
    moving = heap[at]
    while at > 0:
        parent = (at - 1) >> 1
        other = heap[parent]
        if time[moving] > time[other] or (time[moving] == time[other] and moving > other):
            break
        heap[at] = other
        position[other] = at
        at = parent
    while True:
        child = 2 * at + 1
        if child >= rows:
            break
        if child + 1 < rows:
            a, b = heap[child + 1], heap[child]
            if time[a] < time[b] or (time[a] == time[b] and a < b):
                child += 1
        other = heap[child]
        if time[moving] < time[other] or (time[moving] == time[other] and moving < other):
            break
        heap[at] = other
        position[other] = at
        at = child
    heap[at] = moving
    position[moving] = at


@numba.njit(error_model="numpy")
def _push(queue: Any, length: Any, group: int, job: int) -> None:
    at = length[group]
    length[group] = at + 1
    while at > 0:
        parent = (at - 1) >> 1
        if queue[group, parent] <= job:
            break
        queue[group, at] = queue[group, parent]
        at = parent
    queue[group, at] = job


@numba.njit(error_model="numpy")
def _pop(queue: Any, length: Any, group: int) -> int:
    top = queue[group, 0]
    rows = length[group] - 1
    length[group] = rows
    moving = queue[group, rows]
    at = 0
    while True:
        child = 2 * at + 1
        if child >= rows:
            break
        if child + 1 < rows and queue[group, child + 1] < queue[group, child]:
            child += 1
        if moving <= queue[group, child]:
            break
        queue[group, at] = queue[group, child]
        at = child
    queue[group, at] = moving
    return int(top)


@numba.njit(error_model="numpy", cache=True)
def bare_shop(
    machines: Any,
    op_group: Any,
    op_ms: Any,
    release: Any,
    mean_up: float,
    mean_down: float,
    seed: int,
) -> Any:
    """Completion times of jobs that come in the order of release; ``mean_up`` 0: no failures."""
    jobs, steps = op_group.shape
    groups = len(machines)
    first = np.zeros(groups + 1, np.int64)
    for g in range(groups):
        first[g + 1] = first[g] + machines[g]
    count = first[groups]
    slots = 2 * count + 1  # failures, finishes, release
    time = np.full(slots, FOREVER)
    heap = np.arange(slots)
    position = np.arange(slots)
    owner = np.zeros(count, np.int64)
    for g in range(groups):
        owner[first[g] : first[g + 1]] = g
    job_on = np.full(count, -1)
    left = np.zeros(count, np.int64)
    up = np.ones(count, np.int64)
    failures = np.zeros(count, np.int64)
    step = np.zeros(jobs, np.int64)
    done = np.zeros(jobs, np.int64)
    queue = np.zeros((groups, 4096), np.int64)
    length = np.zeros(groups, np.int64)
    dirty = np.zeros(groups, np.int64)
    marked = np.zeros(groups, np.int64)
    for m in range(count):
        if mean_up > 0:
            time[m] = _exponential(seed, 2 * m, 0, mean_up)
    time[2 * count] = release[0]
    for s in range(slots):
        _sift(heap, position, time, slots, position[s])
    next_release = 0
    open_jobs = jobs
    while open_jobs > 0:
        now = time[heap[0]]
        marks = 0
        while time[heap[0]] <= now:
            slot = heap[0]
            if slot < count:
                m = slot
                if up[m] == 1:
                    up[m] = 0
                    if job_on[m] >= 0:
                        left[m] = time[count + m] - now
                        time[count + m] = FOREVER
                        _sift(heap, position, time, slots, position[count + m])
                    time[m] = now + _exponential(seed, 2 * m + 1, failures[m], mean_down)
                else:
                    up[m] = 1
                    failures[m] += 1
                    time[m] = now + _exponential(seed, 2 * m, failures[m], mean_up)
                g = owner[m]
                _sift(heap, position, time, slots, position[m])
                if dirty[g] == 0:
                    dirty[g] = 1
                    marked[marks] = g
                    marks += 1
            elif slot < 2 * count:
                m = slot - count
                time[slot] = FOREVER
                _sift(heap, position, time, slots, 0)
                j = job_on[m]
                job_on[m] = -1
                step[j] += 1
                g = owner[m]
                if dirty[g] == 0:
                    dirty[g] = 1
                    marked[marks] = g
                    marks += 1
                if step[j] == steps:
                    done[j] = now
                    open_jobs -= 1
                else:
                    g = op_group[j, step[j]]
                    _push(queue, length, g, j)
                    if dirty[g] == 0:
                        dirty[g] = 1
                        marked[marks] = g
                        marks += 1
            else:
                while next_release < jobs and release[next_release] <= now:
                    g = op_group[next_release, 0]
                    _push(queue, length, g, next_release)
                    if dirty[g] == 0:
                        dirty[g] = 1
                        marked[marks] = g
                        marks += 1
                    next_release += 1
                time[slot] = release[next_release] if next_release < jobs else FOREVER
                _sift(heap, position, time, slots, 0)
        for at in range(marks):
            g = marked[at]
            dirty[g] = 0
            for m in range(first[g], first[g + 1]):
                if up[m] == 0 or time[count + m] < FOREVER:
                    continue
                if job_on[m] < 0:
                    if length[g] == 0:
                        continue
                    j = _pop(queue, length, g)
                    job_on[m] = j
                    left[m] = op_ms[j, step[j]]
                time[count + m] = now + left[m]
                _sift(heap, position, time, slots, position[count + m])
    return done
