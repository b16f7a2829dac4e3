"""The order of operations at a work centre."""

from __future__ import annotations

import numpy as np

from analytics.remember import by_identity
from analytics.rerouting.decoding import Decoded
from analytics.rerouting.problem import Pin, ReroutingProblem
from analytics.rerouting.trees import roots
from analytics.simulation.model import Ints, Records


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
        np.where(frozen, 0, decoded.start_ms),
        np.where(frozen, state.op["rank"], _by_due(model.lot)[root]),
        ~frozen,
    )
    rank = np.empty(len(state.op), dtype=np.int64)
    rank[np.lexsort(keys)] = np.arange(len(state.op))
    return rank


@by_identity()
def _by_due(lot: Records) -> Ints:
    """int64[lots]: place of each among all by due date, then release, then row."""
    place = np.empty(len(lot), dtype=np.int64)
    place[np.lexsort((lot["release_ms"], lot["due_ms"]))] = np.arange(len(lot))
    return place
