"""Checks a journal file: every chain, the heads, and the indices that SQLite keeps beside them."""

from __future__ import annotations

import re
import sqlite3
from typing import Any

from twins.journal import BadEntry, Entry, Head, Verification, fault
from twins.sqlite_errors import DAMAGE

_PAGE = 64
_ROW = re.compile(r"row (\d+) missing from index")


def verify(db: sqlite3.Connection, select: str, stream: str | None) -> Verification:
    """Check one stream or all; the first bad entry of the first bad stream is named.

    Parameters
    ----------
    db
        The journal's connection.
    select
        The query of all columns of an entry, in order, without conditions.
    stream
        Name of a stream; ``None``: all, and the file.
    """
    good = 0
    try:
        streams = [stream] if stream is not None else _streams(db)
    except DAMAGE as error:
        return Verification(good, BadEntry(stream or "", 1, f"the file is damaged ({error})"))
    for name in streams:
        head, bad = _chain(db, select, name)
        good += head.position
        if bad is None:
            bad = _head(db, name, head)
        if bad is not None:
            return Verification(good, bad)
    return Verification(good, _file(db))


def _streams(db: sqlite3.Connection) -> list[str]:
    rows = db.execute("SELECT stream FROM heads UNION SELECT stream FROM entries")
    return sorted(row[0] for row in rows.fetchall() if isinstance(row[0], str))


def _chain(db: sqlite3.Connection, select: str, stream: str) -> tuple[Head, BadEntry | None]:
    """The last good entry, and the first bad one."""
    head = Head()
    while True:
        try:
            rows = db.execute(
                f"{select} WHERE stream = ? AND position > ? ORDER BY position LIMIT {_PAGE}",
                [stream, head.position],
            ).fetchall()
        except DAMAGE:
            single = _one(db, select, stream, head.position + 1)
            if isinstance(single, BadEntry):
                return head, single
            rows = single
        if not rows:
            return head, None
        for row in rows:
            entry = Entry(*row)
            wrong = fault(entry, head)
            if wrong is not None:
                return head, BadEntry(stream, head.position + 1, wrong)
            head = Head(entry.position, entry.hash)


def _one(db: sqlite3.Connection, select: str, stream: str, position: int) -> list[Any] | BadEntry:
    """A single entry, where a page of them cannot be read."""
    try:
        rows = db.execute(
            f"{select} WHERE stream = ? AND position = ?", [stream, position]
        ).fetchall()
    except DAMAGE as error:
        return BadEntry(stream, position, f"it cannot be read ({error})")
    return rows or BadEntry(stream, position, "missing")


def _head(db: sqlite3.Connection, stream: str, head: Head) -> BadEntry | None:
    try:
        row = db.execute("SELECT position, hash FROM heads WHERE stream = ?", [stream]).fetchone()
    except DAMAGE as error:
        return BadEntry(stream, max(head.position, 1), f"the end cannot be read ({error})")
    if row == (head.position, head.hash):
        return None
    if row and isinstance(row[0], int) and row[0] > head.position:
        return BadEntry(stream, head.position + 1, f"missing; the stream went on to {row[0]}")
    at = max(head.position, 1)
    return BadEntry(stream, at, "it is not the end that was noted for the stream")


def _file(db: sqlite3.Connection) -> BadEntry | None:
    """What SQLite itself finds: pages and indices."""
    try:
        found = [str(row[0]) for row in db.execute("PRAGMA integrity_check(20)").fetchall()]
        owner = db.execute("SELECT count(*), max(epoch) FROM owner").fetchone()
        used = db.execute("SELECT max(owner_epoch) FROM entries").fetchone()[0]
    except DAMAGE as error:
        return BadEntry("", None, f"the file is damaged ({error})")
    if found == ["ok"]:
        if owner[0] != 1 or not isinstance(owner[1], int) or owner[1] < (used or 0):
            return BadEntry("", None, "its owner is not the one that wrote last")
        return None
    rows = sorted(int(match[1]) for line in found for match in [_ROW.search(line)] if match)
    if rows:
        named = db.execute(
            "SELECT stream, position FROM entries WHERE rowid = ?", [rows[0]]
        ).fetchone()
        if named:
            return BadEntry(named[0], named[1], f"its index is damaged ({found[0]})")
    return BadEntry("", None, f"the file is damaged ({found[0]})")
