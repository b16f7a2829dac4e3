"""The policy that searches: anytime, with the engine that fits the shop.

It begins with the better of staying and the greedy plan, so it is never worse than either. What
the engines find is replayed by the simulator, which decides and gives the dates.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Protocol, TypeVar

import numpy as np

from analytics.rerouting.bounds.bound import lower_bound
from analytics.rerouting.bounds.makespan import plain_makespan_ms
from analytics.rerouting.errors import ReroutingError
from analytics.rerouting.greedy import Greedy
from analytics.rerouting.problem import ReroutingProblem
from analytics.rerouting.proposal import Proposal, make_proposal, open_operations
from analytics.rerouting.search.cluster.solve import ClusterSearch
from analytics.rerouting.search.flow_line.entry import FLOW_LINES
from analytics.rerouting.search.flow_line.solve import FlowLineSearch, FlowPlan
from analytics.rerouting.search.job_shop.entry import JOB_SHOP
from analytics.rerouting.search.job_shop.solve import JobShop, JobShopSearch, ShopPlan
from analytics.rerouting.search.limits import Budget, SearchLimits
from analytics.rerouting.search.plain import FlowShop, PlainShop, job_shop, plain_shop
from analytics.rerouting.stay import Stay
from analytics.simulation.model import Ints

DEFAULT_LIMITS = SearchLimits(iterations=100, no_improvement=60)
"""Rounds, not seconds: a study finds the same plans again."""


Found = TypeVar("Found")
Answer_co = TypeVar("Answer_co", covariant=True)


class Start(Protocol[Answer_co]):
    """One start of a search, by its number."""

    def __call__(self, number: int, /) -> Answer_co:
        """What it finds."""
        ...


class Starts(Protocol):
    """Runs independent starts, in whatever processes."""

    def __call__(self, one: Start[Found], starts: int) -> list[Found]:
        """What each of them finds, in their order."""
        ...


def one_after_another(one: Start[Found], starts: int) -> list[Found]:
    """All starts in this process."""
    return [one(number) for number in range(starts)]


@dataclass(frozen=True, slots=True)
class Search:
    """Look for a better plan as long as the limits allow.

    Parameters
    ----------
    limits
        When each start ends.
    starts
        Independent starts; the best plan of all is proposed. The same seed and starts give the same
        plan, whatever the number of workers, where time is not what ends it.
    seed
        Of the random numbers.
    run
        What runs the starts; default: one after the other in this process.

    Raises
    ------
    ReroutingError
        When there is no start.
    """

    limits: SearchLimits = field(default=DEFAULT_LIMITS)
    starts: int = 1
    seed: int = 1
    run: Starts = one_after_another

    def __post_init__(self) -> None:
        if self.starts < 1:
            raise ReroutingError(
                f"a search with {self.starts} starts does nothing; give at least one"
            )

    def propose(self, problem: ReroutingProblem) -> Proposal:
        """The best plan found, by its replay."""
        greedy = Greedy().propose(problem)
        if len(problem.movable) == 0:
            return greedy
        stay = greedy if greedy.policy == "stay" else Stay().propose(problem)
        margin = problem.weights.plan_margin_fraction * abs(stay.total)
        best = greedy
        for group, rank in self._plans(problem, greedy):
            op = open_operations(problem)
            found = make_proposal(problem, "search", op, group[op], rank[op])
            if found.total < min(best.total, stay.total - margin):
                best = found
        return best

    def _plans(self, problem: ReroutingProblem, greedy: Proposal) -> Iterator[tuple[Ints, Ints]]:
        """Work centre and rank of each operation, by the engine that fits the shop."""
        plain = plain_shop(problem) if problem.weights.makespan > 0.0 else None
        flow = None if plain is None else FlowShop.of(problem, plain)
        shop = None if plain is None else job_shop(problem, plain)
        if plain is not None and flow is not None:
            FLOW_LINES.load()
            yield from self._flow_plans(problem, plain, flow)
        elif plain is not None and shop is not None:
            JOB_SHOP.load()
            yield from self._shop_plans(problem, plain, *shop)
        else:
            yield self._cluster_plan(problem, greedy)

    def _cluster_plan(self, problem: ReroutingProblem, greedy: Proposal) -> tuple[Ints, Ints]:
        # A bound takes its time on a large cluster: only a gap asks for it.
        bound = lower_bound(problem).money if self.limits.gap > 0.0 else -math.inf
        one = partial(_cluster_start, problem, greedy, self.seed, self.limits, bound)
        _, group, rank = min(self.run(one, self.starts), key=lambda found: found[0])
        return group, rank

    def _flow_plans(
        self, problem: ReroutingProblem, plain: PlainShop, flow: FlowShop
    ) -> Iterator[tuple[Ints, Ints]]:
        one = partial(_flow_start, flow.times_ms, self.seed, self.limits, _least_ms(plain))
        plan = _shortest(self.run(one, self.starts))
        group, rank = _present(problem)
        for line, jobs in enumerate(plan.lines):
            for place, job in enumerate(jobs.tolist()):
                rows = plain.op[plain.first_op[job] : plain.first_op[job + 1]]
                group[rows] = flow.groups[line]
                rank[rows] = place
        yield group, rank

    def _shop_plans(
        self, problem: ReroutingProblem, plain: PlainShop, shop: JobShop, rows: Ints
    ) -> Iterator[tuple[Ints, Ints]]:
        one = partial(_shop_start, shop, self.seed, self.limits, _least_ms(plain))
        plan = _shortest(self.run(one, self.starts))
        group, rank = _present(problem)
        group[plain.op] = rows[plan.on]
        for mine in plan.sequences:
            rank[plain.op[mine]] = np.arange(len(mine))
        yield group, rank


class _Timed(Protocol):
    @property
    def makespan_ms(self) -> int: ...


_Plan = TypeVar("_Plan", bound=_Timed)


def _shortest(plans: list[_Plan]) -> _Plan:
    """The plan with the shortest makespan; of equal ones that of the first start."""
    return min(plans, key=lambda plan: plan.makespan_ms)


def _present(problem: ReroutingProblem) -> tuple[Ints, Ints]:
    op = problem.state.op
    return op["group"].astype(np.int64), op["rank"].astype(np.int64)


def _cluster_start(
    problem: ReroutingProblem,
    greedy: Proposal,
    seed: int,
    limits: SearchLimits,
    bound: float,
    start: int,
) -> tuple[float, Ints, Ints]:
    """Cost, work centres and ranks of what one start finds, from whatever store it came."""
    own = replace(problem, model=problem.model.writable(), state=problem.state.copy())
    plan = ClusterSearch(own, greedy, seed, start).run(Budget(limits, bound))
    return plan.total, plan.group, plan.rank


def _least_ms(plain: PlainShop) -> float:
    """Lower bound on the makespan: a plan that reaches it ends the search."""
    return float(plain_makespan_ms(plain))


def _flow_start(
    times_ms: Ints, seed: int, limits: SearchLimits, bound_ms: float, start: int
) -> FlowPlan:
    FLOW_LINES.load()
    return FlowLineSearch(times_ms, seed, start).run(Budget(limits, bound_ms))


def _shop_start(
    shop: JobShop, seed: int, limits: SearchLimits, bound_ms: float, start: int
) -> ShopPlan:
    JOB_SHOP.load()
    return JobShopSearch(shop, seed, start).run(Budget(limits, bound_ms))
