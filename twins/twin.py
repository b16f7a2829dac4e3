"""Twin: one microfactory = specification + state + journal. A plain class, without Ray."""

from __future__ import annotations

import hashlib
import json
from collections import deque
from collections.abc import Sequence

import pyarrow as pa

from twins import state_codec
from twins.assets import Assets
from twins.body import TELEMETRY, batch_of, entry_of, stream_of
from twins.clock import Clock, SystemClock
from twins.errors import DegradedError, JournalError, TelemetryError, TwinfedError
from twins.fold import FOLD_VERSION, REORDER_WINDOW_S, Changes, TwinState
from twins.freshness import freshness, judged
from twins.journal import Appended, Head, Journal, NewEntry, Verification, checked
from twins.quarantine import QuarantinedRow
from twins.readings import IngestResult, SiteReading
from twins.signals import CATALOGUE
from twins.snapshots import Snapshot, SnapshotStore
from twins.spec import SiteSpec
from twins.telemetry import TelemetryBatch

QUARANTINE_KEPT = 1000
"""Rows set aside that are kept for inspection; all are counted, and all are in the journal."""

SNAPSHOT_ROWS, SNAPSHOT_ENTRIES = 4_000_000, 1_000
"""A snapshot is taken after so many rows or entries: a restart has about a second to replay."""


__all__ = ["IngestResult", "SiteReading", "Twin", "stream_of"]


