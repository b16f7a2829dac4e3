"""A result folder that is whole or not there: written beside, then renamed."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from twins.errors import TwinfedError

MANIFEST = "manifest.json"
"""A folder that holds one, and nothing but a result, may be replaced."""
_OURS = frozenset({MANIFEST, "report.html", ".DS_Store"})


class OutputError(TwinfedError, OSError):
    """A result cannot be written where it is wished."""


def check_output(directory: Path | str) -> None:
    """See, before anything runs, that a result can be written to ``directory``.

    Raises
    ------
    OutputError
        When the folder cannot be made there, or what is there is no result of ours.
    """
    target = Path(directory).absolute()
    try:
        if target.is_dir():
            _check_replaceable(target, str(directory))
        else:
            _check_free(target, str(directory))
        parent = _existing_parent(target)
        with tempfile.TemporaryDirectory(prefix=".twinfed-", dir=parent):
            pass
        if target.is_dir():
            with tempfile.TemporaryDirectory(prefix=".twinfed-", dir=target):
                pass
    except OutputError:
        raise
    except OSError as error:
        raise _unwritable(directory, error) from error


def _check_free(target: Path, where: str) -> None:
    if os.path.lexists(target):  # a link to nowhere too
        raise OutputError("there is a file of that name", where=where, remedy="name another folder")


def _check_replaceable(folder: Path, where: str) -> None:
    """Refuse a folder that holds anything but a result: it would be lost."""
    names = sorted(path.name for path in folder.iterdir())
    if not names:
        return
    if MANIFEST not in names:
        raise OutputError(
            "the folder holds other files, and no result that could be replaced",
            where=where,
            remedy="name a new or an empty folder",
        )
    others = [name for name in names if name not in _OURS and not name.endswith(".parquet")]
    if others:
        raise OutputError(
            f"beside a result the folder holds what would be lost with it: {', '.join(others[:3])}",
            where=where,
            remedy="move that elsewhere, or name a new or an empty folder",
        )


@contextmanager
def whole_folder(directory: Path | str) -> Iterator[Path]:
    """A temporary folder that takes the place of ``directory`` when the block ends well.

    A result that stood there is replaced; when the block fails, it stands as before.

    Raises
    ------
    OutputError
        When the folder cannot be written.
    """
    check_output(directory)
    target = Path(directory).absolute()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=".twinfed-", dir=target.parent))
    except OSError as error:
        raise _unwritable(directory, error) from error
    try:
        yield draft
        _swap(draft, target)
    except OSError as error:
        raise _unwritable(directory, error) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _swap(draft: Path, target: Path) -> None:
    draft.chmod(0o755)  # a temporary folder is its owner's alone
    if not target.exists():
        draft.rename(target)
        return
    old = Path(tempfile.mkdtemp(prefix=".twinfed-", dir=target.parent))
    target.rename(old / "old")
    try:
        draft.rename(target)
    except OSError:
        (old / "old").rename(target)
        raise
    finally:
        shutil.rmtree(old, ignore_errors=True)


def _existing_parent(target: Path) -> Path:
    parent = target.parent
    while not parent.exists():
        parent = parent.parent
    return parent


def _unwritable(directory: Path | str, error: OSError) -> OutputError:
    reason = error.strerror or type(error).__name__
    return OutputError(
        f"the result cannot be written ({reason})",
        where=str(directory),
        remedy="name a folder that you may write, on a disk with space",
    )
