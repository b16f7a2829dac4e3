from datetime import UTC, datetime, timedelta, timezone

import pytest

from twins.clock import Clock, ManualClock, SystemClock, to_datetime, to_us


def test_times_are_exact_to_the_microsecond_both_ways():
    moment = datetime(2027, 2, 15, 6, 0, 0, 123457, tzinfo=UTC)
    assert to_datetime(to_us(moment)) == moment


def test_a_time_in_another_zone_is_the_same_moment():
    lagos = timezone(timedelta(hours=1))
    assert to_us(datetime(2027, 2, 15, 7, tzinfo=lagos)) == to_us(
        datetime(2027, 2, 15, 6, tzinfo=UTC)
    )


def test_a_time_without_a_zone_is_refused_with_the_remedy():
    with pytest.raises(ValueError, match=r"no UTC offset; write 2027-02-15T06:00:00\+00:00"):
        to_us(datetime(2027, 2, 15, 6))  # noqa: DTZ001


def test_a_manual_clock_moves_only_when_told():
    clock = ManualClock(datetime(2027, 1, 1, tzinfo=UTC))
    clock.advance(1.5)
    assert clock.now() == datetime(2027, 1, 1, 0, 0, 1, 500000, tzinfo=UTC)
    clock.set(clock.now_us() + 1)
    assert clock.now_us() == to_us(datetime(2027, 1, 1, tzinfo=UTC)) + 1_500_001


def test_a_manual_clock_never_goes_back():
    with pytest.raises(ValueError, match="does not go back"):
        ManualClock(10).set(9)


def test_the_system_clock_tells_one_time_in_two_forms():
    clock = SystemClock()
    before = clock.now_us()
    assert before <= to_us(clock.now()) <= clock.now_us()


@pytest.mark.parametrize("clock", [SystemClock(), ManualClock()])
def test_both_are_clocks(clock):
    assert isinstance(clock, Clock)
