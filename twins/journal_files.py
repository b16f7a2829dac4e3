"""What is done with journal files from outside: check one, move a stream from one to another."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from twins.errors import JournalCorruptError, JournalError, JournalUnavailableError
from twins.journal import BadEntry, Entry, Head, Journal, Verification, checked
from twins.journal_sqlite import COLUMNS, SqliteJournal

_TEXT, _INT = pa.string(), pa.int64()
_TYPES = {
    "stream": _TEXT,
    "kind": _TEXT,
    "source": _TEXT,
    "body_hash": _TEXT,
    "previous_hash": _TEXT,
    "hash": _TEXT,
    "signature": pa.binary(),
    "body": pa.large_binary(),
}
EXPORT_SCHEMA = pa.schema([(name, _TYPES.get(name, _INT)) for name in COLUMNS])
"""An exported stream: all columns of its entries, as an Arrow IPC stream."""

_ENTRIES_PER_BATCH = 64


def verify_file(path: Path | str, stream: str | None = None) -> Verification:
    """Check a journal file without changing it or disturbing its owner.

    Damage that keeps the file from being opened is a finding, not an error.

    Raises
    ------
    JournalUnavailableError
        When the file is missing or may not be read.
    """
    try:
        journal = SqliteJournal(path, claim=False)
    except JournalCorruptError as error:
        return Verification(0, BadEntry(stream or "", 1, error.what))
    try:
        return journal.verify(stream)
    finally:
        journal.close()


def export_stream(journal: Journal, stream: str, path: Path | str) -> Head:
    """Write a stream to a file, whole or not at all, its chain checked on the way.

    Raises
    ------
    JournalCorruptError
        When the chain is broken.
    JournalUnavailableError
        When the file cannot be written.
    """
    target = Path(path)
    draft = target.with_name(target.name + ".tmp")
    end, head = journal.head(stream), Head()
    # A file that was cut short at the edge of a batch reads like a whole one: it says its own end.
    schema = EXPORT_SCHEMA.with_metadata({"position": str(end.position), "hash": end.hash})
    try:
        with draft.open("wb") as file:
            with pa.ipc.new_stream(file, schema) as writer:
                rows: list[dict[str, object]] = []
                for entry in checked(journal.entries(stream), Head()):
                    rows.append({name: getattr(entry, name) for name in COLUMNS})
                    head = Head(entry.position, entry.hash)
                    if head == end:
                        break
                    if len(rows) == _ENTRIES_PER_BATCH:
                        writer.write_batch(pa.RecordBatch.from_pylist(rows, schema))
                        rows = []
                writer.write_batch(pa.RecordBatch.from_pylist(rows, schema))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
    except OSError as error:
        if isinstance(error, JournalError):
            raise
        raise JournalUnavailableError(
            f"the stream '{stream}' cannot be exported ({error.strerror or error})",
            where=str(target),
            remedy="name a folder that can be written",
        ) from error
    finally:
        draft.unlink(missing_ok=True)
    return head


def import_stream(journal: Journal, stream: str, path: Path | str) -> Head:
    """Take an exported stream into a journal, all of it or nothing, its chain checked on the way.

    Raises
    ------
    JournalError
        When the journal holds the stream already.
    JournalCorruptError
        When the file is damaged or no export.
    JournalUnavailableError
        When the file cannot be read, or the journal not written.
    """
    return journal.adopt(stream, _exported(Path(path)))


def _exported(path: Path) -> Iterator[Entry]:
    head = Head()
    try:
        with path.open("rb") as file, pa.ipc.open_stream(file) as reader:
            if reader.schema != EXPORT_SCHEMA:
                raise _damaged("not an exported stream", path)
            noted = reader.schema.metadata or {}
            for batch in reader:
                for row in batch.to_pylist():
                    entry = Entry(**row)
                    yield entry
                    head = Head(entry.position, entry.hash)
    except (pa.ArrowInvalid, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise JournalUnavailableError(
                f"the exported stream cannot be read ({error.strerror or error})",
                where=str(path),
                remedy="correct the path",
            ) from error
        raise _damaged(f"the exported stream is damaged ({error})", path) from error
    if noted != {b"position": str(head.position).encode(), b"hash": head.hash.encode()}:
        raise _damaged(f"the exported stream ends too soon, at entry {head.position}", path)


def _damaged(what: str, path: Path) -> JournalCorruptError:
    return JournalCorruptError(what, where=str(path), remedy="export the stream again")
