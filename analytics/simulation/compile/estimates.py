"""What the rules say of things under way: full durations, arrivals, and sampled remainders.

Compiled with the kernel's own rules, so that there is one truth about durations and draws.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numba
import numpy as np
import numpy.typing as npt

from analytics.simulation import distributions, draws, layout
from analytics.simulation.cache import CompiledEntry
from analytics.simulation.layout import NONE
from analytics.simulation.machines import batch_units
from analytics.simulation.model import Ints, SimModel, SimState
from analytics.simulation.rules.calendar import next_open, open_before
from analytics.simulation.rules.transport import journey_end
from analytics.simulation.rules.work import duration_ms, nominal_ms
from analytics.simulation.world import Rules, Work

Floats = npt.NDArray[np.float64]


def _estimate(
    scalar: Any,
    dist: Any,
    calendar: Any,
    interval: Any,
    closure: Any,
    curve: Any,
    group_c: Any,
    machine_c: Any,
    optype_c: Any,
    lot_c: Any,
    link_c: Any,
    lot: Any,
    op: Any,
    machine: Any,
    consignment: Any,
    factor: Any,
    drawn: Any,
    nominal: Any,
    arrival: Any,
) -> None:
    rules = Rules(scalar, dist, calendar, interval, closure, curve)
    work = Work(
        lot_c, optype_c, None, None, None, None, None, None, None, None, lot, op, None, None, None,
        None, None,
    )  # fmt: skip
    for row in range(len(machine)):
        first = machine[row].op
        if first == NONE:
            continue
        group = group_c[machine_c[row].group]
        units = batch_units(work, machine[row])
        drawn[row] = duration_ms(rules, work, group, first, units)
        optype = optype_c[op[first].optype]
        nominal[row] = nominal_ms(optype, group.speed_ppm, units, group.batch_units)
    for row in range(len(arrival)):
        link = link_c[consignment[row].link]
        arrival[row] = journey_end(rules, link, consignment[row].depart_ms, factor[row])


def _residuals(
    scalar: Any,
    dist: Any,
    curve: Any,
    rows: Any,
    ages: Any,
    purposes: Any,
    keys: Any,
    indices: Any,
    left: Any,
) -> None:
    for at in range(len(rows)):
        u = draws.uniform(scalar[0], purposes[at], keys[at], indices[at])
        left[at] = distributions.residual(dist[rows[at]], curve, ages[at], u)


def _opening(
    scalar: Any,
    dist: Any,
    calendar: Any,
    interval: Any,
    closure: Any,
    curve: Any,
    rows: Any,
    begins: Any,
    moments: Any,
    closed: Any,
    opens: Any,
) -> None:
    rules = Rules(scalar, dist, calendar, interval, closure, curve)
    for at in range(len(rows)):
        closed[at] = open_before(rules, rows[at], begins[at], moments[at])
        opens[at] = next_open(rules, rows[at], moments[at])


def _estimate_signature() -> Any:
    rules = (
        layout.SCALAR_C,
        layout.DIST_C,
        layout.CALENDAR_C,
        layout.INTERVAL_C,
        layout.INTERVAL_C,
    )
    records = (
        layout.GROUP_C,
        layout.MACHINE_C,
        layout.OPTYPE_C,
        layout.LOT_C,
        layout.LINK_C,
        layout.LOT_S,
        layout.OP_S,
        layout.MACHINE_S,
        layout.CONSIGNMENT_S,
    )
    arrays: list[Any] = [
        numba.types.Array(numba.from_dtype(record), 1, "C") for record in (*rules, *records)
    ]
    arrays.insert(len(rules), numba.float64[::1])
    return numba.void(*arrays, numba.float64[::1], *[numba.int64[::1]] * 3)


def _residuals_signature() -> Any:
    arrays = [
        numba.types.Array(numba.from_dtype(record), 1, "C")
        for record in (layout.SCALAR_C, layout.DIST_C)
    ]
    return numba.void(
        *arrays,
        numba.float64[::1],
        numba.int64[::1],
        numba.float64[::1],
        numba.int64[::1],
        numba.uint64[::1],
        numba.int64[::1],
        numba.float64[::1],
    )


def _opening_signature() -> Any:
    rules = (
        layout.SCALAR_C,
        layout.DIST_C,
        layout.CALENDAR_C,
        layout.INTERVAL_C,
        layout.INTERVAL_C,
    )
    arrays = [numba.types.Array(numba.from_dtype(record), 1, "C") for record in rules]
    return numba.void(*arrays, numba.float64[::1], *[numba.int64[::1]] * 5)


_HERE = (Path(__file__),)
ESTIMATE = CompiledEntry("estimates", _estimate, _estimate_signature, _HERE)
RESIDUALS = CompiledEntry("residuals", _residuals, _residuals_signature, _HERE)
OPENING = CompiledEntry("opening", _opening, _opening_signature, _HERE)


def work_and_arrivals(model: SimModel, state: SimState, factor: Any) -> tuple[Ints, Ints, Ints]:
    """Durations of what is on the machines, and arrivals of what is on the way.

    Parameters
    ----------
    factor
        float64[consignments]: what driving and border hours are stretched by.

    Returns
    -------
    drawn, nominal : int64[machines]
        Whole duration of the operation as drawn for this run, and without its random factor;
        0 where there is none.
    arrival : int64[consignments]
    """
    machines = len(state.machine)
    drawn, nominal = np.zeros(machines, np.int64), np.zeros(machines, np.int64)
    arrival = np.zeros(len(factor), np.int64)
    ESTIMATE(
        model.scalar, model.dist, model.calendar, model.interval, model.closure, model.curve,
        model.group, model.machine, model.optype, model.lot, model.link, state.lot, state.op,
        state.machine, state.consignment, np.ascontiguousarray(factor, np.float64),
        drawn, nominal, arrival,
    )  # fmt: skip
    return drawn, nominal, arrival


def sampled_residuals(
    model: SimModel, rows: Ints, ages_ms: Ints, purpose: int, keys: Any, indices: Ints
) -> Ints:
    """What is left of durations under way, drawn conditionally on their ages, ms, at least 1.

    See ``sampled_excess``.
    """
    left = sampled_excess(model, rows, ages_ms, purpose, keys, indices)
    return np.maximum(left.astype(np.int64), 1)


def sampled_excess(
    model: SimModel, rows: Ints, ages: Any, purpose: int, keys: Any, indices: Ints
) -> Floats:
    """What is left of variates that are known to exceed their ages, drawn conditionally on them.

    Parameters
    ----------
    rows
        int64[n] rows of ``DIST_C``.
    ages
        float64[n] in the unit of the row.
    purpose
        Of the draw that the kernel made, or would have made, for the whole duration.
    keys, indices
        uint64[n] and int64[n]: entity and index of the draw.
    """
    left = np.zeros(len(rows), np.float64)
    RESIDUALS(
        model.scalar,
        model.dist,
        model.curve,
        np.ascontiguousarray(rows, np.int64),
        np.ascontiguousarray(ages, np.float64),
        np.full(len(rows), purpose, np.int64),
        np.ascontiguousarray(keys, np.uint64),
        np.ascontiguousarray(indices, np.int64),
        left,
    )
    return left


def opening(model: SimModel, rows: Ints, begins_ms: Ints, moments_ms: Ints) -> tuple[Ints, Ints]:
    """When calendars were open for the last time before some moments, and when they are next.

    Parameters
    ----------
    rows
        int64[n] rows of ``CALENDAR_C``.
    begins_ms
        int64[n]: what lies before is not looked at.
    moments_ms
        int64[n].

    Returns
    -------
    before, then : int64[n]
        The moments themselves where a calendar is open then.
    """
    before, then = np.zeros(len(rows), np.int64), np.zeros(len(rows), np.int64)
    OPENING(
        model.scalar, model.dist, model.calendar, model.interval, model.closure, model.curve,
        *(np.ascontiguousarray(array, np.int64) for array in (rows, begins_ms, moments_ms)),
        before, then,
    )  # fmt: skip
    return before, then
