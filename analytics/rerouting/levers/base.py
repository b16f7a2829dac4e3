"""What every lever answers: timed changes of the world, and what they cost."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import numpy as np

from analytics.rerouting.problem import ReroutingProblem
from analytics.simulation.layout import PRIMITIVE_C
from analytics.simulation.model import Records
from federation.topology.model import ClusterSpec


@dataclass(frozen=True, slots=True)
class LeverCost:
    """Money that a lever costs and that no other account holds.

    Parameters
    ----------
    lever, site
        Who costs it, and where.
    component
        ``hire`` for hired equipment. Overtime is not here: it follows from the hours of the
        calendar and is booked as labour.
    amount
        In the reporting currency, for the whole time.
    from_ms, to_ms
        When it is incurred, evenly, ms from the fork.
    """

    lever: str
    site: str
    component: str
    amount: float
    from_ms: int
    to_ms: int

    def until(self, time_ms: int) -> float:
        """The part that is incurred until ``time_ms``."""
        if time_ms >= self.to_ms:
            return self.amount
        passed = max(0, time_ms - self.from_ms)
        return self.amount * passed / max(1, self.to_ms - self.from_ms)


def no_primitives() -> Records:
    """An empty table of timed changes."""
    return np.zeros(0, dtype=PRIMITIVE_C)


@dataclass(frozen=True, eq=False)
class LeverPlan:
    """All that a lever has decided until now, what lies in the past included.

    Parameters
    ----------
    primitives
        Timed changes (``PRIMITIVE_C``).
    costs
        What they cost.
    """

    primitives: Records = field(default_factory=no_primitives)
    costs: tuple[LeverCost, ...] = ()


@runtime_checkable
class Lever(Protocol):
    """Decides on beliefs, at each news. What was promised or ordered before stands."""

    def offered(self, cluster: ClusterSpec) -> bool:
        """Whether the cluster has anything that this lever could pull."""
        ...

    def act(self, problem: ReroutingProblem, before: LeverPlan) -> LeverPlan:
        """The whole plan of the lever after the news.

        Parameters
        ----------
        problem
            What is believed now. Its timed changes to come are those of the world alone, without
            what levers decided before.
        before
            The lever's plan until now.
        """
        ...


def table(rows: list[tuple[int, int, int, int]]) -> Records:
    """Timed changes as an array, sorted."""
    return np.array(sorted(rows), dtype=PRIMITIVE_C)
