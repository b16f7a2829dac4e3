"""Every registered policy, with little time for the one that would take all that it gets."""

from analytics.rerouting.exact.policy import Exact
from analytics.rerouting.exact.solver import SolverLimits
from analytics.rerouting.policy import POLICIES, Policy

PROMPT: dict[str, Policy] = {**POLICIES, "exact": Exact(SolverLimits(effort_s=0.05), largest=2_000)}
