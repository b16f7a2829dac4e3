"""Lots that several machines of a work centre work on at once, a share each, merged afterwards.

Such a lot is on its machines with one operation. What no machine has taken stays at its place in
the queue; a share that is done adds its good units to the lot, and the last one lets the lot go on.
"""

from __future__ import annotations

from typing import Any

from analytics.simulation import queue
from analytics.simulation.cache import compiled
from analytics.simulation.layout import FOREVER, NONE
from analytics.simulation.lots import QUEUED, RUNNING, WAITING, put
from analytics.simulation.priorities import join_queue
from analytics.simulation.rules.work import units_at
from analytics.simulation.setups import prepare, work_ms
from analytics.simulation.stock import issue, reserve, wait_for_stock


@compiled
def is_shared(work: Any, lot: int) -> bool:
    """Whether a lot is on several machines, or a part of it waits to be."""
    record = work.lot[lot]
    return bool(record.shares + record.apart + record.renewed > 0)


@compiled
def take_share(shop: Any, work: Any, rules: Any, machine: int, units: int) -> None:
    """Load so many units of the first lot of the queue; what is left of it stays first."""
    group = shop.machine_c[machine].group
    op = queue.pop(shop, work, group)
    entry = work.op[op]
    shop.group[group].next_rank = max(shop.group[group].next_rank, entry.rank + 1)
    lot = work.lot[entry.lot]
    if lot.shares + lot.apart == 0:
        lot.apart = lot.units
        lot.good = 0
    lot.apart -= units
    lot.shares += 1
    record = shop.machine[machine]
    record.op = op
    record.share_units = units
    record.shares += 1
    record.work_left_ms = work_ms(shop, work, rules, group, op, units)
    prepare(shop, work, rules, machine)
    if lot.apart > 0:
        queue.push(shop, work, group, op)


@compiled
def begin_share(agenda: Any, shop: Any, work: Any, rules: Any, machine: int) -> None:
    """A machine begins or goes on with a share; the first to begin takes the lot's material."""
    now = agenda.clock[0].now_ms
    op = shop.machine[machine].op
    entry = work.op[op]
    lot = work.lot[entry.lot]
    if entry.start_ms == FOREVER:
        entry.start_ms = now
        entry.units = lot.units
        if entry.reserved == 1:
            site = shop.group_c[shop.machine_c[machine].group].site
            issue(work, rules, site, op, lot.units)
    if lot.state != RUNNING:
        entry.machine = machine
        put(agenda, work, rules, entry.lot, RUNNING, NONE, machine)


@compiled
def _hand_over(agenda: Any, shop: Any, work: Any, rules: Any, machine: int, op: int) -> None:
    """A lot whose machine is done with its share is told to be on the one that is busy longest."""
    entry = work.op[op]
    if entry.machine != machine:
        return
    g = shop.group_c[shop.machine_c[machine].group]
    latest = agenda.clock[0].now_ms
    for other in range(g.first_machine, g.first_machine + g.machines):
        if shop.machine[other].op == op and shop.machine[other].finish_ms > latest:
            latest = shop.machine[other].finish_ms
            entry.machine = other
    if entry.machine != machine:
        put(agenda, work, rules, entry.lot, RUNNING, NONE, entry.machine)


@compiled
def _without_machine(agenda: Any, work: Any, rules: Any, lot: int) -> None:
    """A lot that no machine works on any more waits for one, or for material."""
    record = work.lot[lot]
    if record.shares == 0:
        state = QUEUED if record.apart > 0 else WAITING
        put(agenda, work, rules, lot, state, NONE, NONE)


