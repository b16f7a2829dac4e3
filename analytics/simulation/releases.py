"""Releases: lots whose time has come, and those that a limit of work in process keeps back."""

from __future__ import annotations

from typing import Any

from analytics.simulation import flow, lots, slots
from analytics.simulation.cache import compiled
from analytics.simulation.heap import arm
from analytics.simulation.layout import FOREVER, NONE
from analytics.simulation.places import CONWIP


@compiled
def loop_of(shop: Any, work: Any, lot: int) -> int:
    """The CONWIP limit that a lot is released under; one of a site holds where the lot begins."""
    row = work.lot_c[lot].conwip - 1
    while row != NONE:
        site = work.limit_c[row].site - 1
        if site == NONE:
            return int(row)
        if shop.group_c[work.op[work.lot_c[lot].first_op].group].site == site:
            return int(row)
        row = work.limit_c[row].next - 1
    return NONE


@compiled
def first_below(work: Any, lot: int) -> int:
    """The first row of the components that are released with a lot; they stand before it."""
    row = lot
    while row > 0 and work.lot_c[row - 1].released_with == lot + 1:
        row -= 1
    return row


@compiled
def _let_in(
    agenda: Any, energy: Any, shop: Any, work: Any, ways: Any, rules: Any, scratch: Any, lot: int
) -> None:
    """Release a lot, with the components that are released with it."""
    for row in range(first_below(work, lot), lot + 1):
        if work.lot[row].state != lots.PLANNED:
            continue
        lots.put(agenda, work, rules, row, lots.WAITING, NONE, NONE)
        if work.lot[row].waiting == 0:
            flow.move_on(agenda, energy, shop, work, ways, rules, scratch, row)


@compiled
def _let_waiting_in(
    agenda: Any, energy: Any, shop: Any, work: Any, ways: Any, rules: Any, scratch: Any
) -> None:
    """Release lots that wait for a place in their loop, first come, first served."""
    for row in range(len(work.limit_c)):
        if work.limit_c[row].kind != CONWIP:
            continue
        while work.limit[row].waiting != NONE and (
            work.limit[row].used < work.limit_c[row].capacity
        ):
            lot = work.limit[row].waiting
            work.limit[row].waiting = work.lot[lot].next
            work.lot[lot].next = NONE
            work.limit[row].used += 1
            work.lot[lot].loop = row + 1
            _let_in(agenda, energy, shop, work, ways, rules, scratch, lot)


@compiled
def _ask_in(shop: Any, work: Any, lot: int) -> bool:
    """Whether a lot whose time has come may be released now; otherwise it waits for its turn."""
    row = loop_of(shop, work, lot)
    if row == NONE:
        return True
    limit = work.limit[row]
    if limit.waiting == NONE and limit.used < work.limit_c[row].capacity:
        limit.used += 1
        work.lot[lot].loop = row + 1
        return True
    work.lot[lot].next = NONE
    if limit.waiting == NONE:
        limit.waiting = lot
    else:
        work.lot[limit.last].next = lot
    limit.last = lot
    return False


@compiled
def release(
    agenda: Any,
    energy: Any,
    shop: Any,
    work: Any,
    ways: Any,
    rules: Any,
    scratch: Any,
) -> None:
    """Release every planned lot whose time has come and that its loop lets in."""
    now = agenda.clock[0].now_ms
    if len(work.limit_c) > 0:
        _let_waiting_in(agenda, energy, shop, work, ways, rules, scratch)
    release_order = agenda.release_order
    at = agenda.clock[0].next_release
    while at < len(release_order) and work.lot_c[release_order[at]].release_ms <= now:
        lot = release_order[at]
        at += 1
        if work.lot[lot].state != lots.PLANNED or work.lot_c[lot].released_with > 0:
            continue
        if work.lot_c[lot].conwip > 0:
            if _ask_in(shop, work, lot):
                _let_in(agenda, energy, shop, work, ways, rules, scratch, lot)
            continue
        lots.put(agenda, work, rules, lot, lots.WAITING, NONE, NONE)
        if work.lot[lot].waiting == 0:
            flow.move_on(agenda, energy, shop, work, ways, rules, scratch, lot)
    agenda.clock[0].next_release = at
    moment = FOREVER
    if at < len(release_order):
        moment = work.lot_c[release_order[at]].release_ms
    arm(agenda, agenda.bases[slots.RELEASE], moment)
