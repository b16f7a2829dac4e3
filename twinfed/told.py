"""Told: what a replay or an emulation put into the twins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Told:
    """What a replay or an emulation put into the twins.

    Parameters
    ----------
    batches, rows
        What was sent.
    accepted, quarantined
        Rows that were folded, and rows set aside with their reasons.
    duplicates
        Batches that the twins knew already.
    until
        Device time of the youngest row; ``None`` without rows.
    """

    batches: int = 0
    rows: int = 0
    accepted: int = 0
    quarantined: int = 0
    duplicates: int = 0
    until: datetime | None = None
