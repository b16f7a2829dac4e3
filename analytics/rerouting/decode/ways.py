"""Journeys between places by the kernel's own rules, and what a lot's share of them costs."""

from __future__ import annotations

from typing import Any

from analytics.simulation.cache import compiled
from analytics.simulation.layout import FOREVER, HOUR_MS, NONE
from analytics.simulation.rules.transport import (
    journey_end,
    leave_ms,
    next_departure,
    papers_ms,
)


@compiled
def departure(rules: Any, ways: Any, link: int, time_ms: int, dangerous: int) -> int:
    """First departure of what comes at ``time_ms`` at which the link is believed open.

    Papers and consolidation take their time; vehicles and room are left to the replay of a plan.
    """
    ready = time_ms + papers_ms(ways.link_c[link], dangerous)
    moment = leave_ms(rules, ways.link_c[link], ways.timetable, ready, ready)
    for row in range(ways.shut_first[link], ways.shut_first[link + 1]):
        if ways.shut[row, 0] <= moment < ways.shut[row, 1]:
            if ways.shut[row, 1] >= FOREVER:
                return FOREVER
            moment = next_departure(rules, ways.link_c[link], ways.timetable, ways.shut[row, 1])
    return moment


@compiled
def travel(
    rules: Any, ways: Any, bill: Any, lot: int, start: int, end: int, time_ms: int
) -> tuple[int, float]:
    """Arrival at ``end`` of a lot that may leave ``start`` at ``time_ms``, its share of the cost.

    The share of a leg is the price of the mass, or the share of the minimum charge where that is
    more.
    """
    cost = 0.0
    place = start
    lot_c = bill.lot_c[lot]
    column = end + (lot_c.dangerous + 2 * bill.lot[lot].express) * len(ways.next_hop)
    while place != end:
        link = ways.next_hop[place, column]
        if link == NONE or time_ms >= FOREVER:
            return FOREVER, cost
        leave = departure(rules, ways, link, time_ms, lot_c.dangerous)
        if leave >= FOREVER:
            return FOREVER, cost
        time_ms = journey_end(rules, ways.link_c[link], leave, 1.0)
        charge = ways.per_g[link] * lot_c.mass_g
        if ways.lots[link] > 0.0:
            charge = max(charge, ways.minimum[link] / ways.lots[link])
        cost += charge
        place = ways.link_c[link].end
    return time_ms, cost


@compiled
def carry(
    rules: Any, ways: Any, plan: Any, bill: Any, lot: int, start: int, end: int, time_ms: int
) -> int:
    """The same journey, counted: how many lots and how many departures each link sees.

    Departures of a link within one hour count as one.
    """
    place = start
    lot_c = bill.lot_c[lot]
    column = end + (lot_c.dangerous + 2 * bill.lot[lot].express) * len(ways.next_hop)
    while place != end:
        link = ways.next_hop[place, column]
        if link == NONE or time_ms >= FOREVER:
            return FOREVER
        leave = departure(rules, ways, link, time_ms, lot_c.dangerous)
        if leave >= FOREVER:
            return FOREVER
        cell = (leave - ways.start_ms) // HOUR_MS
        if 0 <= cell < plan.seen.shape[1]:
            if plan.seen[link, cell] == 0:
                plan.seen[link, cell] = 1
                plan.departures[link] += 1
            plan.carried[link] += 1
        time_ms = journey_end(rules, ways.link_c[link], leave, 1.0)
        place = ways.link_c[link].end
    return time_ms
