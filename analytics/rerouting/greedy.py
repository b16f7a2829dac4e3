"""Greedy rerouting: list scheduling in the order of due dates, judged against staying.

Tree after tree of lots, earliest due first, each operation goes to the site that makes lateness,
transport, approval and moves cheapest, given the capacity that earlier trees left. A tree keeps its
sites unless moving pays by a margin. The plan that results and the running one are both replayed by
the simulator, and the cheaper one is proposed: when waiting is right, nothing moves.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from analytics.rerouting.candidates import CandidateTable
from analytics.rerouting.decoding import Decoder
from analytics.rerouting.errors import PlanError
from analytics.rerouting.problem import ReroutingProblem
from analytics.rerouting.proposal import Proposal, make_proposal, open_operations
from analytics.rerouting.ranks import due_ranks
from analytics.rerouting.stay import Stay
from analytics.simulation.compile.snapshot import compile_snapshot
from analytics.simulation.layout import FOREVER, NONE, WEEK_MS
from analytics.simulation.model import SimModel, SimState
from analytics.simulation.placing import number_sequences, put
from federation.cut import planned
from federation.topology.model import ClusterSpec
from twins.work import ScheduleEntry

AFTER_LAST_DUE_MS = 4 * WEEK_MS
"""How long after the last due date the plan may run."""


@dataclass(frozen=True, slots=True)
class Greedy:
    """Reroute what pays, in milliseconds."""

    def propose(self, problem: ReroutingProblem) -> Proposal:
        """The better of the greedy plan and the running one, by their replays."""
        stay = Stay().propose(problem)
        if len(problem.movable) == 0:
            return stay
        decoded = Decoder(problem).plan()
        op = open_operations(problem)
        group = decoded.group[op]
        if np.array_equal(group, problem.state.op["group"][op]):
            return stay
        rank = due_ranks(problem, decoded)[op]
        moved = make_proposal(problem, "greedy", op, group, rank)
        margin = problem.weights.plan_margin_fraction * abs(stay.total)
        return moved if moved.total < stay.total - margin else stay


def plan_from_empty(cluster: ClusterSpec) -> list[ScheduleEntry]:
    """Version 1 of a cluster's schedule: the whole order book, greedy from empty floors.

    First each order goes where it is cheapest among the sites that are approved today. Then the
    policy reroutes what pays by its margins, and asks for first articles where they pay; so without
    news it would change nothing. The order at each work centre is that of the due dates, then of
    the plan; the dates are those of the plan's replay.

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
    empty = ReroutingProblem(model, state.copy(), 0, 0, cluster, horizon_ms=horizon_ms)
    table = CandidateTable(model, state, cluster, horizon_ms, approved_only=True)
    decoded = Decoder(empty, table, from_empty=True).plan()
    nowhere = np.flatnonzero(decoded.group == NONE)
    if len(nowhere):
        raise _cannot(model, state, int(nowhere[0]), "no site can deliver its order")
    put(model, state, np.arange(len(state.op)), decoded.group)
    state.op["rank"] = due_ranks(empty, decoded)
    number_sequences(model, state)
    problem = ReroutingProblem(model, state, 0, 0, cluster, horizon_ms=horizon_ms)
    proposal = Greedy().propose(problem)
    unfinished = np.flatnonzero(proposal.end.op["end_ms"] >= FOREVER)
    if len(unfinished):
        op = int(unfinished[0])
        site, work_centre = model.names.groups[int(proposal.end.op["group"][op])]
        why = f"{site}/{work_centre} is not done with it four weeks after the last due date"
        raise _cannot(model, state, op, why)
    return list(proposal.entries(problem))


def _cannot(model: SimModel, state: SimState, op: int, why: str) -> PlanError:
    lot = int(state.op["lot"][op])
    step = op - int(model.lot["first_op"][lot])
    return PlanError(
        f"operation {step} of lot {model.names.lots[lot]} cannot be planned: {why}; "
        "run 'twinfed check' for its capacity, permissions and material"
    )
