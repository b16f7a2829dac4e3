"""Calendars in the UTC week, and journeys by timetable, night ban and border hours."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.simulation import layout
from analytics.simulation.layout import DAY_MS, FOREVER, HOUR_MS, WEEK_MS
from analytics.simulation.rules.calendar import (
    is_open,
    next_change,
    next_open,
    open_length,
    open_until,
)
from analytics.simulation.rules.transport import drive, journey_end, next_departure
from analytics.simulation.world import Rules

SHIFTS, ALWAYS, NEVER, CUSTOMS, FEAST, STOP = range(6)
TUESDAY = (DAY_MS, 2 * DAY_MS)


def rules(week_offset_h: float = 0.0) -> Rules:
    """Monday to Friday 08 to 16 UTC, always, never, and customs 07 to 19 but Sunday.

    Then the shifts without the first Tuesday and the second week's Wednesday and Thursday, and
    always but for the same days.
    """
    intervals = [(day * DAY_MS + 8 * HOUR_MS, day * DAY_MS + 16 * HOUR_MS) for day in range(5)]
    intervals.append((0, WEEK_MS))
    intervals += [(day * DAY_MS + 7 * HOUR_MS, day * DAY_MS + 19 * HOUR_MS) for day in range(6)]
    scalar = np.zeros(1, layout.SCALAR_C)
    scalar["week_offset_ms"] = int(week_offset_h * HOUR_MS)
    return Rules(
        scalar,
        np.zeros(1, layout.DIST_C),
        np.array(
            [(0, 5, 0, 0), (5, 1, 0, 0), (6, 0, 0, 0), (6, 6, 0, 0), (0, 5, 0, 2), (5, 1, 0, 2)],
            layout.CALENDAR_C,
        ),
        np.array(intervals, layout.INTERVAL_C),
        np.array([TUESDAY, (9 * DAY_MS, 11 * DAY_MS)], layout.INTERVAL_C),
        np.zeros(0),
    )


def link(**values: int) -> np.void:
    """A link of 8 h of driving without border, one departure list of 08:00 and 17:00."""
    row = np.zeros(1, layout.LINK_C)
    defaults = {"drive_ms": 8 * HOUR_MS, "customs_calendar": layout.NONE, "departures": 2}
    for name, value in {**defaults, **values}.items():
        row[name] = value
    return row[0]


TIMETABLE = np.array([8 * HOUR_MS, 17 * HOUR_MS])


@pytest.mark.parametrize(
    ("hour", "opened", "change"),
    [(0, False, 8), (8, True, 16), (15.999, True, 16), (16, False, 32), (4 * 24 + 20, False, 176)],
)
def test_a_shift_opens_and_closes_on_the_hour(hour: float, opened: bool, change: float) -> None:
    at = int(hour * HOUR_MS)
    assert is_open(rules(), SHIFTS, at) == opened
    assert next_change(rules(), SHIFTS, at) == change * HOUR_MS


def test_what_never_changes_is_never_an_event() -> None:
    assert next_change(rules(), ALWAYS, 5) == FOREVER
    assert next_change(rules(), NEVER, 5) == FOREVER
    assert next_open(rules(), NEVER, 5) == FOREVER
    assert open_until(rules(), ALWAYS, 5) == FOREVER


def test_the_fork_may_lie_anywhere_in_the_week() -> None:
    saturday_noon = rules(week_offset_h=5 * 24 + 12)
    assert next_open(saturday_noon, SHIFTS, 0) == (12 + 24 + 8) * HOUR_MS
    assert open_length(saturday_noon, SHIFTS, (12 + 24 + 9) * HOUR_MS) == 8 * HOUR_MS


@given(st.integers(-3 * WEEK_MS, 3 * WEEK_MS), st.sampled_from([SHIFTS, CUSTOMS]))
def test_between_two_changes_a_calendar_stays_as_it_is(time_ms: int, row: int) -> None:
    table = rules()
    change = next_change(table, row, time_ms)
    assert change > time_ms
    assert is_open(table, row, change - 1) == is_open(table, row, time_ms)
    assert is_open(table, row, change) != is_open(table, row, time_ms)


def test_on_a_holiday_nothing_opens() -> None:
    table = rules()
    assert not is_open(table, FEAST, 33 * HOUR_MS)
    assert is_open(table, FEAST, 57 * HOUR_MS)
    assert next_open(table, FEAST, 17 * HOUR_MS) == 56 * HOUR_MS
    # the second holiday is followed by a Friday, and the end of the shift before it is its own
    assert next_open(table, FEAST, 9 * DAY_MS) == (11 * 24 + 8) * HOUR_MS
    assert next_change(table, FEAST, 9 * HOUR_MS) == 16 * HOUR_MS
    assert open_length(table, FEAST, 33 * HOUR_MS) == 0


def test_a_holiday_interrupts_what_is_always_open() -> None:
    table = rules()
    assert next_change(table, STOP, 0) == DAY_MS
    assert open_until(table, STOP, 2 * DAY_MS) == 9 * DAY_MS
    assert open_until(table, STOP, 11 * DAY_MS) == FOREVER
    assert open_length(table, STOP, 0) == WEEK_MS


@given(st.integers(-WEEK_MS, 3 * WEEK_MS), st.sampled_from([FEAST, STOP]))
def test_until_the_next_change_a_calendar_with_holidays_stays_as_it_is(
    time_ms: int, row: int
) -> None:
    table = rules()
    change = min(next_change(table, row, time_ms), 4 * WEEK_MS)
    assert change > time_ms
    middle = (time_ms + change) // 2
    assert is_open(table, row, middle) == is_open(table, row, time_ms)
    assert is_open(table, row, change - 1) == is_open(table, row, time_ms)


@given(st.integers(0, 2 * WEEK_MS))
def test_a_departure_is_the_first_of_the_timetable(time_ms: int) -> None:
    moment = next_departure(rules(), link(), TIMETABLE, time_ms)
    assert moment >= time_ms
    assert moment % DAY_MS in TIMETABLE
    assert moment - time_ms <= 15 * HOUR_MS


def test_wheels_stand_at_night_where_driving_is_banned() -> None:
    banned = link(night_ban=1)
    assert drive(rules(), banned, 8 * HOUR_MS, 8 * HOUR_MS) == 16 * HOUR_MS
    assert drive(rules(), banned, 17 * HOUR_MS, 8 * HOUR_MS) == (24 + 6 + 5) * HOUR_MS
    assert drive(rules(), banned, 23 * HOUR_MS, HOUR_MS) == (24 + 7) * HOUR_MS
    local = link(night_ban=1, utc_offset_ms=3 * HOUR_MS)
    assert drive(rules(), local, 16 * HOUR_MS, 2 * HOUR_MS) == (24 + 3 + 1) * HOUR_MS


def test_a_border_begins_and_releases_in_its_open_hours() -> None:
    border = link(border_ms=18 * HOUR_MS, customs_calendar=CUSTOMS, drive_ms=3 * HOUR_MS)
    # at the post at 09:30, free at 03:30 of the next day, released at 07:00, then 1.5 h
    assert journey_end(rules(), border, 8 * HOUR_MS, 1.0) == (24 + 8.5) * HOUR_MS
    # there on Saturday at 18:30; the hours end on Sunday, the release comes on Monday at 07:00
    saturday = 5 * DAY_MS + 17 * HOUR_MS
    assert journey_end(rules(), border, saturday, 1.0) == 7 * DAY_MS + int(8.5 * HOUR_MS)


def test_the_factor_stretches_driving_and_border_hours() -> None:
    border = link(border_ms=4 * HOUR_MS)
    assert journey_end(rules(), border, 0, 1.5) == 18 * HOUR_MS
