"""TwinState: what a site is doing, folded from its telemetry.

The laws, tested as properties: the state does not depend on how the stream was cut into batches; a
repeated batch changes nothing (the journal recognises it); values that come late inside the reorder
window count as if in time, older ones are counted and not folded; a replay gives the same state to
the bit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from twins import state_codec, state_tables
from twins.assets import Assets
from twins.inspection import Inspected, inspect
from twins.keys import LOT, Ints, Keys, Meter
from twins.latest import NEVER, Latest
from twins.lot_events import LotBook, LotRecord, LotRow
from twins.meters import Meters
from twins.quarantine import Reason
from twins.signals import LOT_EVENT
from twins.spec import SiteSpec
from twins.telemetry import Quality, TelemetryBatch

REORDER_WINDOW_S = 300.0
"""Default of how far behind the newest value of its signal a value may come and still count."""

FOLD_VERSION = 1
"""Grows when the same stream folds to another state; snapshots of another version are not used."""


class Observed(NamedTuple):
    """The last value of one signal."""

    time_us: int
    value: float | None
    text: str | None
    quality: int


@dataclass(frozen=True)
class Changes:
    """What a batch did to the state.

    Parameters
    ----------
    accepted
        Rows that passed inspection, the late ones included.
    late
        Rows that came after the reorder window: counted, not folded.
    quarantined
        Rows set aside, by reason.
    values
        (asset, signal) of each new last value.
    lots
        Lots with a new event.
    refused
        Row numbers set aside, and the reason of each.
    """

    accepted: int
    late: int
    quarantined: Mapping[Reason, int]
    values: tuple[tuple[str, str], ...]
    lots: tuple[str, ...]
    refused: tuple[tuple[int, Reason], ...]


class TwinState:
    """The state of one site.

    Parameters
    ----------
    assets
        What is known at the site; a specification serves as well.
    reorder_window_s
        How late a value may come and still count as if in time.

    Attributes
    ----------
    keys, latest, meters, lots
        Numbers of the values; last values, integrals and lots.
    sources
        Newest device time told by each source, microseconds of the Unix epoch.
    quarantined
        Rows set aside, by reason.
    accepted
        Rows that passed inspection.
    """

    def __init__(
        self, assets: Assets | SiteSpec, reorder_window_s: float = REORDER_WINDOW_S
    ) -> None:
        self.assets = Assets.of(assets) if isinstance(assets, SiteSpec) else assets
        self.window_us = round(reorder_window_s * 1e6)
        self.keys = Keys(self.assets)
        self.latest = Latest()
        self.meters = Meters(self.window_us)
        self.lots = LotBook()
        self.sources: dict[str, int] = {}
        self.quarantined: Counter[Reason] = Counter()
        self.accepted = 0
        self._rank = np.zeros(0, np.int64)

    # ------------------------------------------------------------------ taking telemetry in

    def fold(self, batch: TelemetryBatch, received_at_us: int) -> Changes:
        """Take a batch in.

        Parameters
        ----------
        batch
            A batch that was not folded before.
        received_at_us
            When it was received, as journaled.
        """
        table = batch.table
        seen = inspect(table, self.keys, received_at_us)
        self.reserve()
        source = self.source(batch.source)
        good = seen.reason == Reason.NONE
        refused = np.flatnonzero(~good)
        reasons = [Reason(code) for code in seen.reason[refused].tolist()]
        counted = Counter(reasons)
        self.quarantined.update(counted)
        accepted = len(good) - len(refused)
        if accepted:
            newest = int(seen.time.max() if not len(refused) else seen.time[good].max())
            self.sources[batch.source] = max(self.sources[batch.source], newest)
            self.accepted += accepted
        lots = self._fold_lots(seen, table, batch.source)
        if len(refused) or seen.events:
            rows: Ints | None = np.flatnonzero(good & (seen.number != LOT))
        else:
            rows = None
        late, values = self._fold_values(seen, table, rows, source)
        pairs = tuple(zip(refused.tolist(), reasons, strict=True))
        return Changes(accepted, late, counted, values, lots, pairs)

    def _fold_values(
        self, seen: Inspected, table: pa.RecordBatch, rows: Ints | None, source: int
    ) -> tuple[int, tuple[tuple[str, str], ...]]:
        """Fold the rows of numbered values (``None``: all); late rows and new last values."""
        number, time, value, quality = seen.number, seen.time, seen.value, seen.quality
        if rows is not None:
            number, time, value, quality = number[rows], time[rows], value[rows], quality[rows]
        late = self.latest.late_rows(number, time, self.window_us)
        if late is not None:
            kept = np.flatnonzero(~late)
            number, time, value, quality = number[kept], time[kept], value[kept], quality[kept]
            rows = kept if rows is None else rows[kept]
        changed, row = self.latest.fold(number, time, value, quality, source, self._rank)
        worded = self.keys.carries_text[changed]
        if worded.any():
            origin = row[worded] if rows is None else rows[row[worded]]
            self.latest.set_texts(changed[worded], origin, table.column("text"))
        metered = (self.keys.meter[number] != Meter.NONE) & (quality != Quality.BAD)
        if self.meters.add(number[metered], time[metered], value[metered], source):
            self.settle()
        names = self.keys.names
        return (
            0 if late is None else int(late.sum()),
            tuple(names[key] for key in changed.tolist()),
        )

    def _fold_lots(self, seen: Inspected, table: pa.RecordBatch, source: str) -> tuple[str, ...]:
        if not seen.events:
            return ()
        rows = list(seen.events)
        changed: dict[str, None] = {}
        assets = table.column("asset").take(pa.array(rows)).to_pylist()
        for row, asset in zip(rows, assets, strict=True):
            record = LotRecord(
                int(seen.value[row]),
                int(seen.time[row]),
                source,
                int(seen.quality[row]),
                seen.events[row],
            )
            lot = asset.removeprefix("lot:")
            if self.lots.fold(LotRow(lot, record)):
                changed[lot] = None
        return tuple(changed)

    def source(self, name: str) -> int:
        """The number of a source, given anew where needed."""
        if name not in self.sources:
            self.sources[name] = NEVER
            names = list(self.sources)
            self._rank = np.argsort(np.argsort(np.array(names, dtype=object), kind="stable"))
        return list(self.sources).index(name)

    def reserve(self) -> None:
        """Make room for all numbers given."""
        self.latest.reserve(len(self.keys))
        self.meters.reserve(len(self.keys))

    def settle(self) -> None:
        """Bring the integrals up to date; how often makes no difference to the state."""
        self.meters.settle(self.keys.meter, self.latest.time, self._rank)

    # ------------------------------------------------------------------ reading

    @property
    def last_time_us(self) -> int | None:
        """Device time of the youngest row; ``None`` before the first."""
        newest = max(self.sources.values(), default=NEVER)
        return None if newest == NEVER else newest

    def value(self, asset: str, signal: str) -> Observed | None:
        """The last value of a signal; ``None`` when it was never told."""
        if signal == LOT_EVENT:
            record = self.lots.get(asset.removeprefix("lot:"))
            if record is None:
                return None
            return Observed(
                record.time_us, float(record.number), record.event.text(), record.quality
            )
        key = self.keys.find(asset, signal)
        if key is None or self.latest.time[key] == NEVER:
            return None
        value = float(self.latest.value[key])
        return Observed(
            int(self.latest.time[key]),
            None if np.isnan(value) else value,
            self.latest.text[key],
            int(self.latest.quality[key]),
        )

    def tables(self) -> dict[str, pa.Table]:
        """``values``, ``lots``, ``counters``, ``meters`` and ``quarantine`` as Arrow tables.

        Columns and units: ``twins.state_tables.SCHEMAS``.
        """
        self.settle()
        return state_tables.tables(self)

    def state_hash(self) -> str:
        """SHA-256 of the whole state, hexadecimal."""
        self.settle()
        return state_codec.digest(state_codec.parts(self))
