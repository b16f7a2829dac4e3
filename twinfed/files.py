"""Files and folders that answers are written to: all or nothing, and refused before the work."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from twinfed.errors import PlaceError

_PARQUET = b"PAR1"


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
        When the folder of ``path`` cannot be written, or something else than an earlier file of
        this kind is there.
    """
    make_writable(path.absolute().parent, option)
    _check_replaceable(path, option)
    handle, name = tempfile.mkstemp(
        prefix=".twinfed-", suffix=".partial", dir=path.absolute().parent
    )
    os.close(handle)
    partial = Path(name)
    try:
        yield partial
        partial.chmod(0o644)  # a temporary file is its owner's alone
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _check_replaceable(path: Path, option: str) -> None:
    """Refuse to put a recording in the place of what is none: a device, a folder, a letter."""
    remedy = f"name a new file with {option}"
    what = None
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            what = "this is a folder"
        elif not stat.S_ISREG(mode):
            what = "this is no file but a device"
        else:
            with path.open("rb") as present:
                if present.read(len(_PARQUET)) not in {b"", _PARQUET}:
                    what = "there is another file of that name"
    except FileNotFoundError:
        return
    except OSError as error:
        what = f"it cannot be written ({error.strerror or error})"
    if what is not None:
        raise PlaceError(what, where=str(path), remedy=remedy)
