"""The kernel: the four-phase time step, and the one entry that is compiled and kept.

At each distinct time: (1) all events apply, in the order of their slots, each changing its own
table and marking work centres and sites; (2) the power of each marked site is balanced and shed;
(3) marked work centres dispatch; (4) power is balanced again. Simultaneous events never depend on
the order in which they were put on the agenda.
"""

from __future__ import annotations

from typing import Any

from analytics.simulation import arrivals, flow, journeys, lots, slots
from analytics.simulation.cache import compiled, compiled_apart
from analytics.simulation.dispatch import dispatch
from analytics.simulation.events import (
    fail_or_repair,
    grid_event,
    primitives,
    pv_step,
    receive_orders,
    shift,
    upkeep_event,
)
from analytics.simulation.hands import next_stage
from analytics.simulation.heap import arm
from analytics.simulation.layout import FOREVER, PPM, STATUS_DONE, STATUS_GROW, STATUS_STUCK
from analytics.simulation.machines import finish, scrap
from analytics.simulation.opening import open_run, requeue
from analytics.simulation.people import settle_pool
from analytics.simulation.places import admit_all
from analytics.simulation.power import balance, book_rewarming, settle
from analytics.simulation.progress import has_stalled, is_round
from analytics.simulation.quality import hold_is_over
from analytics.simulation.redirect import redirect
from analytics.simulation.releases import release
from analytics.simulation.sources import GENSET_RUNNING, GENSET_STARTING
from analytics.simulation.starting import end_of_peak
from analytics.simulation.tables import by_reference
from analytics.simulation.tariff import tariff_event
from analytics.simulation.world import Agenda, Energy, Rules, Scratch, Shop, Ways, Work

ROUNDS = 4
"""Dispatch and balance alternate at most so often at one site and moment; two mostly suffice."""

SHARED_ROUNDS = 64
"""The same where work centres share people, crews or tools: what one lays down, another takes."""


