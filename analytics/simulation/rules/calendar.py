"""Calendars: intervals of the UTC week in which a shift runs or a border post clears goods.

Closures are holidays: spans counted from the fork, ascending and apart from each other, in which a
calendar is closed whatever the day of the week.
"""

from __future__ import annotations

from typing import Any

from analytics.simulation.cache import rule
from analytics.simulation.layout import FOREVER, WEEK_MS


@rule
def _next_closure(rules: Any, row: int, time_ms: int) -> int:
    """Row of the first closure that ends after ``time_ms``; one past the last: there is none."""
    low = rules.calendar[row].first_closure
    high = low + rules.calendar[row].closures
    while low < high:
        middle = (low + high) >> 1
        if rules.closure[middle].close_ms > time_ms:
            high = middle
        else:
            low = middle + 1
    return int(low)


@rule
def _interval_at(rules: Any, row: int, time_ms: int) -> int:
    """Row of the interval of the week that ``time_ms`` lies in; -1: none, or a holiday."""
    if rules.calendar[row].closures > 0:
        at = _next_closure(rules, row, time_ms)
        end = rules.calendar[row].first_closure + rules.calendar[row].closures
        if at < end and rules.closure[at].open_ms <= time_ms:
            return -1
    week = (time_ms + rules.scalar[0].week_offset_ms) % WEEK_MS
    first = rules.calendar[row].first
    for at in range(first, first + rules.calendar[row].intervals):
        if rules.interval[at].open_ms <= week < rules.interval[at].close_ms:
            return int(at)
    return -1


@rule
def is_open(rules: Any, row: int, time_ms: int) -> bool:
    """Whether calendar ``row`` is open at ``time_ms``."""
    return _interval_at(rules, row, time_ms) >= 0


@rule
def _weekly_change(rules: Any, row: int, time_ms: int) -> int:
    """First moment after ``time_ms`` at which an interval of the week begins or ends."""
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
def next_change(rules: Any, row: int, time_ms: int) -> int:
    """First moment after ``time_ms`` at which an interval begins or ends, or ``FOREVER``.

    Within a holiday that is its end, whether or not the calendar is open then.
    """
    if rules.calendar[row].closures > 0:
        at = _next_closure(rules, row, time_ms)
        if at < rules.calendar[row].first_closure + rules.calendar[row].closures:
            if rules.closure[at].open_ms <= time_ms:
                return int(rules.closure[at].close_ms)
            return int(min(rules.closure[at].open_ms, _weekly_change(rules, row, time_ms)))
    return _weekly_change(rules, row, time_ms)


@rule
def next_open(rules: Any, row: int, time_ms: int) -> int:
    """The moment itself when open, else the next opening; ``FOREVER``: never open."""
    while time_ms < FOREVER and not is_open(rules, row, time_ms):
        time_ms = next_change(rules, row, time_ms)
    return time_ms


@rule
def open_before(rules: Any, row: int, begin_ms: int, time_ms: int) -> int:
    """The moment itself when open, else when it last closed, not before ``begin_ms``."""
    found = begin_ms
    at = begin_ms
    while at < time_ms:
        end = min(next_change(rules, row, at), time_ms)
        if is_open(rules, row, at):
            found = end
        at = end
    return time_ms if is_open(rules, row, time_ms) else found


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
    """Length of the interval of the week that ``time_ms`` lies in; 0 where it is closed.

    A holiday that cuts the interval does not shorten it: what is too long for the hours before the
    holiday, but not for those of a usual week, can wait.
    """
    at = _interval_at(rules, row, time_ms)
    if at < 0:
        return 0
    return int(rules.interval[at].close_ms - rules.interval[at].open_ms)
