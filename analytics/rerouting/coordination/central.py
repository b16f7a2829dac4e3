"""A central optimiser: one planner who sees everything and decides for all sites."""

from __future__ import annotations

from dataclasses import dataclass

from analytics.rerouting.coordination.planner import Planner
from analytics.rerouting.problem import ReroutingProblem
from analytics.rerouting.proposal import Proposal


@dataclass(frozen=True, slots=True)
class Central:
    """The cheapest of several plans, by their replays.

    It knows what every site knows and may decide all that they may agree on, so what sites would
    reach among themselves is among the plans: no lower degree of coordination costs less.

    Parameters
    ----------
    planners
        For the whole cluster, and for the lower degrees.
    """

    planners: tuple[Planner, ...]

    def propose(self, problem: ReroutingProblem) -> Proposal:
        """The plan of the lowest total; of equal ones that of the first planner."""
        plans = [planner.propose(problem) for planner in self.planners]
        return min(plans, key=lambda plan: plan.total)
