"""Lots: what happens next to a lot, its gates, its material, its docks and journeys."""

from __future__ import annotations

from typing import Any

from analytics.simulation import distributions, draws, queue, slots
from analytics.simulation.cache import compiled, inlined
from analytics.simulation.heap import arm
from analytics.simulation.layout import FOREVER, NONE
from analytics.simulation.rules.transport import journey_end, next_departure
from analytics.simulation.rules.work import units_at

# twins.work.LotState, as plain integers for the compiler
PLANNED = 0
WAITING = 1
QUEUED = 2
RUNNING = 3
DOCK = 4
TRANSIT = 5
JOINED = 6
DELIVERED = 7

# status of a gate
FORBIDDEN = 0
APPROVED = 1
ARTICLE_NEEDED = 2
ARTICLE_RUNNING = 3
ARTICLE_PENDING = 4


@inlined
def mark_group(energy: Any, shop: Any, scratch: Any, group: int) -> None:
    """Have a work centre looked at in this time step."""
    if shop.group[group].dirty == 1:
        return
    shop.group[group].dirty = 1
    site = shop.group_c[group].site
    if energy.site_c[site].ideal_power == 1:
        scratch.groups[0] += 1
        scratch.groups[scratch.groups[0]] = group
    else:
        mark_site(energy, scratch, site)


@inlined
def mark_site(energy: Any, scratch: Any, site: int) -> None:
    """Have a site's power balanced in this time step."""
    if energy.site[site].dirty == 0:
        energy.site[site].dirty = 1
        scratch.sites[0] += 1
        scratch.sites[scratch.sites[0]] = site


@compiled
def mark_all_groups(energy: Any, shop: Any, scratch: Any, site: int) -> None:
    """Have every work centre of a site looked at in this time step."""
    first = energy.site_c[site].first_group
    for group in range(first, first + energy.site_c[site].groups):
        mark_group(energy, shop, scratch, group)
    if energy.site_c[site].ideal_power == 0:
        mark_site(energy, scratch, site)


@inlined
def put(agenda: Any, work: Any, rules: Any, lot: int, state: int, link: int, machine: int) -> None:
    """Set a lot's state; a change gets the next event number and a row of the trace."""
    record = work.lot[lot]
    if record.state == state and record.link == link and record.since_ms >= 0 and state != RUNNING:
        return
    record.state = state
    record.link = link
    record.event += 1
    record.since_ms = agenda.clock[0].now_ms
    if rules.scalar[0].trace_level == 2:
        row = agenda.clock[0].lot_rows
        agenda.clock[0].lot_rows = row + 1
        entry = work.trace[row]
        entry.time_ms = agenda.clock[0].now_ms
        entry.lot = lot
        entry.event = record.event
        entry.state = state
        entry.op = record.op
        entry.place = record.place
        entry.link = link
        entry.machine = machine
        entry.units = record.units


@compiled
def _wait_for_stock(work: Any, row: int, lot: int) -> None:
    """Insert a lot into the waiting list of a stock row, by rank of its operation."""
    rank = work.op[work.lot_c[lot].first_op + work.lot[lot].op].rank
    before = NONE
    at = work.stock[row].waiting
    while at != NONE:
        if work.op[work.lot_c[at].first_op + work.lot[at].op].rank > rank:
            break
        before = at
        at = work.lot[at].next
    work.lot[lot].next = at
    if before == NONE:
        work.stock[row].waiting = lot
    else:
        work.lot[before].next = lot


@inlined
def _reserve(work: Any, rules: Any, site: int, op: int, units: int) -> int:
    """Set the operation's material aside; returns the stock row that is short, or ``NONE``."""
    optype = work.optype_c[work.op[op].optype]
    materials = rules.scalar[0].materials
    for at in range(optype.first_consume, optype.first_consume + optype.consumes):
        row = site * materials + work.consume_c[at].material
        need = work.consume_c[at].milli_per_unit * units
        if work.stock[row].on_hand - work.stock[row].reserved < need:
            return int(row)
    for at in range(optype.first_consume, optype.first_consume + optype.consumes):
        row = site * materials + work.consume_c[at].material
        work.stock[row].reserved += work.consume_c[at].milli_per_unit * units
    work.op[op].reserved = 1
    return NONE


