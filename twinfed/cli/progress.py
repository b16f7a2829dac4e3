"""Progress on standard error: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

_EVERY_S = 10.0


@dataclass
class Phases:
    """Wall-clock seconds of the phases of a command, in order."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Time what happens inside."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - start


@contextmanager
def bar(title: str, unit: str = "") -> Iterator[Callable[[int, int], None]]:
    """A progress bar; yields a function of what is done and of the whole (0: not known)."""
    with (_rich_bar if sys.stderr.isatty() else _plain_bar)(title, unit) as update:
        yield update


@contextmanager
def _plain_bar(title: str, unit: str) -> Iterator[Callable[[int, int], None]]:
    _say(f"{title} ...")
    start = last = time.monotonic()

    def update(done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= _EVERY_S:
            last = now
            of = f" of {total:,}" if total else ""
            _say(f"{title}: {done:,}{of} {unit}".rstrip())

    yield update
    _say(f"{title}: done in {time.monotonic() - start:.1f} s")


@contextmanager
def _rich_bar(title: str, unit: str) -> Iterator[Callable[[int, int], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[count]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(title, total=None, count="")

        def update(done: int, total: int) -> None:
            count = f"{done:,}/{total:,} {unit}" if total else f"{done:,} {unit}"
            progress.update(task, completed=done, total=total or None, count=count.strip())

        yield update


def note(text: str) -> None:
    """Say something by the way."""
    _say(text)


def _say(text: str) -> None:
    with suppress(OSError):  # a full disk or a reader that left: no reason to end the work
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()
