"""Places: lots that stand in a finite buffer or hold a kanban card, and machines that are blocked.

A limit is a row of ``LIMIT_C``. A work centre has either a buffer or kanban cards, so every lot
that goes on frees at most one place, and the lot that takes it one more: a chain, not a tree.
"""

from __future__ import annotations

from typing import Any

from analytics.simulation import slots
from analytics.simulation.cache import compiled
from analytics.simulation.heap import arm
from analytics.simulation.layout import NONE, STATUS_STUCK
from analytics.simulation.lots import BLOCKED, LOST, QUEUED, WAITING, mark_group, put
from analytics.simulation.priorities import join_queue
from analytics.simulation.stock import unreserve

# LIMIT_C.kind
BUFFER = 0
CONWIP = 1
KANBAN = 2


@compiled
def limit_at(shop: Any, work: Any, group: int, lot: int) -> int:
    """The limit that a lot meets at a work centre: its buffer, or the cards of its part."""
    row = shop.group_c[group].limit - 1
    while row != NONE:
        limit = work.limit_c[row]
        if limit.part == 0 or limit.part - 1 == work.lot_c[lot].part:
            return int(row)
        row = limit.next - 1
    return NONE


@compiled
def has_room(shop: Any, work: Any, row: int) -> bool:
    """Whether a limit has a place. An empty machine is one too, also while it cannot work."""
    limit = work.limit_c[row]
    if limit.kind != BUFFER:
        return bool(work.limit[row].used < limit.capacity)
    group = limit.group
    places = limit.capacity - shop.group[group].queued
    if places > 0:
        return True
    g = shop.group_c[group]
    for machine in range(g.first_machine, g.first_machine + g.machines):
        if shop.machine[machine].op == NONE and shop.machine[machine].held == 0:
            places += 1
            if places > 0:
                return True
    return False


@compiled
def wait_for_place(agenda: Any, work: Any, rules: Any, row: int, lot: int) -> None:
    """Let a lot wait for a place, on its machine if it came off one; the longest waiting first.

    Only a full buffer blocks a machine: what waits for a kanban card stands in its store.
    """
    record = work.lot[lot]
    on_machine = record.held_by > 0 and work.limit_c[row].kind == BUFFER
    put(agenda, work, rules, lot, BLOCKED if on_machine else WAITING, NONE, NONE)
    limit = work.limit[row]
    before = limit.last if limit.waiting != NONE else NONE
    if before != NONE and work.lot[before].since_ms > record.since_ms:
        before = NONE
        at = limit.waiting
        while work.lot[at].since_ms <= record.since_ms:
            before = at
            at = work.lot[at].next
    if before == NONE:
        record.next = limit.waiting
        limit.waiting = lot
    else:
        record.next = work.lot[before].next
        work.lot[before].next = lot
    if record.next == NONE:
        limit.last = lot


@compiled
def let_go(energy: Any, shop: Any, work: Any, scratch: Any, lot: int) -> int:
    """Take a finished lot off its machine; returns the work centre if the machine is now empty."""
    machine = work.lot[lot].held_by - 1
    work.lot[lot].held_by = 0
    record = shop.machine[machine]
    before = NONE
    op = record.held - 1
    while op != NONE and work.op[op].lot != lot:
        before = op
        op = work.op[op].batch_next
    if op == NONE:
        return NONE
    following = work.op[op].batch_next
    work.op[op].batch_next = NONE
    if before == NONE:
        record.held = following + 1
    else:
        work.op[before].batch_next = following
    if record.held > 0:
        return NONE
    group = shop.machine_c[machine].group
    mark_group(energy, shop, scratch, group)
    return int(group)


@compiled
def give_card(work: Any, lot: int) -> int:
    """Return the kanban card of a lot; the row of its limit, or ``NONE``."""
    row = work.lot[lot].card - 1
    if row != NONE:
        work.limit[row].used -= 1
        work.lot[lot].card = 0
    return int(row)


@compiled
def take_place(
    agenda: Any, energy: Any, shop: Any, work: Any, rules: Any, scratch: Any, row: int, lot: int
) -> int:
    """Put a lot into the queue of its work centre; returns the limit that it frees a place of."""
    record = work.lot[lot]
    freed = NONE
    if record.held_by > 0 and record.state == BLOCKED:
        group = let_go(energy, shop, work, scratch, lot)
        if group != NONE:
            freed = shop.group_c[group].limit - 1
            if freed != NONE and work.limit_c[freed].kind != BUFFER:
                freed = NONE
    if record.card > 0:
        freed = give_card(work, lot)
    if row != NONE and work.limit_c[row].kind != BUFFER:
        work.limit[row].used += 1
        record.card = row + 1
    op = work.lot_c[lot].first_op + record.op
    group = work.op[op].group
    join_queue(shop, work, group, op, agenda.clock[0].now_ms)
    put(agenda, work, rules, lot, QUEUED, NONE, NONE)
    mark_group(energy, shop, scratch, group)
    return int(freed)


