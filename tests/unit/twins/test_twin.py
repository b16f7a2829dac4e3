import pytest

from tests.support.site_telemetry import HOUR_US, MINUTE_US, NOON_US, SITE, batch, batches, day
from twins import twin as twin_module
from twins.clock import ManualClock
from twins.errors import (
    DegradedError,
    JournalCorruptError,
    JournalUnavailableError,
    SequenceGap,
    TelemetryError,
)
from twins.fold import TwinState
from twins.journal import NewEntry
from twins.journal_sqlite import SqliteJournal
from twins.quarantine import QuarantinedRow, Reason
from twins.readings import IngestResult
from twins.snapshots import SnapshotStore
from twins.spec import MachineSpec
from twins.twin import Twin, stream_of

STREAM = stream_of("KAN")
PARTS = [day()[at : at + 10] for at in range(0, 60, 10)]


@pytest.fixture
def clock():
    return ManualClock(NOON_US + 2 * HOUR_US)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "shard.sqlite"


@pytest.fixture
def start(path, clock):
    """Starts the twin of the site as a new owner would; ``close`` is that of its journal."""
    journals = []

    def make(spec=SITE, **options):
        journal = SqliteJournal(path)
        journals.append(journal)
        store = SnapshotStore(path.parent / "snapshots")
        return Twin(spec, journal, clock, snapshots=store, **options)

    yield make
    for journal in journals:
        journal.close()


def fed(twin, parts=PARTS):
    for one in batches(parts):
        twin.ingest(one)
    return twin


def test_a_batch_is_journaled_and_folded(start, clock):
    twin = start()
    result = twin.ingest(batch(1, PARTS[0]))
    assert (result.accepted, result.quarantined, result.duplicate, result.revision) == (
        10,
        0,
        False,
        1,
    )
    assert twin.revision == 1
    assert twin.state.value("laser", "machine.state").time_us == NOON_US + 6 * MINUTE_US
    (entry,) = twin._journal.entries(STREAM)
    assert (entry.kind, entry.rows, entry.received_at_us) == ("telemetry", 10, clock.now_us())
    assert (entry.time_min_us, entry.time_max_us) == (NOON_US, NOON_US + 9 * MINUTE_US)


def test_the_moment_of_reception_can_be_given(start):
    twin = start()
    twin.ingest(batch(1, PARTS[0]), received_at_us=NOON_US)
    (entry,) = twin._journal.entries(STREAM)
    assert entry.received_at_us == NOON_US
    assert twin.state.quarantined == {Reason.FUTURE: 4}


def test_a_repeated_batch_changes_nothing(start):
    twin = fed(start())
    before = twin.state_hash()
    assert twin.ingest(batch(3, PARTS[2])) == IngestResult(0, 0, duplicate=True, revision=3)
    assert (twin.state_hash(), twin.revision) == (before, 6)


def test_a_gap_is_refused_and_not_folded(start):
    twin = fed(start(), PARTS[:2])
    before = twin.state_hash()
    with pytest.raises(SequenceGap) as refused:
        twin.ingest(batch(4, PARTS[3]))
    assert refused.value.expected == 3
    assert twin.state_hash() == before


def test_several_batches_share_a_commit(start):
    twin = start()
    one, two, three = batches(PARTS[:3])
    results = twin.ingest_many([one, three, two, one])
    assert [getattr(result, "revision", type(result)) for result in results] == [
        1,
        SequenceGap,
        2,
        1,
    ]
    assert twin.state_hash() == fed(start(), PARTS[:2]).state_hash()


def test_a_batch_of_another_site_is_refused(start):
    with pytest.raises(TelemetryError, match=r"belongs to site 'LOS'.*twin of its own site"):
        start().ingest(batch(1, PARTS[0], site="LOS"))


def test_rows_set_aside_are_kept_with_their_place_and_reason(start):
    twin = start()
    twin.ingest(batch(1, [*PARTS[0], ("press", "job.lot", NOON_US, None, "x", 1)]))
    assert list(twin.quarantine) == [
        QuarantinedRow(1, "press", "job.lot", NOON_US, None, "x", 1, Reason.UNKNOWN_ASSET)
    ]
    assert list(start().quarantine) == list(twin.quarantine)


def test_a_restart_brings_the_same_state(start):
    before = fed(start())
    again = start()
    assert (again.state_hash(), again.revision) == (before.state_hash(), 6)
    assert again.ingest(batch(7, day(5, NOON_US + HOUR_US))).revision == 7
    assert again.degraded is None


def test_a_replay_gives_the_same_state_to_the_bit(start):
    twin = fed(start())
    assert twin.replay().state_hash() == twin.state_hash()
    assert twin.replay().tables() == twin.state.tables()


def test_other_kinds_of_entries_may_stand_between(start):
    twin = fed(start(), PARTS[:2])
    twin._journal.append(NewEntry(STREAM, "note", "desk", 0, None, 5, b"hello"))
    again = start()
    assert (again.revision, again.degraded) == (3, None)
    assert again.state_hash() == twin.state_hash() == again.replay().state_hash()