@compiled
def _apply(
    agenda: Any,
    energy: Any,
    shop: Any,
    work: Any,
    ways: Any,
    rules: Any,
    scratch: Any,
    number: int,
) -> None:
    """Phase 1: one event changes its own table."""
    bases = agenda.bases
    kind = slots.KINDS - 1
    while bases[kind] > number:
        kind -= 1
    entity = number - bases[kind]
    if not is_round(kind):
        agenda.clock[0].progress_ms = agenda.clock[0].now_ms
    now = agenda.clock[0].now_ms
    arm(agenda, number, FOREVER)
    if kind == slots.PRIMITIVE:
        primitives(agenda, energy, shop, work, ways, rules, scratch)
    elif kind == slots.GRID:
        grid_event(agenda, energy, rules, scratch, entity)
    elif kind == slots.TRANSFER or kind == slots.BATTERY or kind == slots.TANK:
        lots.mark_site(energy, scratch, entity)
    elif kind == slots.GENSET:
        if energy.site[entity].genset == GENSET_STARTING:
            settle(energy, entity, now)
            energy.site[entity].genset = GENSET_RUNNING
            lots.mark_all_groups(energy, shop, scratch, entity)
    elif kind == slots.FUEL:
        settle(energy, entity, now)
        s = energy.site[entity]
        own = energy.site_c[entity].genset_mw > 0
        tank = energy.site_c[entity].tank_pl if own else energy.hired_c[entity].tank_pl
        amount = energy.site_c[entity].delivery_pl if own else energy.hired_c[entity].delivery_pl
        if s.due_pl > 0:
            amount = s.due_pl
            s.due_pl = 0
        if s.fuel_drop_ppm != 0:
            amount = amount // PPM * (PPM - s.fuel_drop_ppm)
        amount = max(0, min(amount, tank - s.fuel_pl))
        s.fuel_pl += amount
        s.fuel_received_pl += amount
        s.delivery_ms = FOREVER
        s.last_delivery_ms = now
        lots.mark_all_groups(energy, shop, scratch, entity)
    elif kind == slots.PV:
        pv_step(agenda, energy, shop, rules, scratch, entity)
    elif kind == slots.CALENDAR:
        shift(agenda, energy, shop, rules, scratch, entity)
    elif kind == slots.FAILURE:
        fail_or_repair(agenda, energy, shop, work, ways, rules, scratch, entity)
    elif kind == slots.MAINTENANCE:
        upkeep_event(agenda, energy, shop, work, ways, rules, scratch, entity)
    elif kind == slots.REWARM:
        if shop.machine[entity].warm_ms == now:
            book_rewarming(shop, entity, now)
        end_of_peak(agenda, energy, shop, scratch, entity)
        lots.mark_group(energy, shop, scratch, shop.machine_c[entity].group)
        next_stage(agenda, shop, entity)
    elif kind == slots.TARIFF:
        tariff_event(agenda, energy, shop, rules, scratch, entity)
    elif kind == slots.APPROVAL:
        flow.approve(agenda, energy, shop, work, ways, rules, scratch, entity)
    elif kind == slots.RECEIPT:
        receive_orders(agenda, energy, shop, work, rules, scratch, entity)
    elif kind == slots.RELEASE:
        release(agenda, energy, shop, work, ways, rules, scratch)
    elif kind == slots.REDIRECT:
        redirect(agenda, shop, work, ways, rules, scratch)
    elif kind == slots.DEPARTURE:
        journeys.depart(agenda, work, ways, rules, entity)
    elif kind == slots.PAUSE_LIMIT:
        scrap(agenda, energy, shop, work, ways, rules, scratch, entity)
    elif kind == slots.HOLD:
        hold_is_over(agenda, energy, shop, work, ways, rules, scratch, entity)
    elif kind == slots.BATCH_WAIT:
        if shop.group_c[entity].limit > 0:
            row = shop.group_c[entity].limit - 1
            admit_all(agenda, energy, shop, work, rules, scratch, row)
        lots.mark_group(energy, shop, scratch, entity)
    elif kind == slots.VEHICLE:
        journeys.vehicle_back(agenda, work, ways, rules, entity)
    elif kind == slots.SUPPLY:
        arrivals.deliver(agenda, energy, shop, work, rules, scratch, entity)
    elif kind == slots.ARRIVAL:
        arrivals.arrive(agenda, energy, shop, work, ways, rules, scratch, entity)


@compiled
def serve_site(
    agenda: Any, energy: Any, shop: Any, work: Any, ways: Any, rules: Any, scratch: Any, site: int
) -> None:
    """Phases 2 to 4 at one site."""
    c = energy.site_c[site]
    limited = c.ideal_power == 0
    if limited:
        balance(agenda, energy, shop, work, ways, rules, scratch, site)
    for _ in range(ROUNDS if c.pools == 0 else SHARED_ROUNDS):
        energy.site[site].refused = 0
        served = 0
        for group in range(c.first_group, c.first_group + c.groups):
            if shop.group[group].dirty == 1:
                dispatch(agenda, energy, shop, work, rules, scratch, group)
                served += 1
        if served == 0:
            break
        if energy.site[site].genset == GENSET_RUNNING:
            energy.site[site].genset_wanted = 0
        if limited:
            balance(agenda, energy, shop, work, ways, rules, scratch, site)
    for group in range(c.first_group, c.first_group + c.groups):
        shop.group[group].dirty = 0
        g = shop.group_c[group]
        for machine in range(g.first_machine, g.first_machine + g.machines):
            if shop.machine[machine].refused > 0 or shop.machine[machine].powered == 0:
                energy.site[site].refused = 1
    energy.site[site].dirty = 0


@compiled
def _tries_again(energy: Any, shop: Any, site: int) -> bool:
    """Have a site that lacks power over its feeder looked at again; whether it does."""
    s = energy.site[site]
    if s.refused == 0 and s.served_mw == s.load_mw and s.discharge_now_mw == 0:
        return False
    first = energy.site_c[site].first_group
    for group in range(first, first + energy.site_c[site].groups):
        shop.group[group].dirty = 1
    s.dirty = 1
    return True


