"""The cluster that an engineer holds: its twins, its graph, its forks and its what-ifs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Self, Unpack

from twinfed import mirror_clock
from twinfed.agreements import LocalAgreements
from twinfed.emulation import Emulation, first_schedule
from twinfed.errors import UsageError
from twinfed.files import make_writable
from twinfed.investing import InvestingQuestions
from twinfed.mirror_clock import MirrorClock
from twinfed.network import NetworkQuestions
from twinfed.orders import OrderQuestions
from twinfed.recordings import last_time_us, read_recording
from twinfed.samples import find_cluster
from twinfed.scenarios import find_scenario, scenario_files
from twinfed.told import Told

if TYPE_CHECKING:
    import networkx as nx

    from analytics.precision import PrecisionOptions
    from analytics.rerouting.response import Response
    from analytics.result import StudyResult
    from analytics.scenario import Scenario
    from federation.runtime.federation import Federation, Site
    from federation.snapshot import ClusterSnapshot
    from federation.topology.model import ClusterSpec
    from twins.journal import Verification
    from twins.readings import IngestResult
    from twins.telemetry import TelemetryBatch

Engine = Literal["local", "ray"]


class LocalCluster(NetworkQuestions, OrderQuestions, InvestingQuestions, LocalAgreements):
    """A cluster whose twins run here, in this process or in Ray actors.

    Made by :func:`open_cluster`; a context manager that closes its twins.

    Parameters
    ----------
    spec
        The cluster.
    engine
        Where the twins and the what-ifs run.
    data_dir
        Folder of the journals; ``None``: a temporary one, removed by ``close``.
    folder
        The cluster's own folder, where its scenarios lie.
    twins_per_host
        Twins in one Ray actor.

    Raises
    ------
    PlaceError
        When the data directory cannot be written.
    """

    def __init__(
        self,
        spec: ClusterSpec,
        *,
        engine: Engine = "local",
        data_dir: Path | None = None,
        folder: Path | None = None,
        twins_per_host: int | None = None,
    ) -> None:
        from federation.runtime.federation import Federation

        self.spec = spec
        self.engine: Engine = engine
        self.folder = folder
        self.clock = MirrorClock()
        self._emulation: Emulation | None = None
        played = False
        if data_dir is not None:
            make_writable(data_dir, "--data-dir")
            played = mirror_clock.was_played(data_dir)
        if played:
            # Any moment will do until the journals have said how far the telemetry goes.
            self.clock.hold(spec.start)
        self.federation: Federation = Federation(
            spec, data_dir, engine, twins_per_host=twins_per_host, clock=self.clock
        )
        self.data_dir: Path = self.federation.directory
        try:
            self._settle_in(played=played)
        except BaseException:
            self.federation.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<LocalCluster {self.spec.id}: {len(self.spec.sites)} sites, engine={self.engine}>"

    def close(self) -> None:
        """End the twins; a temporary data directory goes with them. Safe to call twice."""
        self.federation.close()

    @property
    def sites(self) -> tuple[str, ...]:
        """Ids of the sites, in the order of the cluster."""
        return tuple(site.id for site in self.spec.sites)

    @property
    def graph(self) -> nx.MultiDiGraph[str]:
        """Sites, customers and links with their live attributes."""
        return self.federation.graph

    @property
    def scenarios(self) -> tuple[str, ...]:
        """Ids of the scenarios that travel with the cluster."""
        return tuple(scenario_files(self.folder))

    @property
    def _scenario_folder(self) -> Path | None:
        return self.folder

    def site(self, site_id: str) -> Site:
        """One twin; its ``state`` is what the site last told.

        Raises
        ------
        UnknownSiteError
            When the cluster has no such site.
        """
        return self.federation.site(site_id)

    def fork(self) -> ClusterSnapshot:
        """One cut of all twins as immutable Arrow tables. The twins go on untouched."""
        return self.federation.fork()

    def ingest(self, batch: TelemetryBatch) -> IngestResult:
        """Tell one batch to its twin, durable when this returns.

        Raises
        ------
        SequenceGap
            When a batch before this one is missing.
        """
        return self.federation.ingest(batch)

    def replay(self, recording: Path | str, progress: Callable[[int], None] | None = None) -> Told:
        """Tell a recording to the twins: a Parquet file, or a YAML list of recordings.

        The clock of the cluster stands at the recording's time from then on. A recording that was
        replayed before changes nothing.

        Parameters
        ----------
        recording
            The file.
        progress
            Called with the rows told so far.

        Raises
        ------
        RecordingError
            When it is missing, cut short, or holds something else.
        """
        return self._tell(read_recording(recording), progress)

    def emulate(
        self,
        until: datetime,
        since: datetime | None = None,
        seed: int = 1,
        progress: Callable[[int], None] | None = None,
    ) -> Told:
        """Run the cluster's emulated plant and tell its telemetry to the twins.

        Parameters
        ----------
        until
            How far, with its UTC offset; a second call goes on from there.
        since
            Where the telling begins; default: at ``until``, which tells the state alone.
        seed
            Of the plant's breakdowns, travel times and outages; fixed by the first call.
        progress
            Called with the rows told so far.

        Raises
        ------
        UsageError
            When ``until`` lies before the start of the order book, in the plant's past, or has no
            UTC offset; when the plant runs with another seed.
        """
        for moment in (until, since):
            if moment is not None and moment.tzinfo is None:
                raise UsageError(
                    f"{moment.isoformat()} has no UTC offset",
                    remedy=f"write {moment.isoformat()}+00:00 for UTC",
                )
        if self._emulation is None:
            schedule = self.federation.ledger.schedule
            # A plant that starts anew has forgotten what an earlier one told these journals.
            epoch = mirror_clock.plant_epoch(self.data_dir) + 1
            self._emulation = Emulation(self.spec, schedule.entries.values(), seed, epoch)
        elif self._emulation.seed != seed:
            raise UsageError(
                f"the plant of this cluster runs with seed {self._emulation.seed}",
                remedy="use that seed, or open the cluster again",
            )
        told = self._tell(self._emulation.tell(until, since), progress)
        self.clock.hold(until)
        return told

    def verify(self) -> dict[str, Verification]:
        """Check every journal, hash by hash: those of the hosts by name, and the ledger's."""
        return self.federation.verify()

    def whatif(
        self,
        scenarios: Scenario | Path | str | Sequence[Scenario | Path | str],
        responses: Sequence[str | Response] | None = None,
        *,
        coordination: Sequence[int] | None = None,
        horizon_h: float = 672.0,
        replications: int = 30,
        seed: int = 1,
        engine: Engine | None = None,
        workers: int | None = None,
        progress: Callable[[int, int], None] | None = None,
        **precision: Unpack[PrecisionOptions],
    ) -> StudyResult:
        """Fork, and compare the responses under the scenarios.

        Parameters
        ----------
        scenarios
            Scenarios, their files, or ids of those that travel with the cluster.
        responses
            Names of responses, or ``Response`` objects; default: the built-in ones whose levers the
            cluster has something for.
        coordination
            Degrees of coordination to compare: 0 none, 1 informed, 2 agreed, 3 central, 4 auction.
        horizon_h
            Simulated hours from the fork.
        replications, seed
            Runs of each pair, and the seed of all of them.
        engine
            Where the runs are made; default: where the twins live.
        workers
            Processes (engine ``ray``).
        progress
            Called with runs done and runs in all.
        **precision
            ``target_half_width``, ``target_kpi``, ``max_replications``, ``antithetic``,
            ``horizon_check``, ``choose_by``, ``break_even``: see ``Study``.
        """
        from analytics.study import Study

        given = [scenarios] if isinstance(scenarios, (str, Path)) else scenarios
        chosen = given if isinstance(given, Sequence) else [given]
        snapshot = self.fork()
        found = [find_scenario(one, snapshot.cluster, self.folder) for one in chosen]
        study = Study(
            snapshot,
            found,
            responses,
            coordination=coordination,
            horizon_h=horizon_h,
            replications=replications,
            seed=seed,
            engine=engine or self.engine,
            workers=workers,
            **precision,
        )
        return study.run(progress=progress)

    def _settle_in(self, *, played: bool) -> None:
        """Put the clock where the telemetry is; publish a first schedule where there is none."""
        snapshot = self.federation.fork()
        if played:
            times = snapshot.tables["sites"].column("last_time").drop_null().to_pylist()
            self.clock.hold(max(times, default=self.spec.start))
        if snapshot.schedule_version == 0 and snapshot.tables["lots"].num_rows:
            entries = first_schedule(self.spec)
            self.federation.publish_schedule(entries, "first schedule: greedy, from empty")

    def _tell(
        self, batches: Iterable[TelemetryBatch], progress: Callable[[int], None] | None
    ) -> Told:
        sent = 0
        durable = 0

        def moving() -> Iterator[TelemetryBatch]:
            """The batches; the clock goes with them, and the data directory is marked."""
            nonlocal sent
            for batch in batches:
                if sent == 0:
                    mirror_clock.mark_played(self.data_dir, self._plant_epoch)
                    self.clock.hold(last_time_us(batch) or self.clock.now_us())
                self.clock.hold(last_time_us(batch))
                sent += batch.rows
                yield batch

        def heard(result: IngestResult) -> None:
            nonlocal durable
            durable += result.accepted + result.quarantined
            if progress is not None:
                progress(durable)

        taken = self.federation.ingest_many(moving(), heard)
        return Told(
            batches=taken.batches,
            rows=sent,
            accepted=taken.accepted,
            quarantined=taken.quarantined,
            duplicates=taken.duplicates,
            until=self.clock.now() if sent else None,
        )

    @property
    def _plant_epoch(self) -> int:
        if self._emulation is not None:
            return self._emulation.epoch
        return mirror_clock.plant_epoch(self.data_dir)


