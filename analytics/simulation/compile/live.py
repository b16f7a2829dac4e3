"""What is under way at the fork and nobody knows the end of: drawn once, given how long it lasts.

Repairs, maintenance, outages, quarantines, orders with suppliers, work of which nobody told how
much is left; and the next breakdown of each machine, given how long it has held.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from analytics.simulation import draws, features, slots
from analytics.simulation.compile.estimates import opening, sampled_excess, sampled_residuals
from analytics.simulation.compile.on_machines import nominal_work_ms
from analytics.simulation.compile.under_way import call_suppliers
from analytics.simulation.expectation import dist_rows, mean_residual
from analytics.simulation.layout import FOREVER, NONE, SUPPLY_ORDERS
from analytics.simulation.model import Ints, Records, SimModel, SimState
from analytics.simulation.upkeep import UNDER_WAY
from twins.work import LotState

Remainder = Callable[[Ints, Ints, int, Records, Ints], Ints]
"""Rows of ``DIST_C``, ages in ms, purpose, keys and indices of the draws, to ms that are left."""

VISIT_BITS = 20
"""Draws of an operation are indexed by the attempt, and by its visits for rework above it."""


def arm_state(model: SimModel, state: SimState) -> None:
    """Draw the ends of what is under way at the fork, once per replication.

    A duration is drawn conditionally on its age and keyed like the whole duration, so that every
    scenario and response sees the same end. Deterministic runs take the mean of what is left, and
    know of no breakdown to come.

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
    remainder = expected(model) if known else drawn
    arm_ends(model, state, remainder, unarmed_only=True)
    _arm_holds(model, state, remainder)
    _arm_supplies(model, state, remainder)
    if not known:
        _arm_failures(model, state)
        _draw_work(model, state)


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
    left = remainder(
        model.group["repair_dist"][model.machine["group"][broken]],
        now - state.machine["repair_ms"][broken],
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


def _arm_holds(model: SimModel, state: SimState, remainder: Remainder) -> None:
    """Ends of quarantines; one that has no length of its own ends now, or with its certificate."""
    first = int(model.bases[slots.HOLD])
    held = np.flatnonzero((state.lot["state"] == LotState.HELD) & (state.lot["op"] > 0))
    held = held[state.slot["time_ms"][first + held] == FOREVER]
    ops = model.lot["first_op"][held] + state.lot["op"][held] - 1
    dist = model.optype["hold_dist"][state.op["optype"][ops]] - 1
    left = np.zeros(len(held), np.int64)
    lasts = dist != NONE
    left[lasts] = remainder(
        dist[lasts],
        np.maximum(-state.lot["since_ms"][held[lasts]], 0),
        draws.HOLD,
        state.op["key"][ops[lasts]],
        _visits(state, ops[lasts]),
    )
    state.slot["time_ms"][first + held] = left
    state.lot["hold_ms"][held] = left


def _arm_supplies(model: SimModel, state: SimState, remainder: Remainder) -> None:
    """When suppliers bring what was ordered before the fork and is not here.

    That it is not here says that its lead time was not over when the supplier was open for the last
    time.
    """
    rows = np.flatnonzero((state.supply["milli"] > 0) & (state.supply["told"] == 0))
    if len(rows) == 0:
        return
    supplier = model.supply[rows // SUPPLY_ORDERS]
    ordered = state.supply["ordered_ms"][rows]
    open_at = np.zeros(len(rows), np.int64)
    timed = supplier["calendar"] != NONE
    if timed.any():
        calendars = supplier["calendar"][timed]
        zero = np.zeros(len(calendars), np.int64)
        open_at[timed], _ = opening(model, calendars, np.minimum(ordered[timed], 0), zero)
    left = remainder(
        supplier["lead_dist"],
        np.maximum(open_at - ordered, 0),
        draws.SUPPLY_TIME,
        supplier["key"],
        rows % SUPPLY_ORDERS,
    )
    due = np.maximum(open_at, ordered) + left
    if timed.any():
        _, due[timed] = opening(model, calendars, zero, np.maximum(due[timed], 0))
    state.supply["due_ms"][rows] = np.maximum(due, 0)
    call_suppliers(model, state)


def _arm_failures(model: SimModel, state: SimState) -> None:
    """The next breakdown of each machine of which it is known how long it has held."""
    group = model.group[model.machine["group"]]
    rows = np.flatnonzero(
        (state.machine["worn_ms"] > 0)
        & (state.machine["failed"] == 0)
        & (group["failure_dist"] != NONE)
    )
    left = sampled_residuals(
        model,
        group["failure_dist"][rows],
        state.machine["worn_ms"][rows],
        draws.TIME_TO_FAILURE,
        model.machine["key"][rows],
        state.machine["failure_index"][rows],
    )
    by_use = group["features"][rows] & features.USE_CLOCK > 0
    state.machine["use_left_ms"][rows[by_use]] = left[by_use]
    state.slot["time_ms"][model.bases[slots.FAILURE] + rows[~by_use]] = left[~by_use]


def _draw_work(model: SimModel, state: SimState) -> None:
    """What is left of work of which nobody told it, given how long it has lasted."""
    rows = np.flatnonzero(state.machine["untold"] == 1)
    ops = state.machine["op"][rows]
    dist = model.optype["dist"][state.op["optype"][ops]]
    spread = dist != NONE
    rows, ops, dist = rows[spread], ops[spread], dist[spread]
    if len(rows) == 0:
        return
    nominal = np.array([nominal_work_ms(model, state, row) for row in rows.tolist()], np.int64)
    left = sampled_excess(
        model,
        dist,
        state.op["done_ms"][ops] / nominal,
        draws.OPERATION_TIME,
        state.op["key"][ops],
        _visits(state, ops),
    )
    left_ms = np.maximum((left * nominal).astype(np.int64), 1)
    runs = state.machine["running"][rows] == 1
    state.machine["finish_ms"][rows[runs]] = left_ms[runs]
    state.slot["time_ms"][model.bases[slots.FINISH] + rows[runs]] = left_ms[runs]
    state.machine["work_left_ms"][rows[~runs]] = left_ms[~runs]


def _visits(state: SimState, ops: Ints) -> Ints:
    """Index of the draws of the present visits of lots to operations."""
    attempts: Ints = state.lot["attempt"][state.op["lot"][ops]]
    return attempts + (state.op["visits"][ops] << VISIT_BITS)
