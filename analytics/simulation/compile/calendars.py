"""Opening hours as intervals of the UTC week, and holidays as spans from the fork.

Rows: two per site (``2 s`` regular hours, ``2 s + 1`` regular hours and Sunday overtime), then one
that is always open, then the hours of border posts, of pools of people and of maintenance.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import numpy as np

from analytics.simulation import layout
from analytics.simulation.layout import WEEK_MS
from analytics.simulation.model import Records
from federation.hours import (
    Spans,
    clock_ms,
    closures,
    local_shifts,
    opening_hours,
    regular_hours,
    utc_week,
    weekday_ms,
)
from twins.calendar_spec import OpeningSpec
from twins.hours_spec import ShiftSpec
from twins.spec import SiteSpec

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
        closed = closures(spec.holidays, utc_offset_h, self._fork)
        return self._shared((opening_hours(spec, utc_offset_h), closed))

    def weekly(self, shifts: Iterable[ShiftSpec], utc_offset_h: float) -> int:
        """Row of hours that are no site's: of a pool of people, or a window of maintenance."""
        return self._shared((utc_week(local_shifts(shifts), utc_offset_h), ()))

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


def overtime_hours(site: SiteSpec) -> Spans:
    """The shifts, and on Sunday the hours of the first shift."""
    local = local_shifts(site.shifts)
    first = site.shifts[0]
    sunday = weekday_ms("sun")
    local.append((sunday + clock_ms(first.start), sunday + clock_ms(first.end)))
    return utc_week(local, site.utc_offset_h)