@compiled
def serve_feeder(
    agenda: Any, energy: Any, shop: Any, work: Any, ways: Any, rules: Any, scratch: Any, row: int
) -> None:
    """Phases 2 to 4 at the sites of a feeder, in the order of their rows.

    First each site that was marked is served, and starts work within its share. While they draw
    more than the feeder gives, the site furthest above its share gives back. Then what is left is
    lent to those that lack power, in the order of their rows.
    """
    f = energy.feeder_c[row]
    feeder = energy.feeder[row]
    marked = 0
    for site in range(f.first_site, f.last_site + 1):
        if energy.site_c[site].feeder == row + 1 and energy.site[site].dirty == 1:
            serve_site(agenda, energy, shop, work, ways, rules, scratch, site)
            marked += 1
    if marked == 0:
        return
    for turn in range(2):
        for _ in range(f.first_site, f.last_site + 1):
            if feeder.used_mw <= f.limit_mw:
                break
            debtor = -1
            most = 0
            for site in range(f.first_site, f.last_site + 1):
                if energy.site_c[site].feeder == row + 1:
                    excess = energy.site[site].grid_now_mw - energy.site_c[site].feeder_share_mw
                    if excess > most:
                        most = excess
                        debtor = site
            if debtor < 0:
                break
            serve_site(agenda, energy, shop, work, ways, rules, scratch, debtor)
        if turn == 0:
            feeder.lending = 1
            for site in range(f.first_site, f.last_site + 1):
                if energy.site_c[site].feeder == row + 1 and _tries_again(energy, shop, site):
                    serve_site(agenda, energy, shop, work, ways, rules, scratch, site)
            feeder.lending = 0


@compiled
def settle_all(energy: Any, shop: Any, until_ms: int) -> None:
    """Bring all integrals to ``until_ms``."""
    for site in range(len(energy.site)):
        settle(energy, site, until_ms)
    for pool in range(len(shop.pool)):
        settle_pool(shop, pool, until_ms)
    for machine in range(len(shop.machine)):
        record = shop.machine[machine]
        if record.losing == 1:
            shop.lost[machine] += until_ms - record.losing_ms
        record.losing_ms = until_ms


@compiled
def is_full(agenda: Any, energy: Any, shop: Any, work: Any, ways: Any, rules: Any) -> bool:
    """Whether an array might not hold what one time step can add."""
    clock = agenda.clock[0]
    if clock.consignments + len(ways.link) + 1 > len(ways.consignment):
        return True
    if rules.scalar[0].trace_level < 2:
        return False
    if clock.machine_rows + 8 * len(shop.machine) + 8 > len(shop.trace):
        return True
    if clock.energy_rows + 8 * len(energy.site) + 8 > len(energy.trace):
        return True
    return bool(clock.lot_rows + 4 * len(work.lot) + 8 > len(work.trace))


