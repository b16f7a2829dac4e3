"""Calendars: intervals of the UTC week in which a shift runs or a border post clears goods."""

from __future__ import annotations

from typing import Any

from analytics.simulation.cache import rule
from analytics.simulation.layout import FOREVER, WEEK_MS


@rule
def is_open(rules: Any, row: int, time_ms: int) -> bool:
    """Whether calendar ``row`` is open at ``time_ms``."""
    week = (time_ms + rules.scalar[0].week_offset_ms) % WEEK_MS
    first = rules.calendar[row].first
    for at in range(first, first + rules.calendar[row].intervals):
        if rules.interval[at].open_ms <= week < rules.interval[at].close_ms:
            return True
    return False


@rule
def next_change(rules: Any, row: int, time_ms: int) -> int:
    """First moment after ``time_ms`` at which an interval begins or ends, or ``FOREVER``."""
    count = rules.calendar[row].intervals
    if count == 0:
        return FOREVER
    first = rules.calendar[row].first
    if rules.interval[first].close_ms - rules.interval[first].open_ms == WEEK_MS:
        return FOREVER
    week = (time_ms + rules.scalar[0].week_offset_ms) % WEEK_MS
    for at in range(first, first + count):
        if week < rules.interval[at].open_ms:
            return int(time_ms + rules.interval[at].open_ms - week)
        if week < rules.interval[at].close_ms:
            return int(time_ms + rules.interval[at].close_ms - week)
    return int(time_ms + WEEK_MS - week + rules.interval[first].open_ms)


@rule
def next_open(rules: Any, row: int, time_ms: int) -> int:
    """The moment itself when open, else the next opening; ``FOREVER``: never open."""
    while time_ms < FOREVER and not is_open(rules, row, time_ms):
        time_ms = next_change(rules, row, time_ms)
    return time_ms


@rule
def open_until(rules: Any, row: int, time_ms: int) -> int:
    """End of the open time that ``time_ms`` lies in; adjoining intervals count as one."""
    end = next_change(rules, row, time_ms)
    for _ in range(rules.calendar[row].intervals):
        if end >= FOREVER or not is_open(rules, row, end):
            return end
        end = next_change(rules, row, end)
    return FOREVER


@rule
def open_length(rules: Any, row: int, time_ms: int) -> int:
    """Length of the single interval that ``time_ms`` lies in."""
    week = (time_ms + rules.scalar[0].week_offset_ms) % WEEK_MS
    first = rules.calendar[row].first
    for at in range(first, first + rules.calendar[row].intervals):
        if rules.interval[at].open_ms <= week < rules.interval[at].close_ms:
            return int(rules.interval[at].close_ms - rules.interval[at].open_ms)
    return 0
