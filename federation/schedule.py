"""The shared production schedule: versions, and changes between them as deltas. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import pyarrow as pa

from federation.errors import ScheduleError
from federation.tables import SCHEMAS, table
from twins.work import ScheduleEntry

Step = tuple[str, int]
"""(lot, operation): what a schedule entry is known by."""

_REMOVED = "removed"


@dataclass(frozen=True)
class Schedule:
    """One version of the schedule: at most one entry for each operation of each lot."""

    version: int = 0
    entries: Mapping[Step, ScheduleEntry] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "entries", MappingProxyType(dict(self.entries)))

    def table(self) -> pa.Table:
        """The entries as the snapshot's ``schedule`` table, in the order of the work centres."""
        ordered = sorted(
            self.entries.values(),
            key=lambda e: (e.site, e.work_centre, e.rank, e.lot, e.operation),
        )
        return _entries_table(ordered).replace_schema_metadata({"version": str(self.version)})


@dataclass(frozen=True)
class ScheduleDelta:
    """What turns version ``base`` into version ``version``.

    Parameters
    ----------
    base, version
        The version it applies to, and the one that results.
    removed
        Operations that are no longer in the schedule.
    put
        New and changed entries.
    reason
        Why the schedule was changed, for the people who read it.
    """

    base: int
    version: int
    removed: tuple[Step, ...]
    put: tuple[ScheduleEntry, ...]
    reason: str

    def table(self) -> pa.Table:
        """The delta as one table: the entries put, then one ``removed`` row for each that goes."""
        put = _entries_table(self.put)
        gone: dict[str, list[Any]] = {
            field.name: [None] * len(self.removed) for field in SCHEMAS["schedule"]
        }
        gone["lot"] = [lot for lot, _ in self.removed]
        gone["operation"] = [operation for _, operation in self.removed]
        rows = pa.concat_tables([put, table("schedule", gone)])
        flags = pa.array([False] * len(self.put) + [True] * len(self.removed))
        return rows.append_column(_REMOVED, flags).replace_schema_metadata(
            {"base": str(self.base), "version": str(self.version), "reason": self.reason}
        )

    @classmethod
    def from_table(cls, rows: pa.Table) -> ScheduleDelta:
        """The delta that ``table`` wrote.

        Raises
        ------
        ScheduleError
            When the table is not one of a delta.
        """
        metadata = rows.schema.metadata or {}
        try:
            base, version = int(metadata[b"base"]), int(metadata[b"version"])
            reason = metadata[b"reason"].decode()
            flags = rows.column(_REMOVED)
        except (KeyError, ValueError) as error:
            raise ScheduleError(
                "the table is no schedule delta; it needs 'base', 'version' and 'reason' in its "
                "metadata and a column 'removed'"
            ) from error
        entries = rows.drop_columns([_REMOVED])
        gone = entries.filter(flags)
        steps = zip(
            gone.column("lot").to_pylist(), gone.column("operation").to_pylist(), strict=True
        )
        kept = entries.filter(pa.compute.invert(flags))
        return cls(base, version, tuple(steps), entries_of(kept), reason)


def entries_of(rows: pa.Table) -> tuple[ScheduleEntry, ...]:
    """Schedule entries of a table in the schema of the snapshot's ``schedule``."""
    return tuple(ScheduleEntry(**row) for row in rows.select(SCHEMAS["schedule"].names).to_pylist())


def diff(old: Schedule, entries: Iterable[ScheduleEntry], reason: str) -> ScheduleDelta:
    """The delta that makes ``entries`` the whole schedule, one version after ``old``.

    Raises
    ------
    ScheduleError
        When two entries are for the same operation of a lot, or one ends before it starts.
    """
    new: dict[Step, ScheduleEntry] = {}
    for entry in entries:
        step = (entry.lot, entry.operation)
        if step in new:
            raise ScheduleError(
                f"operation {entry.operation} of lot '{entry.lot}' is scheduled twice, at "
                f"{new[step].site} and at {entry.site}; keep one of the entries"
            )
        if entry.planned_finish < entry.planned_start:
            raise ScheduleError(
                f"operation {entry.operation} of lot '{entry.lot}' finishes before it starts; "
                "correct planned_start and planned_finish"
            )
        new[step] = entry
    removed = tuple(sorted(step for step in old.entries if step not in new))
    put = tuple(new[step] for step in sorted(new) if old.entries.get(step) != new[step])
    return ScheduleDelta(old.version, old.version + 1, removed, put, reason)


def apply(schedule: Schedule, delta: ScheduleDelta) -> Schedule:
    """The version that follows.

    Raises
    ------
    ScheduleError
        When the delta was made for another version, or removes what is not there.
    """
    if delta.base != schedule.version:
        raise ScheduleError(
            f"the change is made for version {delta.base} of the schedule, which is at version "
            f"{schedule.version}; read the schedule again and repeat the change"
        )
    entries: dict[Step, Any] = dict(schedule.entries)
    for step in delta.removed:
        if entries.pop(step, None) is None:
            raise ScheduleError(
                f"the change removes operation {step[1]} of lot '{step[0]}', which is not in "
                f"version {schedule.version} of the schedule; make the change from this version"
            )
    for entry in delta.put:
        entries[entry.lot, entry.operation] = entry
    return Schedule(delta.version, entries)


def _entries_table(entries: Iterable[ScheduleEntry]) -> pa.Table:
    rows = list(entries)
    names = SCHEMAS["schedule"].names
    return table("schedule", {name: [getattr(row, name) for row in rows] for name in names})
