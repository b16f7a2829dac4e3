"""TwinHost: the twins of one shard and their journal file. A Ray actor wraps it, or nobody does.

The class is plain and synchronous: ``federation.runtime`` makes an actor of it, with one call at a
time and no retries of ingest. Used in process, it may be called from several threads.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from twins.clock import Clock, SystemClock
from twins.errors import JournalError, TwinfedError, UnknownSiteError
from twins.fold import REORDER_WINDOW_S
from twins.journal import BadEntry, Journal, NewEntry, SourcePosition, Verification
from twins.journal_files import export_stream, verify_file
from twins.journal_missing import MissingJournal
from twins.journal_sqlite import SqliteJournal
from twins.quarantine import QuarantinedRow
from twins.readings import IngestResult, SiteReading
from twins.snapshots import SnapshotStore
from twins.spec import SiteSpec
from twins.telemetry import TelemetryBatch
from twins.twin import Twin, stream_of


@dataclass(frozen=True)
class HostHealth:
    """How a host fares.

    Parameters
    ----------
    shard
        Name of the shard.
    owner_epoch
        Its epoch as the owner of the journal; 0 without one.
    problem
        Why the host has no journal; ``None``: it has.
    degraded
        Sites whose twins do not hold their whole record, and why.
    revisions
        Journal position of each site.
    snapshot_problems
        Sites whose last snapshot could not be written, and why: their next start takes longer.
    """

    shard: str
    owner_epoch: int
    problem: str | None
    degraded: Mapping[str, str]
    revisions: Mapping[str, int]
    snapshot_problems: Mapping[str, str]


class TwinHost:
    """The twins of several sites over one journal file.

    The constructor does not fail for what it finds in the folder (an actor whose constructor fails
    is never started again): without a journal the host answers reads from empty twins, refuses
    telemetry, and says why in ``health``.

    Parameters
    ----------
    specs
        The sites of the shard.
    directory
        Folder of the journals; made when missing. Snapshots lie in ``snapshots`` below it.
    shard
        Name of the shard; its journal is ``<shard>.sqlite``.
    clock
        Tells when a batch was received, where the caller does not.
    reorder_window_s
        How late a value may come and still count as if in time.
    """

    def __init__(
        self,
        specs: Iterable[SiteSpec],
        directory: Path | str,
        shard: str = "shard-0",
        clock: Clock | None = None,
        reorder_window_s: float = REORDER_WINDOW_S,
    ) -> None:
        self.shard = shard
        self.path = Path(directory) / f"{shard}.sqlite"
        self._clock = clock or SystemClock()
        self._lock = threading.RLock()
        self._closed = False
        self._journal: Journal
        self._problem: str | None = None
        try:
            self._journal = SqliteJournal(self.path)
        except JournalError as error:
            self._problem = str(error)
            self._journal = MissingJournal(self._problem)
        store = SnapshotStore(self.path.parent / "snapshots")
        self._twins = {
            spec.id: Twin(
                spec,
                self._journal,
                self._clock,
                snapshots=store,
                reorder_window_s=reorder_window_s,
            )
            for spec in specs
        }

    @property
    def sites(self) -> tuple[str, ...]:
        """Ids of the sites that live here."""
        return tuple(self._twins)

    def twin(self, site: str) -> Twin:
        """The twin of a site, for callers in the same process.

        Raises
        ------
        UnknownSiteError
            When it does not live here.
        """
        try:
            return self._twins[site]
        except KeyError:
            raise UnknownSiteError(
                f"no twin of site '{site}' lives here",
                where=f"shard '{self.shard}'",
                remedy=f"its sites are: {', '.join(self._twins) or 'none'}",
            ) from None

    # ------------------------------------------------------------------ telemetry

    def ingest(
        self,
        site: str,
        source: str,
        source_epoch: int,
        sequence: int,
        batch: pa.RecordBatch,
        received_at_us: int | None = None,
    ) -> IngestResult:
        """Journal and fold one batch; when this returns it may be acknowledged.

        Raises
        ------
        UnknownSiteError, TelemetryError
            When it is no batch of a site that lives here.
        SequenceGap, StaleSourceError, FencedError, JournalUnavailableError, DegradedError
            See ``twins.twin.Twin.ingest``.
        """
        whole = TelemetryBatch(site, source, source_epoch, sequence, batch)
        outcome = self.ingest_many([whole], received_at_us)[0]
        if isinstance(outcome, TwinfedError):
            raise outcome
        return outcome

    def ingest_many(
        self, batches: Sequence[TelemetryBatch], received_at_us: int | None = None
    ) -> list[IngestResult | TwinfedError]:
        """Journal and fold batches of any of the sites in one durable commit.

        Returns
        -------
        list
            For each batch what became of it, or why it was refused; others are not hindered.

        Raises
        ------
        FencedError, JournalUnavailableError
            When the commit failed; nothing was written or folded.
        """
        with self._lock:
            moment = self._clock.now_us() if received_at_us is None else received_at_us
            outcomes: list[IngestResult | TwinfedError | None] = [None] * len(batches)
            entries: list[NewEntry] = []
            rows: list[int] = []
            for row, batch in enumerate(batches):
                try:
                    entries.append(self.twin(batch.site).entry(batch, moment))
                    rows.append(row)
                except TwinfedError as error:
                    outcomes[row] = error
            appended = self._journal.append_many(entries) if entries else []
            for row, outcome in zip(rows, appended, strict=True):
                batch = batches[row]
                outcomes[row] = self.twin(batch.site).fold(batch, moment, outcome)
            return [outcome for outcome in outcomes if outcome is not None]

    def last_sequence(self, site: str, source: str) -> SourcePosition | None:
        """The last journaled batch of a source; ``None`` before its first."""
        with self._lock:
            self.twin(site)
            if self._problem is not None:
                return None
            return self._journal.last_sequence(stream_of(site), source)

    # ------------------------------------------------------------------ reading

    def snapshot(
        self, sites: Iterable[str] | None = None, now_us: int | None = None
    ) -> dict[str, SiteReading]:
        """The sites (default: all) as immutable tables, with ages as of ``now_us``."""
        with self._lock:
            wanted = self._twins if sites is None else sites
            return {site: self.twin(site).snapshot(now_us) for site in wanted}

    def state_hashes(self) -> dict[str, str]:
        """SHA-256 of the state of each site."""
        with self._lock:
            return {site: twin.state_hash() for site, twin in self._twins.items()}

    def quarantine(self, site: str) -> tuple[QuarantinedRow, ...]:
        """The newest rows of a site that were set aside."""
        with self._lock:
            return tuple(self.twin(site).quarantine)

    def health(self) -> HostHealth:
        """How the host fares."""
        with self._lock:
            twins = self._twins.items()
            return HostHealth(
                self.shard,
                self._journal.owner_epoch,
                self._problem,
                {site: twin.degraded for site, twin in twins if twin.degraded},
                {site: twin.revision for site, twin in twins},
                {site: twin.snapshot_problem for site, twin in twins if twin.snapshot_problem},
            )

    # ------------------------------------------------------------------ the record

    def verify(self) -> Verification:
        """Check the whole journal file; the first bad entry is named."""
        if self._problem is None:
            return self._journal.verify()
        try:
            return verify_file(self.path)
        except JournalError as error:
            return Verification(0, BadEntry("", None, error.what))

    def export_site(self, site: str, path: Path | str) -> int:
        """Write the record of a site to a file for another journal; the position it ends at.

        Raises
        ------
        JournalCorruptError, JournalUnavailableError
            When the record is damaged, or the file cannot be written.
        """
        with self._lock:
            self.twin(site)
            return export_stream(self._journal, stream_of(site), path).position

    def close(self) -> None:
        """Write snapshots for a quick start and give the journal back; safe to call twice."""
        with self._lock:
            if not self._closed:
                self._closed = True
                for twin in self._twins.values():
                    twin.save_snapshot()
                self._journal.close()
