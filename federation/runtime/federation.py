"""The running federation: the twins of a cluster, fed, read, forked, healed and ended."""

from __future__ import annotations

import threading
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import pyarrow.compute as pc

from federation.agreement.agreeing import Agreeing
from federation.agreement.telling import Telling
from federation.cut import Cutter
from federation.departures import departures
from federation.errors import FederationError
from federation.events import ChangeLog
from federation.graph import build_graph
from federation.ledger import Ledger
from federation.runtime.engine import Engine, Hosts
from federation.runtime.healing import Healer
from federation.runtime.hosts import Host
from federation.runtime.intake import Intake, Received
from federation.runtime.ray_runtime import cores
from federation.runtime.read_model import ReadModel, SiteState
from federation.runtime.workspace import Workspace
from federation.schedule import Schedule
from federation.snapshot import ClusterSnapshot
from federation.topology.model import ClusterSpec, OrderSpec
from twins.clock import Clock, ManualClock, SystemClock
from twins.errors import TwinfedError, UnknownSiteError
from twins.host import HostHealth
from twins.journal import Verification
from twins.journal_sqlite import SqliteJournal
from twins.quarantine import Reason
from twins.readings import IngestResult, SiteReading
from twins.spec import SiteSpec
from twins.telemetry import TelemetryBatch
from twins.work import ScheduleEntry

if TYPE_CHECKING:
    import networkx as nx


@dataclass(frozen=True)
class Taken:
    """What became of many batches, all of them on the disk.

    Parameters
    ----------
    batches, duplicates
        Acknowledged, and how many of them were known already.
    accepted, late, quarantined
        Rows that passed inspection, those of them that came too late to be folded, and rows set
        aside.
    reasons
        Rows set aside, by reason.
    """

    batches: int
    duplicates: int
    accepted: int
    late: int
    quarantined: int
    reasons: Mapping[Reason, int]


@dataclass(frozen=True)
class Site:
    """One site of a running federation, as it was read."""

    spec: SiteSpec
    reading: SiteReading

    @property
    def state(self) -> SiteState:
        """What it was doing: ``value(asset, signal)`` and ``tables()``."""
        return SiteState(self.reading)


