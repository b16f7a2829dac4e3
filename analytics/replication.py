"""One replication: the undisturbed run, every response to every scenario, controls; equal draws.

Pure: a function of the job and the replication's number, in whatever process it runs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from analytics.edits.merging import merge
from analytics.history.tables import history
from analytics.job import Case, Job, acts, control_case, problem_at
from analytics.kpis.base import Run, micros
from analytics.kpis.cost import cost_parts
from analytics.kpis.registry import UNDISTURBED, control_id, measure
from analytics.price_meter import PriceMeter
from analytics.rerouting.proposal import Proposal, apply_proposal
from analytics.rerouting.reactive import carried_out, places
from analytics.rerouting.redirect import look_now
from analytics.rerouting.response import Decision, Response
from analytics.run_result import RunResult
from analytics.run_table import Named, RunTable
from analytics.simulation import slots
from analytics.simulation.belief import rebuild_heap
from analytics.simulation.columns import RunColumns
from analytics.simulation.compile.live import arm_state
from analytics.simulation.dropped import wanted_roots
from analytics.simulation.extract import read_run
from analytics.simulation.layout import DAY_MS, FOREVER
from analytics.simulation.model import SimModel, SimState
from analytics.simulation.run import run
from analytics.tables import KEYS, RUN, run_table

WEEK_MS = 7 * DAY_MS
_FULL, _KPI = 2, 0
_CASH = ("energy", "transports", "labour", "approvals", "stock")
_COSTS = (*_CASH, "orders", "lots", "operations")
"""Tables of which the cost of a run is the sum."""

Tables = dict[str, RunTable]


@dataclass(frozen=True, eq=False)
class _Outcome:
    tables: dict[str, RunTable | pa.Table]
    run: Run


def run_replication(job: Job, replication: int) -> Iterator[RunResult]:
    """The runs of one replication, one after the other, the undisturbed one first.

    It is a case of each scenario, so that its rows come once for each. The control of a response
    follows it: what the policy does at the same moments where nothing disrupts.
    """
    first = _FULL if replication == 0 else _KPI
    calm = _simulate(job, job.undisturbed, None, replication, first)
    for case in job.cases:
        yield _result(job, case, UNDISTURBED, None, replication, calm)
        for response in job.responses:
            outcome = _simulate(job, case, response, replication, first, calm.run)
            yield _result(job, case, response.id, response, replication, outcome)
            if response.reroutes:
                still = control_case(job, case)
                outcome = _simulate(job, still, response, replication, _KPI, calm.run)
                yield _result(job, case, control_id(response.id), response, replication, outcome)


def run_cost(job: Job, response: Response, replication: int) -> float:
    """What one run of a response to the job's first scenario costs; untraced, and run alone."""
    outcome = _simulate(job, job.cases[0], response, replication, _KPI, only=_COSTS)
    return sum(cost_parts(outcome.run, job.setting).values())


def run_traced(job: Job, response: Response) -> Tables:
    """The tables of the first run of a response to the job's first scenario, its history too."""
    outcome = _simulate(job, job.cases[0], response, 0, _FULL)
    return {name: one for name, one in outcome.tables.items() if isinstance(one, RunTable)}


def run_alone(job: Job, case: Case, replication: int) -> Run:
    """One run of a case in which nobody re-plans: the tables of its cost; untraced."""
    return _simulate(job, case, None, replication, _KPI, only=_COSTS).run


def cost_on_means(job: Job, case: Case, response: Response) -> float:
    """What a response to a scenario costs where everything takes as long as it does on average."""
    outcome = _simulate(job, case, response, 0, _KPI, only=_COSTS, expected=True)
    return sum(cost_parts(outcome.run, job.setting).values())


def _simulate(
    job: Job,
    case: Case,
    response: Response | None,
    replication: int,
    level: int,
    baseline: Run | None = None,
    only: tuple[str, ...] | None = None,
    *,
    expected: bool = False,
) -> _Outcome:
    """One run.

    Parameters
    ----------
    only
        Just these tables of it, none of its first week and none of its plans.
    expected
        On mean values: without breakdowns, outages or other chance.
    """
    model = job.model_of(case, replication, level)
    if expected:
        model = case.model.with_run(job.seed, 0, deterministic=True)
    state = case.state.copy()
    arm_state(model, state)
    decisions: list[tuple[int, Decision]] = []
    active = model  # with the rule of the shop floor, where one is switched on
    asked_on: tuple[SimModel, SimState] | None = None  # when it was switched on
    week: Tables = {}
    week_ms = min(WEEK_MS, job.horizon_ms)
    asked = set(case.news_ms) if acts(response) else set()
    meter = PriceMeter(case.scenario.prices(case.setting.cluster), model, job.horizon_ms)
    ways = {moment: hops for moment, hops in case.ways if 0 < moment < job.horizon_ms}
    for moment in sorted({*asked, *ways, *meter.moments, week_ms, job.horizon_ms}):
        if moment:
            run(active, state, moment)
        meter.read(state)
        if moment in ways:
            state.next_hop[:] = ways[moment]
        if moment == week_ms and only is None:
            week = meter.priced(read_run(model, state, _CASH))
        if response is not None and moment in asked:
            before = decisions[-1][1] if decisions else None
            decision = job.fork_plans.get((case.scenario.id, response.id)) if not moment else None
            if decision is None:
                decision = response.decide(problem_at(job, case, model, state, moment), before)
            if asked_on is not None:
                decisions[-1] = _carried_out(job, case, decisions[-1], asked_on, state)
            model = _pull(case, model, state, decision, moment)
            rule = decision.proposal.redirect
            if rule is None:
                active, asked_on = model, None
                apply_proposal(model, state, decision.proposal)
            else:
                look_now(model, state, moment, anew=asked_on is None)
                active, asked_on = rule.on(model), (model, state.copy())
            decisions.append((moment, decision))
    if asked_on is not None:
        decisions[-1] = _carried_out(job, case, decisions[-1], asked_on, state)
    tables = meter.priced(read_run(model, state, only))
    tables |= _open_at_fork(model, tables["orders"], tables["lots"])
    found = _run_of(job, case, decisions, tables, week)
    if level == _FULL:
        tables |= history(model, case.state, state)
    told: dict[str, RunTable | pa.Table] = {**tables}
    if only is None:
        told["plans"] = _plans(model, decisions)
        if replication == 0:
            told["moves"] = _moves(model, decisions)
    return _Outcome(told, replace(found, baseline=baseline, carbon_cost=meter.carbon_cost))


