"""An emulated plant: a run of the kernel told as telemetry, its truth kept for comparison.

The plant tells what a real one would: states, counts and lots when they change, at their exact
device time, and what moves all the time (charge, fuel, energy, work left) at intervals. Its clock
is the simulation's, so a day is told in a second.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

import numpy as np
import pyarrow as pa

from analytics.edits.errors import ScenarioError
from analytics.plant_birth import began_ms
from analytics.plant_lists import Listed, ListTeller
from analytics.plant_lots import LotTeller, row_of
from analytics.plant_signals import Board, Floats
from analytics.plant_truth import truth_tables
from analytics.scenario import Scenario
from analytics.simulation.compile.live import arm_state
from analytics.simulation.compile.snapshot import compile_snapshot
from analytics.simulation.layout import DAY_MS, FOREVER, P_POOL
from analytics.simulation.model import SimModel, SimState
from analytics.simulation.run import run
from federation.cut import Cutter
from federation.schedule import Schedule
from federation.snapshot import ClusterSnapshot
from federation.topology.model import ClusterSpec
from twins.clock import to_datetime, to_us
from twins.telemetry import Quality, Row, TelemetryBatch, build_batch
from twins.work import ScheduleEntry

FULL_TRACE = 2


class Plant:
    """All sites of a cluster, worked from empty under a schedule.

    Parameters
    ----------
    cluster
        What is emulated.
    schedule
        Which lot operation runs where; operations it does not hold go where their peers go.
    seed
        Of breakdowns, outages and durations. Equal seeds tell equal stories.
    start
        First moment; default: the cluster's start.
    source
        Name under which the plant tells, at every site.
    source_epoch
        The plant's life; a plant that begins anew for a running federation takes a higher one.
    sample_s
        Interval of what moves all the time.
    batch_rows
        A batch is told when it is this long, and at the end of ``tell``.
    horizon_days
        How far the sun is computed.
    scenario
        What happens to it; default: breakdowns and outages alone. Its machines tell what they see
        of that, and people what they believe.

    Raises
    ------
    CompileError
        When the cluster cannot be simulated as described.
    ScenarioError
        When the scenario names what the cluster does not have, or adds to it.
    """

    def __init__(
        self,
        cluster: ClusterSpec,
        schedule: Iterable[ScheduleEntry] = (),
        seed: int = 1,
        start: datetime | None = None,
        *,
        source: str = "plant",
        source_epoch: int = 1,
        sample_s: float = 300.0,
        batch_rows: int = 1000,
        horizon_days: int = 84,
        scenario: Scenario | None = None,
    ) -> None:
        entries = {(entry.lot, entry.operation): entry for entry in schedule}
        begin = start or cluster.start
        own = cluster.model_copy(update={"capacity_hire": ()})  # nothing is hired as it is told
        snapshot = Cutter(own).cut(begin, schedule=Schedule(1, entries))
        self._scenario = scenario
        model, state = _compiled(snapshot, scenario, horizon_days * DAY_MS)
        self._model = model.with_run(seed, 0, trace_level=FULL_TRACE)
        self._state = state
        arm_state(self._model, self._state)
        self._start_us = to_us(begin)
        self._source, self._epoch = source, source_epoch
        self._sample_ms = max(1, round(sample_s * 1000))
        self._batch_rows = batch_rows
        self._sequence = dict.fromkeys(self._model.names.sites, 0)
        self._board = Board(self._model)
        self._lots = LotTeller(self._model, self._start_us)
        self._lists = ListTeller(self._model, self._start_us, self._back_ms)
        self._told: Floats | None = None
        self._waiting: dict[str, list[Row]] = {site: [] for site in self._model.names.sites}

    @property
    def now(self) -> datetime:
        """Where the plant stands, UTC."""
        return to_datetime(self._start_us + int(self._state.clock["now_ms"][0]) * 1000)

    @property
    def model(self) -> SimModel:
        """Constants of the run, its seed among them."""
        return self._model

    @property
    def state(self) -> SimState:
        """All that is so, truths that nobody tells included. The plant's own: only to look at."""
        return self._state

    def advance(self, until: datetime) -> None:
        """Work on silently to ``until``."""
        run(self._model, self._state, self._ms(until))
        self._forget_traces()
        self._told = None

    def birth(self) -> list[TelemetryBatch]:
        """The full state of all sites now; a site's is one batch, or several where it is long.

        Machine states, outages and lots are told with the device time at which they began.
        """
        if self._state.clock["started"][0] == 0:
            run(self._model, self._state, int(self._state.clock["now_ms"][0]))
        told = self._board.values(self._state)
        now_us = self._us(int(self._state.clock["now_ms"][0]))
        for index, place in enumerate(self._board.places):
            self._put(index, told, self._us(began_ms(self._model, self._state, place)))
        for view in self._lots.everything(self._state):
            self._waiting[view.teller].append(row_of(view))
        self._put_lists(self._lists.everything(self._state), now_us)
        self._forget_traces()
        self._told = told
        for rows in self._waiting.values():
            rows.sort(key=lambda row: row[2])
        return list(self._cut_batches(everything=True))

    def tell(self, until: datetime) -> Iterator[TelemetryBatch]:
        """Work on to ``until`` and tell everything on the way; the last batches hold its end.

        A plant that was never told, or advanced in silence, tells its birth first.
        """
        if self._told is None:
            yield from self.birth()
        end, next_sample = self._ms(until), self._next_sample()
        told = self._board.values(self._state) if self._told is None else self._told
        while True:
            now = min(self._next_event(), next_sample, end)
            run(self._model, self._state, now)
            told = self._told = self._observe(told, sampled=now in {next_sample, end})
            if now == next_sample:
                next_sample += self._sample_ms
            yield from self._cut_batches(everything=now == end)
            if now == end:
                return

    def truth(self) -> dict[str, pa.Table]:
        """What is so: ``sites machines stock lots approvals``, in columns of the snapshot's tables.

        ``lots`` holds the lots that were released.
        """
        lots = LotTeller(self._model, self._start_us).everything(self._state)
        return truth_tables(self._model, self._state, self._start_us, lots)

    def _observe(self, told: Floats, *, sampled: bool) -> Floats:
        """Queue rows for all that changed since the last look; returns what is told now."""
        values = self._board.values(self._state)
        differs = self._board.news(values, told, sampled=sampled)
        now_us = self._us(int(self._state.clock["now_ms"][0]))
        for index in np.flatnonzero(differs).tolist():
            self._put(index, values, now_us)
        for view in self._lots.news(self._state):
            self._waiting[view.teller].append(row_of(view))
        self._put_lists(self._lists.news(self._state), now_us)
        self._forget_traces()
        # What moves all the time and was not told counts as old until it is.
        now_told: Floats = np.where(differs, values, told)
        return now_told

    def _put(self, index: int, values: Floats, time_us: int) -> None:
        place = self._board.places[index]
        now_ms = int(self._state.clock["now_ms"][0])
        value, text = self._board.said(index, float(values[index]), now_ms)
        site = self._model.names.sites[place.site]
        row = (place.asset, place.signal, time_us, value, text, Quality.GOOD)
        self._waiting[site].append(row)

    def _put_lists(self, lists: Iterable[Listed], time_us: int) -> None:
        for listed in lists:
            row = (listed.asset, listed.signal, time_us, None, listed.text, Quality.GOOD)
            self._waiting[listed.site].append(row)

    def _back_ms(self, pool: int, now_ms: int) -> int | None:
        """When people of a pool who are away are believed to come back."""
        if self._scenario is None:
            return None
        changes = self._scenario.beliefs(self._model, now_ms)
        back = changes[
            (changes["kind"] == P_POOL)
            & (changes["entity"] == pool)
            & (changes["time_ms"] > now_ms)
            & (changes["value"] > 0)
        ]
        return int(back["time_ms"].min()) if len(back) else None

    def _cut_batches(self, *, everything: bool) -> Iterator[TelemetryBatch]:
        for site, rows in self._waiting.items():
            while len(rows) >= self._batch_rows or (everything and rows):
                piece, rows[: self._batch_rows] = rows[: self._batch_rows], []
                self._sequence[site] += 1
                yield build_batch(site, self._source, self._epoch, self._sequence[site], piece)

    def _next_event(self) -> int:
        """When the kernel has something to do next, in ms from the start."""
        if self._state.clock["heap_rows"][0] == 0:
            return FOREVER
        return int(self._state.slot["time_ms"][self._state.heap[0]])

    def _next_sample(self) -> int:
        now = int(self._state.clock["now_ms"][0])
        return (now // self._sample_ms + 1) * self._sample_ms

    def _forget_traces(self) -> None:
        """The traces were read: their arrays begin anew instead of growing."""
        for rows in ("machine_rows", "lot_rows", "energy_rows"):
            self._state.clock[rows] = 0

    def _ms(self, moment: datetime) -> int:
        return (to_us(moment) - self._start_us) // 1000

    def _us(self, time_ms: int) -> int:
        return self._start_us + time_ms * 1000


def _compiled(
    snapshot: ClusterSnapshot, scenario: Scenario | None, horizon_ms: int
) -> tuple[SimModel, SimState]:
    if scenario is None:
        return compile_snapshot(snapshot, horizon_ms=horizon_ms)
    if scenario.transform(snapshot).cluster != snapshot.cluster:
        raise ScenarioError(
            f"the scenario '{scenario.id}' adds sites, machines, links or orders, which the twins "
            "of the plant would not know; write them into the cluster's files"
        )
    return scenario.compile(snapshot, horizon_ms)