@compiled
def rejected_of(rules: Any, work: Any, lot: int, units: int) -> int:
    """Units of a share that are rejected: its part of what the lot still has to lose."""
    record = work.lot[lot]
    op = work.lot_c[lot].first_op + record.op
    if work.op[op].visits > 0:
        return 0
    passing = units_at(rules, work, lot, record.op + 1) - record.good
    return int(max(record.units - max(passing, 0), 0) * units // record.units)


@compiled
def merge_share(
    agenda: Any, shop: Any, work: Any, rules: Any, machine: int, op: int, rejected: int
) -> None:
    """A share is done and others are not: its good units wait for them."""
    record = shop.machine[machine]
    lot = work.lot[work.op[op].lot]
    units = record.share_units
    record.share_units = 0
    record.good_units += units - rejected
    lot.shares -= 1
    lot.units -= units
    lot.good += units - rejected
    if lot.shares > 0:
        _hand_over(agenda, shop, work, rules, machine, op)
    else:
        _without_machine(agenda, work, rules, work.op[op].lot)


@compiled
def lay_share_aside(
    agenda: Any, shop: Any, work: Any, rules: Any, machine: int, op: int, left_ms: int
) -> None:
    """A share whose machine leaves goes back into the queue, with what waits there already."""
    record = shop.machine[machine]
    group = shop.machine_c[machine].group
    entry = work.op[op]
    lot = work.lot[entry.lot]
    if lot.apart > 0 and entry.left_ms == 0:
        entry.left_ms = work_ms(shop, work, rules, group, op, lot.apart)
    whole = work_ms(shop, work, rules, group, op, record.share_units)
    entry.left_ms += left_ms
    entry.done_ms += max(whole - left_ms, 0)
    _return_units(agenda, shop, work, rules, machine, op)


@compiled
def _return_units(agenda: Any, shop: Any, work: Any, rules: Any, machine: int, op: int) -> None:
    """The units of a share wait in the queue again."""
    record = shop.machine[machine]
    lot = work.lot[work.op[op].lot]
    lot.shares -= 1
    in_queue = lot.apart > 0
    lot.apart += record.share_units
    record.share_units = 0
    if not in_queue:
        group = shop.machine_c[machine].group
        join_queue(shop, work, group, op, agenda.clock[0].now_ms)
    if lot.shares > 0:
        _hand_over(agenda, shop, work, rules, machine, op)
    else:
        _without_machine(agenda, work, rules, work.op[op].lot)


@compiled
def lose_share(agenda: Any, shop: Any, work: Any, rules: Any, machine: int, op: int) -> None:
    """The units of a share are lost and begun anew: it is the first work on them."""
    record = shop.machine[machine]
    lot = work.lot[work.op[op].lot]
    units = record.share_units
    record.share_units = 0
    lot.shares -= 1
    waits = lot.renewed > 0
    lot.renewed += units
    if not waits:
        renew(agenda, shop, work, rules, work.op[op].lot)
    if lot.shares > 0:
        _hand_over(agenda, shop, work, rules, machine, op)
    else:
        _without_machine(agenda, work, rules, work.op[op].lot)


@compiled
def renew(agenda: Any, shop: Any, work: Any, rules: Any, lot: int) -> None:
    """Take new material for lost units and put them into the queue, or wait for it."""
    record = work.lot[lot]
    op = work.lot_c[lot].first_op + record.op
    group = work.op[op].group
    site = shop.group_c[group].site
    short = reserve(agenda, work, rules, site, op, record.renewed)
    if short != NONE:
        wait_for_stock(work, short, lot)
        return
    issue(work, rules, site, op, record.renewed)
    work.op[op].units += record.renewed
    if work.op[op].left_ms > 0:
        work.op[op].left_ms += work_ms(shop, work, rules, group, op, record.renewed)
    if record.apart == 0:
        join_queue(shop, work, group, op, agenda.clock[0].now_ms)
    record.apart += record.renewed
    record.renewed = 0
    _without_machine(agenda, work, rules, lot)


@compiled
def come_back(agenda: Any, shop: Any, work: Any, rules: Any, lot: int) -> None:
    """Queues and waiting lists are built anew: a shared lot takes its place in them again."""
    record = work.lot[lot]
    op = work.lot_c[lot].first_op + record.op
    if record.apart > 0:
        join_queue(shop, work, work.op[op].group, op, agenda.clock[0].now_ms)
    if record.renewed > 0:
        renew(agenda, shop, work, rules, lot)
    _without_machine(agenda, work, rules, lot)
