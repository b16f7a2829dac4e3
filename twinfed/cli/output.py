"""Where the command line writes: answers to standard output, everything else to standard error."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

_PIPE_WIDTH = 120


class Output:
    """Standard output of a command, out of reach of anything a library prints.

    Parameters
    ----------
    stream
        Where answers go.
    as_json
        One JSON document instead of text.
    """

    def __init__(self, stream: TextIO, *, as_json: bool) -> None:
        self._stream = stream
        self.as_json = as_json
        self._console: Console | None = None

    def show(self, what: RenderableType = "") -> None:
        """Print for people; nothing when JSON was asked for."""
        if self.as_json:
            return
        if self._console is None:
            self._console = console(self._stream)
        self._console.print(what)

    def document(self, what: Mapping[str, Any]) -> None:
        """Print for machines; nothing unless JSON was asked for."""
        if self.as_json:
            # As a whole first: what cannot be written must not leave half a document.
            text = json.dumps(what, indent=2, default=_plain, allow_nan=False)
            self._stream.write(f"{text}\n")
            self._stream.flush()


def console(stream: TextIO) -> Console:
    """A console on ``stream``; a file or a pipe gets a fixed width and no colours."""
    from rich.console import Console

    width = None if stream.isatty() else _PIPE_WIDTH
    # Names in square brackets are names here, no markup.
    return Console(file=stream, width=width, highlight=False, markup=False)


@contextmanager
def answers(*, as_json: bool = False) -> Iterator[Output]:
    """Take standard output for the answer; whatever else writes there goes to standard error.

    Done at the level of the file descriptor: Ray and its helpers print from other threads, and
    child processes inherit the descriptor.
    """
    try:
        descriptor = sys.stdout.fileno()
        sys.stdout.flush()
        saved = os.dup(descriptor)
    except (OSError, ValueError):  # standard output is no file: a test or a notebook captures it
        yield Output(sys.stdout, as_json=as_json)
        return
    os.dup2(sys.stderr.fileno(), descriptor)
    try:
        with os.fdopen(saved, "w", encoding="utf-8") as stream:
            yield Output(stream, as_json=as_json)
    finally:
        sys.stdout.flush()
        # The stream is closed with its descriptor; later prints belong to standard error.


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    if hasattr(value, "item"):
        return value.item()
    if isinstance(value, (set, frozenset, tuple)):
        return list(value)
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")
