"""The processes that Ray started for us, so that none of them outlives it.

Ray ends its daemons and trusts their children to notice. An agent that is still starting then does
not notice for a long time.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

_PROC = Path("/proc")
_GRACE_S = 2.0

Process = tuple[int, str]
"""Process id, and the moment it started: ids are used again."""


def started_from(directory: Path) -> frozenset[Process]:
    """Our children whose command line names ``directory``, and all below them.

    Empty where the system has no ``/proc``.
    """
    children: dict[int, list[int]] = {}
    moments: dict[int, str] = {}
    for entry in _PROC.iterdir() if _PROC.is_dir() else ():
        if entry.name.isdigit():
            found = _parent_and_start(int(entry.name))
            if found is not None:
                children.setdefault(found[0], []).append(int(entry.name))
                moments[int(entry.name)] = found[1]
    waiting = [pid for pid in children.get(os.getpid(), ()) if _names(pid, directory)]
    ours: set[Process] = set()
    while waiting:
        pid = waiting.pop()
        ours.add((pid, moments[pid]))
        waiting += children.get(pid, ())
    return frozenset(ours)


def end(processes: Iterable[Process]) -> None:
    """Wait a little for processes that should be ending, then end those that are left."""
    left = _wait(list(processes))
    for pid, _ in left:
        with suppress(OSError):
            os.kill(pid, signal.SIGKILL)
    _wait(left)


def _wait(processes: list[Process]) -> list[Process]:
    """Those that are still there after a little while."""
    deadline = time.monotonic() + _GRACE_S
    while (left := [one for one in processes if _alive(one)]) and time.monotonic() < deadline:
        time.sleep(0.02)
    return left


def _alive(process: Process) -> bool:
    found = _parent_and_start(process[0])
    return found is not None and found[1] == process[1]


def _parent_and_start(pid: int) -> tuple[int, str] | None:
    """Parent and start of a process; ``None`` when it has ended."""
    try:
        fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else (int(fields[1]), fields[19])


def _names(pid: int, directory: Path) -> bool:
    try:
        return os.fsencode(directory) in (_PROC / str(pid) / "cmdline").read_bytes()
    except OSError:
        return False
