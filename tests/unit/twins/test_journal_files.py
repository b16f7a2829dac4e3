import pyarrow as pa
import pytest

from twins.errors import JournalCorruptError, JournalError, JournalUnavailableError
from twins.journal import Head, NewEntry, Verification
from twins.journal_files import export_stream, import_stream
from twins.journal_sqlite import SqliteJournal

STREAM = "site/KAN"


@pytest.fixture
def home(tmp_path):
    journal = SqliteJournal(tmp_path / "home.sqlite")
    for sequence in range(1, 151):
        entry = NewEntry(STREAM, "telemetry", "g", 1, sequence, 1000, bytes([sequence]) * 50, 3, 5)
        journal.append(entry)
    yield journal
    journal.close()


@pytest.fixture
def away(tmp_path):
    journal = SqliteJournal(tmp_path / "away.sqlite")
    yield journal
    journal.close()


def test_a_stream_moves_by_export_and_import(home, away, tmp_path):
    file = tmp_path / "kan.arrow"
    assert export_stream(home, STREAM, file) == home.head(STREAM)
    assert import_stream(away, STREAM, file) == home.head(STREAM)
    assert list(away.entries(STREAM)) == list(home.entries(STREAM))
    assert away.verify() == Verification(150)
    assert away.append(NewEntry(STREAM, "telemetry", "g", 1, 7, 1000, b"")).duplicate
    with pytest.raises(JournalError, match="is here already"):
        import_stream(away, STREAM, file)


def test_an_empty_stream_moves_too(home, away, tmp_path):
    file = tmp_path / "los.arrow"
    assert export_stream(home, "site/LOS", file) == Head()
    assert import_stream(away, "site/LOS", file) == Head()


def test_a_damaged_export_brings_nothing(home, away, tmp_path):
    file = tmp_path / "kan.arrow"
    export_stream(home, STREAM, file)
    whole = file.read_bytes()
    at = whole.index(bytes([90]) * 50)
    file.write_bytes(whole[:at] + b"!" + whole[at + 1 :])
    with pytest.raises(JournalCorruptError, match="entry 90 of stream 'site/KAN': its body"):
        import_stream(away, STREAM, file)
    file.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(JournalCorruptError, match="damaged"):
        import_stream(away, STREAM, file)
    assert away.streams() == ()


def test_an_export_cut_at_the_edge_of_a_batch_is_noticed(home, away, tmp_path):
    file = tmp_path / "kan.arrow"
    export_stream(home, STREAM, file)
    with pa.ipc.open_stream(file.read_bytes()) as reader:
        schema, first = reader.schema, reader.read_next_batch()
    with pa.ipc.new_stream(file, schema) as writer:
        writer.write_batch(first)
    with pytest.raises(JournalCorruptError, match="ends too soon, at entry 64"):
        import_stream(away, STREAM, file)
    assert away.streams() == ()


def test_a_broken_record_is_not_exported(home, tmp_path):
    file = tmp_path / "kan.arrow"
    home._db.execute("UPDATE entries SET rows = 4 WHERE position = 70")
    with pytest.raises(JournalCorruptError, match="entry 70"):
        export_stream(home, STREAM, file)
    assert sorted(path.name for path in tmp_path.iterdir() if "kan" in path.name) == []


def test_something_else_is_no_export(away, tmp_path):
    file = tmp_path / "other.arrow"
    with pa.ipc.new_stream(file, pa.schema([("a", pa.int64())])):
        pass
    with pytest.raises(JournalCorruptError, match="not an exported stream"):
        import_stream(away, STREAM, file)
    with pytest.raises(JournalUnavailableError, match=r"cannot be read.*correct the path"):
        import_stream(away, STREAM, tmp_path / "missing.arrow")


def test_a_folder_that_is_not_there_is_one_clear_error(home, tmp_path):
    with pytest.raises(JournalUnavailableError, match="cannot be exported"):
        export_stream(home, STREAM, tmp_path / "missing" / "kan.arrow")
