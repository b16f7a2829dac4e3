"""Redirection: lots that wait where nothing can work go to where something can.

A rule of the shop floor, off unless ``SCALAR_C.redirect_patience_ms`` is set. A work centre stands
when each of its machines is down or has no power. When it has stood for the patience, each lot that
waits there for an operation it has not begun goes to the candidate that is soonest: the least sum
of the way there, the work that waits there by machine, and the way from there to where the lot goes
next. A candidate is open to it when its site is approved for the part, the ways are open, and its
material is free there. The operations after it that were planned at the same site move along as far
as the new site can do them. Work centres that keep a strict sequence neither give nor take.
"""

from __future__ import annotations

from typing import Any

from analytics.simulation import slots
from analytics.simulation.cache import compiled
from analytics.simulation.heap import arm
from analytics.simulation.layout import FOREVER, NONE
from analytics.simulation.lots import APPROVED, DOCK, QUEUED, WAITING
from analytics.simulation.rules.work import kind_at, nominal_ms, units_at
from analytics.simulation.shares import is_shared
from analytics.simulation.stock import is_there, set_aside


@compiled
def _note(shop: Any, group: int, now: int) -> None:
    """Write down since when a work centre stands."""
    g = shop.group_c[group]
    for machine in range(g.first_machine, g.first_machine + g.machines):
        record = shop.machine[machine]
        if record.down == 0 and record.powered == 1 and record.refused == 0:
            shop.group[group].stands_ms = 0
            return
    if shop.group[group].stands_ms == 0:
        shop.group[group].stands_ms = now + 1


@compiled
def watch(agenda: Any, shop: Any, rules: Any, group: int) -> None:
    """A work centre was looked at: where it stands, its lots are looked at after the patience."""
    now = agenda.clock[0].now_ms
    _note(shop, group, now)
    record = shop.group[group]
    if record.stands_ms == 0:
        return
    number = agenda.bases[slots.REDIRECT]
    moment = max(record.stands_ms - 1 + rules.scalar[0].redirect_patience_ms, now)
    if agenda.slot[number].time_ms > moment:
        arm(agenda, number, moment)


@compiled
def _is_tired(agenda: Any, shop: Any, rules: Any, group: int) -> bool:
    """Whether a work centre has stood for the patience."""
    since = shop.group[group].stands_ms
    patience = rules.scalar[0].redirect_patience_ms
    return bool(since > 0 and since - 1 + patience <= agenda.clock[0].now_ms)


@compiled
def _waiting_op(shop: Any, work: Any, lot: int) -> int:
    """The operation that a lot waits for and has not begun; ``NONE``: it does not, or is tied."""
    record = work.lot[lot]
    if record.state != WAITING and record.state != QUEUED and record.state != DOCK:
        return NONE
    constant = work.lot_c[lot]
    if record.op >= constant.ops or record.waiting > 0 or record.article > 0:
        return NONE
    if record.held_by > 0 or is_shared(work, lot):
        return NONE
    if record.op == 0 and constant.children > 0:  # its components lie here
        return NONE
    op = constant.first_op + record.op
    entry = work.op[op]
    if entry.group == NONE or entry.start_ms < FOREVER or entry.left_ms > 0:
        return NONE
    if entry.visits > 0 or entry.home > 0 or shop.group_c[entry.group].in_order == 1:
        return NONE
    return int(op)


