from dataclasses import replace

import pytest

from twins.snapshots import Snapshot, SnapshotStore

SNAPSHOT = Snapshot("site/KAN", 7, "hash", "rules", "state")


@pytest.fixture
def store(tmp_path):
    return SnapshotStore(tmp_path / "snapshots")


def test_the_newest_comes_first_and_two_are_kept(store):
    for position in (7, 30, 12):
        store.save(replace(SNAPSHOT, position=position), b"state %d" % position)
    found = list(store.newest("site/KAN"))
    assert [(s.position, content) for s, content in found] == [(30, b"state 30"), (12, b"state 12")]


def test_each_stream_has_its_own(store):
    store.save(SNAPSHOT, b"\nwith\nlines")
    store.save(replace(SNAPSHOT, stream="site/KAN-1"), b"")
    assert list(store.newest("site/KAN")) == [(SNAPSHOT, b"\nwith\nlines")]
    assert list(store.newest("site/LOS")) == []


def test_a_damaged_snapshot_is_passed_over(store):
    store.save(SNAPSHOT, b"good")
    store.save(replace(SNAPSHOT, position=9), b"bad").write_bytes(b"{}\n")
    assert list(store.newest("site/KAN")) == [(SNAPSHOT, b"good")]


def test_a_half_written_snapshot_is_never_seen(store, monkeypatch):
    store.save(SNAPSHOT, b"good")

    def power_cut(_):
        raise OSError("power cut")

    monkeypatch.setattr("twins.snapshots.os.fsync", power_cut)
    with pytest.raises(OSError, match="power cut"):
        store.save(replace(SNAPSHOT, position=9), b"half")
    assert list(store.newest("site/KAN")) == [(SNAPSHOT, b"good")]
