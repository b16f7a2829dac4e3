"""What is under way at the fork and nobody knows the end of: repairs and outages."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from analytics.simulation import draws, slots
from analytics.simulation.compile.estimates import sampled_residuals
from analytics.simulation.expectation import dist_rows, mean_residual
from analytics.simulation.layout import FOREVER
from analytics.simulation.model import Ints, Records, SimModel, SimState
from analytics.simulation.upkeep import UNDER_WAY

Remainder = Callable[[Ints, Ints, int, Records, Ints], Ints]
"""Rows of ``DIST_C``, ages in ms, purpose, keys and indices of the draws, to ms that are left."""


def arm_state(model: SimModel, state: SimState) -> None:
    """Draw the ends of the repairs and outages under way at the fork, once per replication.

    A duration is drawn conditionally on its age and keyed like the whole duration, so that every
    scenario and response sees the same end. Deterministic runs take the mean of what is left.

    Parameters
    ----------
    model
        Of the replication (``with_run``).
    state
        At the fork; changed in place.
    """

    def drawn(dists: Ints, ages: Ints, purpose: int, keys: Records, indices: Ints) -> Ints:
        return sampled_residuals(model, dists, ages, purpose, keys, indices)

    known = bool(model.scalar["deterministic"][0])
    arm_ends(model, state, expected(model) if known else drawn, unarmed_only=True)


def expected(model: SimModel) -> Remainder:
    """The mean of what is left, whatever will be drawn."""

    def mean(dists: Ints, ages: Ints, purpose: int, keys: Records, indices: Ints) -> Ints:
        del purpose, keys, indices
        known = dist_rows(model.dist)
        left = [
            mean_residual(known[row], model.curve, float(age))
            for row, age in zip(dists.tolist(), ages.tolist(), strict=True)
        ]
        return np.maximum(np.array(left, dtype=np.float64).astype(np.int64), 1)

    return mean


def arm_ends(model: SimModel, state: SimState, remainder: Remainder, *, unarmed_only: bool) -> None:
    """Set the ends of the repairs and outages under way; only those not yet set, if so wished."""
    now = int(state.clock["now_ms"][0])
    first = model.bases[slots.FAILURE]
    broken = _under_way(state, state.machine["failed"], first, unarmed_only)
    since = state.machine["since_ms"][broken]
    begun = state.machine["repair_ms"][broken]
    left = remainder(
        model.group["repair_dist"][model.machine["group"][broken]],
        now - np.where(begun > 0, begun, since),
        draws.TIME_TO_REPAIR,
        model.machine["key"][broken],
        state.machine["failure_index"][broken],
    )
    state.slot["time_ms"][first + broken] = now + left
    first = model.bases[slots.MAINTENANCE]
    idle = np.where(state.machine["upkeep"] == UNDER_WAY, 1, 0)
    stopped = _under_way(state, idle, first, unarmed_only)
    left = remainder(
        model.group["upkeep_dist"][model.machine["group"][stopped]],
        now - state.machine["upkeep_since_ms"][stopped],
        draws.MAINTENANCE_TIME,
        model.machine["key"][stopped],
        state.machine["upkeep_index"][stopped],
    )
    state.slot["time_ms"][first + stopped] = now + left
    first = model.bases[slots.GRID]
    dark = _under_way(state, state.site["outage"], first, unarmed_only)
    left = remainder(
        model.site["outage_dist"][dark],
        now - state.site["outage_since_ms"][dark],
        draws.OUTAGE_DURATION,
        model.site["key"][dark],
        state.site["outage_index"][dark],
    )
    state.slot["time_ms"][first + dark] = now + left


def _under_way(state: SimState, flags: Ints, first_slot: int, unarmed_only: bool) -> Ints:
    rows = np.flatnonzero(flags == 1)
    if unarmed_only:
        rows = rows[state.slot["time_ms"][first_slot + rows] == FOREVER]
    return rows.astype(np.int64)