def _carried_out(
    job: Job,
    case: Case,
    decided: tuple[int, Decision],
    asked_on: tuple[SimModel, SimState],
    state: SimState,
) -> tuple[int, Decision]:
    """A decision for a rule of the shop floor, with the moves that the rule made until now."""
    (moment, decision), (model, before) = decided, asked_on
    proposal = carried_out(
        decision.proposal,
        lambda: problem_at(job, case, model, before, moment),
        places(before),
        places(state),
    )
    return moment, replace(decision, proposal=proposal)


def _pull(
    case: Case, model: SimModel, state: SimState, decision: Decision, now_ms: int
) -> SimModel:
    """The model with the changes that levers bring from now on, and the state's agenda to it."""
    if not len(decision.primitives):
        return model
    rows = [*case.model.primitive.tolist(), *decision.primitives.tolist()]
    changed = model.with_primitives(merge(rows))
    if int(state.clock["started"][0]) == 1:
        times = changed.primitive["time_ms"]
        following = int(np.searchsorted(times, now_ms, side="right"))
        state.clock["next_primitive"] = following
        moment = int(times[following]) if following < len(times) else FOREVER
        state.slot["time_ms"][changed.bases[slots.PRIMITIVE]] = moment
        rebuild_heap(state)
    return changed


def _run_of(
    job: Job,
    case: Case,
    decisions: list[tuple[int, Decision]],
    tables: Tables,
    week: Tables,
) -> Run:
    costs = decisions[-1][1].costs if decisions else ()
    fork = case.model.fork_at
    week_end = fork + timedelta(milliseconds=min(WEEK_MS, job.horizon_ms))
    return Run(
        tables=tables,
        week=week,
        hire_cost=sum(cost.until(job.horizon_ms) for cost in costs),
        hire_cost_week=sum(cost.until(min(WEEK_MS, job.horizon_ms)) for cost in costs),
        edit_cost=case.scenario.costs(fork, fork + timedelta(milliseconds=job.horizon_ms)),
        edit_cost_week=case.scenario.costs(fork, week_end),
    )


def _open_at_fork(model: SimModel, orders: RunTable, lots: RunTable) -> Tables:
    """Without the orders that were delivered whole before the fork: nothing can change them."""
    delivered, never = orders.moments("delivered_at")
    still_open = never | (delivered > micros(model.fork_at))
    order = model.lot["order"][wanted_roots(model)]
    by_order = np.zeros(len(model.names.orders), bool)
    by_order[np.unique(order)] = still_open
    return {
        "orders": orders.picked(still_open),
        "lots": lots.picked(by_order[order]),
    }


def _plans(model: SimModel, decisions: list[tuple[int, Decision]]) -> RunTable:
    """What was decided when."""
    proposals = [decision.proposal for _, decision in decisions]
    moments = np.array([moment for moment, _ in decisions], dtype=np.int64)
    digests = pa.array([_digest(proposal) for proposal in proposals], type=pa.string())
    return RunTable(
        "plans",
        {
            "decided_at": RunColumns.of(model).moments(moments),
            "moves": np.array([proposal.moves for proposal in proposals], dtype=np.int32),
            "expected_cost": np.array([proposal.total for proposal in proposals], dtype=np.float64),
            "digest": Named(digests, np.arange(len(digests))),
        },
    )


def _moves(model: SimModel, decisions: list[tuple[int, Decision]]) -> pa.Table:
    """Every operation that moves at each decision."""
    moves = [
        (model.fork_at + timedelta(milliseconds=moment), move)
        for moment, decision in decisions
        for move in decision.proposal.explanation
    ]
    columns: dict[str, list[Any]] = {"decided_at": [time for time, _ in moves]}
    for field_ in RUN["moves"]:
        if field_.name != "decided_at":
            columns[field_.name] = [getattr(move, field_.name) for _, move in moves]
    keys = [(key, "ascending") for key in KEYS["moves"]]
    return run_table("moves", columns).sort_by(keys)


def _digest(proposal: Proposal) -> str:
    digest = hashlib.sha256()
    for rows in (proposal.op, proposal.group, proposal.rank):
        digest.update(np.ascontiguousarray(rows, dtype="<i8").tobytes())
    return digest.hexdigest()


def _result(
    job: Job,
    case: Case,
    name: str,
    response: Response | None,
    replication: int,
    outcome: _Outcome,
) -> RunResult:
    """The key figures of a run and its tables, each in the order of its key."""
    setting = job.setting if name == UNDISTURBED else case.setting
    return RunResult(
        scenario=case.scenario.id,
        policy="stay" if response is None else response.policy,
        response=name,
        replication=replication,
        figures=measure(outcome.run, setting),
        tables={
            key: table.in_order() if isinstance(table, RunTable) else table
            for key, table in outcome.tables.items()
        },
    )
