"""Quality: lots that are sent back for rework, and lots that are held after an inspection."""

from __future__ import annotations

from typing import Any

from analytics.simulation import distributions, draws, flow, slots
from analytics.simulation.cache import compiled
from analytics.simulation.heap import arm
from analytics.simulation.layout import FOREVER, NONE, PPM
from analytics.simulation.lots import HELD, put
from analytics.simulation.remake import remake

# bits of OPTYPE_C.flow
REWORKS = 1
INSPECTS = 2
CERTIFIED = 4
REJECTS_TO_REWORK = 8

# what becomes of a lot after a judged operation
GOES_ON = 0
SCRAPPED = 1
STAYS = 2


@compiled
def visit(work: Any, op: int) -> int:
    """Index of the draws of this visit of a lot to an operation."""
    return int(work.lot[work.op[op].lot].attempt + (work.op[op].visits << 20))


@compiled
def _fails(work: Any, rules: Any, op: int, purpose: int, failing_ppm: int) -> bool:
    """Whether a lot fails this time; deterministic runs stretch the work instead."""
    if failing_ppm == 0 or rules.scalar[0].deterministic == 1:
        return False
    u = draws.uniform(rules.scalar[0], purpose, work.op[op].key, visit(work, op))
    return bool(u * PPM < failing_ppm)


@compiled
def send_back(work: Any, op: int) -> int:
    """Send a lot back to the operation its rework begins with; too many loops scrap it."""
    entry = work.op[op]
    optype = work.optype_c[entry.optype]
    lot = work.lot[entry.lot]
    entry.reworks += 1
    entry.loops += 1
    if optype.rework_most > 0 and entry.loops > optype.rework_most:
        return SCRAPPED
    first = op - optype.rework_back
    lot.op = first - work.lot_c[entry.lot].first_op
    lot.good = 0
    for at in range(first, op + 1):
        again = work.op[at]
        again.visits += 1
        again.queued_ms = 0
        again.start_ms = FOREVER
        again.end_ms = FOREVER
        again.machine = NONE
    if optype.rework_group > 0:  # its owner does it
        if work.op[first].home == 0:
            work.op[first].home = work.op[first].group + 1
        work.op[first].group = optype.rework_group - 1
    return GOES_ON


@compiled
def hold(agenda: Any, work: Any, rules: Any, op: int) -> None:
    """Set the end of the time in quarantine of a lot that is held from now."""
    entry = work.op[op]
    optype = work.optype_c[entry.optype]
    span = 0
    if optype.hold_dist > 0:
        dist = rules.dist[optype.hold_dist - 1]
        span = int(dist["mean"])
        if rules.scalar[0].deterministic == 0:
            u = draws.uniform(rules.scalar[0], draws.HOLD, entry.key, visit(work, op))
            span = int(distributions.ppf(dist, rules.curve, u))
    work.lot[entry.lot].hold_ms = agenda.clock[0].now_ms + span
    arm(agenda, agenda.bases[slots.HOLD] + entry.lot, work.lot[entry.lot].hold_ms)


@compiled
def judge(agenda: Any, work: Any, rules: Any, op: int) -> int:
    """After an operation: whether its lot goes on or back, is held, or is scrapped."""
    entry = work.op[op]
    optype = work.optype_c[entry.optype]
    if _fails(work, rules, op, draws.REWORK, optype.rework_ppm):
        return send_back(work, op)
    if optype.flow & INSPECTS == 0:
        return GOES_ON
    put(agenda, work, rules, entry.lot, HELD, NONE, NONE)
    hold(agenda, work, rules, op)
    return STAYS


@compiled
def hold_is_over(
    agenda: Any, energy: Any, shop: Any, work: Any, ways: Any, rules: Any, scratch: Any, lot: int
) -> None:
    """A hold ends: the lot is released or rejected, or goes on waiting for its certificate."""
    record = work.lot[lot]
    op = work.lot_c[lot].first_op + record.op - 1
    entry = work.op[op]
    optype = work.optype_c[entry.optype]
    now = agenda.clock[0].now_ms
    gate = work.gate[record.place * rules.scalar[0].parts + work.lot_c[lot].part]
    if optype.flow & CERTIFIED and gate.certified_ms > now:
        arm(agenda, agenda.bases[slots.HOLD] + lot, gate.certified_ms)
        return
    entry.held_ms += now - max(record.since_ms, 0)
    if _fails(work, rules, op, draws.REJECT, optype.reject_ppm):
        verdict = SCRAPPED
        if optype.flow & REJECTS_TO_REWORK:
            verdict = send_back(work, op)
        if verdict == SCRAPPED:
            entry.scrapped += record.units
            record.scrapped += record.units
            remake(agenda, energy, shop, work, ways, rules, scratch, lot)
            return
    flow.move_on(agenda, energy, shop, work, ways, rules, scratch, lot)


@compiled
def lengthen_approval(agenda: Any, work: Any, rules: Any, row: int, longer_ms: int) -> None:
    """An approval takes longer than was thought, also one under way; so does a certificate.

    One that comes sooner (``longer_ms`` below 0) frees what lies in quarantine for it sooner.
    """
    gate = work.gate[row]
    gate.approval_ms = max(0, gate.approval_ms + longer_ms)
    now = agenda.clock[0].now_ms
    if gate.certified_ms > now:
        gate.certified_ms = max(now, gate.certified_ms + longer_ms)
        if longer_ms < 0:
            for lot in range(len(work.lot)):
                record = work.lot[lot]
                if record.state != HELD or record.op == 0:
                    continue
                if record.place * rules.scalar[0].parts + work.lot_c[lot].part == row:
                    arm(agenda, agenda.bases[slots.HOLD] + lot, max(now, record.hold_ms))
    number = agenda.bases[slots.APPROVAL] + row
    moment = agenda.slot[number].time_ms
    if moment < FOREVER:
        arm(agenda, number, max(now, moment + longer_ms))


@compiled
def change_yield(shop: Any, work: Any, group: int, share_ppm: int) -> None:
    """From now on a work centre passes this share of what it passes by specification."""
    shop.group[group].lost_ppm = PPM - share_ppm
    refresh_yields(shop, work)


@compiled
def refresh_yields(shop: Any, work: Any) -> None:
    """Tell operations what their work centres reject beyond the specification."""
    for op in range(len(work.op)):
        group = work.op[op].group
        lost = shop.group[group].lost_ppm if group != NONE else 0
        work.op[op].lost_ppm = lost
        if lost > 0:
            work.lot[work.op[op].lot].lossy = 1
