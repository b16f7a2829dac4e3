"""Dispatch rules: the key by which a queue is ordered, and what is laid aside for more urgent work.

The key holds the priority of the order in front and the index of the rule behind it; rank and row
break ties. Rules whose index changes as time passes have the queue ranked anew when it is looked
at.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from analytics.simulation import features, queue
from analytics.simulation.cache import compiled
from analytics.simulation.layout import FOREVER, NONE, PPM
from analytics.simulation.rules.work import nominal_ms

SCHEDULE = 0
FIFO = 1
EDD = 2
SPT = 3
ATC = 4
CRITICAL_RATIO = 5
RULES = ("schedule", "fifo", "edd", "spt", "atc", "critical_ratio", "sequence")
"""``sequence`` is the order of the schedule too, and ``GROUP_C.in_order`` beside it."""

WAITING_FACTOR = 2.0
"""ATC expects later operations to wait so many times their work (Vepsalainen and Morton 1987)."""
_BAND = 2**52
_SCALE = 1e9


@compiled
def _work_ms(shop: Any, work: Any, op: int, units: int) -> int:
    """Mean time of an operation at the speed of its work centre, without changeover."""
    g = shop.group_c[work.op[op].group]
    optype = work.optype_c[work.op[op].optype]
    return int(nominal_ms(optype, g.speed_ppm, units, g.batch_units))


@compiled
def _later_ms(shop: Any, work: Any, op: int) -> int:
    """Mean work after an operation: on its lot, and on what that is joined into."""
    lot = work.op[op].lot
    total = 0
    at = op + 1
    while lot != NONE:
        constant = work.lot_c[lot]
        while at < constant.first_op + constant.ops:
            total += _work_ms(shop, work, at, constant.quantity)
            at += 1
        lot = constant.parent
        if lot != NONE:
            at = work.lot_c[lot].first_op
    return total


@compiled
def index(shop: Any, work: Any, group: int, op: int, now: int, mean_ms: float) -> int:
    """Key of the rule, smaller is sooner.

    FIFO, EDD and SPT order by the moment a lot came to the queue, its due date and its mean work
    time p. With d the due date, t now, w the cost of a day's lateness and R the work after this
    operation:

    - critical ratio (d - t) / (p + R), after Conway, Maxwell and Miller 1967;
    - apparent tardiness cost w/p exp(-max(0, d - t - p - (1 + b) R) / (k m)) with b = 2 and m the
      mean p of the queue, after Vepsalainen and Morton, Management Science 33 (1987) 1035; ordered
      by the logarithm.

    Parameters
    ----------
    mean_ms
        Mean work time of the queue, at least 1 (for the apparent tardiness cost).
    """
    g = shop.group_c[group]
    rule = g.dispatch_rule
    lot = work.op[op].lot
    due = work.lot_c[lot].due_ms
    if rule == SCHEDULE:
        return int(work.op[op].rank)
    if rule == FIFO:
        return int(work.op[op].queued_ms)
    if rule == EDD:
        return int(due)
    own = _work_ms(shop, work, op, work.lot[lot].units)
    if rule == SPT:
        return int(own)
    later = _later_ms(shop, work, op)
    if rule == CRITICAL_RATIO:
        ratio = np.float64(due - now) / np.float64(own + later)
        return int(min(max(ratio, -1e6), 1e6) * _SCALE)
    slack = max(np.float64(due - now) - own - (1.0 + WAITING_FACTOR) * later, 0.0)
    worth = np.log(np.float64(max(work.lot_c[lot].weight, 1))) - np.log(np.float64(own))
    return int(min(max(slack / (g.atc_k * mean_ms) - worth, -1e6), 1e6) * _SCALE)


@compiled
def rank(shop: Any, work: Any, group: int, op: int, now: int, mean_ms: float) -> None:
    """Set the key of an operation that waits."""
    entry = work.op[op]
    key = index(shop, work, group, op, now, mean_ms)
    key = min(max(key, -_BAND // 2), _BAND // 2 - 1)
    entry.urgency = work.lot_c[entry.lot].priority * _BAND + key


@compiled
def arrive_at_queue(shop: Any, work: Any, group: int, op: int, now: int) -> None:
    """Set the key of an operation that comes into a queue; the first time counts for FIFO."""
    if work.op[op].queued_ms == 0:
        work.op[op].queued_ms = now + 1
    own = _work_ms(shop, work, op, work.lot[work.op[op].lot].units)
    rank(shop, work, group, op, now, np.float64(own))


@compiled
def join_queue(shop: Any, work: Any, group: int, op: int, now: int) -> None:
    """Put an operation into the queue of its work centre, where its key belongs."""
    if shop.group_c[group].features & features.PRIORITIES:
        arrive_at_queue(shop, work, group, op, now)
    else:
        work.op[op].urgency = work.op[op].rank
    queue.push(shop, work, group, op)


@compiled
def rank_anew(shop: Any, work: Any, group: int, now: int) -> None:
    """Order a queue by what its rule says now: everything out, and in again."""
    count = shop.group[group].queued
    if count < 2:
        return
    total = 0
    chain = NONE
    while shop.group[group].queued > 0:
        op = queue.pop(shop, work, group)
        total += _work_ms(shop, work, op, work.lot[work.op[op].lot].units)
        work.op[op].batch_next = chain
        chain = op
    mean_ms = np.float64(total) / np.float64(count)
    while chain != NONE:
        following = work.op[chain].batch_next
        work.op[chain].batch_next = NONE
        rank(shop, work, group, chain, now, mean_ms)
        queue.push(shop, work, group, chain)
        chain = following


@compiled
def least_urgent(shop: Any, work: Any, group: int) -> int:
    """The machine whose work gives way to the head of the queue, or ``NONE``.

    Only work that can resume without harm gives way, to an order with a smaller priority number.
    """
    g = shop.group_c[group]
    head = work.op[shop.group[group].queue].lot
    found = NONE
    worst = work.lot_c[head].priority
    for machine in range(g.first_machine, g.first_machine + g.machines):
        record = shop.machine[machine]
        if record.running == 0 or record.share_units > 0:
            continue
        optype = work.optype_c[work.op[record.op].optype]
        if optype.interruption != 0 or optype.resume_ppm < PPM or optype.longest_pause_ms < FOREVER:
            continue
        priority = work.lot_c[work.op[record.op].lot].priority
        if priority > worst:
            worst = priority
            found = machine
    return found


def feature_bits(rule: str, *, preemptive: bool, prioritised: bool) -> int:
    """Bits of ``GROUP_C.features`` of a work centre."""
    if rule == "sequence":
        return 0
    bits = 0
    if rule != "schedule" or prioritised:
        bits |= features.PRIORITIES
    if rule in {"atc", "critical_ratio"}:
        bits |= features.IN_TIME
    if preemptive and prioritised:
        bits |= features.PREEMPTIVE
    return bits
