"""Sets of ways to one point: each way has a moment and money by part."""

from __future__ import annotations

from typing import Any

from analytics.rerouting.bounds.alone.nouns import LABELS, PARTS
from analytics.simulation.cache import compiled


@compiled
def money(sets: Any, row: int, at: int) -> float:
    """Money of a way, all parts."""
    total = 0.0
    for part in range(PARTS):
        total += sets.spent[row, at, part]
    return total


@compiled
def paid(way: Any) -> float:
    """Money of a way in the making."""
    total = 0.0
    for part in range(PARTS):
        total += way[part]
    return total


@compiled
def is_worse(sets: Any, row: int, time_ms: int, cost: float) -> bool:
    """Whether a set has a way that is neither later nor dearer."""
    for at in range(sets.count[row]):
        if sets.time_ms[row, at] <= time_ms and money(sets, row, at) <= cost:
            return True
    return False


@compiled
def _move(sets: Any, row: int, start: int, end: int) -> None:
    sets.time_ms[row, end] = sets.time_ms[row, start]
    sets.node[row, end] = sets.node[row, start]
    for part in range(PARTS):
        sets.spent[row, end, part] = sets.spent[row, start, part]


@compiled
def insert(sets: Any, row: int, time_ms: int, way: Any, node: int) -> None:
    """Put a way into a set that has none better; what it makes superfluous goes.

    A full set takes it together with the way that comes before it: the sooner moment and the lower
    price of the two, which no real way can beat.
    """
    cost = paid(way)
    if is_worse(sets, row, time_ms, cost):
        return
    kept = 0
    for at in range(sets.count[row]):
        if sets.time_ms[row, at] < time_ms or money(sets, row, at) < cost:
            if kept != at:
                _move(sets, row, at, kept)
            kept += 1
    place = 0
    while place < kept and sets.time_ms[row, place] < time_ms:
        place += 1
    if kept == LABELS:
        if place == 0:  # sooner and dearer than all: this moment, the price of the next
            sets.time_ms[row, 0] = time_ms
            return
        for part in range(PARTS):  # later and cheaper than the one before: its moment, this price
            sets.spent[row, place - 1, part] = way[part]
        sets.node[row, place - 1] = node
        _settle(sets, row, place - 1)
        return
    for at in range(kept, place, -1):
        _move(sets, row, at - 1, at)
    sets.time_ms[row, place] = time_ms
    sets.node[row, place] = node
    for part in range(PARTS):
        sets.spent[row, place, part] = way[part]
    sets.count[row] = kept + 1


@compiled
def _settle(sets: Any, row: int, merged: int) -> None:
    """Drop what a merged way makes superfluous."""
    cost = money(sets, row, merged)
    kept = merged + 1
    for at in range(merged + 1, sets.count[row]):
        if money(sets, row, at) < cost:
            _move(sets, row, at, kept)
            kept += 1
    sets.count[row] = kept


@compiled
def take(sets: Any, row: int, at: int, way: Any) -> int:
    """Copy the money of a way; its moment."""
    for part in range(PARTS):
        way[part] = sets.spent[row, at, part]
    return int(sets.time_ms[row, at])
