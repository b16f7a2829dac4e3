"""The journal in one SQLite file: each commit is on the disk before it returns.

The file uses a rollback journal, not a write-ahead log: a damaged log frame makes SQLite drop the
frames behind it without a word, and with them acknowledged entries that no chain could miss.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from twins import journal_check
from twins.errors import (
    FencedError,
    JournalCorruptError,
    JournalError,
    SequenceGap,
    StaleSourceError,
)
from twins.journal import (
    HEADER,
    Appended,
    Entry,
    Head,
    NewEntry,
    SourcePosition,
    Verification,
    body_hash,
    checked,
    entry_hash,
)
from twins.sqlite_errors import translated

APPLICATION_ID = 0x74776A31
"""Marks a SQLite file as a journal ("twj1")."""
FORMAT = 1

COLUMNS = (*HEADER, "body_hash", "previous_hash", "hash", "signature", "body")
"""Columns of ``entries``, in the order of ``Entry``."""

_SCHEMA = """
CREATE TABLE entries (
    stream TEXT NOT NULL, position INTEGER NOT NULL, kind TEXT NOT NULL,
    schema_version INTEGER NOT NULL, source TEXT NOT NULL, source_epoch INTEGER NOT NULL,
    sequence INTEGER NOT NULL, received_at_us INTEGER NOT NULL, time_min_us INTEGER,
    time_max_us INTEGER, rows INTEGER NOT NULL, owner_epoch INTEGER NOT NULL,
    body_hash TEXT NOT NULL, previous_hash TEXT NOT NULL, hash TEXT NOT NULL, signature BLOB,
    body BLOB
);
CREATE UNIQUE INDEX entries_position ON entries (stream, position);
CREATE UNIQUE INDEX entries_identity ON entries (stream, source, source_epoch, sequence);
CREATE TABLE heads (
    stream TEXT PRIMARY KEY, position INTEGER NOT NULL, hash TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE owner (epoch INTEGER NOT NULL);
INSERT INTO owner VALUES (0);
"""
_INSERT = f"INSERT INTO entries VALUES ({', '.join('?' * len(COLUMNS))})"  # noqa: S608 - constants
_SELECT = f"SELECT {', '.join(COLUMNS)} FROM entries"  # noqa: S608 - constants


class SqliteJournal:
    """A journal file. Safe to use from several threads.

    Parameters
    ----------
    path
        The file; it and its folder are made when missing.
    claim
        Take the file over as its new owner, with an epoch above all before. Otherwise it is opened
        for reading, which disturbs no owner.

    Raises
    ------
    JournalUnavailableError
        When the file cannot be opened or, for an owner, written.
    JournalCorruptError
        When the file is no journal, or one of a later format.
    """

    def __init__(self, path: Path | str, *, claim: bool = True) -> None:
        self.path = Path(path)
        self._lock = threading.RLock()
        self._heads: dict[str, Head] = {}
        self._last: dict[tuple[str, str], SourcePosition] = {}
        self._epoch = 0
        with translated(self.path, "opened"):
            if claim:
                self.path.parent.mkdir(parents=True, exist_ok=True)
            mode = "rwc" if claim else "ro"
            self._db = sqlite3.connect(
                f"{self.path.absolute().as_uri()}?mode={mode}",
                uri=True,
                isolation_level=None,
                check_same_thread=False,
                timeout=10.0,
            )
        try:
            with translated(self.path, "opened"):
                self._prepare(claim)
        except BaseException:
            self._db.close()
            raise

    def _prepare(self, claim: bool) -> None:
        # Damaged text must still be readable for the check to name its entry.
        self._db.text_factory = _lenient
        if claim:
            self._db.execute("PRAGMA journal_mode = TRUNCATE")
            self._db.execute("PRAGMA synchronous = FULL")
            self._db.execute("BEGIN IMMEDIATE")
            if not self._db.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
                for statement in _SCHEMA.strip().split(";\n"):
                    self._db.execute(statement.rstrip(";"))
                self._db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                self._db.execute(f"PRAGMA user_version = {FORMAT}")
        pragmas = ("PRAGMA application_id", "PRAGMA user_version")
        marks = [self._db.execute(pragma).fetchone()[0] for pragma in pragmas]
        if marks != [APPLICATION_ID, FORMAT]:
            raise JournalCorruptError(
                "not a journal of this version of twinfed",
                where=str(self.path),
                remedy="name another file, or install the version that wrote it",
            )
        if claim:
            self._db.execute("UPDATE owner SET epoch = epoch + 1")
            self._epoch = self._owner()
            self._db.execute("COMMIT")

    @property
    def owner_epoch(self) -> int:
        """The epoch of this owner; 0 when opened for reading."""
        return self._epoch

    # ------------------------------------------------------------------ writing

    def append(self, entry: NewEntry) -> Appended:
        """Append one entry; see ``twins.journal.Journal``."""
        outcome = self.append_many([entry])[0]
        if isinstance(outcome, JournalError):
            raise outcome
        return outcome

    def append_many(self, entries: Sequence[NewEntry]) -> list[Appended | JournalError]:
        """Append in one durable commit; see ``twins.journal.Journal``."""
        if not entries:
            return []
        with self._lock, self._commit():
            return [self._append(entry) for entry in entries]

    def adopt(self, stream: str, entries: Iterable[Entry]) -> Head:
        """Take over a stream from another journal, hashes and all, in one commit.

        This owner's epoch rises above all in the entries, so that epochs never fall in a stream.

        Raises
        ------
        JournalCorruptError
            When the chain of ``entries`` is broken; nothing was written.
        JournalError
            When the stream is here already, or an entry belongs to another.
        """
        with self._lock, self._commit():
            if self._head(stream).position:
                raise JournalError(
                    f"stream '{stream}' is here already",
                    where=str(self.path),
                    remedy="a stream moves to a journal that does not hold it",
                )
            epoch = self._epoch
            for entry in checked(entries, Head()):
                if entry.stream != stream:
                    raise JournalError(
                        f"an entry of stream '{entry.stream}' is among those of '{stream}'",
                        where=str(self.path),
                        remedy="export the stream again",
                    )
                self._db.execute(_INSERT, [getattr(entry, name) for name in COLUMNS])
                self._advance(stream, Head(entry.position, entry.hash))
                epoch = max(epoch, entry.owner_epoch + 1)
            self._db.execute("UPDATE owner SET epoch = ?", [epoch])
            head = self._head(stream)
        self._epoch = epoch
        return head

    def _append(self, new: NewEntry) -> Appended | JournalError:
        where = f"stream '{new.stream}', source '{new.source}'"
        last = self._last_sequence(new.stream, new.source)
        epoch = -1 if last is None else last.source_epoch
        expected = last.sequence + 1 if last is not None and new.source_epoch == epoch else 1
        sequence = expected if new.sequence is None else new.sequence
        if new.source_epoch < epoch or sequence < expected:
            known = self._db.execute(
                "SELECT position, hash FROM entries WHERE stream = ? AND source = ? "
                "AND source_epoch = ? AND sequence = ?",
                [new.stream, new.source, new.source_epoch, sequence],
            ).fetchone()
            if known is not None:
                return Appended(known[0], known[1], sequence, duplicate=True)
            if new.source_epoch < epoch:
                return StaleSourceError(
                    f"batch {sequence} of epoch {new.source_epoch} came after the source began "
                    f"epoch {epoch}",
                    where=where,
                    remedy="send what is not acknowledged in the new epoch",
                )
        if sequence != expected:
            return SequenceGap(expected, where, sequence, new.source_epoch)
        head = self._head(new.stream)
        position = head.position + 1
        header = (
            new.stream,
            position,
            new.kind,
            new.schema_version,
            new.source,
            new.source_epoch,
            sequence,
            new.received_at_us,
            new.time_min_us,
            new.time_max_us,
            new.rows,
            self._epoch,
        )
        hashed = body_hash(new.body)
        link = entry_hash(head.hash, header, hashed)
        self._db.execute(_INSERT, (*header, hashed, head.hash, link, new.signature, new.body))
        self._advance(new.stream, Head(position, link))
        self._last[new.stream, new.source] = SourcePosition(new.source_epoch, sequence)
        return Appended(position, link, sequence, duplicate=False)

    def _advance(self, stream: str, head: Head) -> None:
        self._db.execute(
            "INSERT INTO heads VALUES (?1, ?2, ?3) "
            "ON CONFLICT (stream) DO UPDATE SET position = ?2, hash = ?3",
            (stream, head.position, head.hash),
        )
        self._heads[stream] = head

    @contextmanager
    def _commit(self) -> Iterator[None]:
        """One transaction of the owner: all of it is on the disk, or nothing happened."""
        with translated(self.path, "written"):
            try:
                self._begin()
                yield
                self._db.execute("COMMIT")
            except BaseException:
                # What is remembered may belong to the commit that failed.
                self._heads.clear()
                self._last.clear()
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def _begin(self) -> None:
        if not self._epoch:
            raise FencedError(
                "opened for reading only", where=str(self.path), remedy="open it as its owner"
            )
        self._db.execute("BEGIN IMMEDIATE")
        owner = self._owner()
        if owner != self._epoch:
            raise FencedError(
                f"owner {owner} has taken over from owner {self._epoch}",
                where=str(self.path),
                remedy="stop this host; its successor has all that was acknowledged",
            )

    def _owner(self) -> int:
        return int(self._db.execute("SELECT epoch FROM owner").fetchone()[0])

    # ------------------------------------------------------------------ reading

    def entries(self, stream: str, after: int = 0) -> Iterator[Entry]:
        """The entries of a stream behind position ``after``; see ``twins.journal.Journal``."""
        position = after
        while True:
            # In pages, so that a long reading does not keep others from writing.
            with self._lock, translated(self.path, "read"):
                rows = self._db.execute(
                    f"{_SELECT} WHERE stream = ? AND position > ? ORDER BY position LIMIT 64",
                    [stream, position],
                ).fetchall()
            if not rows:
                return
            yield from (Entry(*row) for row in rows)
            position = rows[-1][1]

    def entry(self, stream: str, position: int) -> Entry | None:
        """One entry; ``None`` when there is none."""
        with self._lock, translated(self.path, "read"):
            row = self._db.execute(
                f"{_SELECT} WHERE stream = ? AND position = ?", [stream, position]
            ).fetchone()
        return None if row is None else Entry(*row)

    def head(self, stream: str) -> Head:
        """The end of a stream."""
        with self._lock, translated(self.path, "read"):
            return self._head(stream)

    def last_sequence(self, stream: str, source: str) -> SourcePosition | None:
        """The last entry of a source; ``None`` before its first."""
        with self._lock, translated(self.path, "read"):
            return self._last_sequence(stream, source)

    def streams(self) -> tuple[str, ...]:
        """All streams by name."""
        with self._lock, translated(self.path, "read"):
            rows = self._db.execute("SELECT stream FROM heads ORDER BY stream").fetchall()
        return tuple(row[0] for row in rows)

    def verify(self, stream: str | None = None) -> Verification:
        """Check one stream or all, and the file around them."""
        with self._lock:
            return journal_check.verify(self._db, _SELECT, stream)

    def close(self) -> None:
        """Give the file back; safe to call twice."""
        with self._lock:
            self._db.close()

    def _head(self, stream: str) -> Head:
        known = self._heads.get(stream)
        if known is None:
            row = self._db.execute(
                "SELECT position, hash FROM heads WHERE stream = ?", [stream]
            ).fetchone()
            known = Head(*row) if row else Head()
            if self._epoch:  # only its owner knows that nobody else moves it
                self._heads[stream] = known
        return known

    def _last_sequence(self, stream: str, source: str) -> SourcePosition | None:
        known = self._last.get((stream, source))
        if known is None:
            row = self._db.execute(
                "SELECT source_epoch, sequence FROM entries WHERE stream = ? AND source = ? "
                "ORDER BY source_epoch DESC, sequence DESC LIMIT 1",
                [stream, source],
            ).fetchone()
            known = SourcePosition(*row) if row else None
            if known is not None and self._epoch:
                self._last[stream, source] = known
        return known


def _lenient(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")