@compiled_apart
def _run(
    agenda: Any, energy: Any, shop: Any, work: Any, ways: Any, rules: Any, scratch: Any,
    until_ms: int,
) -> int:  # fmt: skip
    """Time step after time step."""
    clock, heap, slot, bases = agenda.clock[0], agenda.heap, agenda.slot, agenda.bases
    clock.status = STATUS_DONE
    if is_full(agenda, energy, shop, work, ways, rules):
        return STATUS_GROW
    if clock.started == 0:
        open_run(agenda, energy, shop, work, ways, rules, scratch)
    while True:
        if clock.replan == 1:
            clock.replan = 0
            requeue(agenda, energy, shop, work, ways, rules, scratch)
        elif until_ms >= FOREVER and (clock.open_lots == 0 or has_stalled(agenda)):
            if clock.open_lots > 0:
                clock.status = STATUS_STUCK
            break
        elif clock.heap_rows == 0 or slot[heap[0]].time_ms > until_ms:
            break
        else:
            clock.now_ms = slot[heap[0]].time_ms
        now = clock.now_ms
        while clock.heap_rows > 0 and slot[heap[0]].time_ms <= now:
            clock.events += 1
            number = heap[0]
            if bases[slots.FINISH] <= number < bases[slots.FINISH + 1]:  # the commonest, in line
                clock.progress_ms = now
                machine = number - bases[slots.FINISH]
                finish(agenda, energy, shop, work, ways, rules, scratch, machine)
            else:
                _apply(agenda, energy, shop, work, ways, rules, scratch, number)
        at = 1
        while at <= scratch.sites[0]:
            if energy.site_c[scratch.sites[at]].feeder == 0:
                serve_site(agenda, energy, shop, work, ways, rules, scratch, scratch.sites[at])
            at += 1
        for row in range(len(energy.feeder)):
            serve_feeder(agenda, energy, shop, work, ways, rules, scratch, row)
        scratch.sites[0] = 0
        at = 1
        while at <= scratch.groups[0]:
            dispatch(agenda, energy, shop, work, rules, scratch, scratch.groups[at])
            at += 1
        scratch.groups[0] = 0
        if clock.status != STATUS_DONE:
            return int(clock.status)
        if is_full(agenda, energy, shop, work, ways, rules):
            return STATUS_GROW
    if until_ms < FOREVER:
        clock.now_ms = until_ms
    settle_all(energy, shop, clock.now_ms)
    return int(clock.status)


def run_kernel(
    scalar: Any, site_c: Any, hired_c: Any, bus_c: Any, group_c: Any, machine_c: Any, dist: Any,
    optype_c: Any, consume_c: Any, recover_c: Any, lot_c: Any, link_c: Any, calendar: Any,
    interval: Any, timetable: Any, receipt: Any, primitive: Any, pv: Any, release_order: Any,
    bases: Any, pool_c: Any, ability: Any, setup_c: Any, limit_c: Any, supply_c: Any, band_c: Any,
    feeder_c: Any, closure: Any, curve: Any, first_candidate: Any, candidate: Any, free_ms: Any,
    clock: Any, heap: Any, slot: Any, site: Any, bus: Any,
    group: Any, machine: Any,
    machine_time: Any, machine_lost: Any, lot: Any, op: Any, gate: Any, stock: Any, link: Any,
    consignment: Any, next_hop: Any, pool: Any, limit: Any, feeder: Any, supply: Any,
    band: Any,
    machine_trace: Any, lot_trace: Any, energy_trace: Any,
    scratch_groups: Any, scratch_sites: Any, scratch_flow: Any, scratch_backlog: Any,
    until_ms: int,
) -> int:  # fmt: skip
    """Run to ``until_ms`` inclusive, or until an array is full; returns a ``STATUS_`` constant."""
    agenda = by_reference(Agenda(clock, heap, slot, bases, primitive, release_order))
    energy = by_reference(Energy(
        site_c, hired_c, bus_c, band_c, feeder_c, pv, site, bus, feeder, band, energy_trace,
    ))  # fmt: skip
    shop = by_reference(Shop(
        group_c, machine_c, pool_c, ability, setup_c, group, machine, pool, machine_time,
        machine_lost, machine_trace,
    ))  # fmt: skip
    work = by_reference(Work(
        lot_c, optype_c, consume_c, recover_c, limit_c, supply_c, receipt, first_candidate,
        candidate, free_ms, lot, op, gate, stock, limit, supply, lot_trace,
    ))  # fmt: skip
    ways = by_reference(Ways(link_c, timetable, next_hop, link, consignment))
    rules = by_reference(Rules(scalar, dist, calendar, interval, closure, curve))
    scratch = by_reference(Scratch(scratch_groups, scratch_sites, scratch_flow, scratch_backlog))
    return int(_run(agenda, energy, shop, work, ways, rules, scratch, until_ms))
