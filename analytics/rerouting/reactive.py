"""Reactive rerouting: lots leave a work centre when it has stood for a while, one by one.

The rule runs inside the simulator (``analytics.simulation.redirect``): it looks at what stands and
waits at each moment, and plans nothing ahead. So where its lots go differs from run to run. What it
proposes is what it does under the beliefs of the moment; when that does not pay, it stays off until
the next news.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from analytics.rerouting.objective import measure, stability
from analytics.rerouting.problem import ReroutingProblem
from analytics.rerouting.proposal import Move, Proposal, explain, make_proposal, open_operations
from analytics.rerouting.redirect import Redirect, looking
from analytics.rerouting.stay import Stay
from analytics.simulation.layout import HOUR_MS
from analytics.simulation.model import Ints, SimState

PATIENCE_MS = 2 * HOUR_MS


@dataclass(frozen=True, slots=True)
class Reactive:
    """Send waiting lots away from what stands.

    Parameters
    ----------
    patience_ms
        A work centre has to stand so long before its lots leave.
    """

    patience_ms: int = PATIENCE_MS

    def propose(self, problem: ReroutingProblem) -> Proposal:
        """Where the rule sends the open operations under what is believed now.

        The plan is dated by its own replay, as every plan is: its moves are known from the start
        there, while the rule makes each after its patience. The rule is switched on where both
        cost less than staying by the margin of plans, and where nothing is believed to move.
        """
        stay = Stay().propose(problem)
        rule = Redirect.of(problem, self.patience_ms)
        standing = replace(stay, policy="reactive", redirect=rule)
        if len(problem.movable) == 0:
            return standing
        op = open_operations(problem)
        planned = Redirect.of(problem, self.patience_ms, planned=True)
        end = problem.replayer(planned.on(problem.model), looking(problem), problem.until_ms)
        group = end.op["group"][op]
        if np.array_equal(group, problem.state.op["group"][op]):
            return standing
        plan = make_proposal(problem, "reactive", op, group, problem.state.op["rank"][op])
        rule_cost = measure(problem, end, stability(problem, op, group, end)).total(problem)
        margin = problem.weights.plan_margin_fraction * abs(stay.total)
        if max(plan.total, rule_cost) >= stay.total - margin:
            return stay
        return replace(plan, redirect=rule)


def places(state: SimState) -> Ints:
    """int64[operations]: their work centres by plan, also while the owner of rework has them."""
    op = state.op
    found: Ints = np.where(op["home"] > 0, op["home"] - 1, op["group"])
    return found


def carried_out(
    proposal: Proposal, question: Callable[[], ReroutingProblem], before: Ints, after: Ints
) -> Proposal:
    """A proposal with what its rule did in a run, in place of what was expected of it.

    Parameters
    ----------
    proposal
        With a rule.
    question
        The problem that it answers.
    before, after
        int64[operations]: ``places`` at the decision, and at the next one or the end of the run.
    """
    moved = np.flatnonzero(before != after)

    def told() -> tuple[Move, ...]:
        problem = question()
        return tuple(explain(problem, int(op), int(after[op])) for op in moved.tolist())

    op = np.union1d(proposal.op, moved)
    rank = proposal.end.op["rank"][op]
    change = replace(proposal.change, moves=len(moved))
    return replace(proposal, op=op, group=after[op], rank=rank, told=told, change=change)
