"""The flow of lots: through gate and stock into a queue, and on to the next place."""

from __future__ import annotations

from typing import Any

from analytics.simulation import queue
from analytics.simulation.cache import compiled
from analytics.simulation.features import PRIORITIES, SHARES
from analytics.simulation.journeys import dock
from analytics.simulation.layout import NONE
from analytics.simulation.lots import (
    APPROVED,
    ARTICLE_NEEDED,
    ARTICLE_RUNNING,
    DELIVERED,
    JOINED,
    QUEUED,
    WAITING,
    mark_group,
    put,
)
from analytics.simulation.places import (
    admit,
    has_room,
    leave_loop,
    limit_at,
    lose,
    return_card,
    take_place,
    wait_for_place,
)
from analytics.simulation.priorities import arrive_at_queue
from analytics.simulation.rules.work import units_at
from analytics.simulation.shares import renew
from analytics.simulation.stock import reserve, wait_for_stock


@compiled
def enter(
    agenda: Any, energy: Any, shop: Any, work: Any, rules: Any, scratch: Any, lot: int
) -> None:
    """A lot is at the site of its next operation: through the gate and the stock into the queue."""
    record = work.lot[lot]
    op = work.lot_c[lot].first_op + record.op
    group = work.op[op].group
    site = shop.group_c[group].site
    if shop.group_c[group].features & SHARES and record.renewed > 0:
        renew(agenda, shop, work, rules, lot)  # material for lost units of it has come
        mark_group(energy, shop, scratch, group)
        return
    limit = NONE
    if len(work.limit_c) > 0:
        limit = limit_at(shop, work, group, lot)
        if limit != NONE and work.limit_c[limit].loss == 1 and record.held_by == 0:
            if not has_room(shop, work, limit):
                lose(agenda, energy, shop, work, rules, scratch, limit, lot)
                return
    row = site * rules.scalar[0].parts + work.lot_c[lot].part
    gate = work.gate[row]
    if gate.status != APPROVED and record.article == 0:
        if gate.status == ARTICLE_NEEDED:
            gate.status = ARTICLE_RUNNING
            gate.lot = lot
            record.article = 1
        else:
            record.next = gate.waiting
            gate.waiting = lot
            put(agenda, work, rules, lot, WAITING, NONE, NONE)
            return
    begun = work.op[op].left_ms != 0 or work.op[op].visits != 0  # rework takes what there is
    if work.op[op].reserved == 0 and not begun:
        if record.op == 0:  # later operations take what came out of the one before
            record.units = units_at(rules, work, lot, 0)
        short = reserve(agenda, work, rules, site, op, record.units)
        if short != NONE:
            wait_for_stock(work, short, lot)
            put(agenda, work, rules, lot, WAITING, NONE, NONE)
            return
    if limit != NONE or record.card > 0:
        if limit != NONE and not has_room(shop, work, limit):
            wait_for_place(agenda, work, rules, limit, lot)
            return
        freed = take_place(agenda, energy, shop, work, rules, scratch, limit, lot)
        admit(agenda, energy, shop, work, rules, scratch, freed)
        return
    if shop.group_c[group].features & PRIORITIES:
        arrive_at_queue(shop, work, group, op, agenda.clock[0].now_ms)
    else:
        work.op[op].urgency = work.op[op].rank
    queue.push(shop, work, group, op)
    put(agenda, work, rules, lot, QUEUED, NONE, NONE)
    mark_group(energy, shop, scratch, group)


@compiled
def move_on(
    agenda: Any,
    energy: Any,
    shop: Any,
    work: Any,
    ways: Any,
    rules: Any,
    scratch: Any,
    lot: int,
) -> None:
    """Send a lot that is free to move on: to its next operation, its parent lot or its customer."""
    record = work.lot[lot]
    constant = work.lot_c[lot]
    if record.article == 2:  # its first article is finished and not yet approved
        row = record.place * rules.scalar[0].parts + constant.part
        record.next = work.gate[row].waiting
        work.gate[row].waiting = lot
        put(agenda, work, rules, lot, WAITING, NONE, NONE)
        return
    if record.op < constant.ops:
        group = work.op[constant.first_op + record.op].group
        if group == NONE:  # the plan declines it
            put(agenda, work, rules, lot, WAITING, NONE, NONE)
            return
        site = shop.group_c[group].site
        if record.place == NONE:
            record.place = site
        if record.place == site:
            enter(agenda, energy, shop, work, rules, scratch, lot)
        else:
            if record.loop > 0:
                leave_loop(agenda, work, lot, True)
            dock(agenda, work, ways, rules, lot, site)
        return
    parent = constant.parent
    if parent == NONE:
        if record.place == constant.destination:
            record.done_ms = agenda.clock[0].now_ms
            agenda.clock[0].open_lots -= 1
            put(agenda, work, rules, lot, DELIVERED, NONE, NONE)
            if record.card > 0:
                return_card(agenda, energy, shop, work, rules, scratch, lot)
            if record.loop > 0:
                leave_loop(agenda, work, lot, False)
        else:
            if record.loop > 0:
                leave_loop(agenda, work, lot, True)
            dock(agenda, work, ways, rules, lot, constant.destination)
        return
    site = shop.group_c[work.op[work.lot_c[parent].first_op].group].site
    if record.place != site:
        if record.loop > 0:
            leave_loop(agenda, work, lot, True)
        dock(agenda, work, ways, rules, lot, site)
        return
    record.done_ms = agenda.clock[0].now_ms
    put(agenda, work, rules, lot, JOINED, NONE, NONE)
    if record.card > 0:
        return_card(agenda, energy, shop, work, rules, scratch, lot)
    if record.loop > 0:
        leave_loop(agenda, work, lot, False)
    work.lot[parent].waiting -= 1
    if work.lot[parent].waiting == 0 and work.lot[parent].state == WAITING:
        work.lot[parent].place = site
        enter(agenda, energy, shop, work, rules, scratch, parent)


@compiled
def approve(
    agenda: Any,
    energy: Any,
    shop: Any,
    work: Any,
    ways: Any,
    rules: Any,
    scratch: Any,
    row: int,
) -> None:
    """The first article is approved: the gate opens for all that wait at it."""
    gate = work.gate[row]
    gate.status = APPROVED
    gate.approved_at_ms = agenda.clock[0].now_ms
    if gate.lot != NONE:
        work.lot[gate.lot].article = 0  # it may still be held after an inspection
    gate.lot = NONE
    lot = gate.waiting
    gate.waiting = NONE
    while lot != NONE:
        following = work.lot[lot].next
        work.lot[lot].next = NONE
        work.lot[lot].article = 0
        move_on(agenda, energy, shop, work, ways, rules, scratch, lot)
        lot = following
