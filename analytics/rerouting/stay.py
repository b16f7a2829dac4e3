"""The policy that waits: every operation stays where the running schedule has it."""

from __future__ import annotations

from dataclasses import dataclass

from analytics.rerouting.problem import ReroutingProblem
from analytics.rerouting.proposal import Proposal, make_proposal, open_operations


@dataclass(frozen=True, slots=True)
class Stay:
    """Keep the running schedule and wait for recovery."""

    def propose(self, problem: ReroutingProblem) -> Proposal:
        """The running schedule, dated by a replay under what is believed now."""
        op = open_operations(problem)
        present = problem.state.op
        return make_proposal(problem, "stay", op, present["group"][op], present["rank"][op])
