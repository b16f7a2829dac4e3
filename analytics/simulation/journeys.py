"""Journeys: lots at the dock of a link, and consignments on their way.

A link with vehicles, a capacity, papers or a consolidation window takes the paths behind
``LINK_C.features``; what it loads is chosen in ``loading``.
"""

from __future__ import annotations

from typing import Any

from analytics.simulation import distributions, draws, slots
from analytics.simulation.cache import compiled
from analytics.simulation.heap import arm
from analytics.simulation.layout import FOREVER, NONE
from analytics.simulation.loading import LOADING_MS, earliest_departure, send_vehicle, take_load
from analytics.simulation.lots import DOCK, TRANSIT, put
from analytics.simulation.rules.transport import journey_end, next_departure, papers_ms


@compiled
def dock(agenda: Any, work: Any, ways: Any, rules: Any, lot: int, destination: int) -> None:
    """Put a lot at the dock of the next link on its way; without a way it waits for one."""
    record = work.lot[lot]
    block = work.lot_c[lot].dangerous + 2 * record.express
    link = ways.next_hop[record.place, destination + block * len(ways.next_hop)]
    if link == NONE:
        record.next = NONE
        put(agenda, work, rules, lot, DOCK, NONE, NONE)
        return
    record.next = ways.link[link].dock
    ways.link[link].dock = lot
    ways.link[link].docked += 1
    constant = ways.link_c[link]
    if constant.features != 0 and (record.state != DOCK or record.link != link):
        papers = papers_ms(constant, work.lot_c[lot].dangerous)
        record.papers_ms = agenda.clock[0].now_ms + papers
    put(agenda, work, rules, lot, DOCK, link, NONE)
    number = agenda.bases[slots.DEPARTURE] + link
    if ways.link[link].closed == 0 and (
        agenda.slot[number].time_ms == FOREVER or constant.features != 0
    ):
        call_departure(agenda, work, ways, rules, link)


@compiled
def call_departure(agenda: Any, work: Any, ways: Any, rules: Any, link: int) -> None:
    """Arm the next departure of an open link that has lots at its dock."""
    constant = ways.link_c[link]
    now = agenda.clock[0].now_ms
    if constant.features == 0:
        moment = next_departure(rules, constant, ways.timetable, now)
    else:
        moment = earliest_departure(work, ways, rules, link, now)
    arm(agenda, agenda.bases[slots.DEPARTURE] + link, moment)


@compiled
def vehicle_back(agenda: Any, work: Any, ways: Any, rules: Any, link: int) -> None:
    """Vehicles of a link are back at its start; what waits for one may leave."""
    now = agenda.clock[0].now_ms
    moment = FOREVER
    kept = 0
    row = ways.link[link].out
    while row > 0:
        consignment = ways.consignment[row - 1]
        following = consignment.next_out
        if consignment.back_ms <= now:
            consignment.next_out = 0
            ways.link[link].away -= 1
        else:
            moment = min(moment, consignment.back_ms)
            consignment.next_out = kept
            kept = row
        row = following
    ways.link[link].out = kept
    arm(agenda, agenda.bases[slots.VEHICLE] + link, moment)
    if ways.link[link].dock != NONE and ways.link[link].closed == 0:
        call_departure(agenda, work, ways, rules, link)


@compiled
def depart(agenda: Any, work: Any, ways: Any, rules: Any, link: int) -> None:
    """Everything at the dock of a link leaves as one consignment, as far as it may and fits."""
    arm(agenda, agenda.bases[slots.DEPARTURE] + link, FOREVER)
    first = ways.link[link].dock
    if first == NONE or ways.link[link].closed > 0:
        return
    now = agenda.clock[0].now_ms
    if ways.link_c[link].features != 0:
        first = take_load(work, ways, link, now)
        if first == NONE:
            call_departure(agenda, work, ways, rules, link)
            return
    else:
        ways.link[link].dock = NONE
        ways.link[link].docked = 0
    row = agenda.clock[0].consignments
    agenda.clock[0].consignments = row + 1
    constant = ways.link_c[link]
    factor = 1.0
    if constant.dist != NONE and rules.scalar[0].deterministic == 0:
        u = draws.uniform(rules.scalar[0], draws.TRAVEL_TIME, constant.key, now // 60_000)
        factor = distributions.ppf(rules.dist[constant.dist], rules.curve, u)
    record = ways.consignment[row]
    record.link = link
    record.depart_ms = now
    record.arrive_ms = journey_end(rules, constant, now, factor)
    record.lots = 0
    record.first_lot = first
    record.arrived = 0
    record.mass_g = 0
    lot = first
    while lot != NONE:
        record.lots += 1
        record.mass_g += work.lot_c[lot].mass_g
        record.dangerous |= work.lot_c[lot].dangerous
        put(agenda, work, rules, lot, TRANSIT, link, NONE)
        lot = work.lot[lot].next
    arm(agenda, agenda.bases[slots.ARRIVAL] + row, record.arrive_ms)
    if constant.features != 0:
        ways.link[link].free_ms = now + LOADING_MS
        if constant.vehicles > 0:
            send_vehicle(agenda, ways, rules, row, factor)
        if ways.link[link].dock != NONE:
            call_departure(agenda, work, ways, rules, link)
