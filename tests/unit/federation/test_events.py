import threading
from datetime import UTC, datetime

import pytest

from federation.events import ChangeLog

NOW = datetime(2027, 1, 4, tzinfo=UTC)


def log_with(count: int, capacity: int = 10) -> ChangeLog:
    log = ChangeLog("pair", "run-1", capacity)
    for number in range(count):
        log.append("site.ingested", "A", NOW, {"rows": number})
    return log


def test_events_are_cloudevents_with_a_strictly_increasing_sequence():
    events = log_with(3).since(0).events
    assert [event["sequence"] for event in events] == [1, 2, 3]
    assert {event["id"] for event in events} == {"run-1-1", "run-1-2", "run-1-3"}
    assert events[0] == {
        "specversion": "1.0",
        "id": "run-1-1",
        "source": "/clusters/pair",
        "type": "twinfed.site.ingested",
        "subject": "A",
        "time": "2027-01-04T00:00:00+00:00",
        "datacontenttype": "application/json",
        "sequence": 1,
        "epoch": "run-1",
        "data": {"rows": 0},
    }


def test_a_reader_gets_what_followed_its_sequence():
    assert [event["sequence"] for event in log_with(5).since(3).events] == [4, 5]
    assert log_with(5).since(5).events == ()
    assert not log_with(5).since(5).resync


def test_a_reader_beyond_the_bound_is_told_to_resync():
    log = log_with(5, capacity=2)
    assert [event["sequence"] for event in log.since(3).events] == [4, 5]
    answer = log.since(2)
    assert (answer.resync, answer.events, answer.sequence) == (True, (), 5)


def test_a_sequence_of_the_future_or_of_another_run_is_told_to_resync():
    assert log_with(5).since(6).resync
    assert log_with(5).since(3, epoch="run-0").resync
    assert not log_with(5).since(3, epoch="run-1").resync


def test_waiting_ends_with_the_next_event():
    log = log_with(1)
    later = threading.Timer(0.05, log.append, ("x", "A", NOW, {}))
    later.start()
    assert [event["sequence"] for event in log.wait(1, timeout_s=10).events] == [2]
    later.join()


def test_waiting_ends_with_the_time():
    assert log_with(1).wait(1, timeout_s=0.01).events == ()


def test_a_log_without_room_is_refused():
    with pytest.raises(ValueError, match="raise capacity"):
        ChangeLog("pair", "run-1", 0)
