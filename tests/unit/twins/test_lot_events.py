import json

import pytest

from tests.support.site_telemetry import NOON_US, lot_text
from twins.lot_events import LotBook, LotEvent, LotRecord, LotRow, parse
from twins.work import LotState

TRAVELLING = {
    "state": 5,
    "operation": 2,
    "site": "KAN",
    "quantity": 20,
    "good": 19,
    "attempt": 1,
    "machine": None,
    "link": "KAN-LOS",
    "consignment": "KAN-LOS@1800000000",
    "eta": "2027-02-15T18:30:00+01:00",
    "waiting": 0,
}


def test_an_event_travels_as_compact_json_with_fixed_keys():
    event = LotEvent.model_validate_json(json.dumps(TRAVELLING))
    assert event.state is LotState.TRANSIT
    assert list(json.loads(event.text())) == list(TRAVELLING)
    assert ": " not in event.text()
    assert parse(event.text()) == event


@pytest.mark.parametrize(
    "change",
    [
        {"state": max(LotState) + 1},
        {"operation": -1},
        {"operation": 1.5},
        {"site": ""},
        {"quantity": "20"},
        {"eta": "2027-02-15T18:30:00"},
        {"eta": "soon"},
        {"more": 1},
    ],
    ids=str,
)
def test_anything_else_is_no_event(change):
    assert parse(json.dumps(TRAVELLING | change)) is None


@pytest.mark.parametrize("key", TRAVELLING)
def test_every_key_must_be_there(key):
    rest = {name: value for name, value in TRAVELLING.items() if name != key}
    assert parse(json.dumps(rest)) is None


@pytest.mark.parametrize("text", [None, "", "[]", "null", "{"])
def test_other_texts_are_no_event(text):
    assert parse(text) is None


def record(number, time_us=NOON_US, source="gateway", operation=0):
    event = parse(lot_text(operation=operation))
    return LotRow("ORD-1/01/frame", LotRecord(number, time_us, source, 0, event))


@pytest.mark.parametrize(
    ("first", "second", "stands"),
    [
        (record(1), record(2), 1),
        (record(2), record(1), 0),
        (record(1, NOON_US), record(1, NOON_US + 1), 1),
        (record(1, NOON_US, "b"), record(1, NOON_US, "a"), 0),
        (record(1, operation=1), record(1, operation=2), 1),
    ],
)
def test_the_highest_number_stands(first, second, stands):
    book = LotBook()
    assert book.fold(first)
    assert book.fold(second) == bool(stands)
    assert list(book) == [(first, second)[stands]]
    assert len(book) == 1
