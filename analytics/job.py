"""What the replications of a study have in common: cases, responses, prices, when is asked what.

Pure, and small enough to be sent to every worker once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from analytics.kpis.base import Setting, setting_of
from analytics.remember import by_identity
from analytics.rerouting.problem import ReroutingProblem
from analytics.rerouting.questions import believed
from analytics.rerouting.response import Decision, Response
from analytics.rerouting.weights import Weights
from analytics.scenario import Scenario
from analytics.simulation.compile.live import arm_state
from analytics.simulation.model import Ints, Records, SimModel, SimState
from analytics.simulation.run import run
from federation.snapshot import ClusterSnapshot


@dataclass(frozen=True, eq=False)
class Case:
    """A scenario made ready: what really happens, and when something becomes known.

    Parameters
    ----------
    scenario
        Where beliefs come from.
    model, state
        At the fork; neither is changed.
    news_ms
        Moments at which a policy is asked, from the fork.
    setting
        For the key figures of its runs: prices and sites, those that the scenario adds included.
    ways
        Where the scenario adds links: from when which ways between places are the fastest.
    affected
        For each edit the lots that it changes by itself.
    """

    scenario: Scenario
    model: SimModel
    state: SimState
    news_ms: tuple[int, ...]
    setting: Setting
    ways: tuple[tuple[int, Ints], ...] = ()
    affected: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, eq=False)
class Job:
    """Everything that replications have in common.

    Parameters
    ----------
    cases
        The scenarios.
    undisturbed
        The same fork without any edit.
    responses
        In the order of the columns.
    setting
        For the key figures.
    horizon_ms
        End of the runs, from the fork.
    seed
        Of all draws.
    frozen_ms
        What is about to start within so much of a decision stays.
    weights
        What counts when work is rerouted.
    antithetic
        Every second replication draws 1-u for each u of the one before it.
    fork_plans
        ``(scenario, response)`` to what is decided at the fork: it is the same in every
        replication, since nobody knows what will be drawn. Controls stand under the id of the
        undisturbed scenario.
    """

    cases: tuple[Case, ...]
    undisturbed: Case
    responses: tuple[Response, ...]
    setting: Setting
    horizon_ms: int
    seed: int
    frozen_ms: int
    weights: Weights = field(default_factory=Weights)
    antithetic: bool = False
    fork_plans: Mapping[tuple[str, str], Decision] = field(default_factory=dict)

    def model_of(self, case: Case, replication: int, trace_level: int) -> SimModel:
        """The model of a case for one replication, with its draws."""
        if not self.antithetic:
            return case.model.with_run(self.seed, replication, trace_level=trace_level)
        pair, second = divmod(replication, 2)
        return case.model.with_run(
            self.seed, pair, trace_level=trace_level, antithetic=bool(second)
        )

    def writable(self) -> Job:
        """The same job with writable models: what comes out of a shared store is read-only."""
        copies: dict[int, Any] = {}
        cases = tuple(replace(case, model=case.model.writable(copies)) for case in self.cases)
        calm = replace(self.undisturbed, model=self.undisturbed.model.writable(copies))
        return replace(self, cases=cases, undisturbed=calm)


def make_case(scenario: Scenario, snapshot: ClusterSnapshot, horizon_ms: int) -> Case:
    """Compile a scenario on a snapshot.

    Raises
    ------
    ScenarioError
        When an edit names what the cluster does not have.
    CompileError
        When the cluster or its state cannot be simulated as described.
    """
    changed = scenario.transform(snapshot)
    model, state = scenario.compile(snapshot, horizon_ms)
    fork = snapshot.taken_at
    known = any(moment <= fork for edit in scenario.edits for moment in edit.news())
    later = tuple(moment for moment in scenario.news_times(fork) if moment < horizon_ms)
    return Case(
        scenario,
        model,
        state,
        (0, *later) if known else later,
        setting_of(changed, timedelta(milliseconds=horizon_ms)),
        scenario.ways(model),
        scenario.affected(snapshot),
    )


def plain_job(
    scenario: Scenario,
    snapshot: ClusterSnapshot,
    responses: tuple[Response, ...],
    *,
    horizon_ms: int,
    seed: int,
    frozen_ms: int,
    weights: Weights,
    antithetic: bool,
) -> Job:
    """One scenario, for runs that are asked for their cost: no undisturbed ones, no controls.

    Raises
    ------
    ScenarioError
        When an edit names what the cluster does not have.
    CompileError
        When the cluster or its state cannot be simulated as described.
    """
    case = make_case(scenario, snapshot, horizon_ms)
    job = Job(
        cases=(case,),
        undisturbed=case,
        responses=responses,
        setting=case.setting,
        horizon_ms=horizon_ms,
        seed=seed,
        frozen_ms=frozen_ms,
        weights=weights,
        antithetic=antithetic,
    )
    plans = {
        (scenario.id, one.id): decision
        for one in responses
        if (decision := fork_decision(job, case, one)) is not None
    }
    return replace(job, fork_plans=plans)


def control_case(job: Job, case: Case) -> Case:
    """The undisturbed fork, with a policy asked at the moments of a scenario's news."""
    return replace(job.undisturbed, news_ms=case.news_ms)


def fork_decisions(job: Job) -> dict[tuple[str, str], Decision]:
    """What is decided at the fork, for ``Job.fork_plans``."""
    found: dict[tuple[str, str], Decision] = {}
    for case in job.cases:
        for one in job.responses:
            for world in (case, control_case(job, case)) if one.reroutes else (case,):
                key = (world.scenario.id, one.id)
                decision = None if key in found else fork_decision(job, world, one)
                if decision is not None:
                    found[key] = decision
    return found


def fork_decision(job: Job, case: Case, response: Response) -> Decision | None:
    """What a response decides at the fork; ``None``: nothing is known then, or it only waits."""
    if not acts(response) or 0 not in case.news_ms:
        return None
    model = case.model.with_run(job.seed, 0)
    return response.decide(problem_at(job, case, model, case.state, 0))


def news_problems(job: Job, case: Case) -> Iterator[ReroutingProblem]:
    """The question at each piece of news, if one waits and all else goes as expected until then."""
    model, state = case.model.with_run(job.seed, 0, deterministic=True), case.state.copy()
    arm_state(model, state)
    for now in case.news_ms:
        if now:
            run(model, state, now)
        yield problem_at(job, case, model, state, now)  # on a copy of the state


@by_identity(256)
def _beliefs(scenario: Scenario, model: SimModel, now_ms: int) -> Records:
    """What is believed at a moment: the same in every replication and for every response."""
    return scenario.beliefs(model, now_ms)


def acts(response: Response | None) -> bool:
    """Whether there is anything to decide: not where one waits, or nothing happens (``None``)."""
    return response is not None and (response.reroutes or bool(response.levers))


def problem_at(
    job: Job, case: Case, model: SimModel, state: SimState, now_ms: int
) -> ReroutingProblem:
    """What a response sees: what is believed at ``now_ms``, and nothing of what is to come."""
    return believed(
        case.scenario,
        _beliefs(case.scenario, case.model, now_ms),
        model,
        state,
        job.setting.cluster,
        job.horizon_ms,
        job.frozen_ms,
        job.weights,
        now_ms,
    )
