"""Planner: whose plan a coordinated one begins with. The protocol of every policy."""

from __future__ import annotations

from typing import Protocol

from analytics.rerouting.problem import ReroutingProblem
from analytics.rerouting.proposal import Proposal


class Planner(Protocol):
    """Somebody who plans."""

    def propose(self, problem: ReroutingProblem) -> Proposal:
        """A plan for the open operations."""
        ...
