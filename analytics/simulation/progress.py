"""Progress: a run to the last delivery stops when nothing can bring it nearer."""

from __future__ import annotations

from typing import Any

from analytics.simulation import slots
from analytics.simulation.cache import compiled, inlined
from analytics.simulation.layout import FOREVER, WEEK_MS

STALLED_MS = 12 * WEEK_MS
"""So long may mere rounds of the clock go on: shifts, sun, breakdowns, standing orders."""


@inlined
def is_round(kind: int) -> bool:
    """Whether a kind of event comes round by itself, whatever the lots do."""
    if kind == slots.GRID or kind == slots.PV or kind == slots.BATTERY or kind == slots.TANK:
        return True
    if kind == slots.CALENDAR or kind == slots.FAILURE or kind == slots.RECEIPT:
        return True
    return bool(kind == slots.MAINTENANCE or kind == slots.TARIFF or kind == slots.REWARM)


@compiled
def is_awaited(agenda: Any) -> bool:
    """Whether anything is on the agenda that does not come round by itself."""
    for kind in range(slots.KINDS):
        if is_round(kind):
            continue
        first = agenda.bases[kind]
        end = agenda.bases[kind + 1] if kind + 1 < slots.KINDS else len(agenda.slot)
        for number in range(first, end):
            if agenda.slot[number].time_ms < FOREVER:
                return True
    return False


@compiled
def has_stalled(agenda: Any) -> bool:
    """Whether open lots wait for nothing: an empty agenda, or rounds of the clock for 12 weeks.

    Material that comes in for a lot that waits for it is progress too.
    """
    clock = agenda.clock[0]
    if clock.heap_rows == 0:
        return True
    if clock.now_ms - clock.progress_ms <= STALLED_MS:
        return False
    clock.progress_ms = clock.now_ms
    return not is_awaited(agenda)
