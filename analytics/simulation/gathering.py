"""Ovens that wait: until a minimum lies before them, or a lot has waited long enough."""

from __future__ import annotations

from typing import Any

from analytics.simulation import queue, slots
from analytics.simulation.cache import compiled
from analytics.simulation.heap import arm
from analytics.simulation.layout import FOREVER, NONE

GATHERS = 2
"""``unmanned`` of an oven that waits for more."""


@compiled
def lies_beside(work: Any, first: int, other: int) -> bool:
    """Whether an operation can be loaded with another: the same cycle, setup family and tool."""
    a = work.optype_c[work.op[first].optype]
    b = work.optype_c[work.op[other].optype]
    return bool(a.cycle_ms == b.cycle_ms and a.family == b.family and a.tool == b.tool)


@compiled
def waits_for_more(agenda: Any, shop: Any, work: Any, group: int) -> bool:
    """Whether what an oven could load now is too little, and none of it has waited long enough.

    Arms the moment at which it waits no longer. The queue is left as it was found.
    """
    g = shop.group_c[group]
    units = 0
    oldest = FOREVER
    first = NONE
    chain = NONE
    while shop.group[group].queued > 0:
        op = shop.group[group].queue
        more = work.lot[work.op[op].lot].units
        if first == NONE:
            first = op
        elif units + more > g.batch_units or not lies_beside(work, first, op):
            break
        queue.pop(shop, work, group)
        work.op[op].batch_next = chain
        chain = op
        units += more
        oldest = min(oldest, work.op[op].queued_ms - 1)
    while chain != NONE:
        following = work.op[chain].batch_next
        work.op[chain].batch_next = NONE
        queue.push(shop, work, group, chain)
        chain = following
    latest = oldest + g.batch_wait_ms
    if units >= g.batch_minimum or latest <= agenda.clock[0].now_ms:
        return False
    number = agenda.bases[slots.BATCH_WAIT] + group
    if latest < agenda.slot[number].time_ms:
        arm(agenda, number, latest)
    return True
