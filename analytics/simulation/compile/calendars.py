"""Opening hours as intervals of the UTC week.

Rows: two per site (``2 s`` regular hours, ``2 s + 1`` regular hours and Sunday overtime), then one
that is always open, then the customs hours of the links.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from analytics.simulation import layout
from analytics.simulation.compile import units
from analytics.simulation.layout import WEEK_MS
from analytics.simulation.model import Records
from federation.topology.model import CustomsSpec
from twins.spec import SiteSpec

Interval = tuple[int, int]


class CalendarTable:
    """Collects calendars; equal customs hours share a row."""

    def __init__(self, sites: Iterable[SiteSpec]) -> None:
        self._calendars: list[tuple[Interval, ...]] = []
        for site in sites:
            self._calendars.append(regular_hours(site))
            self._calendars.append(overtime_hours(site))
        self.always_open = len(self._calendars)
        self._calendars.append(((0, WEEK_MS),))

    def customs(self, spec: CustomsSpec | None, utc_offset_h: float) -> int:
        """Row of the hours of a border post; ``NONE`` where there is none."""
        if spec is None:
            return layout.NONE
        opening, closing = units.clock_ms(spec.open), units.clock_ms(spec.close)
        days = [day for day in units.WEEKDAYS if day not in spec.closed_days]
        local = [(units.weekday_ms(day) + opening, units.weekday_ms(day) + closing) for day in days]
        hours = utc_week(local, utc_offset_h)
        if hours in self._calendars[self.always_open :]:
            return self._calendars.index(hours, self.always_open)
        self._calendars.append(hours)
        return len(self._calendars) - 1

    def tables(self) -> tuple[Records, Records]:
        """``CALENDAR_C`` and ``INTERVAL_C``."""
        calendar = np.zeros(len(self._calendars), layout.CALENDAR_C)
        counts = np.array([len(hours) for hours in self._calendars], dtype=np.int64)
        calendar["intervals"] = counts
        calendar["first"] = np.cumsum(counts) - counts
        flat = [interval for hours in self._calendars for interval in hours]
        return calendar, np.array(flat, dtype=layout.INTERVAL_C)


def regular_hours(site: SiteSpec) -> tuple[Interval, ...]:
    """The shifts of a site in ms of the UTC week."""
    return utc_week(_local_shifts(site), site.utc_offset_h)


def overtime_hours(site: SiteSpec) -> tuple[Interval, ...]:
    """The shifts, and on Sunday the hours of the first shift."""
    local = _local_shifts(site)
    first = site.shifts[0]
    sunday = units.weekday_ms("sun")
    local.append((sunday + units.clock_ms(first.start), sunday + units.clock_ms(first.end)))
    return utc_week(local, site.utc_offset_h)


def _local_shifts(site: SiteSpec) -> list[Interval]:
    return [
        (
            units.weekday_ms(day) + units.clock_ms(shift.start),
            units.weekday_ms(day) + units.clock_ms(shift.end),
        )
        for shift in site.shifts
        for day in shift.days
    ]


def utc_week(local: Iterable[Interval], utc_offset_h: float) -> tuple[Interval, ...]:
    """Local intervals of the week in UTC: cut at the turn of the week, merged, ascending."""
    offset = units.hours(utc_offset_h)
    pieces: list[Interval] = []
    for start, end in local:
        begin = (start - offset) % WEEK_MS
        length = end - start
        pieces.append((begin, min(begin + length, WEEK_MS)))
        if begin + length > WEEK_MS:
            pieces.append((0, begin + length - WEEK_MS))
    merged: list[Interval] = []
    for begin, close in sorted(pieces):
        if close <= begin:
            continue
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], close))
        else:
            merged.append((begin, close))
    return tuple(merged)


def open_ms(intervals: Iterable[Interval]) -> int:
    """Open time of a week."""
    return sum(close - begin for begin, close in intervals)
