"""The search on flow lines, from durations to the order of jobs on each line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.rerouting.search.flow_line.entry import FLOW_LINES
from analytics.rerouting.search.limits import Budget
from analytics.rerouting.search.random import seeded
from analytics.simulation.model import Ints

_LARGEST = 2**30
"""Times are kept in 32 bits; longer plans are searched in coarser units."""


@dataclass(frozen=True, eq=False)
class FlowPlan:
    """Jobs of each line in their order, and the makespan in ms as the search counts it."""

    lines: tuple[Ints, ...]
    makespan_ms: int


class FlowLineSearch:
    """One start of the search.

    Parameters
    ----------
    times_ms
        int64[lines, stages, jobs]: durations; below 0 where a line must not do a job.
    seed, start
        Of the random numbers.
    given
        A plan to begin with: jobs of each line in order. Default: by NEH2.
    """

    def __init__(
        self,
        times_ms: Ints,
        seed: int,
        start: int = 0,
        given: Sequence[Ints] | None = None,
    ) -> None:
        lines, stages, jobs = times_ms.shape
        self._unit = _unit(times_ms)
        self._times = np.where(times_ms < 0, -1, -(-times_ms // self._unit)).astype(np.int32)
        self._word = seeded(seed, start)
        self._jobs = self._first_order(start)
        self._plans = [_plan(lines, jobs, stages) for _ in range(2)]
        self._best_order = np.zeros((lines, jobs), dtype=np.int64)
        self._best_count = np.zeros(lines, dtype=np.int64)
        self._room = (
            np.zeros(jobs + 2, dtype=np.int32),
            np.zeros(jobs + 2, dtype=np.int32),
            np.zeros(jobs, dtype=np.int64),
            np.zeros(jobs, dtype=np.int64),
        )
        self._begun = 0
        self._best = 0
        order, count = self._plans[0][:2]
        count[:] = -1
        if given is not None:
            for line, mine in enumerate(given):
                count[line] = len(mine)
                order[line, : len(mine)] = mine

    def _first_order(self, start: int) -> Ints:
        """Jobs by total time, longest first; later starts begin with a shuffled order."""
        total = np.maximum(self._times, 0).sum(axis=(0, 1), dtype=np.int64)
        if start > 0:
            noise = np.random.default_rng([int(self._word[0])]).random(len(total))
            return np.argsort(-total * (0.8 + 0.4 * noise), kind="stable").astype(np.int64)
        return np.argsort(-total, kind="stable").astype(np.int64)

    def run(self, budget: Budget) -> FlowPlan:
        """Search until the budget is used up; the best plan found."""
        while (rounds := budget.rounds_now()) > 0:
            before = budget.elapsed_s
            progress = np.array([budget.progress(), budget.progress(rounds)])
            self._step(progress, rounds)
            budget.done(rounds, budget.elapsed_s - before, float(self._best * self._unit))
        return self.best

    def _step(self, progress: npt.NDArray[np.float64], rounds: int) -> None:
        self._best = FLOW_LINES(
            self._times, self._jobs, *self._plans[0], *self._plans[1],
            self._best_order, self._best_count, *self._room, self._word, progress,
            self._begun, rounds, self._best,
        )  # fmt: skip
        self._begun = 1

    @property
    def best(self) -> FlowPlan:
        """The best plan so far."""
        lines = tuple(
            self._best_order[line, :count].copy()
            for line, count in enumerate(self._best_count.tolist())
        )
        return FlowPlan(lines, self._best * self._unit)


def _plan(lines: int, jobs: int, stages: int) -> tuple[npt.NDArray[np.signedinteger], ...]:
    """The arrays of ``nouns.Lines``."""
    shape = (lines, stages, jobs + 2)
    return (
        np.zeros((lines, jobs), dtype=np.int64),
        np.zeros(lines, dtype=np.int64),
        np.zeros(shape, dtype=np.int32),
        np.zeros(shape, dtype=np.int32),
        np.zeros(lines, dtype=np.int64),
    )


def _unit(times_ms: Ints) -> int:
    """Unit of the search in ms: exact where the sum of all times fits into 32 bits."""
    times = times_ms[times_ms >= 0]
    whole = int(np.maximum(times_ms, 0).max(axis=0).sum())
    exact = int(np.gcd.reduce(times)) or 1
    return max(exact, -(-whole // _LARGEST))
