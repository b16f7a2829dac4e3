"""Work that is taken off its machine and goes on later, maybe on another."""

from __future__ import annotations

from typing import Any

from analytics.simulation import slots
from analytics.simulation.cache import compiled
from analytics.simulation.heap import arm
from analytics.simulation.layout import FOREVER, NONE
from analytics.simulation.lots import QUEUED, put
from analytics.simulation.machines import batch_units
from analytics.simulation.people import return_tool
from analytics.simulation.priorities import join_queue
from analytics.simulation.setups import work_ms
from analytics.simulation.shares import lay_share_aside


@compiled
def lay_aside(
    agenda: Any, energy: Any, shop: Any, work: Any, rules: Any, scratch: Any, machine: int
) -> None:
    """Put the work on a machine that stands back into the queue, with what is left of it."""
    now = agenda.clock[0].now_ms
    record = shop.machine[machine]
    group = shop.machine_c[machine].group
    left = max(record.work_left_ms - record.setup_left_ms, 1)
    whole = work_ms(shop, work, rules, group, record.op, batch_units(work, record))
    if record.setup_left_ms > 0:
        record.family = 0  # half changed over
    op = record.op
    if record.share_units > 0:
        lay_share_aside(agenda, shop, work, rules, machine, op, left)
        op = NONE
    record.op = NONE
    record.work_left_ms = 0
    record.setup_left_ms = 0
    record.paused_ms = NONE
    arm(agenda, agenda.bases[slots.PAUSE_LIMIT] + machine, FOREVER)
    return_tool(energy, shop, scratch, machine, now)
    while op != NONE:
        entry = work.op[op]
        following = entry.batch_next
        entry.batch_next = NONE
        entry.left_ms = left
        entry.done_ms = max(whole - left, 0)
        join_queue(shop, work, group, op, now)
        put(agenda, work, rules, entry.lot, QUEUED, NONE, NONE)
        op = following


@compiled
def stays(shop: Any, work: Any, lot: int) -> bool:
    """Whether a lot was laid aside in the midst of an operation: no schedule moves it away."""
    record = work.lot[lot]
    if record.op >= work.lot_c[lot].ops:
        return False
    entry = work.op[work.lot_c[lot].first_op + record.op]
    if entry.left_ms == 0:
        return False
    entry.group = shop.machine_c[entry.machine].group
    return True
