"""Study: scenarios x responses x replications, here or as Ray tasks, told as they finish."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, Self

import pyarrow as pa

from analytics.answer import Context, Criterion
from analytics.basis import contexts_of, manifest_of
from analytics.choice.outage_length import break_even_runs, with_break_even
from analytics.job import Job, fork_decisions, make_case
from analytics.kpis.base import setting_of
from analytics.kpis.registry import UNDISTURBED
from analytics.longer_horizon import Beyond, check_runs, with_longer_horizon
from analytics.precision import Precision, Watch
from analytics.rerouting.response import Response, chosen_responses
from analytics.rerouting.weights import Weights
from analytics.result import StudyResult
from analytics.run_result import RunResult, joined
from analytics.scenario import Scenario
from analytics.simulation.layout import HOUR_MS
from analytics.study_check import check_choice, check_energy, check_figures, check_names, several
from analytics.tables import RUN
from analytics.workers import Here, Workers, on_ray, warm
from twins.errors import TwinfedError

if TYPE_CHECKING:
    from analytics.sensitivity.outcome import Sensitivity
    from federation.snapshot import ClusterSnapshot

Progress = Callable[[int, int], None]
"""Called with the results that are there and the results in all."""
Engine = Literal["ray", "local"]


class StudyCancelledError(TwinfedError, RuntimeError):
    """The study was cancelled before it was done."""


class Study:
    """What happens under some scenarios, with some responses, how surely, and at what cost.

    Every replication runs the fork undisturbed, then every response to every scenario, and beside
    each response that re-plans its control: the same re-planning at the same moments, undisturbed.
    All have the same draws. Rows do not depend on the engine or the number of workers.

    Parameters
    ----------
    snapshot
        The fork. It is only read.
    scenarios
        One or several.
    responses
        Names or values; a name is a built-in response, or a policy and levers joined by ``+``.
    coordination
        Degrees of coordination that are compared, each by the policy that stands for it: 0
        ``stay``, 1 ``informed``, 2 ``agreed``, 3 ``central``, 4 ``auction``. They come after
        ``responses``; default: none.
    horizon_h
        Length of the runs.
    replications
        Runs of each response to each scenario.
    seed
        Of all draws.
    engine
        ``ray`` spreads the replications over workers; ``local`` runs them here, one by one.
    workers
        Ray tasks at a time; default: the cores that this process may use.
    frozen_h
        What is about to start within so much of a decision stays where it is.
    weights
        What counts when work is rerouted.
    target_half_width
        Go on after ``replications`` until the 95 % interval of ``target_kpi`` has at most this
        half-width, in its unit, for every response to every scenario (``analytics.stopping`` states
        the rule). Default: run ``replications``, no more.
    target_kpi
        Key figure of the cluster that must be so sharp.
    max_replications
        Stop there, sharp or not.
    antithetic
        Replications come in pairs: the second draws 1-u for each u of the first. The mean of a
        pair is the observation of every interval.
    horizon_check
        After the runs, ask what becomes of the answer when the horizon grows by half.
    choose_by
        The response with the lowest ``mean`` cost, or the lowest ``cvar``: mean cost of the worst
        tenth of the runs.
    break_even
        After the runs, look for the length of outage from which on rerouting beats the best
        response without it, and confirm it by runs at that length.

    Raises
    ------
    StudyError
        When there is nothing to run, something has the same name twice, or a figure means nothing.
    ReroutingError
        When a response does not exist.
    """

    def __init__(
        self,
        snapshot: ClusterSnapshot,
        scenarios: Scenario | Sequence[Scenario],
        responses: str | Response | Sequence[str | Response] | None = None,
        *,
        coordination: int | Sequence[int] | None = None,
        horizon_h: float = 672.0,
        replications: int = 30,
        seed: int = 1,
        engine: Engine = "ray",
        workers: int | None = None,
        frozen_h: float = 4.0,
        weights: Weights | None = None,
        target_half_width: float | None = None,
        target_kpi: str = "cost",
        max_replications: int = 1000,
        antithetic: bool = False,
        horizon_check: bool = True,
        choose_by: Criterion = "mean",
        break_even: bool = False,
    ) -> None:
        self.snapshot = snapshot
        self.scenarios = several(Scenario, scenarios, "scenario", "load_scenario(path)")
        known = chosen_responses(snapshot.cluster, responses, coordination)
        self.responses = several(Response, known, "response", "its name, such as 'stay'")
        self.horizon_h = horizon_h
        self.replications = replications
        self.seed = seed
        self.engine = engine
        self.workers = workers
        self.frozen_h = frozen_h
        self.weights = weights or Weights()
        self.precision = Precision(target_half_width, target_kpi, max_replications, antithetic)
        self._made = replications
        self.horizon_check = horizon_check
        self.choose_by = choose_by
        self.break_even = break_even
        self._cancelled = threading.Event()
        check_figures(
            replications=replications,
            seed=seed,
            horizon_h=horizon_h,
            frozen_h=frozen_h,
            engine=engine,
            workers=workers,
        )
        self.precision.check(replications)
        check_choice(choose_by, antithetic=antithetic)
        check_energy(snapshot.cluster, horizon_h)
        check_names("scenario", [one.id for one in self.scenarios])
        check_names("response", [one.id for one in self.responses])

    @property
    def runs(self) -> int:
        """Results in all: undisturbed, responses and controls of all scenarios and replications."""
        arms = 1 + len(self.responses) + sum(one.reroutes for one in self.responses)
        return self.replications * len(self.scenarios) * arms

    @cached_property
    def job(self) -> Job:
        """Everything the replications have in common: compiled once, with the fork's decisions.

        Raises
        ------
        ScenarioError
            When a scenario names what the cluster does not have.
        CompileError
            When the cluster or its state cannot be simulated as described.
        """
        horizon_ms = round(self.horizon_h * HOUR_MS)
        calm = Scenario(
            id=UNDISTURBED, title="no disruption", fork_at=self.snapshot.taken_at, edits=()
        )
        job = Job(
            cases=tuple(make_case(one, self.snapshot, horizon_ms) for one in self.scenarios),
            undisturbed=make_case(calm, self.snapshot, horizon_ms),
            responses=self.responses,
            setting=setting_of(self.snapshot, timedelta(hours=self.horizon_h)),
            horizon_ms=horizon_ms,
            seed=self.seed,
            frozen_ms=round(self.frozen_h * HOUR_MS),
            weights=self.weights,
            antithetic=self.precision.antithetic,
        )
        return replace(job, fork_plans=fork_decisions(job))

    @cached_property
    def contexts(self) -> tuple[Context, ...]:
        """What the answer to each scenario rests on, with the latest moments to decide."""
        return contexts_of(self.job, self.snapshot, self.replications, self.choose_by)

    def cancel(self) -> None:
        """Have a running ``run`` or ``stream`` raise ``StudyCancelledError``; from any thread."""
        self._cancelled.set()

    def stream(self, progress: Progress | None = None) -> Iterator[pa.RecordBatch]:
        """Key figures of each run as it finishes, in the schema ``analytics.tables.KPIS``.

        The order depends on the engine; the rows do not.

        Raises
        ------
        StudyCancelledError
            When ``cancel`` was called.
        """
        with self._workers() as workers:
            for result in self._results(workers, progress):
                yield joined("kpis", [result]).to_batches()[0]

    def run(self, progress: Progress | None = None) -> StudyResult:
        """All runs, and what they found; ``progress`` counts those of the horizon's check too.

        Raises
        ------
        StudyCancelledError
            When ``cancel`` was called.
        """
        further = check_runs(self) if self.horizon_check else 0
        further += break_even_runs(self) if self.break_even else 0
        whole = Beyond(progress, further)
        with self._workers(beside=lambda: self.contexts) as workers:
            results = list(self._results(workers, whole))
            tables = {name: joined(name, results) for name in ("kpis", *RUN)}
            found = StudyResult(
                tables=tables,
                contexts=tuple(replace(one, replications=self._made) for one in self.contexts),
                setting=self.job.setting,
                manifest=manifest_of(
                    self.job, self.snapshot, self._made, self.precision, self.choose_by
                ),
            )
            if self.horizon_check:
                found = with_longer_horizon(self, found, whole, workers)
            if self.break_even:
                found = with_break_even(self, found, whole, workers)
            whole.close()
            return found

    def sensitivity(
        self,
        scenario: str | None = None,
        *,
        change: float = 0.3,
        top: int = 5,
        progress: Progress | None = None,
    ) -> Sensitivity:
        """What becomes of the verdict under ± ``change`` of every assumed figure of the cluster.

        It runs here, whatever the engine; see ``analytics.sensitivity.varying``.

        Raises
        ------
        StudyError
            When there is nothing to compare, or a figure means nothing.
        StudyCancelledError
            When ``cancel`` was called.
        """
        from analytics.sensitivity.varying import sensitivity

        self._cancelled.clear()
        return sensitivity(self, scenario, change=change, top=top, progress=progress)

    def variant(self, **changes: Any) -> Self:
        """A study like this one, with other arguments; it runs here and asks one question only."""
        arguments = {
            "snapshot": self.snapshot,
            "scenarios": self.scenarios,
            "responses": self.responses,
            "horizon_h": self.horizon_h,
            "replications": self.replications,
            "seed": self.seed,
            "frozen_h": self.frozen_h,
            "weights": self.weights,
            "engine": "local",
            "antithetic": self.precision.antithetic,
            "horizon_check": False,
            "choose_by": self.choose_by,
        }
        return type(self)(**{**arguments, **changes})

    def raise_if_cancelled(self) -> None:
        """For what goes on after the runs.

        Raises
        ------
        StudyCancelledError
            When ``cancel`` was called.
        """
        self._stop_if_cancelled()

    @contextmanager
    def _workers(self, beside: Callable[[], object] = lambda: None) -> Iterator[Workers]:
        """Who runs the runs; ``beside``: what is done here while tasks on Ray start."""
        self._cancelled.clear()
        warm(self.job)
        if self.engine == "local":
            yield Here(self._stop_if_cancelled)
            return
        with on_ray(self.workers, self._stop_if_cancelled, beside) as workers:
            yield workers

    def _results(self, workers: Workers, progress: Progress | None) -> Iterator[RunResult]:
        watch = Watch(self.precision)
        first, count, done = 0, self.precision.first(self.replications), 0
        while first < count:
            total = self.runs // self.replications * count
            if progress is not None:
                progress(done, total)
            for result in workers.replications(self.job, range(first, count)):
                watch.see(result)
                yield result
                done += 1
                if progress is not None:
                    progress(done, total)
            self._made = count
            first, count = count, watch.next_count(count)

    def _stop_if_cancelled(self) -> None:
        if self._cancelled.is_set():
            raise StudyCancelledError("the study was cancelled", remedy="run it again")
