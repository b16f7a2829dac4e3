"""Greedy rerouting: list scheduling in the order of due dates, judged against staying.

Tree after tree of lots, earliest due first, each operation goes to the site that makes lateness,
transport, approval and moves cheapest, given the capacity that earlier trees left. A tree keeps its
sites unless moving pays by a margin. The plan that results and the running one are both replayed by
the simulator, and the cheaper one is proposed: when waiting is right, nothing moves.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.rerouting.decoding import Decoder
from analytics.rerouting.from_empty import plan_from_empty
from analytics.rerouting.problem import ReroutingProblem
from analytics.rerouting.proposal import Proposal, make_proposal, open_operations
from analytics.rerouting.ranks import due_ranks
from analytics.rerouting.stay import Stay

__all__ = ["Greedy", "plan_from_empty"]


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