def open_cluster(
    path: str | Path,
    engine: Engine = "local",
    data_dir: str | Path | None = None,
    *,
    twins_per_host: int | None = None,
) -> LocalCluster:
    """Open a cluster and bring its twins to life.

    The first opening publishes version 1 of the schedule (greedy, from empty) to the ledger.

    Parameters
    ----------
    path
        Folder of the cluster, or the name of a sample.
    engine
        ``local``: all in this process; ``ray``: an actor for each microfactory.
    data_dir
        Where the journals live; default: a temporary folder, removed when the cluster is closed.
    twins_per_host
        Twins in one Ray actor; default: one each, packed above 16 sites.

    Returns
    -------
    LocalCluster
        A context manager.

    Raises
    ------
    ClusterError
        With everything that is wrong in the cluster's files.
    UsageError
        When there is no such engine.
    PlaceError
        When the data directory cannot be written.
    """
    from federation.topology.load import load_cluster

    if engine not in {"local", "ray"}:
        raise UsageError(f"there is no engine '{engine}'", remedy="use local or ray")
    folder = find_cluster(path)
    return LocalCluster(
        load_cluster(folder),
        engine=engine,
        data_dir=None if data_dir is None else Path(data_dir),
        folder=folder,
        twins_per_host=twins_per_host,
    )
