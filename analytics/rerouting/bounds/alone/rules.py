"""Work, journeys and material at their soonest, by the kernel's own rules."""

from __future__ import annotations

from typing import Any

import numpy as np

from analytics.rerouting.bounds.alone.nouns import TRANSPORT
from analytics.simulation import draws
from analytics.simulation.cache import compiled
from analytics.simulation.features import SHARES
from analytics.simulation.layout import FOREVER, NONE, PPM
from analytics.simulation.lots import DOCK
from analytics.simulation.rules.transport import journey_end, next_departure, papers_ms
from analytics.simulation.rules.work import is_rest, kind_at, nominal_ms


@compiled
def least_units(bill: Any, lot: int, step: int) -> int:
    """Units that an operation starts at least, after ``rules.work.units_at``.

    After the last operation: the units that are wanted.
    """
    units = bill.lot_c[lot].quantity
    first = bill.lot_c[lot].first_op
    for op in range(first + bill.lot_c[lot].ops - 1, first + step - 1, -1):
        passing = bill.optype_c[bill.op[op].optype].yield_ppm
        if passing < PPM:
            part = 0
            if bill.exact == 1:
                part = int(draws.mix(bill.op[op].key) % np.uint64(passing))
            units = (units * PPM + part) // passing
    if step < bill.lot_c[lot].ops:
        sent_back = bill.op[first + step].visits > 0
        if sent_back or is_rest(bill, first + step):
            units = min(units, bill.lot[lot].units)
    return int(units)


@compiled
def units_at_once(bill: Any, shop: Any, group: int, op: int, units: int) -> int:
    """Units in the largest share of a lot at least, where several machines may share it."""
    least = bill.optype_c[bill.op[op].optype].share_units
    g = shop.group_c[group]
    if least == 0 or g.features & SHARES == 0 or bill.op[op].left_ms > 0:
        return units
    return int(max((units + g.machines - 1) // g.machines, min(units, least)))


@compiled
def work_ms(bill: Any, shop: Any, group: int, op: int, units: int) -> int:
    """How long one machine of a work centre takes at its best, changeovers apart."""
    if bill.op[op].left_ms > 0:
        return int(bill.op[op].left_ms)
    g = shop.group_c[group]
    optype = bill.optype_c[kind_at(bill.optype_c, bill.op[op].optype, group)]
    span = nominal_ms(optype, g.speed_ppm, units, g.batch_units)
    if optype.visits_ppm > 0:
        span = span * optype.visits_ppm // PPM
    span = max(1, int(span * g.planning_ppm // PPM))
    change = shop.best_ppm[group]
    if change != 0:
        span = max(1, span * PPM // max(PPM + change, 1))
    return int(span)


@compiled
def done_at(shop: Any, group: int, time_ms: int, span_ms: int) -> int:
    """End of work that may begin at ``time_ms`` and lies down while the centre cannot work.

    ``FOREVER`` where it is not done within the horizon.
    """
    low = shop.first[group]
    high = shop.first[group + 1]
    last = high
    while low < high:  # the first interval that ends after the moment
        middle = (low + high) >> 1
        if shop.open[middle, 1] > time_ms:
            high = middle
        else:
            low = middle + 1
    left = span_ms
    for row in range(low, last):
        begin = max(time_ms, shop.open[row, 0])
        if shop.open[row, 1] - begin >= left:
            return int(begin + left)
        left -= shop.open[row, 1] - begin
    return FOREVER


@compiled
def share_ms(shop: Any, group: int, units: int, span_ms: int) -> float:
    """Machine time that is an operation's own: in an oven other lots may lie beside it."""
    capacity = shop.group_c[group].batch_units
    if capacity > units:
        return float(span_ms * units / capacity)
    return float(span_ms)


@compiled
def material_at(bill: Any, store: Any, site: int, op: int, units: int, time_ms: int) -> int:
    """First moment from ``time_ms`` at which a site can have all material of an operation.

    As if nothing else took any; ``FOREVER``: not within the horizon.
    """
    if bill.op[op].visits > 0 or bill.op[op].left_ms > 0 or is_rest(bill, op):
        return time_ms
    optype = bill.optype_c[bill.op[op].optype]
    owner = bill.lot_c[bill.op[op].lot].owner
    moment = time_ms
    for head in range(optype.first_consume, optype.first_consume + optype.consumes):
        soonest = FOREVER
        at = head
        while at >= 0:
            choice = bill.consume_c[at]
            if choice.owner == 0 or choice.owner == owner:  # noqa: PLR1714
                row = site * store.materials + choice.material
                need = choice.milli_per_unit * units
                for event in range(store.first[row], store.first[row + 1]):
                    if store.milli[event] >= need:
                        soonest = min(soonest, store.time_ms[event])
                        break
            at = choice.alternative - 1
        moment = max(moment, soonest)
    return int(moment)


@compiled
def departure(rules: Any, ways: Any, link: int, time_ms: int) -> int:
    """Soonest departure: what waits for company may leave at once with what waited before."""
    moment = time_ms
    timed = ways.link_c[link].consolidation_ms == 0
    if timed:
        moment = next_departure(rules, ways.link_c[link], ways.timetable, moment)
    for row in range(ways.shut_first[link], ways.shut_first[link + 1]):
        if ways.shut[row, 0] <= moment < ways.shut[row, 1]:
            moment = ways.shut[row, 1]
            if timed and moment < FOREVER:
                moment = next_departure(rules, ways.link_c[link], ways.timetable, moment)
    return int(moment)


@compiled
def _by_block(
    rules: Any, ways: Any, bill: Any, lot: int, start: int, end: int, time_ms: int, block: int
) -> tuple[int, float]:
    place = start
    cost = 0.0
    while place != end:
        link = ways.next_hop[place, end + block * len(ways.next_hop)]
        if link == NONE:
            return FOREVER, cost
        ready = time_ms
        if bill.lot[lot].state != DOCK or place != bill.lot[lot].place:  # else its papers are made
            ready += papers_ms(ways.link_c[link], bill.lot_c[lot].dangerous)
        leave = departure(rules, ways, link, ready)
        if leave >= FOREVER:
            return FOREVER, cost
        time_ms = journey_end(rules, ways.link_c[link], leave, 1.0)
        cost += ways.per_g[link] * bill.lot_c[lot].mass_g
        place = ways.link_c[link].end
    return time_ms, cost


@compiled
def travel(
    rules: Any, ways: Any, bill: Any, lot: int, start: int, end: int, time_ms: int, way: Any
) -> int:
    """Arrival at ``end`` at the soonest; the price of the mass is added to ``way``.

    A lot that may be expedited is as fast as by the faster way, and as cheap as by the cheaper one.
    """
    if start == end:
        return time_ms
    block = bill.lot_c[lot].dangerous + 2 * bill.lot[lot].express
    arrival, cost = _by_block(rules, ways, bill, lot, start, end, time_ms, block)
    if ways.express[lot] == 1:
        block = bill.lot_c[lot].dangerous + 2 * (1 - bill.lot[lot].express)
        other, fare = _by_block(rules, ways, bill, lot, start, end, time_ms, block)
        arrival = min(arrival, other)
        cost = min(cost, fare)
    way[TRANSPORT] += cost
    return arrival
