"""The search on a job shop, from durations to the order of operations at each machine."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.rerouting.search.job_shop.entry import BEST, JOB_SHOP, SINCE
from analytics.rerouting.search.limits import Budget
from analytics.rerouting.search.random import seeded
from analytics.simulation.model import Ints

STALL = 20_000
"""Rounds without a better plan after which the search begins again elsewhere."""
_FRESH = 4
"""Every so many times it begins with a new plan, else with the best one, shaken."""
_NEVER = 1 << 60


@dataclass(frozen=True, eq=False)
class JobShop:
    """Jobs, their operations, and the machines that can do them.

    Parameters
    ----------
    first_op
        int64[jobs + 1]: first operation of each job; operations are numbered job after job.
    release_ms
        int64[jobs]: earliest start of each job.
    first_way
        int64[ops + 1]: first alternative of each operation.
    machine, time_ms
        int64[alternatives]: machine, and duration there.
    machines
        How many there are.
    """

    first_op: Ints
    release_ms: Ints
    first_way: Ints
    machine: Ints
    time_ms: Ints
    machines: int

    @property
    def ops(self) -> int:
        """Operations of all jobs."""
        return int(self.first_op[-1])


@dataclass(frozen=True, eq=False)
class ShopPlan:
    """Machine of each operation, and the operations of each machine in their order."""

    on: Ints
    sequences: tuple[Ints, ...]
    makespan_ms: int


class JobShopSearch:
    """One start of the search.

    Parameters
    ----------
    shop
        What is to be planned.
    seed, start
        Of the random numbers.
    given
        A plan to begin with; default: a list schedule.
    """

    def __init__(
        self, shop: JobShop, seed: int, start: int = 0, given: ShopPlan | None = None
    ) -> None:
        self._shop = shop
        self._random = np.random.default_rng([seed, start])
        self._word = seeded(seed, start)
        ops, machines = shop.ops, shop.machines
        before = np.arange(ops) - 1
        after = np.arange(ops) + 1
        before[shop.first_op[:-1]] = -1
        after[shop.first_op[1:] - 1] = -1
        release = np.zeros(ops, dtype=np.int64)
        release[shop.first_op[:-1]] = shop.release_ms
        # Copied: what comes from another process may not be written, and has other machine code.
        ways = (np.array(array) for array in (shop.first_way, shop.machine, shop.time_ms))
        self._fixed = (before, after, release, *ways)
        self._graph = [np.zeros(ops, dtype=np.int64) for _ in range(9)]
        self._graph[2] = np.zeros(machines, dtype=np.int64)
        self._trial = [np.zeros(ops, dtype=np.int64) for _ in range(2)]
        self._memory = [
            np.zeros((ops, machines), dtype=np.int64),
            np.zeros((ops, ops), dtype=np.int64),
            np.zeros(ops, dtype=np.int64),
            np.zeros(ops, dtype=np.int64),
        ]
        self._here = [np.zeros(ops, dtype=np.int64), np.zeros(ops, dtype=np.int64),
                      np.zeros(machines, dtype=np.int64)]  # fmt: skip
        self._marks = np.array([_NEVER, 0, 0, 0], dtype=np.int64)
        self._move = np.zeros(3, dtype=np.int64)
        self._begins = 0
        self._kicks = 0
        self.best = given if given is not None else self._listed(noise=0.0 if start == 0 else 0.6)
        self._enter(self.best)

    def run(self, budget: Budget, target_ms: int = 0) -> ShopPlan:
        """Search until the budget is used up; the best plan found."""
        while (rounds := budget.rounds_now()) > 0:
            before = budget.elapsed_s
            made = JOB_SHOP(
                *self._fixed, *self._graph, *self._trial, *self._memory, *self._here,
                self._marks, self._move, self._word, self._kicks, rounds, STALL, target_ms,
            )  # fmt: skip
            if made < 0:
                raise AssertionError("the plan of the job shop has a circle")
            self._kicks = 0
            if int(self._marks[BEST]) < self.best.makespan_ms or not self._begins:
                self.best = self._plan()
                self._begins = max(1, self._begins)
            if int(self._marks[SINCE]) >= STALL:
                self._begin_elsewhere()
                made = max(1, made)
            budget.done(made, budget.elapsed_s - before, float(self.best.makespan_ms))
        return self.best

    def _plan(self) -> ShopPlan:
        on, right, lead = self._here
        sequences = []
        for op in lead.tolist():
            mine = []
            while op >= 0:
                mine.append(op)
                op = int(right[op])  # noqa: PLW2901
            sequences.append(np.array(mine, dtype=np.int64))
        return ShopPlan(on.copy(), tuple(sequences), int(self._marks[BEST]))

    def _begin_elsewhere(self) -> None:
        self._begins += 1
        for array in self._memory[:2]:
            array[:] = 0
        self._marks[:] = (_NEVER, 0, 0, 0)
        if self._begins % _FRESH == 0:
            self._enter(self._listed(noise=0.6))
        else:
            self._enter(self.best)
            self._kicks = 5 + self._shop.ops // 20

    def _enter(self, plan: ShopPlan) -> None:
        """Write a plan into the graph."""
        on, took, lead, left, right = self._graph[:5]
        lead[:], left[:], right[:] = -1, -1, -1
        on[:] = plan.on
        for machine, mine in enumerate(plan.sequences):
            if len(mine):
                lead[machine] = mine[0]
                left[mine[1:]] = mine[:-1]
                right[mine[:-1]] = mine[1:]
        shop = self._shop
        ways = np.diff(shop.first_way)
        owner = np.repeat(np.arange(shop.ops), ways)
        chosen = shop.machine == on[owner]
        took[owner[chosen]] = shop.time_ms[chosen]

    def _listed(self, noise: float) -> ShopPlan:
        """A list schedule: the job with most work left first, where it ends soonest."""
        shop = self._shop
        ways = np.diff(shop.first_way)
        shortest = np.minimum.reduceat(shop.time_ms, shop.first_way[:-1])
        done = np.concatenate([[0], np.cumsum(shortest)])
        ops = shop.ops
        jobs = len(shop.first_op) - 1
        cursor = shop.first_op[:-1].copy()
        ready = shop.release_ms.astype(np.int64).copy()
        free = np.zeros(shop.machines, dtype=np.int64)
        on = np.zeros(ops, dtype=np.int64)
        sequences: list[list[int]] = [[] for _ in range(shop.machines)]
        lift = 1.0 + noise * (self._random.random((ops, jobs)) - 0.5) if noise else None
        for number in range(ops):
            left = (done[shop.first_op[1:]] - done[cursor]).astype(float)
            if lift is not None:
                left *= lift[number]
            left[cursor >= shop.first_op[1:]] = -1.0
            job = int(left.argmax())
            op = int(cursor[job])
            here = slice(int(shop.first_way[op]), int(shop.first_way[op]) + int(ways[op]))
            machines = shop.machine[here]
            ends = np.maximum(ready[job], free[machines]) + shop.time_ms[here]
            at = int(ends.argmin())
            on[op] = machines[at]
            ready[job] = free[machines[at]] = ends[at]
            sequences[int(machines[at])].append(op)
            cursor[job] += 1
        rows = tuple(np.array(mine, dtype=np.int64) for mine in sequences)
        return ShopPlan(on, rows, int(ready.max()))
