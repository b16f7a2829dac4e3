"""From the changes that edits ask for to the table of timed changes.

Counts add up, shares multiply, of limits the lowest holds.

Whatever the order in which edits are listed, the table is the same.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator

import numpy as np

from analytics.simulation import layout
from analytics.simulation.layout import (
    P_CALENDAR,
    P_FUEL_SHARE,
    P_GRID_LIMIT,
    P_GRID_VOLTAGE,
    P_PV_SHARE,
    P_SPEED,
    P_SUPPLY_SHARE,
    P_TARIFF,
    P_YIELD,
    PPM,
)
from analytics.simulation.model import Records

Change = tuple[int, int, int, int]
"""A row of ``PRIMITIVE_C``: time in ms from the fork, kind, entity, value."""

SHARES = frozenset({P_PV_SHARE, P_SUPPLY_SHARE, P_YIELD, P_SPEED, P_TARIFF, P_FUEL_SHARE})
"""Kinds that set a share of the usual; shares that hold at the same time are multiplied."""
LIMITS = frozenset({P_GRID_VOLTAGE, P_GRID_LIMIT})
"""Kinds that set a limit; of those that hold at the same time the lowest counts."""


def ends(ppm: int) -> int:
    """How an edit writes that a share it set holds no longer: below 0, also for the share 0."""
    return ~ppm


def compose(changes: Iterable[Change]) -> Iterator[Change]:
    """Changes as edits ask for them, with the shares that hold together composed.

    An edit writes the begin of a share as its ppm and the end as ``ends(ppm)``. What comes out are
    the shares that hold from each moment on.
    """
    asked: defaultdict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for time_ms, kind, entity, value in changes:
        if kind in SHARES or kind in LIMITS:
            asked[kind, entity].append((time_ms, value))
        else:
            yield (time_ms, kind, entity, value)
    for (kind, entity), rows in asked.items():
        for time_ms, value in _held(kind, rows):
            yield (time_ms, kind, entity, value)


def _held(kind: int, rows: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    holding: list[int] = []
    last = PPM
    for time_ms in sorted({time_ms for time_ms, _ in rows}):
        now = [value for at, value in rows if at == time_ms]
        holding += [value for value in now if value >= 0]
        for value in now:
            if value < 0:
                holding.remove(ends(value))
        if kind in LIMITS:
            together = min([PPM, *holding])
        else:
            together = round(PPM * math.prod(value / PPM for value in sorted(holding)))
        if together != last:
            yield time_ms, together
        last = together


def merge(changes: Iterable[Change]) -> Records:
    """Changes sorted by time; those of the same count at the same moment are added up.

    An outage that ends in the moment another begins is no change at all. Calendars and composed
    shares are set, not counted.
    """
    counted: dict[Change, int] = {}
    switched: list[Change] = []
    for time_ms, kind, entity, value in changes:
        if kind == P_CALENDAR or kind in SHARES or kind in LIMITS:
            switched.append((time_ms, kind, entity, value))
        else:
            key = (time_ms, kind, entity, 0)
            counted[key] = counted.get(key, 0) + value
    rows = [(*key[:3], value) for key, value in counted.items() if value != 0]
    return np.array(sorted([*rows, *switched]), dtype=layout.PRIMITIVE_C)
