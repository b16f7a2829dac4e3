"""Suppliers: orders when free stock runs low, their deliveries, and what waits for them."""

from __future__ import annotations

from typing import Any

from analytics.simulation import distributions, draws, slots
from analytics.simulation.cache import compiled
from analytics.simulation.heap import arm
from analytics.simulation.layout import FOREVER, NONE, PPM, SUPPLY_ORDERS
from analytics.simulation.rules.calendar import next_open


@compiled
def restock(agenda: Any, work: Any, rules: Any, row: int, wanted: int) -> None:
    """Order what lifts free stock and orders above the reorder point, and to ``wanted`` at least.

    While ``SUPPLY_ORDERS`` orders are under way nothing is ordered; each delivery asks again.
    """
    stock = work.stock[row]
    supplier = stock.supplier - 1
    c = work.supply_c[supplier]
    missing = max(c.reorder_milli + 1, wanted) - (stock.on_hand - stock.reserved + stock.ordered)
    if missing <= 0:
        return
    first = supplier * SUPPLY_ORDERS
    free = NONE
    for at in range(first, first + SUPPLY_ORDERS):
        if work.supply[at].milli == 0:
            free = at
            break
    if free == NONE:
        return
    amount = (missing + c.order_milli - 1) // c.order_milli * c.order_milli
    amount = max(amount, c.minimum_milli)
    now = agenda.clock[0].now_ms
    begin = now
    if c.calendar != NONE:
        begin = next_open(rules, c.calendar, now)
    if begin >= FOREVER:
        return
    dist = rules.dist[c.lead_dist]
    span = dist["mean"]
    if rules.scalar[0].deterministic == 0:
        u = draws.uniform(rules.scalar[0], draws.SUPPLY_TIME, c.key, work.supply[first].orders)
        span = distributions.ppf(dist, rules.curve, u)
    due = begin + max(1, int(span))
    if c.calendar != NONE:
        due = next_open(rules, c.calendar, due)
    work.supply[first].orders += 1
    work.supply[free].milli = amount
    work.supply[free].ordered_ms = begin
    work.supply[free].due_ms = due
    stock.ordered += amount
    number = agenda.bases[slots.SUPPLY] + row
    if due < agenda.slot[number].time_ms:
        arm(agenda, number, due)


@compiled
def unload(agenda: Any, work: Any, row: int) -> int:
    """Take in the orders that are due; what comes, in thousandths, is not on hand yet."""
    stock = work.stock[row]
    first = (stock.supplier - 1) * SUPPLY_ORDERS
    now = agenda.clock[0].now_ms
    brought = 0
    moment = FOREVER
    for at in range(first, first + SUPPLY_ORDERS):
        order = work.supply[at]
        if order.milli == 0:
            continue
        if order.due_ms > now:
            moment = min(moment, order.due_ms)
            continue
        stock.ordered -= order.milli
        brought += order.milli * (PPM - stock.missing_ppm) // PPM
        order.milli = 0
        order.told = 0
    work.supply[first].delivered += brought
    arm(agenda, agenda.bases[slots.SUPPLY] + row, moment)
    return int(brought)
