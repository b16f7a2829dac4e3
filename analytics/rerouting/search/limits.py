"""When a search ends: time, iterations, gap to the bound, or no improvement any more."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from analytics.rerouting.errors import ReroutingError

Reason = Literal["time", "iterations", "gap", "no improvement", "nothing to search", "interrupted"]
"""Why a search ended."""

_CLOCKS: dict[str, Callable[[], float]] = {
    "wall": time.perf_counter,
    "processor": time.process_time,
}

_CHUNK_S = 0.05
"""Machine code is left about so often to look at the clock."""

_VISIT = 100
"""Rounds between two looks where no clock ends the search. An improvement is noted at the next
look, so these must come at the same rounds on a fast machine and on a slow one."""


@dataclass(frozen=True, slots=True)
class SearchLimits:
    """Whatever comes first ends a search; it can be asked for its best plan at any time.

    Parameters
    ----------
    time_s
        Seconds of each start. The same seed finds the same plan only where time is not what ends
        it.
    iterations
        Rounds of each start.
    gap
        Share of its cost by which the plan may lie above the lower bound; 0: only a proven optimum
        ends it.
    no_improvement
        Rounds without a better plan.
    clock
        What ``time_s`` counts: seconds that pass (``wall``), or those that the process works
        (``processor``), which are the fairer ones where others use the machine too.

    Raises
    ------
    ReroutingError
        When nothing would end the search for certain, or a limit means nothing.
    """

    time_s: float | None = None
    iterations: int | None = None
    gap: float = 0.0
    no_improvement: int | None = None
    clock: Literal["wall", "processor"] = "wall"

    def __post_init__(self) -> None:
        if self.time_s is None and self.iterations is None and self.no_improvement is None:
            raise ReroutingError(
                "nothing ends the search; give time_s, iterations or no_improvement"
            )
        for name in ("time_s", "iterations", "no_improvement"):
            value = getattr(self, name)
            if value is not None and (not math.isfinite(value) or value <= 0):
                raise ReroutingError(f"the limit {name} is {value}; give a number above 0")
        if self.clock not in _CLOCKS:
            raise ReroutingError(f"the clock is {self.clock!r}; choose from {', '.join(_CLOCKS)}")
        if not math.isfinite(self.gap) or self.gap < 0.0:
            raise ReroutingError(f"the gap is {self.gap}; give a share of at least 0")


class Budget:
    """The limits of one start while it runs.

    Parameters
    ----------
    limits
        When it ends.
    bound
        Lower bound on what is searched, in the unit of the search.
    clock
        Seconds; default: that of the limits.
    """

    def __init__(
        self,
        limits: SearchLimits,
        bound: float = -math.inf,
        clock: Callable[[], float] | None = None,
    ) -> None:
        self._limits = limits
        self._bound = bound
        self._clock = clock or _CLOCKS[limits.clock]
        self._start = self._clock()
        self._pace: float | None = None  # rounds a second
        self.rounds = 0
        self._improved = 0
        self._best = math.inf
        self.reason: Reason | None = None

    @property
    def elapsed_s(self) -> float:
        """Seconds since the search began."""
        return self._clock() - self._start

    def progress(self, rounds: int = 0) -> float:
        """Share of the search that will be over after so many more rounds, 0 to 1."""
        shares = [0.0]
        if self._limits.time_s is not None:
            pause = rounds / self._pace if self._pace else 0.0
            shares.append((self.elapsed_s + pause) / self._limits.time_s)
        if self._limits.iterations is not None:
            shares = [(self.rounds + rounds) / self._limits.iterations, *shares[1:]]
        return min(1.0, max(shares))

    def rounds_now(self) -> int:
        """Rounds until the clock is looked at again; 0: the search is over."""
        if self.reason is not None:
            return 0
        limits = self._limits
        left = math.inf
        if limits.iterations is not None:
            left = limits.iterations - self.rounds
        if limits.no_improvement is not None:
            left = min(left, self._improved + limits.no_improvement - self.rounds)
        if limits.time_s is not None:
            rest_s = limits.time_s - self.elapsed_s
            pace = self._pace or 0.0
            left = min(left, max(1.0, pace * min(rest_s, _CHUNK_S)))
        else:
            left = min(left, _VISIT)
        return max(1, int(left))

    def done(self, rounds: int, seconds: float, best: float) -> None:
        """Note rounds that are over, what they took, and the best value found so far."""
        self.rounds += rounds
        self._pace = rounds / max(seconds, 1e-9)
        if best < self._best:
            self._best = best
            self._improved = self.rounds
        limits = self._limits
        if best - self._bound <= limits.gap * abs(best):
            self.reason = "gap"
        elif limits.iterations is not None and self.rounds >= limits.iterations:
            self.reason = "iterations"
        elif (
            limits.no_improvement is not None
            and self.rounds - self._improved >= limits.no_improvement
        ):
            self.reason = "no improvement"
        elif limits.time_s is not None and self.elapsed_s >= limits.time_s:
            self.reason = "time"
