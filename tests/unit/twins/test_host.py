import pickle
import subprocess
import sys

import pytest

from tests.support.site_telemetry import HOUR_US, NOON_US, SITE, batch, batches, day
from twins.clock import ManualClock
from twins.errors import DegradedError, FencedError, SequenceGap, UnknownSiteError
from twins.host import TwinHost
from twins.journal import SourcePosition, Verification
from twins.journal_files import import_stream
from twins.journal_sqlite import SqliteJournal
from twins.twin import Twin, stream_of

LOS = SITE.model_copy(update={"id": "LOS", "name": "Lagos"})


@pytest.fixture
def start(tmp_path):
    hosts = []

    def make(*specs, folder=tmp_path / "journals"):
        host = TwinHost(specs or (SITE, LOS), folder, clock=ManualClock(NOON_US + 9 * HOUR_US))
        hosts.append(host)
        return host

    yield make
    for host in hosts:
        host.close()


def send(host, one):
    return host.ingest(one.site, one.source, one.source_epoch, one.sequence, one.table)


def test_a_host_keeps_several_sites_in_one_journal(start, tmp_path):
    host = start()
    assert host.sites == ("KAN", "LOS")
    assert send(host, batch(1, day())).accepted == 60
    assert send(host, batch(1, day(30), site="LOS")).revision == 1
    readings = host.snapshot()
    assert {site: reading.revision for site, reading in readings.items()} == {"KAN": 1, "LOS": 1}
    assert host.state_hashes() == {site: r.state_hash for site, r in readings.items()}
    assert list(host.snapshot(["LOS"])) == ["LOS"]
    assert host.verify() == Verification(2)
    assert (tmp_path / "journals" / "shard-0.sqlite").is_file()


def test_batches_of_several_sites_share_a_commit(start):
    host = start()
    results = host.ingest_many(
        [
            batch(1, day()),
            batch(2, day(), site="LOS"),
            batch(1, day(), site="ABJ"),
            batch(1, day(), site="LOS"),
        ]
    )
    assert [getattr(result, "accepted", type(result)) for result in results] == [
        60,
        SequenceGap,
        UnknownSiteError,
        60,
    ]


def test_a_sender_can_ask_where_to_go_on(start):
    host = start()
    assert host.last_sequence("KAN", "gateway") is None
    send(host, batch(1, day()))
    assert host.last_sequence("KAN", "gateway") == SourcePosition(1, 1)
    with pytest.raises(UnknownSiteError, match=r"'ABJ' lives here; its sites are: KAN, LOS"):
        host.last_sequence("ABJ", "gateway")


def test_a_restart_takes_a_higher_epoch_and_the_old_host_is_fenced(start):
    old = start()
    send(old, batch(1, day()))
    successor = start()
    assert successor.health().owner_epoch == old.health().owner_epoch + 1
    assert successor.state_hashes() == old.state_hashes()
    with pytest.raises(FencedError):
        send(old, batch(2, day()))
    assert send(successor, batch(1, day())).duplicate


def test_closing_leaves_a_quick_start(start, tmp_path):
    host = start()
    for one in batches([day(), day(60, NOON_US + HOUR_US)]):
        send(host, one)
    hashes = host.state_hashes()
    host.close()
    host.close()
    assert [p.name for p in (tmp_path / "journals" / "snapshots").iterdir()] == [
        "site_KAN-000000000002.snapshot"
    ]
    assert start().state_hashes() == hashes


def test_without_a_journal_a_host_starts_degraded(start, tmp_path):
    (tmp_path / "file").write_text("in the way")
    host = start(folder=tmp_path / "file")
    health = host.health()
    assert health.owner_epoch == 0
    assert "the journal cannot be opened" in health.problem
    assert set(health.degraded) == {"KAN", "LOS"}
    reading = host.snapshot()["KAN"]
    assert (reading.revision, reading.degraded) == (0, health.degraded["KAN"])
    with pytest.raises(DegradedError, match="cannot be opened"):
        send(host, batch(1, day()))
    assert host.last_sequence("KAN", "gateway") is None
    assert not host.verify().ok


def test_a_damaged_journal_file_degrades_and_is_reported(start, tmp_path):
    folder = tmp_path / "journals"
    folder.mkdir()
    (folder / "shard-0.sqlite").write_bytes(b"no database at all, by any means" * 50)
    host = start()
    assert "damaged" in host.health().problem
    assert host.verify().bad.position == 1


def test_damage_of_one_site_leaves_the_others_working(start):
    host = start()
    send(host, batch(1, day()))
    send(host, batch(1, day(), site="LOS"))
    host._journal._db.execute("UPDATE entries SET rows = 1 WHERE stream = 'site/KAN'")
    again = start()
    assert set(again.health().degraded) == {"KAN"}
    with pytest.raises(DegradedError):
        send(again, batch(2, day()))
    assert send(again, batch(2, day(), site="LOS")).accepted == 60


def test_rows_set_aside_can_be_looked_at(start):
    host = start()
    send(host, batch(1, [("press", "job.lot", NOON_US, None, "x", 0)]))
    assert [row.asset for row in host.quarantine("KAN")] == ["press"]


def test_a_site_moves_to_another_host(start, tmp_path):
    host = start()
    for one in batches([day(), day(60, NOON_US + HOUR_US)]):
        send(host, one)
    assert host.export_site("KAN", tmp_path / "kan.arrow") == 2
    journal = SqliteJournal(tmp_path / "elsewhere.sqlite")
    import_stream(journal, stream_of("KAN"), tmp_path / "kan.arrow")
    moved = Twin(SITE, journal)
    assert moved.state_hash() == host.state_hashes()["KAN"]
    journal.close()


def test_everything_a_host_returns_crosses_process_borders(start):
    host = start()
    result = send(host, batch(1, [*day(), ("press", "job.lot", NOON_US, None, "x", 0)]))
    for answer in (result, host.snapshot(), host.health(), host.verify(), host.quarantine("KAN")):
        assert pickle.loads(pickle.dumps(answer)) == answer  # noqa: S301 - our own bytes


def test_importing_the_host_loads_neither_ray_nor_a_web_framework():
    code = "import sys, twins.host; print(sorted({'ray', 'fastapi', 'asyncio'} & set(sys.modules)))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
