"""Files and folders that answers are written to: all or nothing, and refused before the work."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from twinfed.errors import PlaceError


def make_writable(folder: Path, option: str) -> None:
    """Make ``folder`` and see that files can be written to it, by writing one.

    Raises
    ------
    PlaceError
        When that fails.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise PlaceError(
            f"nothing can be written here ({error.strerror or error})",
            where=str(folder),
            remedy=f"choose another folder with {option}",
        ) from error


@contextmanager
def writable_file(path: Path, option: str) -> Iterator[Path]:
    """A path to write to, renamed to ``path`` when all went well and removed otherwise.

    Raises
    ------
    PlaceError
        When the folder of ``path`` cannot be written, or ``path`` is a folder.
    """
    make_writable(path.absolute().parent, option)
    if path.is_dir():
        raise PlaceError("this is a folder", where=str(path), remedy=f"name a file with {option}")
    partial = path.with_name(f".{path.name}.partial")
    try:
        yield partial
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
