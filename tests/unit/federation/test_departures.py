from datetime import UTC, datetime, timedelta

from federation.departures import departures
from federation.transports import Transport
from twins.clock import to_us
from twins.lot_events import LotEvent
from twins.telemetry import build_batch
from twins.work import LotState

NOON = datetime(2027, 1, 6, 12, tzinfo=UTC)


def row(lot: str, state: LotState, consignment: str | None = "C-1", text: str | None = None):
    event = LotEvent(
        state=state,
        operation=1,
        site="A",
        quantity=4,
        good=4,
        attempt=0,
        machine=None,
        link="A-B",
        consignment=consignment,
        eta=NOON + timedelta(hours=9),
        waiting=0,
    )
    return (f"lot:{lot}", "lot.event", to_us(NOON), 5.0, text or event.text(), 0)


def found(*rows):
    return departures(build_batch("A", "plant", 1, 1, rows))


def test_lots_that_left_together_make_one_transport():
    assert found(row("b", LotState.TRANSIT), row("a", LotState.TRANSIT)) == (
        Transport("C-1", "A-B", "A", ("a", "b"), NOON, NOON + timedelta(hours=9)),
    )


def test_what_does_not_travel_is_no_transport():
    fuel = ("site", "fuel.level_l", to_us(NOON), 5.0, None, 0)
    assert found(row("a", LotState.DOCK), row("b", LotState.TRANSIT, None), fuel) == ()
    assert found(fuel) == ()


def test_an_event_that_cannot_be_read_is_left_to_the_quarantine():
    assert found(row("a", LotState.TRANSIT, text="{"), row("b", LotState.TRANSIT)) == (
        Transport("C-1", "A-B", "A", ("b",), NOON, NOON + timedelta(hours=9)),
    )
