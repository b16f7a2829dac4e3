from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest

from federation.errors import LedgerError, ScheduleError
from federation.ledger import STREAM, Ledger
from federation.transports import Transport
from twins.clock import ManualClock
from twins.errors import JournalCorruptError
from twins.journal import NewEntry
from twins.journal_sqlite import SqliteJournal
from twins.work import ScheduleEntry

NOON = datetime(2027, 1, 6, 12, tzinfo=UTC)


def entry(lot: str, rank: int = 0) -> ScheduleEntry:
    return ScheduleEntry(lot, 0, "A", "laser", rank, NOON, NOON + timedelta(hours=1))


def transport(*lots: str, eta_h: int = 8) -> Transport:
    return Transport("C-1", "A-B", "A", lots, NOON, NOON + timedelta(hours=eta_h))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "ledger.db"


@pytest.fixture
def opened(path, cluster):
    """Opens the ledger anew, as a restart does; closes what it opened."""
    journals = []

    def again(known=cluster) -> Ledger:
        for journal in journals:
            journal.close()
        journals.append(SqliteJournal(path))
        return Ledger(journals[-1], known, ManualClock(NOON))

    yield again
    for journal in journals:
        journal.close()


def test_an_empty_ledger_has_schedule_version_0(opened):
    ledger = opened()
    assert (ledger.schedule.version, ledger.orders, ledger.revision) == (0, (), 0)


def test_schedule_versions_survive_a_restart(opened):
    ledger = opened()
    ledger.publish_schedule([entry("x"), entry("y", 1)], "from empty")
    second = ledger.publish_schedule([entry("y"), entry("z", 1)], "x is cancelled")
    again = opened()
    assert again.schedule == second
    assert [(v.version, v.reason, v.put, v.removed) for v in again.versions] == [
        (1, "from empty", 2, 0),
        (2, "x is cancelled", 2, 1),
    ]
    assert again.versions[0].published_at == NOON


def test_a_schedule_made_from_an_old_version_is_refused_and_changes_nothing(opened):
    ledger = opened()
    ledger.publish_schedule([entry("x")], "from empty")
    with pytest.raises(ScheduleError, match="made from version 0, and version 1 runs"):
        ledger.publish_schedule([entry("y")], "late", base=0)
    with pytest.raises(ScheduleError, match="scheduled twice"):
        ledger.publish_schedule([entry("y"), entry("y")], "twice")
    assert ledger.revision == 1
    assert opened().schedule.version == 1


def test_orders_survive_a_restart_and_new_terms_replace_old_ones(opened, cluster):
    order = cluster.orders[0]
    rush = order.model_copy(update={"id": "ORD-2"})
    more = rush.model_copy(update={"quantity": 9})
    ledger = opened()
    ledger.add_orders([rush])
    ledger.add_orders([more])
    assert ledger.orders == (more,)
    assert opened().orders == (more,)


def test_an_order_for_what_does_not_exist_is_refused(opened, cluster):
    ledger = opened()
    for field in ("product", "customer"):
        wrong = cluster.orders[0].model_copy(update={field: "moon"})
        with pytest.raises(LedgerError, match=f"names the {field} 'moon', which the cluster"):
            ledger.add_orders([wrong])
    assert ledger.revision == 0


def test_an_order_below_the_minimum_lot_is_refused(opened, cluster):
    first = cluster.products[0].model_copy(update={"minimum_lot": 4})
    ledger = opened(cluster.model_copy(update={"products": (first, *cluster.products[1:])}))
    small = cluster.orders[0].model_copy(update={"id": "ORD-2", "quantity": 3})
    with pytest.raises(LedgerError, match=r"for 3 of .*, below its minimum lot of 4; order more"):
        ledger.add_orders([small])
    ledger.add_orders([small.model_copy(update={"quantity": 4})])
    assert [order.quantity for order in ledger.orders] == [4]


def test_transports_survive_a_restart_and_lots_add_up(opened):
    ledger = opened()
    ledger.record_transports([transport("b")])
    ledger.record_transports([transport("a", eta_h=9)])
    assert dict(opened().transports) == {"C-1": transport("a", "b", eta_h=9)}


def test_a_transport_told_again_is_not_written_again(opened):
    ledger = opened()
    ledger.record_transports([transport("a", "b")])
    ledger.record_transports([transport("a")])
    assert ledger.revision == 1


def test_a_changed_byte_is_noticed(opened, path):
    opened().publish_schedule([entry("x")], "a reason that is easily found")
    data = path.read_bytes()
    found = data.index(b'"ledger"') if b'"ledger"' in data else data.index(b"federation")
    path.write_bytes(data[:found] + b"X" + data[found + 1 :])
    with pytest.raises(JournalCorruptError):
        opened()


def test_an_entry_of_an_unknown_kind_is_refused(path, opened):
    with_stranger(path, "mystery", pa.table({"x": [1]}))
    with pytest.raises(LedgerError, match="entry 1 of the ledger is of the kind 'mystery'"):
        opened()


@pytest.mark.parametrize("kind", ["schedule", "order", "transport"])
def test_an_entry_with_another_body_is_refused(path, opened, kind):
    with_stranger(path, kind, pa.table({"x": [1]}))
    with pytest.raises((LedgerError, ScheduleError)):
        opened()


def with_stranger(path, kind, body):
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, body.schema) as writer:
        writer.write_table(body)
    journal = SqliteJournal(path)
    journal.append(NewEntry(STREAM, kind, "other", 1, 1, 0, sink.getvalue().to_pybytes()))
    journal.close()
