"""Opening hours as intervals of the UTC week, and holidays as spans from the fork.

Rows: two per site (``2 s`` regular hours, ``2 s + 1`` regular hours and Sunday overtime), then one
that is always open, then the hours of border posts, of pools of people and of maintenance.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

import numpy as np

from analytics.simulation import layout
from analytics.simulation.compile import units
from analytics.simulation.layout import WEEK_MS
from analytics.simulation.model import Records
from twins.calendar_spec import HolidaySpec, OpeningSpec
from twins.hours_spec import ShiftSpec
from twins.spec import SiteSpec

Interval = tuple[int, int]
Spans = tuple[Interval, ...]


_CLOSED = ("first_closure", "closures")


class CalendarTable:
    """Collects calendars; equal customs hours share a row.

    Parameters
    ----------
    sites
        Whose shifts come first.
    fork
        The moment from which holidays are counted.
    """

    def __init__(self, sites: Iterable[SiteSpec], fork: datetime) -> None:
        self._fork = fork
        self._calendars: list[tuple[Spans, Spans]] = []
        for site in sites:
            closed = closures(site.holidays, site.utc_offset_h, fork)
            self._calendars.append((regular_hours(site), closed))
            self._calendars.append((overtime_hours(site), closed))
        self.always_open = len(self._calendars)
        self._calendars.append((((0, WEEK_MS),), ()))

    def opening(self, spec: OpeningSpec | None, utc_offset_h: float) -> int:
        """Row of the hours of a border post or a supplier; ``NONE`` where none are given."""
        if spec is None:
            return layout.NONE
        opening, closing = units.clock_ms(spec.open), units.clock_ms(spec.close)
        days = [day for day in units.WEEKDAYS if day not in spec.closed_days]
        local = [(units.weekday_ms(day) + opening, units.weekday_ms(day) + closing) for day in days]
        closed = closures(spec.holidays, utc_offset_h, self._fork)
        return self._shared((utc_week(local, utc_offset_h), closed))

    def weekly(self, shifts: Iterable[ShiftSpec], utc_offset_h: float) -> int:
        """Row of hours that are no site's: of a pool of people, or a window of maintenance."""
        return self._shared((utc_week(_local(shifts), utc_offset_h), ()))

    def _shared(self, entry: tuple[Spans, Spans]) -> int:
        if entry in self._calendars[self.always_open :]:
            return self._calendars.index(entry, self.always_open)
        self._calendars.append(entry)
        return len(self._calendars) - 1

    def tables(self) -> tuple[Records, Records, Records]:
        """``CALENDAR_C``, the intervals of the week and the closures (``INTERVAL_C``)."""
        calendar = np.zeros(len(self._calendars), layout.CALENDAR_C)
        hours, closed = zip(*self._calendars, strict=True)
        flat = []
        for kind, names in ((hours, ("first", "intervals")), (closed, _CLOSED)):
            counts = np.array([len(spans) for spans in kind], dtype=np.int64)
            calendar[names[0]] = np.cumsum(counts) - counts
            calendar[names[1]] = counts
            rows = [span for spans in kind for span in spans]
            flat.append(np.array(rows, dtype=layout.INTERVAL_C))
        return calendar, flat[0], flat[1]


def closures(holidays: Iterable[HolidaySpec], utc_offset_h: float, fork: datetime) -> Spans:
    """Holidays that are not over at the fork: local days in ms from it, merged, ascending."""
    spans = [days_ms(*holiday.days, utc_offset_h, fork) for holiday in holidays]
    return merge(span for span in spans if span[1] > 0)


def days_ms(first: date, last: date, utc_offset_h: float, fork: datetime) -> Interval:
    """From the first moment of a local day to the end of another, in ms from the fork."""
    offset = timedelta(hours=utc_offset_h)
    begin = datetime.combine(first, time(), tzinfo=UTC) - offset
    end = datetime.combine(last, time(), tzinfo=UTC) + timedelta(days=1) - offset
    return units.moment_ms(begin, fork), units.moment_ms(end, fork)


def regular_hours(site: SiteSpec) -> Spans:
    """The shifts of a site in ms of the UTC week."""
    return utc_week(_local_shifts(site), site.utc_offset_h)


def overtime_hours(site: SiteSpec) -> Spans:
    """The shifts, and on Sunday the hours of the first shift."""
    local = _local_shifts(site)
    first = site.shifts[0]
    sunday = units.weekday_ms("sun")
    local.append((sunday + units.clock_ms(first.start), sunday + units.clock_ms(first.end)))
    return utc_week(local, site.utc_offset_h)


def _local_shifts(site: SiteSpec) -> list[Interval]:
    return _local(site.shifts)


def _local(shifts: Iterable[ShiftSpec]) -> list[Interval]:
    return [
        (
            units.weekday_ms(day) + units.clock_ms(shift.start),
            units.weekday_ms(day) + units.clock_ms(shift.end),
        )
        for shift in shifts
        for day in shift.days
    ]


def utc_week(local: Iterable[Interval], utc_offset_h: float) -> Spans:
    """Local intervals of the week in UTC: cut at the turn of the week, merged, ascending."""
    offset = units.hours(utc_offset_h)
    pieces: list[Interval] = []
    for start, end in local:
        begin = (start - offset) % WEEK_MS
        length = end - start
        pieces.append((begin, min(begin + length, WEEK_MS)))
        if begin + length > WEEK_MS:
            pieces.append((0, begin + length - WEEK_MS))
    return merge(pieces)


def merge(spans: Iterable[Interval]) -> Spans:
    """Spans that overlap or adjoin as one, ascending."""
    merged: list[Interval] = []
    for begin, close in sorted(spans):
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
