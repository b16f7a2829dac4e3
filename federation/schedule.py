"""The shared production schedule: versions, and changes between them as deltas. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import pyarrow as pa

from federation.errors import ScheduleError
from federation.tables import SCHEMAS, table
from twins.work import ScheduleEntry, split_of

Step = tuple[str, int]
"""(lot, operation): what a schedule entry is known by."""

_REMOVED = "removed"


@dataclass(frozen=True)
class Schedule:
    """One version of the schedule: at most one entry for each operation of each lot.

    Parameters
    ----------
    version
        Counted from 1; 0: none was published.
    entries
        By lot and operation.
    declined
        Lots of customers that nobody makes: neither they nor their components have entries. A lot
        without entries that is not declined is still to be planned.
    """

    version: int = 0
    entries: Mapping[Step, ScheduleEntry] = field(default_factory=dict)
    declined: frozenset[str] = frozenset()

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
    declined, restored
        Lots of customers that are declined from now on, and that are declined no longer.
    proposal
        The proposal that the sites agreed to; empty: published without one.
    """

    base: int
    version: int
    removed: tuple[Step, ...]
    put: tuple[ScheduleEntry, ...]
    reason: str
    declined: tuple[str, ...] = ()
    restored: tuple[str, ...] = ()
    proposal: str = ""

    def table(self) -> pa.Table:
        """The delta as one table: the entries put, then one ``removed`` row for each that goes."""
        put = _entries_table(self.put)
        gone: dict[str, list[Any]] = {
            field.name: [None] * len(self.removed) for field in SCHEMAS["schedule"]
        }
        gone["lot"] = [lot for lot, _ in self.removed]
        gone["operation"] = [operation for _, operation in self.removed]
        rows = pa.concat_tables([put, table("schedule", gone)])
        flags = pa.array([False] * len(self.put) + [True] * len(self.removed), pa.bool_())
        return rows.append_column(_REMOVED, flags).replace_schema_metadata(
            {
                "base": str(self.base),
                "version": str(self.version),
                "reason": self.reason,
                "declined": json.dumps(self.declined),
                "restored": json.dumps(self.restored),
                "proposal": self.proposal,
            }
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
            declined = tuple(json.loads(metadata.get(b"declined", b"[]")))
            restored = tuple(json.loads(metadata.get(b"restored", b"[]")))
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
        proposal = metadata.get(b"proposal", b"").decode()
        return cls(
            base, version, tuple(steps), entries_of(kept), reason, declined, restored, proposal
        )


def entries_of(rows: pa.Table) -> tuple[ScheduleEntry, ...]:
    """Schedule entries of a table in the schema of the snapshot's ``schedule``."""
    return tuple(ScheduleEntry(**row) for row in rows.select(SCHEMAS["schedule"].names).to_pylist())


def diff(
    old: Schedule,
    entries: Iterable[ScheduleEntry],
    reason: str,
    declined: Iterable[str] | None = None,
) -> ScheduleDelta:
    """The delta that makes ``entries`` the whole schedule, one version after ``old``.

    Parameters
    ----------
    old
        The version it applies to.
    entries
        The whole schedule that results.
    reason
        Why.
    declined
        All lots of customers that nobody makes; ``None``: those of ``old``.

    Raises
    ------
    ScheduleError
        When two entries are for the same operation of a lot, one ends before it starts, or one is
        for a lot that is declined.
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
    dropped = old.declined if declined is None else frozenset(declined)
    _check_declined(new, dropped)
    removed = tuple(sorted(step for step in old.entries if step not in new))
    put = tuple(new[step] for step in sorted(new) if old.entries.get(step) != new[step])
    return ScheduleDelta(
        base=old.version,
        version=old.version + 1,
        removed=removed,
        put=put,
        reason=reason,
        declined=tuple(sorted(dropped - old.declined)),
        restored=tuple(sorted(old.declined - dropped)),
    )


def _check_declined(entries: Iterable[Step], declined: frozenset[str]) -> None:
    trees = {split_of(lot): lot for lot in declined}
    for lot, operation in entries:
        if split_of(lot) in trees:
            raise ScheduleError(
                f"lot '{trees[split_of(lot)]}' is declined, and operation {operation} of lot "
                f"'{lot}' is scheduled for it; leave out the one or the other"
            )


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
    declined = (schedule.declined - frozenset(delta.restored)) | frozenset(delta.declined)
    return Schedule(delta.version, entries, declined)


def _entries_table(entries: Iterable[ScheduleEntry]) -> pa.Table:
    rows = list(entries)
    names = SCHEMAS["schedule"].names
    return table("schedule", {name: [getattr(row, name) for row in rows] for name in names})
