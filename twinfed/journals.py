"""The journals of a data directory, and whether they are what was written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from twinfed.errors import UnknownNameError

SUFFIX = ".sqlite"


@dataclass(frozen=True, slots=True)
class JournalReport:
    """What checking one journal file found.

    Parameters
    ----------
    file
        The journal.
    entries
        Entries found good.
    stream, position, reason
        The first bad entry; the stream is empty and the position ``None`` where the damage touches
        no single one. All ``None`` when the journal is whole.
    """

    file: str
    entries: int
    stream: str | None = None
    position: int | None = None
    reason: str | None = None

    @property
    def good(self) -> bool:
        """Everything is as it was written."""
        return self.reason is None

    @property
    def sentence(self) -> str:
        """The finding in words."""
        if self.good:
            entries = "entry" if self.entries == 1 else "entries"
            return f"{self.file}: {self.entries} {entries}, whole"
        entry = "the file" if self.position is None else f"entry {self.position}"
        stream = f" of stream '{self.stream}'" if self.stream else ""
        return f"{self.file}: first bad: {entry}{stream}: {self.reason}"

    def to_dict(self) -> Mapping[str, Any]:
        """For JSON."""
        return {**asdict(self), "good": self.good}


def verify_directory(folder: Path) -> list[JournalReport]:
    """Check every journal below ``folder``; nothing is changed.

    Raises
    ------
    UnknownNameError
        When there is no such folder, or no journal in it.
    JournalUnavailableError
        When a journal cannot be read.
    """
    from twins.journal_files import verify_file

    files = [folder] if folder.is_file() else sorted(folder.rglob(f"*{SUFFIX}"))
    if not files:
        raise UnknownNameError(
            "there is no journal here" if folder.is_dir() else "there is no such folder",
            where=str(folder),
            remedy="name the --data-dir of 'twinfed serve' or 'twinfed replay'",
        )
    reports = []
    for path in files:
        found = verify_file(path)
        name = str(path.relative_to(folder)) if path != folder else path.name
        if found.bad is None:
            reports.append(JournalReport(name, found.entries))
        else:
            bad = found.bad
            reports.append(JournalReport(name, found.entries, bad.stream, bad.position, bad.reason))
    return reports
