"""The order of operations at a work centre."""

from __future__ import annotations

import numpy as np

from analytics.rerouting.decoding import Decoded
from analytics.rerouting.problem import Pin, ReroutingProblem
from analytics.rerouting.trees import roots
from analytics.simulation.model import Ints


def due_ranks(problem: ReroutingProblem, decoded: Decoded) -> Ints:
    """int64[ops]: what is frozen first, as it stands; then by due date of the order, then by plan.

    Parameters
    ----------
    problem
        The question.
    decoded
        Where each operation is to be done, and its estimated start.
    """
    model, state = problem.model, problem.state
    root = roots(model)[state.op["lot"]]
    frozen = np.isin(problem.pins, (Pin.STARTED, Pin.FROZEN))
    keys = (
        np.arange(len(state.op)),
        np.where(frozen, 0, decoded.start_ms),
        np.where(frozen, state.op["rank"], root),
        np.where(frozen, 0, model.lot["release_ms"][root]),
        np.where(frozen, 0, model.lot["due_ms"][root]),
        ~frozen,
    )
    rank = np.empty(len(state.op), dtype=np.int64)
    rank[np.lexsort(keys)] = np.arange(len(state.op))
    return rank
