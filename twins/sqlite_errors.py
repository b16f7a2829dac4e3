"""From what SQLite and the operating system say to the errors of the journal."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from twins.errors import JournalCorruptError, JournalError, JournalUnavailableError

_RESTORE = "restore it from a backup, or export its sound streams and let the sites send the rest"
_CORRUPT = ("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_FORMAT", "SQLITE_SCHEMA")
_UNAVAILABLE = {
    "SQLITE_FULL": ("the disk is full", "free some space; what was acknowledged is safe"),
    "SQLITE_READONLY": ("it is read-only", "make the file and its folder writable"),
    "SQLITE_CANTOPEN": ("it cannot be opened", "check that the folder exists and is writable"),
    "SQLITE_PERM": ("access is refused", "make the file and its folder writable"),
    "SQLITE_IOERR": ("the disk reports an error", "check the disk; what was acknowledged is safe"),
    "SQLITE_BUSY": ("another program holds it", "stop that program, or wait until it is done"),
    "SQLITE_LOCKED": ("another program holds it", "stop that program, or wait until it is done"),
    "SQLITE_NOMEM": ("memory is short", "stop other programs; what was acknowledged is safe"),
    "SQLITE_TOOBIG": ("an entry is larger than SQLite takes", "send smaller batches"),
}

DAMAGE = (sqlite3.Error, UnicodeDecodeError)
"""What reading damaged content raises: SQLite's messages may quote bytes that are no text."""


@contextmanager
def translated(path: Path, doing: str) -> Iterator[None]:
    """Turn errors below into one of the journal's that names the file and the remedy.

    Raises
    ------
    JournalUnavailableError
        Disk, rights or another program are in the way.
    JournalCorruptError
        The content is damaged.
    """
    try:
        yield
    except JournalError:
        raise
    except sqlite3.Error as error:
        raise translate(error, path, doing) from error
    except UnicodeDecodeError as error:
        raise JournalCorruptError(
            "the journal is damaged (a message of SQLite quotes bytes that are no text)",
            where=str(path),
            remedy=_RESTORE,
        ) from error
    except OSError as error:
        raise JournalUnavailableError(
            f"the journal cannot be {doing} ({error.strerror or error})",
            where=str(path),
            remedy="make its folder writable, or name another data directory",
        ) from error


def translate(error: sqlite3.Error, path: Path | str, doing: str) -> JournalError:
    """The journal's error for one of SQLite."""
    name = getattr(error, "sqlite_errorname", None) or ""
    for prefix, (cause, remedy) in _UNAVAILABLE.items():
        if name.startswith(prefix):
            return JournalUnavailableError(
                f"the journal cannot be {doing}: {cause} ({error})", where=str(path), remedy=remedy
            )
    if isinstance(error, sqlite3.ProgrammingError):
        return JournalUnavailableError(
            f"the journal cannot be {doing}: it was closed", where=str(path), remedy="open it anew"
        )
    if name.startswith(_CORRUPT) or isinstance(error, sqlite3.DatabaseError):
        # Tables or columns that are not there, values of another type: damage too.
        return JournalCorruptError(
            f"the journal is damaged ({error})", where=str(path), remedy=_RESTORE
        )
    return JournalUnavailableError(
        f"the journal cannot be {doing} ({error})", where=str(path), remedy="open it anew"
    )
