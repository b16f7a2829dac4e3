"""A plan of the search, what its replay says of it, and which trees of lots belong together."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from analytics.rerouting.money import prices_of
from analytics.rerouting.problem import Pin, ReroutingProblem
from analytics.rerouting.proposal import open_operations, priced
from analytics.rerouting.trees import roots
from analytics.simulation.layout import FOREVER
from analytics.simulation.model import Ints, SimState

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Plan:
    """Work centre of each operation, turn of each tree of lots, and what follows from them.

    Parameters
    ----------
    group
        int64[ops].
    turn
        float64[lots]: place of a root lot among all; smaller is planned and served first.
    rank
        int64[ops], see ``Field.ranks``.
    total
        Weighted cost by its replay.
    end
        The replay.
    """

    group: Ints
    turn: Floats
    rank: Ints
    total: float
    end: SimState


class Field:
    """What a search over one problem looks up again and again.

    Parameters
    ----------
    problem
        The question.
    """

    def __init__(self, problem: ReroutingProblem) -> None:
        self.problem = problem
        self.op = open_operations(problem)
        self.root = roots(problem.model)[problem.state.op["lot"]]
        """int64[ops]: the lot for the customer that an operation is for."""
        self._frozen = np.isin(problem.pins, (Pin.STARTED, Pin.FROZEN))
        rates = prices_of(problem.cluster, problem.model.names).lateness_per_ms(problem.model)
        self._rate = rates * problem.weights.lateness

    @cached_property
    def movable_roots(self) -> Ints:
        """int64: rows of the root lots of which something may move."""
        return np.unique(self.root[self.problem.movable])

    @cached_property
    def by_root(self) -> dict[int, Ints]:
        """Operations that may move, by root lot."""
        rows = self.problem.movable
        rows = rows[np.argsort(self.root[rows], kind="stable")]
        parts = np.split(rows, np.flatnonzero(np.diff(self.root[rows])) + 1)
        return {int(self.root[part[0]]): part for part in parts if len(part)}

    def first_turns(self) -> Floats:
        """float64[lots]: by due date, then release; the turns of the greedy plan."""
        lot = self.problem.model.lot
        turn = np.zeros(len(lot))
        turn[np.lexsort((np.arange(len(lot)), lot["release_ms"], lot["due_ms"]))] = np.arange(
            len(lot)
        )
        return turn

    def ranks(self, turn: Floats, start_ms: Ints) -> Ints:
        """int64[ops]: what is frozen first, as it stands; then by the turn of its tree, then start.

        Parameters
        ----------
        turn
            float64[lots].
        start_ms
            int64[ops] estimated starts.
        """
        frozen, state = self._frozen, self.problem.state
        keys = (
            np.arange(len(frozen)),
            np.where(frozen, 0, start_ms),
            np.where(frozen, state.op["rank"], turn[self.root]),
            ~frozen,
        )
        rank = np.empty(len(frozen), dtype=np.int64)
        rank[np.lexsort(keys)] = np.arange(len(frozen))
        return rank

    def replayed(self, group: Ints, turn: Floats, rank: Ints) -> Plan:
        """A plan with its replay and cost."""
        end, _, objective = priced(self.problem, self.op, group[self.op], rank[self.op])
        return Plan(group, turn, rank, objective.total(self.problem), end)

    def burden(self, plan: Plan) -> Floats:
        """float64[movable roots]: money of each tree's lateness and moves in a plan."""
        problem, mine = self.problem, self.movable_roots
        done = np.minimum(plan.end.lot["done_ms"][mine], problem.until_ms)
        late = np.maximum(done - problem.model.lot["due_ms"][mine], 0) * self._rate[mine]
        moved = plan.group[problem.movable] != problem.state.op["group"][problem.movable]
        at = np.searchsorted(mine, self.root[problem.movable[moved]])
        counts = np.bincount(at, minlength=len(mine))
        burden: Floats = late + counts * max(problem.weights.stability, 0.01)
        return burden

    def related(self, plan: Plan, seed: int, count: int, noise: Floats) -> Ints:
        """Rows in ``movable_roots`` of trees that compete with one for machines about that time.

        Parameters
        ----------
        plan
            Whose replay says when.
        seed
            Row of the tree; it is the first of the answer.
        count
            How many, the seed among them.
        noise
            float64[movable roots] factors on the distance in time.
        """
        groups = np.unique(plan.group[self.by_root[int(self.movable_roots[seed])]])
        shares = np.isin(plan.group[self.problem.movable], groups)
        rows = np.unique(
            np.searchsorted(self.movable_roots, self.root[self.problem.movable[shares]])
        )
        when = self._middle(plan)
        distance = np.abs(when[rows] - when[seed]) * noise[rows]
        distance[rows == seed] = -1.0
        return rows[np.argsort(distance, kind="stable")[:count]]

    def _middle(self, plan: Plan) -> Floats:
        """float64[movable roots]: mean start of what may move of a tree."""
        rows = self.problem.movable
        start = plan.end.op["start_ms"][rows]
        start = np.where(start < FOREVER, start, self.problem.until_ms).astype(np.float64)
        at = np.searchsorted(self.movable_roots, self.root[rows])
        size = len(self.movable_roots)
        total = np.bincount(at, weights=start, minlength=size)
        middle: Floats = total / np.maximum(np.bincount(at, minlength=size), 1)
        return middle
