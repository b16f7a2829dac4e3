"""Large-neighbourhood search on a cluster: some trees are taken out of the plan and planned anew.

Which trees, in which turn, and by how much another way must be cheaper is drawn; the decoder finds
their sites, and the simulator replays the whole plan and says what it costs. A worse plan is kept
with a probability that falls as the search goes on (simulated annealing over large neighbourhoods,
after Shaw 1998, and Schrimpf and others 2000).
"""

from __future__ import annotations

import math

import numpy as np

from analytics.rerouting.candidates import ARTICLE_NEEDED
from analytics.rerouting.decoding import Decoded, Decoder, Focus
from analytics.rerouting.problem import ReroutingProblem
from analytics.rerouting.proposal import Proposal
from analytics.rerouting.search.cluster.plan import Field, Floats, Plan
from analytics.rerouting.search.limits import Budget
from analytics.rerouting.trees import roots
from analytics.simulation.model import Ints

HEAT = 0.002
"""Temperature at the start, as a share of the cost of the first plan."""
MOST = 16
"""Trees about one place that are planned anew at once."""
TREES_A_PLACE = 300
"""In a large cluster there are more such places in a round: one for so many trees."""


class ClusterSearch:
    """One start of the search.

    Parameters
    ----------
    problem
        The question.
    given
        The proposal to begin with.
    seed, start
        Of the random numbers.
    """

    def __init__(
        self, problem: ReroutingProblem, given: Proposal, seed: int, start: int = 0
    ) -> None:
        self._problem = problem
        self._field = Field(problem)
        self._random = np.random.default_rng([seed, start])
        self._decoder = Decoder(problem)
        self._taught = self._decoder.second_pass(self._decoder.decode())
        self._closed = self._taught[2].copy()
        order, first = self._decoder.trees()
        self._lots = [order[first[row] : first[row + 1]] for row in range(len(first) - 1)]
        self._tree_root = np.array([lots[-1] for lots in self._lots], dtype=np.int64)
        article = problem.state.lot["article"][order] > 0
        self._urgent = np.array(
            [bool(article[first[row] : first[row + 1]].any()) for row in range(len(self._lots))]
        )
        group = problem.state.op["group"].astype(np.int64)
        rank = problem.state.op["rank"].astype(np.int64)
        group[given.op], rank[given.op] = given.group, given.rank
        turn = self._field.first_turns()
        self._current = Plan(group, turn, rank, given.total, given.end)
        self.best = self._current
        self._scale = abs(given.total)

    def run(self, budget: Budget) -> Plan:
        """Search until the budget is used up; the best plan found."""
        budget.done(0, 0.0, self.best.total)  # what it begins with may be good enough
        while budget.rounds_now() > 0:
            before = budget.elapsed_s
            self._round(budget.progress())
            budget.done(1, budget.elapsed_s - before, self.best.total)
        return self.best

    def _round(self, progress: float) -> None:
        plan = self._neighbour()
        worse = plan.total - self._current.total
        heat = HEAT * self._scale * (1.0 - progress)
        if worse <= 0.0 or (heat > 0.0 and self._random.random() < math.exp(-worse / heat)):
            self._current = plan
        if plan.total < self.best.total - 1e-9:
            self.best = plan
        elif self._current.total > self.best.total + 4 * HEAT * self._scale:
            self._current = self.best

    def _neighbour(self) -> Plan:
        """One move, its replay and its cost."""
        draw = self._random.random()
        if draw < 0.62:
            return self._planned_anew(self._some())
        if draw < 0.77:
            return self._another_turn()
        if draw < 0.86:
            return self._sent_back()
        if draw < 0.88:
            return self._permissions()
        return self._everything()

    def _some(self) -> Ints:
        """Rows of trees that compete with each other; those that cost most are drawn most often."""
        field, random = self._field, self._random
        burden = field.burden(self._current)
        weight = burden / max(float(burden.max()), 1e-9) + 0.02
        places = int(random.integers(1, 2 + len(weight) // TREES_A_PLACE))
        noise = np.exp(random.normal(0.0, 0.5, len(weight)))
        found = []
        for seed in random.choice(len(weight), places, p=weight / weight.sum()).tolist():
            count = int(random.integers(1, MOST + 1))
            found.append(field.related(self._current, seed, count, noise))
        return np.unique(np.concatenate(found))

    def _planned_anew(self, rows: Ints) -> Plan:
        """Trees find their sites anew, some of them in another turn."""
        turn = self._current.turn
        if self._random.random() < 0.5:
            turn = turn.copy()
            mine = self._field.movable_roots[rows]
            turn[mine] = self._random.permutation(turn[mine])
        margin = float(self._random.choice((0.0, 0.0, 0.03, 0.1)))
        return self._decoded(turn, rows, margin)

    def _another_turn(self) -> Plan:
        """One tree is served earlier or later; nothing changes its site."""
        random, mine = self._random, self._field.movable_roots
        rows = random.permutation(self._some())
        turn = self._current.turn.copy()
        if len(rows) > 1 and random.random() < 0.5:
            one, other = mine[rows[0]], mine[rows[1]]
            turn[one], turn[other] = turn[other], turn[one]
        else:
            turn[mine[rows[0]]] -= random.normal(0.0, 0.03) * len(turn)
        return self._decoded(turn, rows[:0], 0.0)

    def _sent_back(self) -> Plan:
        """Trees go back to where the running plan has them."""
        rows = self._some()
        group = self._current.group.copy()
        for root in self._field.movable_roots[rows].tolist():
            mine = self._field.by_root[root]
            group[mine] = self._problem.state.op["group"][mine]
        return self._replayed(group, self._current.turn)

    def _permissions(self) -> Plan:
        """A permission that asks for a first article is used, or is not any more."""
        needed = np.flatnonzero(self._problem.state.gate["status"] == ARTICLE_NEEDED)
        if len(needed) == 0:
            return self._everything()
        gate = int(self._random.choice(needed))
        self._closed[gate] = not self._closed[gate]
        part = gate % self._problem.model.parts
        makes = self._problem.model.lot["part"] == part
        of_it = np.unique(roots(self._problem.model)[makes])
        rows = np.flatnonzero(np.isin(self._field.movable_roots, of_it))
        plan = self._decoded(self._current.turn, rows, 0.0)
        if plan.total > self._current.total:
            self._closed[gate] = not self._closed[gate]
        return plan

    def _everything(self) -> Plan:
        """All trees find their sites anew, in turns that are shaken."""
        turn = self._current.turn
        turn = turn + self._random.normal(0.0, 0.01, len(turn)) * len(turn)
        margin = float(self._random.choice((0.0, 0.05, 0.1, 0.2)))
        return self._decoded(turn, np.arange(len(self._field.movable_roots)), margin)

    def _decoded(self, turn: Floats, rows: Ints, margin: float) -> Plan:
        """The plan in which some trees find their sites anew and all others stay."""
        free = np.zeros(len(self._problem.model.lot), dtype=np.bool_)
        free[self._field.movable_roots[rows]] = True
        pinned, present = self._decoder.free()
        fixed = ~free[self._field.root]
        pinned = np.where(fixed, 1, pinned)
        present = np.where(fixed, self._current.group, present)
        order = np.lexsort((turn[self._tree_root], ~self._urgent))
        lots = [self._lots[row] for row in order]
        first = np.concatenate([[0], np.cumsum([len(one) for one in lots])]).astype(np.int64)
        focus = Focus(pinned, present, np.concatenate(lots), first, margin)
        sharing, fee, _ = self._taught
        decoded = self._decoder.decode(sharing, fee, self._closed, focus)
        return self._replayed(decoded.group, turn, decoded)

    def _replayed(self, group: Ints, turn: Floats, decoded: Decoded | None = None) -> Plan:
        field = self._field
        start = self._current.end.op["start_ms"] if decoded is None else decoded.start_ms
        return field.replayed(group, turn, field.ranks(turn, start))
