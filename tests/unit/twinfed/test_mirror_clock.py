from datetime import UTC, datetime, timedelta

from twinfed import mirror_clock
from twinfed.mirror_clock import MirrorClock
from twins.clock import ManualClock

NOW = datetime(2026, 11, 1, tzinfo=UTC)
LATER = datetime(2027, 3, 1, tzinfo=UTC)


def test_it_follows_the_wall_until_telemetry_is_played():
    wall = ManualClock(NOW)
    clock = MirrorClock(wall)
    wall.advance(5)
    assert clock.now() == NOW + timedelta(seconds=5)
    assert not clock.held


def test_it_stands_at_played_telemetry_and_does_not_go_back():
    wall = ManualClock(NOW)
    clock = MirrorClock(wall)
    clock.hold(LATER)
    wall.advance(3600)
    clock.hold(LATER - timedelta(days=1))
    assert clock.now() == LATER
    assert clock.held


def test_a_recording_of_the_past_takes_it_into_the_past():
    clock = MirrorClock(ManualClock(LATER))
    clock.hold(NOW)
    assert clock.now() == NOW


def test_the_mark_stays_in_the_data_directory(tmp_path):
    assert not mirror_clock.was_played(tmp_path)
    mirror_clock.mark_played(tmp_path)
    assert mirror_clock.was_played(tmp_path)
