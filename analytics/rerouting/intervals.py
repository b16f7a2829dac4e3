"""Times at which something is open, closed or held: sorted, disjoint ``[from, to)`` in ms."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import numpy as np

from analytics.simulation.model import Ints

Interval = tuple[int, int]
Intervals = tuple[Interval, ...]


def merged(intervals: Iterable[Interval]) -> Intervals:
    """The union."""
    found: list[Interval] = []
    for begin, end in sorted(intervals):
        if end <= begin:
            continue
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((begin, end))
    return tuple(found)


@lru_cache(4096)
def without(intervals: Intervals, holes: Intervals) -> Intervals:
    """What lies in the first and not in the second."""
    found: list[Interval] = []
    for begin, end in intervals:
        at = begin
        for hole_begin, hole_end in holes:
            if hole_end <= at or hole_begin >= end:
                continue
            if hole_begin > at:
                found.append((at, hole_begin))
            at = max(at, hole_end)
        if at < end:
            found.append((at, end))
    return tuple(found)


def both(first: Intervals, second: Intervals) -> Intervals:
    """What lies in both."""
    return without(first, without(first, second))


@lru_cache(4096)
def length(intervals: Intervals) -> int:
    """Total time."""
    return sum(end - begin for begin, end in intervals)


@lru_cache(512)
def within(intervals: Intervals, begin_ms: int, bucket_ms: int, buckets: int) -> Ints:
    """Time of the intervals in each of the ``buckets`` from ``begin_ms`` on, int64, ms; shared."""
    if not intervals:
        return np.zeros(buckets, dtype=np.int64)
    edges = begin_ms + bucket_ms * np.arange(buckets + 1, dtype=np.int64)
    ends = np.array(intervals, dtype=np.float64).ravel()
    spans = ends[1::2] - ends[::2]
    until = np.repeat(np.concatenate([[0.0], np.cumsum(spans)]), 2)[1:-1]
    # Below 2^53 ms the sums are exact.
    total: Ints = np.diff(np.rint(np.interp(edges, ends, until)).astype(np.int64))
    return total
