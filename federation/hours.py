"""Hours of a week: shifts, opening hours and holidays as spans of time in ms. Pure.

A week begins on Monday, 00:00 UTC. Local times are told in UTC by the offset of their place.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

from twins.calendar_spec import HolidaySpec, OpeningSpec
from twins.hours_spec import ShiftSpec
from twins.spec import SiteSpec

Interval = tuple[int, int]
Spans = tuple[Interval, ...]
"""Ascending, apart from each other; a span holds its first ms and not its last."""

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
WEEK_MS = 7 * DAY_MS
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_MILLISECOND = timedelta(milliseconds=1)


def clock_ms(time_of_day: str) -> int:
    """``HH:MM`` to ms of the day; ``24:00`` is the whole day."""
    hour, minute = time_of_day.split(":")
    return int(hour) * HOUR_MS + int(minute) * MINUTE_MS


def weekday_ms(day: str) -> int:
    """First ms of a day of the week that begins on Monday."""
    return WEEKDAYS.index(day) * DAY_MS


def regular_hours(site: SiteSpec) -> Spans:
    """The shifts of a site in ms of the UTC week."""
    return utc_week(local_shifts(site.shifts), site.utc_offset_h)


def local_shifts(shifts: Iterable[ShiftSpec]) -> list[Interval]:
    """Shifts in ms of the local week, as written."""
    return [
        (weekday_ms(day) + clock_ms(shift.start), weekday_ms(day) + clock_ms(shift.end))
        for shift in shifts
        for day in shift.days
    ]


def opening_hours(spec: OpeningSpec, utc_offset_h: float) -> Spans:
    """The hours of a counter in ms of the UTC week; its holidays apart."""
    opening, closing = clock_ms(spec.open), clock_ms(spec.close)
    days = [day for day in WEEKDAYS if day not in spec.closed_days]
    local = [(weekday_ms(day) + opening, weekday_ms(day) + closing) for day in days]
    return utc_week(local, utc_offset_h)


def utc_week(local: Iterable[Interval], utc_offset_h: float) -> Spans:
    """Local intervals of the week in UTC: cut at the turn of the week, merged, ascending."""
    offset = round(utc_offset_h * HOUR_MS)
    pieces: list[Interval] = []
    for start, end in local:
        begin = (start - offset) % WEEK_MS
        length = end - start
        pieces.append((begin, min(begin + length, WEEK_MS)))
        if begin + length > WEEK_MS:
            pieces.append((0, begin + length - WEEK_MS))
    return merge(pieces)


def closures(holidays: Iterable[HolidaySpec], utc_offset_h: float, since: datetime) -> Spans:
    """Holidays that are not over at ``since``: local days in ms from it, merged, ascending."""
    spans = [days_ms(*holiday.days, utc_offset_h, since) for holiday in holidays]
    return merge(span for span in spans if span[1] > 0)


def days_ms(first: date, last: date, utc_offset_h: float, since: datetime) -> Interval:
    """From the first moment of a local day to the end of another, in ms from ``since``."""
    offset = timedelta(hours=utc_offset_h)
    begin = datetime.combine(first, time(), tzinfo=UTC) - offset
    end = datetime.combine(last, time(), tzinfo=UTC) + timedelta(days=1) - offset
    return (begin - since) // _MILLISECOND, (end - since) // _MILLISECOND


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


def common(first: Spans, second: Spans) -> Spans:
    """The time that lies in both."""
    return merge(
        (max(begin, start), min(close, end)) for begin, close in first for start, end in second
    )


def open_ms(intervals: Iterable[Interval]) -> int:
    """Open time of a week."""
    return sum(close - begin for begin, close in intervals)