class Twin:
    """The twin of one site, brought up from its journal.

    It never fails to start for what the journal holds: where that is damaged, the twin stands at
    the last good entry, says so in ``degraded``, and takes no telemetry.

    Parameters
    ----------
    spec
        What the site is.
    journal
        Where its record lies.
    clock
        Tells when a batch was received.
    snapshots
        Where shortcuts for the next start lie; ``None``: every start replays the whole record.
    reorder_window_s
        How late a value may come and still count as if in time.
    """

    def __init__(
        self,
        spec: SiteSpec,
        journal: Journal,
        clock: Clock | None = None,
        *,
        snapshots: SnapshotStore | None = None,
        reorder_window_s: float = REORDER_WINDOW_S,
    ) -> None:
        self.spec = spec
        self.stream = stream_of(spec.id)
        self.clock = clock or SystemClock()
        self.quarantine: deque[QuarantinedRow] = deque(maxlen=QUARANTINE_KEPT)
        self.degraded: str | None = None
        self.snapshot_problem: str | None = None
        """Why the last snapshot could not be written; the record itself is not touched by that."""
        self._journal = journal
        self._snapshots = snapshots
        self._window_s = reorder_window_s
        self._rules = _rules(Assets.of(spec), reorder_window_s)
        self._rows_since = self._entries_since = 0
        self._state, self._head = self._recover()

    # ------------------------------------------------------------------ the state

    @property
    def state(self) -> TwinState:
        """What the site is doing."""
        return self._state

    @property
    def revision(self) -> int:
        """Journal position the state stands at."""
        return self._head.position

    def state_hash(self) -> str:
        """SHA-256 of the state, hexadecimal."""
        return self._state.state_hash()

    def snapshot(self, now_us: int | None = None) -> SiteReading:
        """The site as immutable tables, with ages as of ``now_us`` (default: now)."""
        moment = self.clock.now_us() if now_us is None else now_us
        tables = self._state.tables()
        tables["values"] = judged(tables["values"], self._state, moment)
        return SiteReading(
            self.spec.id,
            tables,
            self.revision,
            self.state_hash(),
            self._state.last_time_us,
            moment,
            freshness(tables["values"], self._state, moment),
            self.degraded,
        )

    # ------------------------------------------------------------------ telemetry

    def ingest(self, batch: TelemetryBatch, received_at_us: int | None = None) -> IngestResult:
        """Journal a batch durably, then fold it. When this returns it may be acknowledged.

        Parameters
        ----------
        batch
            A batch of this site.
        received_at_us
            When it was received; default: now.

        Raises
        ------
        SequenceGap
            When a batch before it is missing; ``expected`` says which to send.
        StaleSourceError
            When it belongs to an earlier life of its source and was never seen.
        FencedError
            When a newer owner has taken the journal over.
        JournalUnavailableError
            When it could not be written; nothing was folded.
        DegradedError
            When the twin does not hold its whole record.
        TelemetryError
            When the batch belongs to another site.
        """
        outcome = self.ingest_many([batch], received_at_us)[0]
        if isinstance(outcome, TwinfedError):
            raise outcome
        return outcome

    def ingest_many(
        self, batches: Sequence[TelemetryBatch], received_at_us: int | None = None
    ) -> list[IngestResult | TwinfedError]:
        """As ``ingest`` for several batches in one durable commit; refusals stand in the result."""
        moment = self.clock.now_us() if received_at_us is None else received_at_us
        entries = [self.entry(batch, moment) for batch in batches]
        outcomes = self._journal.append_many(entries)
        return [
            self.fold(batch, moment, outcome)
            for batch, outcome in zip(batches, outcomes, strict=True)
        ]

    def entry(self, batch: TelemetryBatch, received_at_us: int) -> NewEntry:
        """What ``batch`` is in the journal: the first half of an ingest.

        Raises
        ------
        DegradedError
            When the twin does not hold its whole record.
        TelemetryError
            When the batch belongs to another site.
        """
        if self.degraded is not None:
            raise DegradedError(
                f"the twin takes no telemetry: {self.degraded}",
                where=f"site '{self.spec.id}'",
                remedy="mend the journal, then start the twin again; sites keep what is not taken",
            )
        if batch.site != self.spec.id:
            raise TelemetryError(
                f"the batch belongs to site '{batch.site}'",
                where=f"site '{self.spec.id}'",
                remedy="send it to the twin of its own site",
            )
        return entry_of(batch, received_at_us)

    def fold(
        self, batch: TelemetryBatch, received_at_us: int, outcome: Appended | JournalError
    ) -> IngestResult | TwinfedError:
        """Fold a journaled batch: the second half of an ingest."""
        if isinstance(outcome, JournalError):
            return outcome
        if outcome.duplicate:
            return IngestResult(0, 0, duplicate=True, revision=outcome.position)
        changes = self._fold(batch, received_at_us, outcome.position)
        self._head = Head(outcome.position, outcome.hash)
        self._snapshot_when_due(batch.rows)
        return IngestResult(
            changes.accepted,
            len(changes.refused),
            duplicate=False,
            late=changes.late,
            revision=outcome.position,
            reasons=changes.quarantined,
            values=changes.values,
            lots=changes.lots,
        )

    # ------------------------------------------------------------------ the record

    def replay(self) -> TwinState:
        """The state folded anew from the whole journal; the twin itself is not touched.

        Raises
        ------
        JournalCorruptError
            At the first entry that is not what was written.
        """
        state = TwinState(self.spec, self._window_s)
        for entry in checked(self._journal.entries(self.stream), Head()):
            if entry.kind == TELEMETRY:
                state.fold(batch_of(self.spec.id, entry), entry.received_at_us)
        return state

    def verify(self) -> Verification:
        """Check the chain of this site's record; the first bad entry is named."""
        return self._journal.verify(self.stream)

    def save_snapshot(self) -> None:
        """Write a shortcut for the next start. A failure is noted in ``snapshot_problem``."""
        if self._snapshots is None or self.degraded is not None or not self.revision:
            return
        self._state.settle()
        parts = state_codec.parts(self._state)
        snapshot = Snapshot(
            self.stream,
            self._head.position,
            self._head.hash,
            self._rules,
            state_codec.digest(parts),
        )
        try:
            self._snapshots.save(snapshot, state_codec.encode(parts))
        except OSError as error:
            self.snapshot_problem = f"{self._snapshots.folder}: {error.strerror or error}"
        else:
            self.snapshot_problem = None
            self._rows_since = self._entries_since = 0

    def _snapshot_when_due(self, rows: int) -> None:
        self._rows_since += rows
        self._entries_since += 1
        if self._rows_since >= SNAPSHOT_ROWS or self._entries_since >= SNAPSHOT_ENTRIES:
            self.save_snapshot()
            self._rows_since = self._entries_since = 0  # also after a failure: not at every batch

    def _recover(self) -> tuple[TwinState, Head]:
        state, head = TwinState(self.spec, self._window_s), Head()
        try:
            state, head = self._from_snapshot()
            self._state, self._head = state, head
            for entry in checked(self._journal.entries(self.stream, head.position), head):
                if entry.kind == TELEMETRY:
                    self._fold(batch_of(self.spec.id, entry), entry.received_at_us, entry.position)
                head = Head(entry.position, entry.hash)
                self._rows_since += entry.rows
                self._entries_since += 1
            noted = self._journal.head(self.stream)
            if noted.position > head.position:
                self.degraded = f"entries {head.position + 1} to {noted.position} are missing"
        except (JournalError, TelemetryError) as error:
            self.degraded = str(error)
        return state, head

    def _from_snapshot(self) -> tuple[TwinState, Head]:
        """The newest snapshot that fits the journal and the rules of today, else the beginning."""
        if self._snapshots is not None:
            end = self._journal.head(self.stream).position
            for snapshot, content in self._snapshots.newest(self.stream):
                if snapshot.position > end:
                    self.degraded = (
                        f"the journal ends at entry {end}, a snapshot knows entry "
                        f"{snapshot.position}: what was acknowledged between them is lost"
                    )
                    continue
                state = self._restored(snapshot, content)
                if state is not None:
                    return state, Head(snapshot.position, snapshot.entry_hash)
        return TwinState(self.spec, self._window_s), Head()

    def _restored(self, snapshot: Snapshot, content: bytes) -> TwinState | None:
        if snapshot.rules != self._rules:
            return None
        entry = next(self._journal.entries(self.stream, snapshot.position - 1), None)
        if entry is None or entry.hash != snapshot.entry_hash:
            return None
        state = TwinState(self.spec, self._window_s)
        try:
            state_codec.restore(state, state_codec.decode(content))
        except (pa.ArrowInvalid, ValueError, LookupError, OSError):
            return None
        return state if state.state_hash() == snapshot.state_hash else None

    def _fold(self, batch: TelemetryBatch, received_at_us: int, position: int) -> Changes:
        changes = self._state.fold(batch, received_at_us)
        for row, reason in changes.refused[-QUARANTINE_KEPT:]:
            columns = batch.table.slice(row, 1)
            self.quarantine.append(
                QuarantinedRow(
                    position,
                    columns.column("asset")[0].as_py(),
                    columns.column("signal")[0].as_py(),
                    columns.column("time").view(pa.int64())[0].as_py(),
                    columns.column("value")[0].as_py(),
                    columns.column("text")[0].as_py(),
                    columns.column("quality")[0].as_py(),
                    reason,
                )
            )
        return changes


def _rules(assets: Assets, reorder_window_s: float) -> str:
    """Hash of what determines a fold beside the entries."""
    catalogue = [
        [s.name, s.kind, s.codes, s.carries_text, s.list_of, s.unit] for s in CATALOGUE.values()
    ]
    known = [assets.site, sorted(assets.machines), sorted(assets.pools)]
    rules = [FOLD_VERSION, *known, reorder_window_s, catalogue]
    return hashlib.sha256(json.dumps(rules).encode()).hexdigest()
