"""When goods that are ready leave over a link, and when they arrive: the clock of one direction.

The rules are those of the simulator, on mean travel times: papers, then the consolidation window or
the next departure; half of the driving before the border, where there is one; border hours that
begin at the post's first open hour and end in an open one; no wheels by night where that is banned.
Moments are whole ms since ``MONDAY``. A later start never arrives earlier, so that the fastest way
can be found leg by leg.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, datetime, timedelta

from federation.hours import DAY_MS, HOUR_MS, WEEK_MS, Spans, clock_ms, closures, opening_hours
from federation.routes import Leg
from federation.topology.model import ClusterSpec, LinkSpec

MONDAY = datetime(1970, 1, 5, tzinfo=UTC)
"""A Monday, 00:00 UTC, from which moments are counted."""
DAWN_MS, DUSK_MS = 6 * HOUR_MS, 20 * HOUR_MS
_MILLISECOND = timedelta(milliseconds=1)


def to_ms(moment: datetime) -> int:
    """Whole ms since ``MONDAY``, rounded down."""
    return (moment - MONDAY) // _MILLISECOND


def from_ms(moment_ms: int) -> datetime:
    """The moment in UTC."""
    return MONDAY + moment_ms * _MILLISECOND


class Post:
    """The opening hours of a border post.

    Parameters
    ----------
    weekly
        Open time of the UTC week.
    closed
        Holidays.
    """

    def __init__(self, weekly: Spans, closed: Spans) -> None:
        self._weekly = weekly
        self._closed = closed
        self._ends = [end for _, end in closed]

    def next_open(self, moment_ms: int) -> int:
        """The moment itself when the post is open, else its next opening."""
        while True:
            at = bisect_right(self._ends, moment_ms)
            if at < len(self._closed) and self._closed[at][0] <= moment_ms:
                moment_ms = self._closed[at][1]
                continue
            opening = self._opening(moment_ms)
            if opening == moment_ms:
                return moment_ms
            moment_ms = opening

    def _opening(self, moment_ms: int) -> int:
        week, monday = moment_ms % WEEK_MS, moment_ms - moment_ms % WEEK_MS
        for begin, end in self._weekly:
            if week < end:
                return max(moment_ms, monday + begin)
        return monday + WEEK_MS + self._weekly[0][0]


class LegClock:
    """Departures and arrivals of one direction of a link.

    Parameters
    ----------
    leg
        The direction.
    offsets_h
        Place to its offset from UTC: departures and nights are told in the time of the place that
        is left, the hours of the post in that of the link's start.
    dangerous
        Dangerous goods may need longer papers.
    """

    def __init__(self, leg: Leg, offsets_h: dict[str, float], *, dangerous: bool = False) -> None:
        link = leg.link
        self.papers_ms = round(leg.papers_h(dangerous=dangerous) * HOUR_MS)
        self.least_ms = self.papers_ms + round(leg.travel_h * HOUR_MS)
        """No journey is shorter, papers included."""
        self._offset_ms = round(offsets_h[leg.start] * HOUR_MS)
        self._timetable = sorted({clock_ms(departure) for departure in link.departures})
        self._window_ms = round((link.consolidation_h or 0.0) * HOUR_MS)
        self._drive_ms = round(link.drive_h * HOUR_MS)
        self._border_ms = round(link.border_h * HOUR_MS)
        self._by_night = link.night_driving
        self._post = _post(link, offsets_h[link.start])

    def depart(self, ready_ms: int) -> int:
        """When goods leave that are at the dock at ``ready_ms``."""
        moment = ready_ms + self.papers_ms
        if self._window_ms > 0:
            return moment + self._window_ms
        day = (moment + self._offset_ms) % DAY_MS
        for departure in self._timetable:
            if departure >= day:
                return moment + departure - day
        return moment + DAY_MS - day + self._timetable[0]

    def arrive(self, depart_ms: int) -> int:
        """When goods arrive that leave at ``depart_ms``."""
        if self._border_ms == 0:
            return self._drive(depart_ms, self._drive_ms)
        moment = self._drive(depart_ms, self._drive_ms // 2)
        if self._post is not None:
            moment = self._post.next_open(moment)
        moment += self._border_ms
        if self._post is not None:
            moment = self._post.next_open(moment)
        return self._drive(moment, self._drive_ms - self._drive_ms // 2)

    def _drive(self, moment: int, drive_ms: int) -> int:
        if self._by_night:
            return moment + drive_ms
        while True:
            day = (moment + self._offset_ms) % DAY_MS
            if day < DAWN_MS:
                moment, day = moment + DAWN_MS - day, DAWN_MS
            elif day >= DUSK_MS:
                moment, day = moment + DAY_MS - day + DAWN_MS, DAWN_MS
            if drive_ms <= DUSK_MS - day:
                return moment + drive_ms
            drive_ms -= DUSK_MS - day
            moment += DUSK_MS - day


def _post(link: LinkSpec, offset_h: float) -> Post | None:
    if link.customs is None:
        return None
    closed = closures(link.customs.holidays, offset_h, MONDAY)
    return Post(opening_hours(link.customs, offset_h), closed)


def offsets_h(cluster: ClusterSpec) -> dict[str, float]:
    """Offset from UTC of every place, in h."""
    found = {site.id: site.utc_offset_h for site in cluster.sites}
    found |= {c.id: c.utc_offset_h for c in cluster.customers if c.at_site is None}
    return found
