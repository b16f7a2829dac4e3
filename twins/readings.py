"""What a twin answers: what became of a batch, and the site at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pyarrow as pa

from twins.freshness import Freshness
from twins.quarantine import Reason


@dataclass(frozen=True)
class IngestResult:
    """What became of a batch.

    Parameters
    ----------
    accepted
        Rows that passed inspection; 0 for a duplicate.
    quarantined
        Rows set aside.
    duplicate
        The batch was known already and changed nothing.
    late
        Accepted rows that came after the reorder window: counted, not folded.
    revision
        Position of the batch in the journal.
    reasons
        Rows set aside, by reason.
    values
        (asset, signal) of each new last value.
    lots
        Lots with a new event.
    """

    accepted: int
    quarantined: int
    duplicate: bool
    late: int = 0
    revision: int = 0
    reasons: Mapping[Reason, int] = field(default_factory=dict)
    values: tuple[tuple[str, str], ...] = ()
    lots: tuple[str, ...] = ()


@dataclass(frozen=True)
class SiteReading:
    """A site at one moment, as immutable tables.

    Parameters
    ----------
    site
        Id of the site.
    tables
        ``values`` (with the quality as of ``taken_at_us``, ``age_s`` and ``silence_s``), ``lots``,
        ``counters``, ``meters``, ``quarantine``: see ``twins.state_tables``.
    revision
        Journal position the state stands at.
    state_hash
        SHA-256 of the state.
    last_time_us
        Device time of the youngest row; ``None`` before the first.
    taken_at_us
        When it was read.
    freshness
        How current the values are.
    degraded
        Why the twin does not hold its whole record; ``None``: it does.
    """

    site: str
    tables: Mapping[str, pa.Table]
    revision: int
    state_hash: str
    last_time_us: int | None
    taken_at_us: int
    freshness: Freshness
    degraded: str | None = None
