"""Snapshots of a state beside its journal: a shortcut at the start, never the record itself."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

SUFFIX = ".snapshot"
KEPT = 2
"""Snapshots of a stream that are kept: the newest, and one in case it is damaged."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A state and the journal entry up to which it was folded.

    Parameters
    ----------
    stream, position, entry_hash
        The last entry folded.
    rules
        Hash of all that determines a fold beside the entries; another one makes it worthless.
    state_hash
        Hash of the state.
    """

    stream: str
    position: int
    entry_hash: str
    rules: str
    state_hash: str


class SnapshotStore:
    """Snapshot files in one folder.

    Parameters
    ----------
    folder
        Where they lie; made with the first one.
    """

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)

    def save(self, snapshot: Snapshot, content: bytes) -> Path:
        """Write a snapshot whole or not at all, and drop those no longer needed.

        Raises
        ------
        OSError
            When the folder or the disk refuses. The journal is not touched by that.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{_stem(snapshot.stream)}-{snapshot.position:012d}{SUFFIX}"
        draft = path.with_suffix(".tmp")
        with draft.open("wb") as file:
            file.write(json.dumps(asdict(snapshot)).encode() + b"\n" + content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        for old in self._paths(snapshot.stream)[KEPT:]:
            old.unlink(missing_ok=True)
        return path

    def newest(self, stream: str) -> Iterator[tuple[Snapshot, bytes]]:
        """The readable snapshots of a stream, newest first."""
        for path in self._paths(stream):
            try:
                header, _, content = path.read_bytes().partition(b"\n")
                snapshot = Snapshot(**json.loads(header))
            except (OSError, ValueError, TypeError):
                continue  # a snapshot is only a shortcut: the next one or the journal serves
            if snapshot.stream == stream:
                yield snapshot, content

    def _paths(self, stream: str) -> list[Path]:
        return sorted(self.folder.glob(f"{_stem(stream)}-{'[0-9]' * 12}{SUFFIX}"), reverse=True)


def _stem(stream: str) -> str:
    return stream.replace("/", "_")