def test_a_snapshot_shortens_the_start(start, monkeypatch):
    twin = fed(start(), PARTS[:4])
    twin.save_snapshot()
    fed_on = [twin.ingest(one) for one in batches(PARTS)[4:]]
    folded = []
    fold = TwinState.fold
    monkeypatch.setattr(
        TwinState, "fold", lambda self, b, at: folded.append(b.sequence) or fold(self, b, at)
    )
    again = start()
    assert folded == [5, 6]
    assert again.state_hash() == twin.state_hash()
    assert again.revision == fed_on[-1].revision


def test_a_snapshot_is_taken_when_due(start, monkeypatch, path):
    monkeypatch.setattr(twin_module, "SNAPSHOT_ENTRIES", 2)
    fed(start())
    names = sorted(file.name for file in (path.parent / "snapshots").iterdir())
    assert names == ["site_KAN-000000000004.snapshot", "site_KAN-000000000006.snapshot"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:-9] + bytes([data[-9] ^ 1]) + data[-8:],
        lambda data: data[:200],
        lambda data: b"",
        lambda data: data.replace(b'"state_hash": "', b'"state_hash": "0', 1),
        lambda data: data.replace(b'"rules": "', b'"rules": "0', 1),
        lambda data: data.replace(b'"entry_hash": "', b'"entry_hash": "0', 1),
    ],
)
def test_a_useless_snapshot_only_costs_time(start, path, damage):
    twin = fed(start())
    twin.save_snapshot()
    (file,) = (path.parent / "snapshots").iterdir()
    file.write_bytes(damage(file.read_bytes()))
    again = start()
    assert (again.state_hash(), again.revision, again.degraded) == (twin.state_hash(), 6, None)


def test_a_snapshot_of_another_specification_is_not_used(start):
    twin = fed(start())
    twin.ingest(batch(7, [("press", "machine.state", NOON_US, 3.0, None, 0)]))
    twin.save_snapshot()
    press = MachineSpec(id="press", process="pressing")
    wider = start(SITE.model_copy(update={"machines": (*SITE.machines, press)}))
    assert wider.state.value("press", "machine.state").value == 3.0


def test_a_snapshot_that_cannot_be_written_is_noted_and_harmless(start, path):
    twin = fed(start())
    (path.parent / "snapshots").write_text("a file in the way")
    twin.save_snapshot()
    assert "snapshots" in twin.snapshot_problem
    assert twin.ingest(batch(7, PARTS[0])).accepted == 10


def test_a_damaged_record_starts_degraded_at_the_last_good_entry(start):
    twin = fed(start())
    twin._journal._db.execute("UPDATE entries SET body = x'00' WHERE position = 4")
    again = start()
    assert again.revision == 3
    assert "entry 4 of stream 'site/KAN'" in again.degraded
    assert again.state_hash() == fed_alone(PARTS[:3]).state_hash()
    assert again.verify().bad.position == 4
    with pytest.raises(DegradedError, match=r"takes no telemetry: .*entry 4.*mend the journal"):
        again.ingest(batch(7, PARTS[0]))
    with pytest.raises(JournalCorruptError):
        again.replay()
    assert again.snapshot().degraded == again.degraded


def fed_alone(parts):
    state = TwinState(SITE)
    for one in batches(parts):
        state.fold(one, NOON_US + 2 * HOUR_US)
    return state


@pytest.mark.parametrize("with_heads", [False, True])
def test_a_record_that_lost_its_end_starts_degraded(start, with_heads):
    twin = fed(start())
    twin.save_snapshot()
    twin._journal._db.execute("DELETE FROM entries WHERE position > 4")
    if with_heads:
        twin._journal._db.execute(
            "UPDATE heads SET position = 4, hash = (SELECT hash FROM entries WHERE position = 4)"
        )
    again = start()
    assert again.degraded is not None
    with pytest.raises(DegradedError):
        again.ingest(batch(5, PARTS[4]))


def test_what_cannot_be_written_is_not_folded(start):
    twin = fed(start())
    before = twin.state_hash()
    pages = twin._journal._db.execute("PRAGMA page_count").fetchone()[0]
    twin._journal._db.execute(f"PRAGMA max_page_count = {pages}")
    big = [("laser", "job.lot", NOON_US + n, None, f"{n * 7919:x}" * 9, 0) for n in range(9000)]
    with pytest.raises(JournalUnavailableError, match="the disk is full"):
        twin.ingest(batch(7, big))
    assert (twin.state_hash(), twin.revision) == (before, 6)
    twin._journal._db.execute("PRAGMA max_page_count = 1000000")
    assert twin.ingest(batch(7, big)).revision == 7


def test_a_reading_is_the_site_at_one_moment(start, clock):
    twin = fed(start())
    reading = twin.snapshot()
    assert (reading.site, reading.revision, reading.taken_at_us) == ("KAN", 6, clock.now_us())
    assert reading.state_hash == twin.state_hash()
    assert reading.last_time_us == NOON_US + 59 * MINUTE_US
    assert reading.freshness.silence_s == 61 * 60.0
    assert reading.tables["values"].column_names[-2:] == ["age_s", "silence_s"]
    kept = reading.tables["values"].to_pylist()
    twin.ingest(batch(7, day(5, NOON_US + HOUR_US)))
    assert reading.tables["values"].to_pylist() == kept
    assert twin.snapshot(NOON_US + HOUR_US).freshness.silence_s == 0.0
