"""Journeys: lots at the dock of a link, and consignments on their way."""

from __future__ import annotations

from typing import Any

from analytics.simulation import distributions, draws, slots
from analytics.simulation.cache import compiled
from analytics.simulation.heap import arm
from analytics.simulation.layout import FOREVER, NONE
from analytics.simulation.lots import DOCK, TRANSIT, put
from analytics.simulation.rules.transport import journey_end, next_departure


@compiled
def dock(agenda: Any, work: Any, ways: Any, rules: Any, lot: int, destination: int) -> None:
    """Put a lot at the dock of the next link on its way; without a way it waits for one."""
    record = work.lot[lot]
    link = ways.next_hop[record.place, destination]
    if link == NONE:
        record.next = NONE
        put(agenda, work, rules, lot, DOCK, NONE, NONE)
        return
    record.next = ways.link[link].dock
    ways.link[link].dock = lot
    ways.link[link].docked += 1
    put(agenda, work, rules, lot, DOCK, link, NONE)
    number = agenda.bases[slots.DEPARTURE] + link
    if ways.link[link].closed == 0 and agenda.slot[number].time_ms == FOREVER:
        moment = next_departure(rules, ways.link_c[link], ways.timetable, agenda.clock[0].now_ms)
        arm(agenda, number, moment)


@compiled
def depart(agenda: Any, work: Any, ways: Any, rules: Any, link: int) -> None:
    """Everything at the dock of a link leaves as one consignment."""
    arm(agenda, agenda.bases[slots.DEPARTURE] + link, FOREVER)
    first = ways.link[link].dock
    if first == NONE or ways.link[link].closed > 0:
        return
    now = agenda.clock[0].now_ms
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
    record.lots = ways.link[link].docked
    record.first_lot = first
    record.arrived = 0
    record.mass_g = 0
    ways.link[link].dock = NONE
    ways.link[link].docked = 0
    lot = first
    while lot != NONE:
        record.mass_g += work.lot_c[lot].mass_g
        put(agenda, work, rules, lot, TRANSIT, link, NONE)
        lot = work.lot[lot].next
    arm(agenda, agenda.bases[slots.ARRIVAL] + row, record.arrive_ms)
