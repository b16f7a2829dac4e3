import sqlite3
import subprocess
import sys
import tempfile
import threading
from contextlib import closing
from pathlib import Path

import pytest

from twins.errors import FencedError, JournalCorruptError, JournalUnavailableError
from twins.journal import BadEntry, NewEntry, Verification
from twins.journal_files import verify_file
from twins.journal_sqlite import SqliteJournal
from twins.sqlite_errors import translate


def new(sequence, body=b"body", stream="site/KAN"):
    return NewEntry(stream, "telemetry", "gateway", 1, sequence, 1000, body)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "journals" / "shard-0.sqlite"


@pytest.fixture
def journal(path):
    opened = SqliteJournal(path)
    for sequence in (1, 2, 3):
        opened.append(new(sequence, bytes([sequence]) * 100))
    yield opened
    opened.close()


def tamper(path, *statements):
    with closing(sqlite3.connect(path)) as db, db:
        for statement in statements:
            db.execute(statement)


def test_commits_are_on_the_disk_before_they_return(journal):
    settings = [
        journal._db.execute(f"PRAGMA {p}").fetchone()[0] for p in ("synchronous", "journal_mode")
    ]
    assert settings == [2, "truncate"]  # 2 is FULL


def test_one_file_is_the_whole_journal(journal, path):
    assert all(f.stat().st_size == 0 for f in path.parent.iterdir() if f != path)


def test_a_reader_disturbs_no_owner(journal, path):
    reader = SqliteJournal(path, claim=False)
    assert len(list(reader.entries("site/KAN"))) == 3
    journal.append(new(4))
    assert reader.head("site/KAN").position == 4
    assert reader.last_sequence("site/KAN", "gateway").sequence == 4
    with pytest.raises(FencedError, match="opened for reading only"):
        reader.append(new(5))
    reader.close()
    journal.append(new(5))


