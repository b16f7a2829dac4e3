"""The agenda: an indexed binary heap with one slot per entity and kind of event.

Slots are numbered by kind and then entity, so the slot number is the tie-break of simultaneous
events and nothing stale is ever in the heap. A slot with the time ``FOREVER`` is not in it.
"""

from __future__ import annotations

from typing import Any

from analytics.simulation.cache import compiled, inlined
from analytics.simulation.layout import FOREVER, NONE


@inlined
def _sooner(slot: Any, a: int, b: int) -> bool:
    if slot[a].time_ms != slot[b].time_ms:
        return bool(slot[a].time_ms < slot[b].time_ms)
    return a < b


@inlined
def _up(agenda: Any, position: int) -> None:
    heap, slot = agenda.heap, agenda.slot
    moving = heap[position]
    while position > 0:
        parent = (position - 1) >> 1
        if not _sooner(slot, moving, heap[parent]):
            break
        heap[position] = heap[parent]
        slot[heap[position]].position = position
        position = parent
    heap[position] = moving
    slot[moving].position = position


@inlined
def _down(agenda: Any, position: int) -> None:
    heap, slot = agenda.heap, agenda.slot
    rows = agenda.clock[0].heap_rows
    moving = heap[position]
    while True:
        child = 2 * position + 1
        if child >= rows:
            break
        if child + 1 < rows and _sooner(slot, heap[child + 1], heap[child]):
            child += 1
        if not _sooner(slot, heap[child], moving):
            break
        heap[position] = heap[child]
        slot[heap[position]].position = position
        position = child
    heap[position] = moving
    slot[moving].position = position


@compiled
def arm(agenda: Any, number: int, time_ms: int) -> None:
    """Set the time of a slot; ``FOREVER`` takes it off the agenda."""
    heap, slot, clock = agenda.heap, agenda.slot, agenda.clock
    position = slot[number].position
    before = slot[number].time_ms
    slot[number].time_ms = time_ms
    if position == NONE:
        if time_ms < FOREVER:
            position = clock[0].heap_rows
            clock[0].heap_rows = position + 1
            heap[position] = number
            _up(agenda, position)
        return
    if time_ms >= FOREVER:
        last = clock[0].heap_rows - 1
        clock[0].heap_rows = last
        slot[number].position = NONE
        if position != last:
            moved = heap[last]
            heap[position] = moved
            slot[moved].position = position
            _up(agenda, position)
            _down(agenda, slot[moved].position)
        return
    if time_ms < before:
        _up(agenda, position)
    else:
        _down(agenda, position)
