"""The policy that proves: CP-SAT on small problems, with the bound that it can give.

What the solver finds is replayed by the simulator, which decides and gives the dates; the greedy
plan stands where the replay likes it better. A problem that is too large, or one for which nothing
is found in time, gets the greedy plan too, with the reason and the combinatorial bound.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from analytics.rerouting.bounds.bound import lower_bound, money_apart
from analytics.rerouting.bounds.makespan import plain_makespan_ms
from analytics.rerouting.exact.case import Case
from analytics.rerouting.exact.model import ClusterModel, size_of
from analytics.rerouting.exact.shop import solve_shop
from analytics.rerouting.exact.solver import Ending, SolverLimits
from analytics.rerouting.greedy import Greedy
from analytics.rerouting.problem import ReroutingProblem
from analytics.rerouting.proposal import Proposal, can_decline, make_proposal, open_operations
from analytics.rerouting.search.plain import PlainShop, plain_shop
from analytics.rerouting.stay import Stay
from analytics.rerouting.trees import roots
from analytics.simulation.layout import HOUR_MS
from analytics.simulation.model import Ints

LARGEST = 20_000
"""Choices of a cluster that are still tried."""
LARGEST_SHOP = 5_000
"""The same of a plain shop: machines of all operations."""

ROUNDS = 60
"""How often the combinatorial bound is sharpened."""

ENDINGS: dict[Ending, str] = {
    "proven": "no plan of the model is better",
    "gap": "the plan of the model is within the gap",
    "effort": "the effort was used up",
    "time": "the time was over",
    "nothing found": "nothing was found in time: this is the greedy plan",
}


@dataclass(frozen=True, slots=True)
class Exact:
    """The best plan of a model of the cluster, if it is small enough.

    Parameters
    ----------
    limits
        When the solver ends.
    largest
        Choices that are still tried: work centres of operations, and departures of lots.
    """

    limits: SolverLimits = field(default_factory=SolverLimits)
    largest: int = LARGEST

    def propose(self, problem: ReroutingProblem) -> Proposal:
        """The plan with its bound; ``ended`` says how the solver came to its end."""
        greedy = Greedy().propose(problem)
        money = lower_bound(problem, ROUNDS).money
        if len(problem.movable) == 0:
            words = "there is nothing to decide: no operation may move"
            return replace(greedy, lower_bound=money, ended=words)
        plain = plain_shop(problem) if problem.weights.makespan > 0.0 else None
        if plain is not None and len(plain.group) <= LARGEST_SHOP:
            return self._shop(problem, plain, greedy, money)
        return self._cluster(problem, greedy, money)

    def _shop(
        self, problem: ReroutingProblem, plain: PlainShop, greedy: Proposal, money: float
    ) -> Proposal:
        least_ms = plain_makespan_ms(plain)
        answer = solve_shop(problem, plain, least_ms, greedy.end, self.limits)
        if not can_decline(problem)[plain.lots].any():
            longer_ms = min(answer.makespan_ms, problem.horizon_ms) - least_ms
            money += problem.weights.makespan * max(0, longer_ms) / HOUR_MS
        if answer.group is None or answer.start_ms is None:
            return _as_it_is(greedy, money, answer.ending)
        group, rank = _present(problem)
        group[plain.op] = answer.group
        rank[plain.op] = _ranked(answer.start_ms, rank[plain.op])
        return _better(problem, greedy, [(group, rank)], money, answer.ending)

    def _cluster(self, problem: ReroutingProblem, greedy: Proposal, money: float) -> Proposal:
        case = Case(problem)
        size = size_of(case)
        if size > self.largest:
            words = (
                f"too large: {len(problem.movable):,} operations with {size:,} choices, and at "
                f"most {self.largest:,} are tried; this is the greedy plan"
            )
            return replace(greedy, lower_bound=money, ended=words)
        model = ClusterModel(case)
        model.begin_with(greedy)
        answer = model.solve(self.limits)
        money = max(money, money_apart(problem) + answer.bound)
        if not answer.plans:
            return _as_it_is(greedy, money, answer.ending)
        plans = [plan for found in answer.plans for plan in _plans(problem, *model.read(found))]
        return _better(problem, greedy, plans, money, answer.ending)


def _plans(
    problem: ReroutingProblem, rows: Ints, groups: Ints, starts: Ints
) -> list[tuple[Ints, Ints]]:
    """Work centre and rank of all operations: in the order of the solver, and by due date."""
    group, rank = _present(problem)
    by_start, by_due = rank.copy(), rank.copy()
    group[rows] = groups
    by_start[rows] = _ranked(starts, rank[rows])
    root = roots(problem.model)[problem.state.op["lot"]]
    by_due[rows] = _ranked(problem.model.lot["due_ms"][root][rows], by_start[rows])
    return [(group, by_start), (group, by_due)]


def _present(problem: ReroutingProblem) -> tuple[Ints, Ints]:
    op = problem.state.op
    return op["group"].astype(np.int64), op["rank"].astype(np.int64)


def _ranked(first: Ints, then: Ints) -> Ints:
    """int64: the position of each in the order of two keys."""
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.lexsort((then, first))] = np.arange(len(first))
    return rank


def _as_it_is(greedy: Proposal, money: float, ending: Ending) -> Proposal:
    return replace(greedy, lower_bound=money, ended=ENDINGS[ending])


def _better(
    problem: ReroutingProblem,
    greedy: Proposal,
    plans: list[tuple[Ints, Ints]],
    money: float,
    ending: Ending,
) -> Proposal:
    """The best of what was found and the greedy plan, by the replay."""
    stay = greedy if greedy.policy == "stay" else Stay().propose(problem)
    margin = problem.weights.plan_margin_fraction * abs(stay.total)
    best = greedy
    op = open_operations(problem)
    for group, rank in plans:
        found = make_proposal(problem, "exact", op, group[op], rank[op])
        if found.total < min(best.total, stay.total - margin):
            best = found
    words = ENDINGS[ending]
    if best is greedy:
        words += f"; the {greedy.policy} plan is as good in its replay"
    return replace(best, lower_bound=min(money, best.total), ended=words)
