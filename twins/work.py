"""Lots, operations and schedule entries: the words that sites, schedule and simulator share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum


class LotState(IntEnum):
    """Where a lot is in its life. The codes travel in lot events and in the simulator."""

    PLANNED = 0
    """Not released."""
    WAITING = 1
    """For its components, for material or for an approval."""
    QUEUED = 2
    RUNNING = 3
    """On a machine, also while its operation is interrupted."""
    DOCK = 4
    """Waits for a departure."""
    TRANSIT = 5
    JOINED = 6
    """Arrived where it is joined into its parent lot."""
    DELIVERED = 7
    """With the customer."""
    LOST = 8
    """Found a full buffer where nothing waits; counted, and gone."""
    BLOCKED = 9
    """Finished on its machine, until the next work centre has room."""
    HELD = 10
    """In quarantine after an inspection, until it is released or rejected."""


@dataclass(frozen=True, slots=True)
class ScheduleEntry:
    """One lot operation of the shared schedule."""

    lot: str
    operation: int
    """Position in the routing of the lot's part, from 0."""
    site: str
    work_centre: str
    rank: int
    """Order at the work centre: smaller is sooner."""
    planned_start: datetime
    planned_finish: datetime


def lot_id(order: str, number: int, part: str) -> str:
    """Name of the lot of ``part`` in the ``number``-th split (from 1) of ``order``."""
    return f"{order}/{number:02d}/{part}"


def split_of(lot: str) -> str:
    """Order and number of a lot: what it has in common with the lots that it is joined with."""
    return lot.rpartition("/")[0]