@compiled
def admit(
    agenda: Any, energy: Any, shop: Any, work: Any, rules: Any, scratch: Any, row: int
) -> None:
    """A limit has a place: the lot that waits longest takes it, and frees the place it had."""
    while row != NONE:
        lot = work.limit[row].waiting
        if lot == NONE or not has_room(shop, work, row):
            return
        work.limit[row].waiting = work.lot[lot].next
        work.lot[lot].next = NONE
        row = take_place(agenda, energy, shop, work, rules, scratch, row, lot)


@compiled
def admit_all(
    agenda: Any, energy: Any, shop: Any, work: Any, rules: Any, scratch: Any, row: int
) -> None:
    """A limit may have several places: an oven was loaded, or the schedule has changed."""
    while work.limit[row].waiting != NONE and has_room(shop, work, row):
        admit(agenda, energy, shop, work, rules, scratch, row)


@compiled
def emptied(
    agenda: Any, energy: Any, shop: Any, work: Any, rules: Any, scratch: Any, group: int
) -> None:
    """A machine of a work centre is empty: its buffer has one place more."""
    row = shop.group_c[group].limit - 1
    if row != NONE and work.limit_c[row].kind == BUFFER:
        admit(agenda, energy, shop, work, rules, scratch, row)


@compiled
def return_card(
    agenda: Any, energy: Any, shop: Any, work: Any, rules: Any, scratch: Any, lot: int
) -> None:
    """Return the kanban card of a lot that is joined, delivered, lost or scrapped."""
    row = give_card(work, lot)
    if row != NONE:
        admit(agenda, energy, shop, work, rules, scratch, row)


@compiled
def leave_loop(agenda: Any, work: Any, lot: int, by_dock: bool) -> None:
    """A lot is no longer in process; by the dock it leaves the loops of its site alone."""
    row = work.lot[lot].loop - 1
    if by_dock and work.limit_c[row].site == 0:
        return
    work.limit[row].used -= 1
    work.lot[lot].loop = 0
    if work.limit[row].waiting != NONE:
        arm(agenda, agenda.bases[slots.RELEASE], agenda.clock[0].now_ms)


@compiled
def lose(
    agenda: Any, energy: Any, shop: Any, work: Any, rules: Any, scratch: Any, row: int, lot: int
) -> None:
    """A lot that finds a full buffer is lost, and with it the lots it was to be joined into."""
    work.limit[row].lost += 1
    last = lot
    at = lot
    while at != NONE:
        if work.lot[at].state == LOST:
            return  # another component was lost before
        work.lot[at].done_ms = agenda.clock[0].now_ms
        if work.lot[at].op < work.lot_c[at].ops:
            op = work.lot_c[at].first_op + work.lot[at].op
            if work.op[op].reserved == 1:
                unreserve(work, rules, work.lot[at].place, op, work.lot[at].units)
        put(agenda, work, rules, at, LOST, NONE, NONE)
        return_card(agenda, energy, shop, work, rules, scratch, at)
        if work.lot[at].loop > 0:
            leave_loop(agenda, work, at, False)
        last = at
        at = work.lot_c[at].parent
    if work.lot_c[last].parent == NONE:
        agenda.clock[0].open_lots -= 1


@compiled
def hold(agenda: Any, energy: Any, shop: Any, work: Any, machine: int, op: int, lot: int) -> None:
    """After service: a lot that found no room stays on its machine, which is blocked."""
    if work.lot[lot].state != BLOCKED:
        work.lot[lot].held_by = 0
        return
    record = shop.machine[machine]
    work.op[op].batch_next = record.held - 1
    record.held = op + 1
    if is_circle(energy, shop, work, shop.group_c[shop.machine_c[machine].group].site):
        agenda.clock[0].status = STATUS_STUCK


@compiled
def is_circle(energy: Any, shop: Any, work: Any, site: int) -> bool:
    """Whether blocked machines of a site wait for each other in a circle.

    What remains when every work centre is taken away that has a machine which is not blocked, or
    is blocked by work centres taken away before.
    """
    first = energy.site_c[site].first_group
    last = first + energy.site_c[site].groups
    left = 0
    for group in range(first, last):
        g = shop.group_c[group]
        shop.group[group].stuck = 1
        for machine in range(g.first_machine, g.first_machine + g.machines):
            if shop.machine[machine].held == 0:
                shop.group[group].stuck = 0
        left += shop.group[group].stuck
    changed = left > 0
    while changed:
        changed = False
        for group in range(first, last):
            if shop.group[group].stuck == 0:
                continue
            g = shop.group_c[group]
            for machine in range(g.first_machine, g.first_machine + g.machines):
                goes = True
                op = shop.machine[machine].held - 1
                while op != NONE:
                    lot = work.op[op].lot
                    target = work.op[work.lot_c[lot].first_op + work.lot[lot].op].group
                    if shop.group[target].stuck == 1:
                        goes = False
                    op = work.op[op].batch_next
                if goes:
                    shop.group[group].stuck = 0
            if shop.group[group].stuck == 0:
                changed = True
                left -= 1
    return left > 0
