"""Health and counts of a connector. Nothing a device said disappears without being counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


class Health(Enum):
    """How a connector fares."""

    IDLE = "idle"
    """Not begun."""
    OK = "ok"
    DEGRADED = "degraded"
    """It runs, but something it was given could not be used."""
    FAILED = "failed"
    DONE = "done"
    """A recording has come to its end."""


@dataclass(frozen=True)
class Status:
    """What a connector did so far.

    Parameters
    ----------
    health
        How it fares.
    detail
        One sentence for people: what is wrong and the remedy; empty when all is well.
    lines
        Payload lines or rows read.
    rows
        Observations handed on.
    batches
        Batches made.
    skipped
        Reason to number of lines or values that were not used.
    """

    health: Health = Health.IDLE
    detail: str = ""
    lines: int = 0
    rows: int = 0
    batches: int = 0
    skipped: Mapping[str, int] = field(default_factory=dict)