@inlined
def issue(work: Any, rules: Any, site: int, op: int, units: int) -> None:
    """Take the reserved material out of stock as the operation starts."""
    optype = work.optype_c[work.op[op].optype]
    for at in range(optype.first_consume, optype.first_consume + optype.consumes):
        row = site * rules.scalar[0].materials + work.consume_c[at].material
        need = work.consume_c[at].milli_per_unit * units
        work.stock[row].reserved -= need
        work.stock[row].on_hand -= need
        work.stock[row].issued += need
    work.op[op].reserved = 0


@inlined
def enter(
    agenda: Any, energy: Any, shop: Any, work: Any, rules: Any, scratch: Any, lot: int
) -> None:
    """A lot is at the site of its next operation: through the gate and the stock into the queue."""
    record = work.lot[lot]
    op = work.lot_c[lot].first_op + record.op
    group = work.op[op].group
    site = shop.group_c[group].site
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
    record.units = units_at(rules, work, lot, record.op)
    if work.op[op].reserved == 0:
        short = _reserve(work, rules, site, op, record.units)
        if short != NONE:
            _wait_for_stock(work, short, lot)
            put(agenda, work, rules, lot, WAITING, NONE, NONE)
            return
    queue.push(shop, work, group, op)
    put(agenda, work, rules, lot, QUEUED, NONE, NONE)
    mark_group(energy, shop, scratch, group)


@compiled
def _dock(agenda: Any, work: Any, ways: Any, rules: Any, lot: int, destination: int) -> None:
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


@inlined
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
        site = shop.group_c[work.op[constant.first_op + record.op].group].site
        if record.place == NONE:
            record.place = site
        if record.place == site:
            enter(agenda, energy, shop, work, rules, scratch, lot)
        else:
            _dock(agenda, work, ways, rules, lot, site)
        return
    parent = constant.parent
    if parent == NONE:
        if record.place == constant.destination:
            record.done_ms = agenda.clock[0].now_ms
            agenda.clock[0].open_lots -= 1
            put(agenda, work, rules, lot, DELIVERED, NONE, NONE)
        else:
            _dock(agenda, work, ways, rules, lot, constant.destination)
        return
    site = shop.group_c[work.op[work.lot_c[parent].first_op].group].site
    if record.place != site:
        _dock(agenda, work, ways, rules, lot, site)
        return
    record.done_ms = agenda.clock[0].now_ms
    put(agenda, work, rules, lot, JOINED, NONE, NONE)
    work.lot[parent].waiting -= 1
    if work.lot[parent].waiting == 0 and work.lot[parent].state == WAITING:
        work.lot[parent].place = site
        enter(agenda, energy, shop, work, rules, scratch, parent)


@compiled
def advance(
    agenda: Any,
    energy: Any,
    shop: Any,
    work: Any,
    ways: Any,
    rules: Any,
    scratch: Any,
    lot: int,
) -> None:
    """``move_on``, called instead of copied, for all but the commonest caller."""
    move_on(agenda, energy, shop, work, ways, rules, scratch, lot)


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


@compiled
def arrive(
    agenda: Any,
    energy: Any,
    shop: Any,
    work: Any,
    ways: Any,
    rules: Any,
    scratch: Any,
    consignment: int,
) -> None:
    """A consignment is at the end of its link; each of its lots goes on from there."""
    record = ways.consignment[consignment]
    lot = record.first_lot
    record.first_lot = NONE
    record.arrived = 1
    place = ways.link_c[record.link].end
    while lot != NONE:
        following = work.lot[lot].next
        work.lot[lot].next = NONE
        work.lot[lot].place = place
        advance(agenda, energy, shop, work, ways, rules, scratch, lot)
        lot = following


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
    gate.lot = NONE
    lot = gate.waiting
    gate.waiting = NONE
    while lot != NONE:
        following = work.lot[lot].next
        work.lot[lot].next = NONE
        work.lot[lot].article = 0
        advance(agenda, energy, shop, work, ways, rules, scratch, lot)
        lot = following


@compiled
def receive(
    agenda: Any,
    energy: Any,
    shop: Any,
    work: Any,
    rules: Any,
    scratch: Any,
    row: int,
    milli: int,
) -> None:
    """Material comes into a stock row; lots that waited for it try again in order of rank."""
    work.stock[row].on_hand += milli
    lot = work.stock[row].waiting
    work.stock[row].waiting = NONE
    while lot != NONE:
        following = work.lot[lot].next
        work.lot[lot].next = NONE
        enter(agenda, energy, shop, work, rules, scratch, lot)
        lot = following
