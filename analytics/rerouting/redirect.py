"""Redirect: the rule of the shop floor that a proposal may leave switched on in the kernel."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from analytics.rerouting.problem import Pin, ReroutingProblem
from analytics.simulation import slots
from analytics.simulation.belief import rebuild_heap
from analytics.simulation.layout import FOREVER
from analytics.simulation.model import Ints, SimModel, SimState, copied


@dataclass(frozen=True, eq=False)
class Redirect:
    """Who waits how long, and who may go where.

    Parameters
    ----------
    patience_ms
        A work centre has to stand so long before its lots leave.
    first_candidate, candidate
        Work centres by operation type, see ``SimModel``.
    free_ms
        int64[operations]: from when each may leave.
    """

    patience_ms: int
    first_candidate: Ints
    candidate: Ints
    free_ms: Ints

    @classmethod
    def of(cls, problem: ReroutingProblem, patience_ms: int, *, planned: bool = False) -> Redirect:
        """The rule from a decision on.

        What is frozen is free again when the frozen horizon is over and it has not begun; orders
        that are not known yet are free, since their lots wait only after they are known.

        Parameters
        ----------
        problem
            The question; it qualifies the candidates as for every other policy.
        patience_ms
            See above.
        planned
            Only what a plan that is made now may move.
        """
        free = np.full(len(problem.pins), FOREVER, np.int64)
        free[problem.pins == Pin.FREE] = 0
        if not planned:
            free[np.isin(problem.pins, (Pin.UNKNOWN, Pin.LATER))] = 0
            free[problem.pins == Pin.FROZEN] = problem.frozen_until_ms
        first, candidate = problem.table.rows
        return cls(patience_ms, first, candidate, free)

    def on(self, model: SimModel) -> SimModel:
        """The model with the rule switched on."""
        arrays = (self.first_candidate, self.candidate, self.free_ms)
        writable = (rows if rows.flags.writeable else rows.copy() for rows in arrays)
        return model.with_redirect(self.patience_ms, *writable)  # from a shared store they are not


def look_now(model: SimModel, state: SimState, now_ms: int, *, anew: bool) -> None:
    """Have the kernel look at once which work centres stand; ``anew``: the rule was off so far."""
    if anew:
        state.group["stands_ms"] = 0
    state.slot["time_ms"][int(model.bases[slots.REDIRECT])] = now_ms
    if int(state.clock["started"][0]) == 1:
        rebuild_heap(state)


def looking(problem: ReroutingProblem) -> SimState:
    """A state like the problem's with the rule's first look on its agenda."""
    kept = problem.state
    state = replace(
        kept,
        slot=copied(kept.slot),
        heap=kept.heap.copy(),
        group=copied(kept.group),
        clock=kept.clock.copy(),
    )
    look_now(problem.model, state, problem.now_ms, anew=True)
    return state
