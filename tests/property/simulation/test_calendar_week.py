"""Hours of a week stay what they are when they are told in UTC."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from analytics.simulation.layout import DAY_MS, HOUR_MS, WEEK_MS
from federation.hours import open_ms, utc_week

MINUTE_MS = 60_000


@st.composite
def local_shifts(draw):
    """Intervals within days, as shifts give them; they may overlap."""
    rows = []
    for _ in range(draw(st.integers(1, 8))):
        day = draw(st.integers(0, 6)) * DAY_MS
        start = draw(st.integers(0, 24 * 60 - 1)) * MINUTE_MS
        end = draw(st.integers(start // MINUTE_MS + 1, 24 * 60)) * MINUTE_MS
        rows.append((day + start, day + end))
    return rows


offsets = st.integers(-48, 56).map(lambda quarters: quarters / 4)


@given(local_shifts(), offsets)
def test_intervals_are_ascending_apart_and_within_the_week(shifts, offset):
    hours = utc_week(shifts, offset)
    for opening, closing in hours:
        assert 0 <= opening < closing <= WEEK_MS
    for (_, closing), (opening, _) in pairwise(hours):
        assert closing < opening


@given(local_shifts(), offsets, st.integers(0, 7 * 24 * 60 - 1))
def test_a_moment_is_open_in_utc_when_it_is_open_on_the_wall_clock(shifts, offset, minute):
    local = minute * MINUTE_MS
    moment = (local - round(offset * HOUR_MS)) % WEEK_MS
    on_the_wall = any(start <= local < end for start, end in shifts)
    assert on_the_wall == any(a <= moment < b for a, b in utc_week(shifts, offset))


@given(local_shifts(), offsets)
def test_no_time_is_lost_or_won(shifts, offset):
    assert open_ms(utc_week(shifts, offset)) == open_ms(utc_week(shifts, 0.0))