class Federation:
    """All twins of a cluster and its ledger, over journals in one directory.

    Parameters
    ----------
    cluster
        What the sites, links and orders are.
    directory
        Where the journals lie; made when missing. ``None``: a temporary one that ends with this.
    engine
        ``local`` keeps the twins in this process, ``ray`` in actors of their own.
    twins_per_host
        Twins in one actor; default: one up to 16 sites, packed above.
    clock
        Tells when telemetry is received; default: the machine's. With a ``ManualClock`` the
        federation lives in the time of a recording or an emulated plant.

    Raises
    ------
    WorkspaceError
        When the directory is in use or cannot be used.
    FederationError
        When it has lost a part of its record, or Ray does not start.
    """

    def __init__(
        self,
        cluster: ClusterSpec,
        directory: Path | str | None = None,
        engine: Engine = "local",
        *,
        twins_per_host: int | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.cluster = cluster
        self.engine = engine
        self.clock: Clock = clock or SystemClock()
        self.events = ChangeLog(cluster.id, uuid.uuid4().hex[:12])
        self._closed = False
        self._above = threading.RLock()
        self._healths: dict[str, HostHealth] = {}
        with ExitStack() as opened:
            workspace = Workspace(directory)
            opened.callback(workspace.close)
            self.directory = workspace.path
            plans = workspace.plans([site.id for site in cluster.sites], cores(), twins_per_host)
            self._ledger_journal = SqliteJournal(workspace.ledger)
            opened.callback(self._ledger_journal.close)
            self.ledger = Ledger(self._ledger_journal, cluster, self.clock)
            self._telling = Telling(self.events, self.clock, self.ledger)
            self.agreeing = Agreeing(self.ledger, cluster, self.clock, self._above, self._telling)
            self._cutter = Cutter(cluster, self.ledger.orders)
            hosts = Hosts(engine, plans, cluster, workspace.journals, self.clock)
            opened.callback(hosts.close)
            self.hosts: tuple[Host, ...] = tuple(hosts.all)
            self._read_model = ReadModel(self.hosts)
            self._healer = Healer(self._host_is_back)
            self._intake = Intake(self.hosts, self._healer.heal)
            for host in self.hosts:  # actors start side by side; this waits for the last
                self._healer.heal(host)
            self._opened = opened.pop_all()

    # ------------------------------------------------------------------ telemetry

    def ingest(self, batch: TelemetryBatch) -> IngestResult:
        """Take one batch in; when this returns it is on the disk.

        Raises
        ------
        UnknownSiteError, SequenceGap, StaleSourceError, DegradedError, JournalUnavailableError
            Why it was refused.
        FederationError
            When the host of its site does not come back; the batch has to be sent again.
        """
        self._check_open()
        (result,) = self._results([Received(batch, self.clock.now_us())])
        return result

    def ingest_many(
        self,
        batches: Iterable[TelemetryBatch],
        progress: Callable[[IngestResult], None] | None = None,
    ) -> Taken:
        """Take batches in, several under way at a time; ``progress`` hears of each that is durable.

        The batches of a source must come in the order of their sequence.

        Raises
        ------
        TwinfedError
            Why the first refused batch was refused, after all others were dealt with.
        """
        self._check_open()
        now_us = self.clock.now_us
        return _taken(self._results(Received(batch, now_us()) for batch in batches), progress)

    def replay(
        self,
        batches: Iterable[TelemetryBatch],
        progress: Callable[[IngestResult], None] | None = None,
    ) -> Taken:
        """Take in what was recorded: the clock, a ``ManualClock``, follows the device times.

        Raises
        ------
        FederationError
            When the federation lives in real time.
        TwinfedError
            As ``ingest_many``.
        """
        self._check_open()
        if not isinstance(self.clock, ManualClock):
            raise FederationError(
                "a recording is replayed in its own time; open the federation with a ManualClock"
            )
        return _taken(self._results(_in_own_time(batches, self.clock)), progress)

    def _results(self, received: Iterable[Received]) -> Iterator[IngestResult]:
        refused: TwinfedError | None = None
        for answered in self._intake.stream(received):
            if isinstance(answered.outcome, TwinfedError):
                refused = refused or answered.outcome
            else:
                self._took_in(answered.batch, answered.outcome)
                yield answered.outcome
        if refused is not None:
            raise refused

    def _took_in(self, batch: TelemetryBatch, result: IngestResult) -> None:
        self._read_model.invalidate(batch.site)
        self.agreeing.settle()
        transports = departures(batch)
        if transports:
            with self._above:
                self.ledger.record_transports(transports)
        if result.duplicate:
            return
        data = {
            "source": batch.source,
            "source_epoch": batch.source_epoch,
            "sequence": batch.sequence,
            "revision": result.revision,
            "accepted": result.accepted,
            "quarantined": result.quarantined,
            "late": result.late,
            "lots": list(result.lots),
        }
        self.events.append("site.ingested", batch.site, self.clock.now(), data)

    # ------------------------------------------------------------------ reading

    def fork(self) -> ClusterSnapshot:
        """The live state as one immutable snapshot; the twins go on untouched.

        A host that does not answer within seconds is represented by its last reading, whose
        revision and age say how old it is.
        """
        self._check_open()
        readings = self._read_model.readings(self.clock.now_us(), fresh=True, wait_s=10.0)
        return self._cut(readings)

    @property
    def graph(self) -> nx.MultiDiGraph[str]:
        """The cluster as a graph with live attributes; a new one each time."""
        self._check_open()
        return build_graph(self._cut(self._read_model.readings(self.clock.now_us())))

    def _cut(self, readings: Mapping[str, SiteReading]) -> ClusterSnapshot:
        self.agreeing.settle()
        with self._above:  # schedule and proposals of one moment
            schedule, proposals = self.ledger.schedule, self.ledger.proposals.open
        return self._cutter.cut(self.clock.now(), readings, schedule, proposals)

    def site(self, site: str) -> Site:
        """One site as it is.

        Raises
        ------
        UnknownSiteError
            When the cluster has no such site.
        FederationError
            When its host has not answered since the start.
        """
        self._check_open()
        specs = {spec.id: spec for spec in self.cluster.sites}
        if site not in specs:
            raise UnknownSiteError(
                f"the cluster has no site '{site}'", remedy=f"its sites: {', '.join(specs)}"
            )
        return Site(specs[site], self._read_model.reading(site, self.clock.now_us()))

    def state_hashes(self) -> dict[str, str]:
        """SHA-256 of the state of every site, in the order of the cluster."""
        self._check_open()
        found: dict[str, str] = {}
        for pending in [host.state_hashes() for host in self.hosts]:
            found.update(pending.result(60.0))
        return {site.id: found[site.id] for site in self.cluster.sites}

    def verify(self) -> dict[str, Verification]:
        """Check every journal: those of the hosts by name, and that of the ``ledger``."""
        self._check_open()
        asked = [(host.name, host.verify()) for host in self.hosts]
        found = {name: pending.result(600.0) for name, pending in asked}
        return {**found, "ledger": self._ledger_journal.verify()}

    def health(self) -> dict[str, HostHealth]:
        """How the hosts fare, by name; one that is away is shown as it was last seen."""
        self._check_open()
        for host in self.hosts:
            with suppress(FederationError):
                self._healths[host.name] = host.health().result(2.0)
        return dict(self._healths)

    # ------------------------------------------------------------------ what is above the sites

    def publish_schedule(
        self,
        entries: Iterable[ScheduleEntry],
        reason: str,
        base: int | None = None,
        declined: Iterable[str] | None = None,
    ) -> Schedule:
        """Make ``entries`` the next version of the schedule; see ``Ledger.publish_schedule``.

        Nobody is asked, and open proposals are superseded: ``agreeing.propose`` asks the sites.
        """
        self._check_open()
        self.agreeing.settle()
        with self._above:
            before = tuple(self.ledger.proposals)
            schedule = self.ledger.publish_schedule(entries, reason, base, declined)
            self._telling.changed(before, self.ledger)
        return schedule

    def add_orders(self, orders: Iterable[OrderSpec]) -> None:
        """Take in orders, or new terms of known ones; see ``Ledger.add_orders``."""
        self._check_open()
        book = tuple(orders)
        self.agreeing.settle()
        with self._above:
            self.ledger.add_orders(book)
            self._cutter = Cutter(self.cluster, self.ledger.orders)
        for order in book:
            data = {"product": order.product, "quantity": order.quantity}
            self.events.append("order.added", order.id, self.clock.now(), data)

    # ------------------------------------------------------------------ life

    def _host_is_back(self, host: Host, health: HostHealth) -> None:
        known = self._healths.get(host.name)
        self._healths[host.name] = health
        for site in host.sites:
            self._read_model.invalidate(site)
        if known is not None and known.owner_epoch != health.owner_epoch:
            data = {"sites": list(host.sites), "owner_epoch": health.owner_epoch}
            self.events.append("host.restarted", host.name, self.clock.now(), data)

    def _check_open(self) -> None:
        if self._closed:
            raise FederationError("the federation is closed; open it again over its directory")

    def close(self) -> None:
        """End every process it started and give the journals back; safe to call twice."""
        if not self._closed:
            self._closed = True
            self._opened.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _in_own_time(batches: Iterable[TelemetryBatch], clock: ManualClock) -> Iterator[Received]:
    for batch in batches:
        newest = pc.max(batch.table.column("time").cast("int64")).as_py()
        if newest is not None and newest > clock.now_us():
            clock.set(newest)
        yield Received(batch, clock.now_us())


def _taken(
    results: Iterable[IngestResult], progress: Callable[[IngestResult], None] | None
) -> Taken:
    batches = duplicates = accepted = late = quarantined = 0
    reasons: Counter[Reason] = Counter()
    for result in results:
        batches += 1
        duplicates += result.duplicate
        accepted += result.accepted
        late += result.late
        quarantined += result.quarantined
        reasons.update(result.reasons)
        if progress is not None:
            progress(result)
    return Taken(batches, duplicates, accepted, late, quarantined, dict(reasons))
