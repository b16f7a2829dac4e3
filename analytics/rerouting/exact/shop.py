"""Plain shops for CP-SAT: the model that is standard for job shops, flexible or not.

An interval for each operation at each machine that can do it, none of which overlap, and the
makespan; times in the largest unit in which all are whole, so that nothing is rounded.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analytics.rerouting.decoding import travel_ms
from analytics.rerouting.exact.solver import Ending, SolverLimits, solve
from analytics.rerouting.problem import ReroutingProblem
from analytics.rerouting.search.plain import PlainShop
from analytics.simulation.layout import FOREVER
from analytics.simulation.model import Ints, SimState

if TYPE_CHECKING:
    from ortools.sat.python import cp_model


@dataclass(frozen=True, eq=False)
class ShopAnswer:
    """What the solver says of a plain shop.

    Parameters
    ----------
    ending
        Why it ended.
    makespan_ms
        Below which no plan lies.
    group, start_ms
        int64[ops]: work centre and start of each operation of the shop; ``None``: nothing found.
    """

    ending: Ending
    makespan_ms: int
    group: Ints | None = None
    start_ms: Ints | None = None


def solve_shop(
    problem: ReroutingProblem,
    shop: PlainShop,
    least_ms: int,
    known: SimState,
    limits: SolverLimits,
) -> ShopAnswer:
    """Look for the shortest makespan.

    Parameters
    ----------
    problem, shop
        The question.
    least_ms
        Lower bound that is known.
    known
        The end of a plan that is known, to begin with.
    limits
        When the solver ends.
    """
    return _ShopModel(problem, shop, least_ms, known).solve(limits)


class _ShopModel:
    def __init__(
        self, problem: ReroutingProblem, shop: PlainShop, least_ms: int, known: SimState
    ) -> None:
        from ortools.sat.python import cp_model

        self._shop = shop
        self._unit = int(np.gcd.reduce(shop.time_ms)) or 1
        self._model = cp_model.CpModel()
        times = shop.time_ms // self._unit
        longest = int(np.maximum.reduceat(times, shop.first_way[:-1]).sum())
        ends = known.op["end_ms"][shop.op]
        if len(ends) and int(ends.max()) < FOREVER:
            longest = max(1, -(-(int(ends.max()) - problem.now_ms) // self._unit))
        self._starts = [self._model.new_int_var(0, longest, "") for _ in shop.op]
        self._ways: list[tuple[cp_model.IntVar, int]] = []  # literal and work centre
        self._first = shop.first_way.tolist()
        self._add_work(problem, times, longest, known)
        self._makespan = self._model.new_int_var(-(-least_ms // self._unit), longest, "makespan")
        for job in range(len(shop.lots)):
            last = int(shop.first_op[job + 1]) - 1
            self._model.add(self._makespan >= self._ends[last])
        self._model.minimize(self._makespan)

    def _add_work(
        self, problem: ReroutingProblem, times: Ints, longest: int, known: SimState
    ) -> None:
        shop, model = self._shop, self._model
        ends = [model.new_int_var(0, longest, "") for _ in shop.op]
        self._ends = ends
        busy: dict[int, list[cp_model.IntervalVar]] = defaultdict(list)
        for op in range(len(shop.op)):
            row = int(shop.op[op])
            begun = int(known.op["start_ms"][row])
            if begun < FOREVER:
                model.add_hint(self._starts[op], (begun - problem.now_ms) // self._unit)
            for way in range(self._first[op], self._first[op + 1]):
                group = int(shop.group[way])
                there = model.new_bool_var("")
                model.add_hint(there, int(known.op["group"][row]) == group)
                self._ways.append((there, group))
                busy[group].append(
                    model.new_optional_interval_var(
                        self._starts[op], int(times[way]), ends[op], there, ""
                    )
                )
            model.add_exactly_one(
                there for there, _ in self._ways[self._first[op] : self._first[op + 1]]
            )
        for mine in busy.values():
            model.add_no_overlap(mine)
        self._add_order(problem)

    def _add_order(self, problem: ReroutingProblem) -> None:
        """One operation of a job after the other, with the way between two sites."""
        shop, model = self._shop, self._model
        ways = travel_ms(problem.model, problem.state)
        site = problem.model.group["site"]
        first_of_job = set(shop.first_op[:-1].tolist())
        for op in range(len(shop.op)):
            if op in first_of_job:
                continue
            model.add(self._starts[op] >= self._ends[op - 1])
            for before, here in self._ways[self._first[op - 1] : self._first[op]]:
                for after, there in self._ways[self._first[op] : self._first[op + 1]]:
                    way_ms = int(ways[site[here], site[there]])
                    if way_ms >= FOREVER:
                        model.add_at_most_one(before, after)
                    elif way_ms > 0:
                        model.add(
                            self._starts[op] >= self._ends[op - 1] + way_ms // self._unit
                        ).only_enforce_if(before, after)

    def solve(self, limits: SolverLimits) -> ShopAnswer:
        """Minimise the makespan."""
        watched = [*self._starts, *(there for there, _ in self._ways)]
        found = solve(self._model, limits, watched)
        least = int(max(0.0, found.bound) * self._unit)
        if not found.plans:
            return ShopAnswer(found.ending, least)
        values = np.array(found.plans[-1], dtype=np.int64)
        starts, chosen = values[: len(self._starts)], values[len(self._starts) :] == 1
        groups = np.array([group for _, group in self._ways], dtype=np.int64)[chosen]
        return ShopAnswer(found.ending, least, groups, starts * self._unit)