@compiled
def _load(shop: Any, work: Any, rules: Any, lot: int, op: int, group: int) -> int:
    """Mean work of an operation at a work centre, shared by its machines, ms."""
    g = shop.group_c[group]
    kind = kind_at(work.optype_c, work.op[op].optype, group)
    units = units_at(rules, work, lot, op - work.lot_c[lot].first_op)
    whole = nominal_ms(work.optype_c[kind], g.speed_ppm, units, g.batch_units)
    return int(whole // g.machines)


@compiled
def _count_backlog(agenda: Any, shop: Any, work: Any, rules: Any, scratch: Any) -> None:
    """Work that waits for each work centre or runs there, by machine."""
    now = agenda.clock[0].now_ms
    for group in range(len(shop.group)):
        g = shop.group_c[group]
        left = 0
        for machine in range(g.first_machine, g.first_machine + g.machines):
            if shop.machine[machine].running == 1:
                left += max(shop.machine[machine].finish_ms - now, 0)
        scratch.backlog[group] = left // g.machines
    for lot in range(len(work.lot)):
        op = _waiting_op(shop, work, lot)
        if op != NONE:
            group = work.op[op].group
            scratch.backlog[group] += _load(shop, work, rules, lot, op, group)


@compiled
def _way_ms(work: Any, ways: Any, lot: int, start: int, end: int) -> int:
    """Driving and border hours of the way of a lot; ``NONE``: there is none, or it is closed."""
    total = 0
    block = work.lot_c[lot].dangerous + 2 * work.lot[lot].express
    place = start
    while place != end:
        link = ways.next_hop[place, end + block * len(ways.next_hop)]
        if link == NONE or ways.link[link].closed > 0:
            return NONE
        total += ways.link_c[link].drive_ms + ways.link_c[link].border_ms
        place = ways.link_c[link].end
    return total


@compiled
def _able(shop: Any, work: Any, rules: Any, lot: int, op: int, group: int) -> bool:
    """Whether a candidate works, is approved for the part and has the material."""
    g = shop.group_c[group]
    if g.in_order == 1 or shop.group[group].stands_ms > 0:
        return False
    gate = g.site * rules.scalar[0].parts + work.lot_c[lot].part
    if work.gate[gate].status != APPROVED:
        return False
    units = units_at(rules, work, lot, op - work.lot_c[lot].first_op)
    return is_there(work, rules, g.site, op, units)


@compiled
def _soonest_at(
    shop: Any, work: Any, rules: Any, scratch: Any, lot: int, op: int, site: int
) -> int:
    """The candidate for an operation at a site with the least work; ``NONE``: none is able."""
    best = NONE
    kind = work.op[op].optype
    for at in range(work.first_candidate[kind], work.first_candidate[kind + 1]):
        group = work.candidate[at]
        if shop.group_c[group].site != site:
            continue
        if best != NONE and scratch.backlog[group] >= scratch.backlog[best]:
            continue
        if _able(shop, work, rules, lot, op, group):
            best = group
    return int(best)


@compiled
def _end_of_stay(
    agenda: Any, shop: Any, work: Any, rules: Any, scratch: Any, lot: int, op: int, site: int
) -> int:
    """The first operation behind one that moves to a site that does not move along."""
    old = shop.group_c[work.op[op].group].site
    end = work.lot_c[lot].first_op + work.lot_c[lot].ops
    following = op + 1
    while following < end and site != old:
        group = work.op[following].group
        if group == NONE or shop.group_c[group].site != old:
            break
        if work.free_ms[following] > agenda.clock[0].now_ms:
            break
        if _soonest_at(shop, work, rules, scratch, lot, following, site) == NONE:
            break
        following += 1
    return int(following)


@compiled
def _place_after(shop: Any, work: Any, lot: int, op: int, site: int) -> int:
    """Where a lot goes from a site for its operation ``op``, its parent or its customer."""
    constant = work.lot_c[lot]
    if op < constant.first_op + constant.ops:
        group = work.op[op].group
        return int(site if group == NONE else shop.group_c[group].site)
    if constant.parent == NONE:
        return int(constant.destination)
    group = work.op[work.lot_c[constant.parent].first_op].group
    return int(site if group == NONE else shop.group_c[group].site)


@compiled
def _best(
    agenda: Any, shop: Any, work: Any, ways: Any, rules: Any, scratch: Any, lot: int, op: int
) -> int:
    """The candidate for a lot that is soonest; ``NONE``: none is open to it."""
    here = work.lot[lot].place
    if work.lot[lot].op == 0:
        here = NONE  # nothing exists yet
    best = NONE
    least = FOREVER
    kind = work.op[op].optype
    for at in range(work.first_candidate[kind], work.first_candidate[kind + 1]):
        group = work.candidate[at]
        if group == work.op[op].group or scratch.backlog[group] >= least:
            continue
        if not _able(shop, work, rules, lot, op, group):
            continue
        site = shop.group_c[group].site
        there = 0 if here == NONE else _way_ms(work, ways, lot, here, site)
        if there == NONE:
            continue
        end = _end_of_stay(agenda, shop, work, rules, scratch, lot, op, site)
        onward = _way_ms(work, ways, lot, site, _place_after(shop, work, lot, end, site))
        if onward == NONE:
            continue
        if there + scratch.backlog[group] + onward < least:
            least = there + scratch.backlog[group] + onward
            best = group
    return int(best)


@compiled
def _give(work: Any, op: int, group: int) -> None:
    """Give an operation to a work centre."""
    work.op[op].group = group
    work.op[op].optype = kind_at(work.optype_c, work.op[op].optype, group)


@compiled
def _send(
    agenda: Any, shop: Any, work: Any, rules: Any, scratch: Any, lot: int, op: int, group: int
) -> None:
    """Redirect a lot, with the operations that move along; its material is spoken for."""
    site = shop.group_c[group].site
    end = _end_of_stay(agenda, shop, work, rules, scratch, lot, op, site)
    for following in range(op + 1, end):
        _give(
            work,
            following,
            _soonest_at(shop, work, rules, scratch, lot, following, site),
        )
    scratch.backlog[work.op[op].group] -= _load(shop, work, rules, lot, op, work.op[op].group)
    scratch.backlog[group] += _load(shop, work, rules, lot, op, group)
    _give(work, op, group)
    units = units_at(rules, work, lot, op - work.lot_c[lot].first_op)
    set_aside(work, rules, site, op, units)


@compiled
def redirect(agenda: Any, shop: Any, work: Any, ways: Any, rules: Any, scratch: Any) -> None:
    """Send away what has waited long enough where nothing can work.

    The lots that move are sent on as after a change of the schedule, which takes the material that
    was spoken for here anew.
    """
    if rules.scalar[0].redirect_patience_ms == 0:
        return
    now = agenda.clock[0].now_ms
    following = FOREVER
    tired = False
    for group in range(len(shop.group)):
        _note(shop, group, now)
        if _is_tired(agenda, shop, rules, group):
            tired = True
        elif shop.group[group].stands_ms > 0:
            moment = shop.group[group].stands_ms - 1 + rules.scalar[0].redirect_patience_ms
            following = min(following, moment)
    if tired:
        _count_backlog(agenda, shop, work, rules, scratch)
        for lot in range(len(work.lot)):
            op = _waiting_op(shop, work, lot)
            if op == NONE or not _is_tired(agenda, shop, rules, work.op[op].group):
                continue
            if work.free_ms[op] > now:
                following = min(following, work.free_ms[op])
                continue
            group = _best(agenda, shop, work, ways, rules, scratch, lot, op)
            if group != NONE:
                _send(agenda, shop, work, rules, scratch, lot, op, group)
                agenda.clock[0].replan = 1
    arm(agenda, agenda.bases[slots.REDIRECT], following)
