"""Work content: units to start for a good lot, and how long an operation takes."""

from __future__ import annotations

from typing import Any

import numpy as np

from analytics.simulation import distributions, draws
from analytics.simulation.cache import compiled, inlined
from analytics.simulation.layout import NONE, PPM


@compiled
def units_at(rules: Any, work: Any, lot: int, step: int) -> int:
    """Units that operation ``step`` of a lot must start so that the lot comes out whole.

    Backwards over the routing, the units before an operation with yield y are those tried until
    enough are good: a negative binomial count by one keyed draw per trial. In deterministic runs it
    is the mean, rounded up or down by the operation's key, up as often as its fraction says: so
    plans of many small lots take as much as they will on average. The answer for a lot and attempt
    never changes, as long as the work centres of its routing pass the same share.
    """
    units = work.lot_c[lot].quantity
    if work.lot[lot].lossy == 0:
        return int(units)
    first = work.lot_c[lot].first_op
    for at in range(work.lot_c[lot].ops - 1, step - 1, -1):
        op = first + at
        passing = work.optype_c[work.op[op].optype].yield_ppm
        if work.op[op].lost_ppm > 0:
            passing = max(1, passing - passing * work.op[op].lost_ppm // PPM)
        if passing >= PPM:
            continue
        if rules.scalar[0].deterministic == 1:
            part = int(draws.mix(work.op[op].key) % np.uint64(passing))
            units = (units * PPM + part) // passing
            continue
        good = 0
        tried = 0
        while good < units:
            index = work.lot[lot].attempt * 1_000_000 + tried
            if draws.uniform(rules.scalar[0], draws.YIELD, work.op[op].key, index) * PPM < passing:
                good += 1
            tried += 1
        units = tried
    return int(units)


@inlined
def is_rest(work: Any, op: int) -> bool:
    """Whether machines have done shares of an operation, so that only the rest is to be done."""
    lot = work.op[op].lot
    return bool(work.lot[lot].good > 0 and op == work.lot_c[lot].first_op + work.lot[lot].op)


@inlined
def kind_at(optype: Any, kind: int, group: int) -> int:
    """Row of ``OPTYPE_C`` of an operation at a work centre; its own where that has no other."""
    if optype[kind].alternative == 0 and optype[kind].at_group == 0:
        return kind
    row = kind - optype[kind].base_back
    while optype[row].alternative > 0:
        row = optype[row].alternative - 1
        if optype[row].at_group == group + 1:
            return int(row)
    return int(kind - optype[kind].base_back)


@compiled
def nominal_ms(optype: Any, speed_ppm: int, units: int, batch_units: int) -> int:
    """Setup, cycles and unit times at the machine's speed, in ms, at least 1."""
    cycles = 1
    if batch_units > 0 and units > batch_units:
        cycles = (units + batch_units - 1) // batch_units
    time_ns = (optype.setup_ms + optype.cycle_ms * cycles) * 1_000_000 + optype.unit_ns * units
    return max(1, int(time_ns // speed_ppm))


@compiled
def duration_ms(rules: Any, work: Any, group: Any, op: int, units: int) -> int:
    """How long operation ``op`` with ``units`` takes in ``group`` (a row of ``GROUP_C``)."""
    optype = work.optype_c[work.op[op].optype]
    time_ms = nominal_ms(optype, group.speed_ppm, units, group.batch_units)
    if rules.scalar[0].deterministic == 1:
        if optype.visits_ppm > 0:
            time_ms = time_ms * optype.visits_ppm // PPM
        return max(1, int(time_ms * group.planning_ppm // PPM))
    if optype.dist != NONE:
        attempt = work.lot[work.op[op].lot].attempt + (work.op[op].visits << 20)
        u = draws.uniform(rules.scalar[0], draws.OPERATION_TIME, work.op[op].key, attempt)
        return max(1, int(time_ms * distributions.ppf(rules.dist[optype.dist], rules.curve, u)))
    return time_ms