def test_several_threads_may_write(journal):
    def write(stream):
        for sequence in range(1, 21):
            journal.append(new(sequence, stream=stream))

    threads = [threading.Thread(target=write, args=(f"site/{name}",)) for name in "ABCD"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert journal.verify() == Verification(83)


@pytest.mark.parametrize(
    ("statement", "position", "reason"),
    [
        ("UPDATE entries SET body = x'00' WHERE position = 2", 2, "its body"),
        ("UPDATE entries SET rows = 7 WHERE position = 2", 2, "its columns"),
        ("UPDATE entries SET received_at_us = 'noon' WHERE position = 2", 2, "its columns"),
        ("DELETE FROM entries WHERE position = 2", 2, "missing; position 3 follows 1"),
        ("DELETE FROM entries WHERE position = 3", 3, "missing; the stream went on to 3"),
        ("DELETE FROM heads", 3, "not the end that was noted"),
        ("UPDATE heads SET hash = 'x'", 3, "not the end that was noted"),
        ("UPDATE entries SET stream = 'site/KAO' WHERE position = 3", 3, "missing"),
        ("UPDATE entries SET position = 9 WHERE position = 1", 1, "missing; position 2 follows 0"),
        ("UPDATE owner SET epoch = 0", None, "its owner"),
        ("DELETE FROM owner", None, "its owner"),
    ],
)
def test_verify_names_the_first_bad_entry(journal, path, statement, position, reason):
    journal.close()
    tamper(path, statement)
    found = verify_file(path)
    assert not found.ok
    assert found.bad.position == position
    assert reason in found.bad.reason
    assert (f"entry {position}" if position else "the file") in str(found.bad)


def test_verify_can_be_asked_for_one_stream(journal, path):
    journal.append(new(1, stream="site/LOS"))
    journal.close()
    tamper(path, "UPDATE entries SET rows = 7 WHERE stream = 'site/KAN'")
    assert verify_file(path, "site/LOS") == Verification(1)
    assert verify_file(path).bad.stream == "site/KAN"


def test_a_file_that_is_no_database_is_a_finding(path):
    path.parent.mkdir()
    path.write_bytes(b"not a database, but long enough to look at" * 10)
    assert verify_file(path).bad.position == 1
    with pytest.raises(JournalCorruptError, match=f"{path.name}.*damaged.*restore"):
        SqliteJournal(path)


def test_another_database_is_no_journal(path):
    path.parent.mkdir()
    tamper(path, "CREATE TABLE recipes (name TEXT)")
    with pytest.raises(JournalCorruptError, match="not a journal of this version"):
        SqliteJournal(path)
    assert verify_file(path) == Verification(
        0, BadEntry("", 1, "not a journal of this version of twinfed")
    )


def test_a_missing_file_is_not_made_by_looking_at_it(path):
    with pytest.raises(JournalUnavailableError, match="cannot be opened"):
        verify_file(path)
    assert not path.exists()


def test_a_folder_that_cannot_be_made_is_one_clear_error(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(
        JournalUnavailableError, match=r"cannot be opened.*make its folder writable"
    ):
        SqliteJournal(tmp_path / "file" / "shard.sqlite")


def test_a_read_only_folder_is_one_clear_error():
    """In a process without the rights of root, whom no folder refuses."""
    code = """
import os, sys
from twins.errors import JournalUnavailableError
from twins.journal_sqlite import SqliteJournal
if os.getuid() == 0:
    os.setuid(65534)
try:
    SqliteJournal(sys.argv[1])
except JournalUnavailableError as error:
    print(error)
"""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "shard.sqlite"
        Path(folder).chmod(0o555)
        said = subprocess.run(
            [sys.executable, "-c", code, path], capture_output=True, text=True, check=True
        ).stdout
        assert f"{path}: the journal cannot be opened" in said
        assert "writable" in said
        Path(folder).chmod(0o755)


def test_a_full_disk_loses_nothing_and_can_be_tried_again(journal):
    pages = journal._db.execute("PRAGMA page_count").fetchone()[0]
    journal._db.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(JournalUnavailableError, match=r"the disk is full.*free some space"):
        journal.append(new(4, bytes(100_000)))
    assert journal.head("site/KAN").position == 3
    assert journal.verify() == Verification(3)
    journal._db.execute("PRAGMA max_page_count = 1000000")
    assert journal.append(new(4, bytes(100_000))).position == 4


def test_a_file_held_by_another_program_is_one_clear_error(journal, path):
    journal._db.execute("PRAGMA busy_timeout = 1")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(JournalUnavailableError, match="another program holds it"):
            journal.append(new(4))
        other.execute("ROLLBACK")
    assert journal.append(new(4)).position == 4


@pytest.mark.parametrize(
    ("name", "kind", "says"),
    [
        ("SQLITE_FULL", JournalUnavailableError, "free some space"),
        ("SQLITE_READONLY_DIRECTORY", JournalUnavailableError, "make the file and its folder"),
        ("SQLITE_CANTOPEN_ISDIR", JournalUnavailableError, "check that the folder exists"),
        ("SQLITE_IOERR_FSYNC", JournalUnavailableError, "check the disk"),
        ("SQLITE_BUSY_SNAPSHOT", JournalUnavailableError, "another program"),
        ("SQLITE_NOMEM", JournalUnavailableError, "memory"),
        ("SQLITE_TOOBIG", JournalUnavailableError, "smaller batches"),
        ("SQLITE_CORRUPT_INDEX", JournalCorruptError, "restore it from a backup"),
        ("SQLITE_NOTADB", JournalCorruptError, "restore it from a backup"),
        ("SQLITE_ERROR", JournalCorruptError, "restore it from a backup"),
    ],
)
def test_each_error_of_sqlite_has_a_remedy(name, kind, says):
    error = sqlite3.OperationalError("something")
    error.sqlite_errorname = name
    translated = translate(error, "shard.sqlite", "written")
    assert isinstance(translated, kind)
    assert says in str(translated)
