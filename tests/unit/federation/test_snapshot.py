import json
import pickle
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest

from federation.cut import Cutter, planned
from federation.errors import SnapshotError
from federation.schedule import Schedule
from federation.snapshot import ClusterSnapshot
from federation.topology import provenance
from twins.work import ScheduleEntry

NOON = datetime(2027, 1, 6, 12, tzinfo=UTC)


@pytest.fixture
def snapshot(cluster, reading) -> ClusterSnapshot:
    told = reading([("laser-1", "machine.state", NOON, 3.0, None)])
    entries = [
        ScheduleEntry(f"ORD-1/0{n}/body", 0, "A", "laser", n, NOON, NOON + timedelta(hours=1))
        for n in (1, 2)
    ]
    schedule = Schedule(4, {(entry.lot, entry.operation): entry for entry in entries})
    return Cutter(cluster).cut(NOON, {"A": told}, schedule)


def with_table(snapshot: ClusterSnapshot, name: str, table: pa.Table) -> ClusterSnapshot:
    tables = {**snapshot.tables, name: table}
    return ClusterSnapshot(snapshot.cluster, snapshot.taken_at, snapshot.revisions, tables)


def test_it_survives_ipc_files_and_pickle(snapshot, tmp_path):
    for copy in (
        ClusterSnapshot.from_ipc(snapshot.to_ipc()),
        ClusterSnapshot.read(snapshot.write(tmp_path / "cut")),
        pickle.loads(pickle.dumps(snapshot)),  # noqa: S301 - our own bytes
    ):
        assert copy == snapshot
        assert copy.tables == snapshot.tables
        assert copy.cluster == snapshot.cluster
        assert (copy.taken_at, copy.revisions) == (snapshot.taken_at, snapshot.revisions)
        assert copy.schedule_version == 4


def test_defaults_stay_defaults_on_the_way(snapshot, tmp_path):
    figures = provenance.figures(snapshot.cluster)
    assert {figure.kind for figure in figures} > {"default"}
    for copy in (
        ClusterSnapshot.from_ipc(snapshot.to_ipc()),
        ClusterSnapshot.read(snapshot.write(tmp_path / "cut")),
    ):
        assert provenance.figures(copy.cluster) == figures


def test_a_snapshot_of_a_version_with_other_defaults_is_refused(snapshot, tmp_path):
    folder = snapshot.write(tmp_path / "cut")
    manifest = json.loads((folder / "snapshot.json").read_text())
    manifest["head"]["defaults"] = "other"
    (folder / "snapshot.json").write_text(json.dumps(manifest))
    with pytest.raises(SnapshotError, match="other defaults of a cluster hold"):
        ClusterSnapshot.read(folder)


def test_the_hash_does_not_depend_on_order_chunks_or_what_lies_under_a_null(snapshot):
    lots = snapshot.tables["lots"]
    backwards = lots.take(list(range(lots.num_rows))[::-1])
    chunked = pa.concat_tables([lots.slice(0, 1), lots.slice(1)])
    assert with_table(snapshot, "lots", backwards) == snapshot
    assert with_table(snapshot, "lots", chunked) == snapshot
    machines = snapshot.tables["machines"]
    position = machines.schema.get_field_index("remaining_h")
    hidden = pa.Array.from_buffers(
        pa.float64(),
        machines.num_rows,
        [pa.py_buffer(b"\x00"), pa.py_buffer(b"\x01" * 8 * machines.num_rows)],
    )
    assert hidden.null_count == machines.num_rows
    masked = machines.set_column(position, machines.schema.field(position), hidden)
    assert with_table(snapshot, "machines", masked) == snapshot


def test_the_hash_is_that_of_the_values(cluster):
    # Frozen: a change of this value is a change of every recorded hash.
    assert planned(cluster).content_hash == planned(cluster).content_hash
    moved = planned(cluster, cluster.start + timedelta(microseconds=1))
    assert moved != planned(cluster)


def test_any_changed_value_changes_the_hash(snapshot):
    for name, table in snapshot.tables.items():
        if table.num_rows == 0:
            continue
        for position, field in enumerate(table.schema):
            column = table.column(position).to_pylist()
            column[0] = _other(column[0], field.type)
            changed = table.set_column(position, field, pa.array(column, field.type))
            assert with_table(snapshot, name, changed) != snapshot, (name, field.name)


def _other(value, kind):
    if pa.types.is_string(kind):
        return "other" if value is None else f"{value}x"
    if pa.types.is_boolean(kind):
        return not value
    if pa.types.is_timestamp(kind):
        return NOON if value is None else value + timedelta(microseconds=1)
    if pa.types.is_list(kind):
        return [] if value is None else [_other(None, kind.value_type), *value]
    return 1 if value is None else value + 1


def test_tables_cannot_be_exchanged_in_place(snapshot):
    with pytest.raises(TypeError):
        snapshot.tables["lots"] = snapshot.tables["orders"]
    with pytest.raises(AttributeError):
        snapshot.taken_at = NOON


def test_a_missing_or_foreign_table_is_refused(snapshot):
    with pytest.raises(SnapshotError, match="table 'lots' of the snapshot has other columns"):
        with_table(snapshot, "lots", snapshot.tables["orders"])
    tables = {name: table for name, table in snapshot.tables.items() if name != "lots"}
    with pytest.raises(SnapshotError, match="no table 'lots'"):
        ClusterSnapshot(snapshot.cluster, NOON, {}, tables)


def test_a_moment_without_an_offset_is_refused(snapshot):
    with pytest.raises(SnapshotError, match="no UTC offset"):
        ClusterSnapshot(snapshot.cluster, datetime(2027, 1, 1), {}, snapshot.tables)  # noqa: DTZ001


@pytest.mark.parametrize("damage", [b"", b"hello", b"cut"])
def test_bytes_that_are_no_snapshot_give_one_clear_error(snapshot, damage):
    data = snapshot.to_ipc()[:-300] if damage == b"cut" else damage
    with pytest.raises(SnapshotError, match=r"hold no snapshot .*; take a new snapshot"):
        ClusterSnapshot.from_ipc(data)


def test_a_flipped_byte_is_noticed_wherever_it_lies(snapshot):
    # Offsets and indices that point outside their table would end the process when they are used.
    whole = snapshot.to_ipc()
    for at in range(0, len(whole), 23):
        data = bytearray(whole)
        data[at] ^= 1 << at % 8
        try:
            found = ClusterSnapshot.from_ipc(bytes(data))
        except SnapshotError:
            continue
        assert found == snapshot  # it was padding


def test_a_truncated_file_gives_one_clear_error(snapshot, tmp_path):
    folder = snapshot.write(tmp_path)
    lots = folder / "lots.arrow"
    lots.write_bytes(lots.read_bytes()[:-50])
    with pytest.raises(SnapshotError, match="holds no readable snapshot"):
        ClusterSnapshot.read(folder)


def test_a_file_of_another_snapshot_is_noticed(snapshot, cluster, tmp_path):
    folder = snapshot.write(tmp_path / "one")
    other = planned(cluster).write(tmp_path / "other")
    (folder / "machines.arrow").write_bytes((other / "machines.arrow").read_bytes())
    with pytest.raises(SnapshotError, match="content hash is not the one"):
        ClusterSnapshot.read(folder)
