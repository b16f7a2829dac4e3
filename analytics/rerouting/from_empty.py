"""The first schedule of a cluster: the whole order book planned on empty floors.

Only sites that are approved already are used, where there is one: to ask for a first article is a
decision that people take on a proposal, not a starting point.
"""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from analytics.rerouting.candidates import CandidateTable
from analytics.rerouting.decoding import Decoder
from analytics.rerouting.errors import PlanError
from analytics.rerouting.problem import ReroutingProblem
from analytics.rerouting.ranks import due_ranks
from analytics.simulation.compile.snapshot import compile_snapshot
from analytics.simulation.layout import FOREVER, NONE, WEEK_MS
from analytics.simulation.model import SimModel, SimState
from federation.cut import planned
from federation.topology.model import ClusterSpec
from twins.work import ScheduleEntry

AFTER_LAST_DUE_MS = 4 * WEEK_MS
"""How long after the last due date the plan may run."""


def plan_from_empty(cluster: ClusterSpec) -> list[ScheduleEntry]:
    """Version 1 of a cluster's schedule.

    Sites are chosen by the greedy decoder in the order of due dates; the order at each work centre
    is that of the due dates, then of the plan; the dates are those of the plan's replay.

    Parameters
    ----------
    cluster
        Sites, products and the order book.

    Returns
    -------
    list of ScheduleEntry
        One for each operation of each lot, by lot and operation.

    Raises
    ------
    PlanError
        When an operation cannot be done within four weeks after the last due date.
    """
    if not cluster.orders:
        return []
    last_due = max(order.due for order in cluster.orders) - cluster.start
    horizon_ms = max(0, last_due // timedelta(milliseconds=1)) + AFTER_LAST_DUE_MS
    sampled, state = compile_snapshot(planned(cluster), horizon_ms=horizon_ms)
    model = sampled.with_run(0, 0, deterministic=True)
    problem = ReroutingProblem(model, state, 0, 0, cluster, horizon_ms=horizon_ms)
    table = CandidateTable(model, state, cluster, horizon_ms, approved_only=True)
    decoded = Decoder(problem, table, from_empty=True).plan()
    state.op["group"] = decoded.group
    nowhere = np.flatnonzero(decoded.group == NONE)
    if len(nowhere):
        raise _cannot(model, state, int(nowhere[0]), "no site can deliver its order")
    state.op["rank"] = due_ranks(problem, decoded)
    state.clock["replan"] = 1
    end = problem.replayer(model, state, horizon_ms)
    unfinished = np.flatnonzero(end.op["end_ms"] >= FOREVER)
    if len(unfinished):
        op = int(unfinished[0])
        site, work_centre = model.names.groups[int(end.op["group"][op])]
        why = f"{site}/{work_centre} is not done with it four weeks after the last due date"
        raise _cannot(model, state, op, why)
    return _entries(model, end)


def _entries(model: SimModel, end: SimState) -> list[ScheduleEntry]:
    names = model.names
    rows = end.op
    steps = np.arange(len(rows)) - model.lot["first_op"][rows["lot"]]
    return [
        ScheduleEntry(
            lot=names.lots[lot],
            operation=step,
            site=names.groups[group][0],
            work_centre=names.groups[group][1],
            rank=rank,
            planned_start=model.fork_at + timedelta(milliseconds=start),
            planned_finish=model.fork_at + timedelta(milliseconds=finish),
        )
        for lot, step, group, rank, start, finish in zip(
            rows["lot"].tolist(),
            steps.tolist(),
            rows["group"].tolist(),
            rows["rank"].tolist(),
            rows["start_ms"].tolist(),
            rows["end_ms"].tolist(),
            strict=True,
        )
    ]


def _cannot(model: SimModel, state: SimState, op: int, why: str) -> PlanError:
    lot = int(state.op["lot"][op])
    step = op - int(model.lot["first_op"][lot])
    return PlanError(
        f"operation {step} of lot {model.names.lots[lot]} cannot be planned: {why}; "
        "run 'twinfed check' for its capacity, permissions and material"
    )
