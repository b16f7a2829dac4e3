"""The append-only, hash-chained record: what an entry is, how it is hashed, what a journal does.

A journal holds streams of entries, one stream for each site and one for the cluster's ledger. Each
entry holds the hash of the one before it, so a change of any byte of the past shows. The bodies are
hashed apart: one that is moved elsewhere leaves the chain verifiable.

``hash = SHA-256(previous hash || header || SHA-256(body))``, where the header is the compact JSON
array of ``HEADER`` in that order, in ASCII, and the hashes enter as 32 bytes each.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from twins.errors import JournalCorruptError, JournalError

GENESIS = "0" * 64
"""What stands for the hash before the first entry of a stream."""

HEADER = (
    "stream",
    "position",
    "kind",
    "schema_version",
    "source",
    "source_epoch",
    "sequence",
    "received_at_us",
    "time_min_us",
    "time_max_us",
    "rows",
    "owner_epoch",
)
"""Columns that are hashed with the body, in this order."""


@dataclass(frozen=True, slots=True)
class NewEntry:
    """What is to be appended.

    Parameters
    ----------
    stream
        Whose record it belongs to.
    kind
        What the body is: ``telemetry`` or a kind of the ledger's.
    source, source_epoch, sequence
        With the stream, what the entry is known by: one of a known identity is not appended again.
        In an epoch the sequence runs from 1 without gaps. ``None``: the next one.
    received_at_us
        When it was received, microseconds of the Unix epoch.
    body
        The content.
    rows, time_min_us, time_max_us
        Number of rows in the body and the range of their device times, where it has such.
    schema_version
        Version of the body's form.
    signature
        The sender's signature of the body; kept, not hashed.
    """

    stream: str
    kind: str
    source: str
    source_epoch: int
    sequence: int | None
    received_at_us: int
    body: bytes
    rows: int = 0
    time_min_us: int | None = None
    time_max_us: int | None = None
    schema_version: int = 1
    signature: bytes | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """What stands in the journal. ``body`` is ``None`` when it was moved elsewhere."""

    stream: str
    position: int
    kind: str
    schema_version: int
    source: str
    source_epoch: int
    sequence: int
    received_at_us: int
    time_min_us: int | None
    time_max_us: int | None
    rows: int
    owner_epoch: int
    body_hash: str
    previous_hash: str
    hash: str
    signature: bytes | None
    body: bytes | None


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a stream: position and hash of its last entry."""

    position: int = 0
    hash: str = GENESIS


@dataclass(frozen=True, slots=True)
class SourcePosition:
    """The last batch of a source in a stream."""

    source_epoch: int
    sequence: int


@dataclass(frozen=True, slots=True)
class Appended:
    """Where an entry stands, its hash there, and whether it stood there before."""

    position: int
    hash: str
    sequence: int
    duplicate: bool


@dataclass(frozen=True, slots=True)
class BadEntry:
    """The first entry that is not what was written.

    ``position`` is ``None`` where the damage touches no single entry, ``stream`` empty where it
    touches no single stream.
    """

    stream: str
    position: int | None
    reason: str

    def __str__(self) -> str:
        where = "the file" if self.position is None else f"entry {self.position}"
        of = f" of stream '{self.stream}'" if self.stream else ""
        return f"{where}{of}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Verification:
    """The outcome of checking a record: entries found good, and the first bad one."""

    entries: int
    bad: BadEntry | None = None

    @property
    def ok(self) -> bool:
        """Everything is as it was written."""
        return self.bad is None


class Journal(Protocol):
    """A durable record of streams. All methods raise ``JournalError`` where the record fails."""

    @property
    def owner_epoch(self) -> int:
        """The epoch of this owner; a later owner has a higher one and fences this one out."""

    def append_many(self, entries: Sequence[NewEntry]) -> list[Appended | JournalError]:
        """Append in one durable commit.

        Returns
        -------
        list
            For each entry where it stands, or why it was refused: ``SequenceGap``,
            ``StaleSourceError``. A refused entry does not hinder the others.

        Raises
        ------
        FencedError
            When a newer owner has taken over; nothing was written.
        JournalUnavailableError
            When the commit failed; nothing was written.
        """

    def append(self, entry: NewEntry) -> Appended:
        """As ``append_many`` for one entry; a refusal is raised."""

    def entries(self, stream: str, after: int = 0) -> Iterator[Entry]:
        """The entries of a stream behind position ``after``, in order, as they stand."""

    def head(self, stream: str) -> Head:
        """The end of a stream."""

    def last_sequence(self, stream: str, source: str) -> SourcePosition | None:
        """The last entry of a source; ``None`` before its first."""

    def streams(self) -> tuple[str, ...]:
        """All streams by name."""

    def verify(self, stream: str | None = None) -> Verification:
        """Check one stream or all."""

    def adopt(self, stream: str, entries: Iterable[Entry]) -> Head:
        """Take over a stream from another journal, hashes and all."""

    def close(self) -> None:
        """Give the file back."""


def body_hash(body: bytes) -> str:
    """SHA-256 of a body, hexadecimal."""
    return hashlib.sha256(body).hexdigest()


def entry_hash(previous_hash: str, header: Sequence[object], hash_of_body: str) -> str:
    """The hash of an entry.

    Parameters
    ----------
    previous_hash
        Hash of the entry before it, ``GENESIS`` for the first.
    header
        Values of the columns in ``HEADER``.
    hash_of_body
        SHA-256 of the body.
    """
    sha = hashlib.sha256(bytes.fromhex(previous_hash))
    sha.update(json.dumps(header, separators=(",", ":"), ensure_ascii=True).encode("ascii"))
    sha.update(bytes.fromhex(hash_of_body))
    return sha.hexdigest()


def fault(entry: Entry, before: Head) -> str | None:
    """What is wrong with ``entry`` as the successor of ``before``; ``None``: nothing."""
    if entry.position != before.position + 1:
        return f"missing; position {entry.position} follows {before.position}"
    if entry.previous_hash != before.hash:
        return "it does not continue the entry before it"
    if entry.body is not None and body_hash(entry.body) != entry.body_hash:
        return "its body is not the one that was hashed"
    header = [getattr(entry, name) for name in HEADER]
    try:
        expected = entry_hash(entry.previous_hash, header, entry.body_hash)
    except (TypeError, ValueError):
        return "its columns cannot be read"
    return None if expected == entry.hash else "its columns are not the ones that were hashed"


def checked(entries: Iterable[Entry], before: Head) -> Iterator[Entry]:
    """``entries``, each checked against the one before it.

    Raises
    ------
    JournalCorruptError
        At the first that is not what was written.
    """
    for entry in entries:
        wrong = fault(entry, before)
        if wrong is not None:
            raise JournalCorruptError(
                wrong,
                where=f"entry {before.position + 1} of stream '{entry.stream}'",
                remedy="restore the journal from a backup, or from the sites' own outboxes",
            )
        yield entry
        before = Head(entry.position, entry.hash)
