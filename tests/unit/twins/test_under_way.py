"""Lists that travel as one text, and the traveller of a lot: what is taken, what is set aside."""

import json
from datetime import UTC, datetime

import pytest

from tests.support.site_telemetry import NOON_US, SITE, batch
from twins.fold import TwinState
from twins.lot_events import LotEvent, parse
from twins.quarantine import Reason
from twins.traveller import Traveller
from twins.under_way import Absence, Away, Delivery, entries_in, text_of
from twins.work import LotState

NOON = datetime(2027, 1, 15, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "entries"),
    [
        ("deliveries", (Delivery(quantity=40.0, ordered=NOON), Delivery(quantity=1, ordered=NOON))),
        ("deliveries", (Delivery(quantity=2.5, ordered=NOON, expected=NOON),)),
        ("absences", (Absence(people=0.5, until=NOON), Absence(people=2))),
        ("vehicles", (Away(back=NOON, consignment="C-1"),)),
        ("vehicles", ()),
    ],
)
def test_a_list_comes_out_as_it_went_in(kind, entries):
    assert entries_in(kind, text_of(entries)) == entries


def test_no_text_is_an_empty_list():
    assert entries_in("absences", None) == entries_in("absences", "") == ()


BAD = [
    ("supply.under_way", "material:steel", '[{"quantity": 0, "ordered": "2027-01-15T08:00:00Z"}]'),
    ("supply.under_way", "material:steel", '[{"quantity": 3}]'),
    ("supply.under_way", "material:steel", '{"quantity": 3, "ordered": "2027-01-15T08:00:00Z"}'),
    ("fuel.under_way", "site", '[{"quantity": 3, "ordered": "2027-01-15T08:00:00"}]'),
    ("people.absent", "pool:fitters", '[{"people": "two"}]'),
    ("vehicles.away", "link:A-B/A", '[{"consignment": "C-1"}]'),
    ("vehicles.away", "link:A-B/A", "soon"),
]


@pytest.mark.parametrize(("signal", "asset", "text"), BAD)
def test_what_is_no_such_list_goes_to_quarantine(signal, asset, text):
    state = TwinState(SITE)
    good = (asset, signal, NOON_US, None, "[]", 0)
    changes = state.fold(batch(1, [good, (asset, signal, NOON_US, None, text, 0)]), NOON_US)
    assert changes.quarantined == {Reason.BAD_LIST: 1}
    assert state.value(asset, signal).text == "[]"


def test_a_traveller_is_shown_with_its_lot():
    event = LotEvent(
        state=LotState.QUEUED,
        operation=1,
        site="KAN",
        quantity=20,
        good=0,
        attempt=0,
        machine="laser",
        link=None,
        consignment=None,
        eta=None,
        waiting=0,
        until=NOON,
        traveller=Traveller(
            visits=(0, 2),
            loops=(0, 1),
            card="KAN/mill",
            loop="*",
            queued=NOON,
            left_h=0.5,
            done_h=1.5,
            materials=("steel",),
            express=True,
        ),
    )
    assert parse(event.text()) == event
    state = TwinState(SITE)
    state.fold(batch(1, [("lot:O/01/p", "lot.event", NOON_US, 1.0, event.text(), 0)]), NOON_US)
    (row,) = state.tables()["lots"].to_pylist()
    assert (row["until"], row["queued"], row["card"], row["loop"]) == (NOON, NOON, "KAN/mill", "*")
    assert (row["visits"], row["loops"], row["materials"]) == ([0, 2], [0, 1], ["steel"])
    assert (row["left_h"], row["done_h"], row["express"]) == (0.5, 1.5, True)


@pytest.mark.parametrize(
    "change", [{"visits": [-1]}, {"left_h": -0.5}, {"card": ""}, {"queued": "noon"}, {"other": 1}]
)
def test_any_other_traveller_is_no_event(change):
    text = LotEvent(
        state=LotState.QUEUED,
        operation=0,
        site="KAN",
        quantity=1,
        good=0,
        attempt=0,
        machine=None,
        link=None,
        consignment=None,
        eta=None,
        waiting=0,
        traveller=Traveller(),
    ).text()
    assert parse(text) is not None
    told = json.loads(text)
    told["traveller"] |= change
    assert parse(json.dumps(told)) is None
