"""Greedy rerouting: list scheduling in the order of due dates, judged against staying.

Tree after tree of lots, earliest due first, each operation goes to the site that makes lateness,
transport, approval and moves cheapest, given the capacity that earlier trees left. A tree keeps its
sites unless moving pays by a margin. The plan that results and the running one are both replayed by
the simulator, and the cheaper one is proposed: when waiting is right, nothing moves.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.rerouting.decoding import Decoded, Decoder
from analytics.rerouting.problem import Pin, ReroutingProblem
from analytics.rerouting.proposal import Proposal, make_proposal, open_operations
from analytics.rerouting.stay import Stay
from analytics.rerouting.trees import roots
from analytics.simulation.model import Ints


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
        return moved if moved.total < stay.total else stay


def due_ranks(problem: ReroutingProblem, decoded: Decoded) -> Ints:
    """int64[ops]: what is frozen first, as it stands; then by due date of the order, then by plan.

    Parameters
    ----------
    problem
        The question.
    decoded
        Where each operation is to be done, and its estimated start.
    """
    model, state = problem.model, problem.state
    root = roots(model)[state.op["lot"]]
    frozen = np.isin(problem.pins, (Pin.STARTED, Pin.FROZEN))
    keys = (
        np.arange(len(state.op)),
        np.where(frozen, 0, decoded.start_ms),
        np.where(frozen, state.op["rank"], root),
        np.where(frozen, 0, model.lot["release_ms"][root]),
        np.where(frozen, 0, model.lot["due_ms"][root]),
        ~frozen,
    )
    rank = np.empty(len(state.op), dtype=np.int64)
    rank[np.lexsort(keys)] = np.arange(len(state.op))
    return rank
