"""Events: what each kind of event on the agenda changes, phase 1 of a time step."""

from __future__ import annotations

from typing import Any

import numpy as np

from analytics.simulation import arrivals, distributions, draws, lots, slots
from analytics.simulation.cache import compiled
from analytics.simulation.features import USE_CLOCK
from analytics.simulation.heap import arm
from analytics.simulation.journeys import call_departure
from analytics.simulation.laying_aside import lay_aside
from analytics.simulation.layout import (
    FOREVER,
    NONE,
    P_APPROVAL,
    P_BATTERY_ABSENT,
    P_CALENDAR,
    P_EXPRESS,
    P_FUEL_SHARE,
    P_GENSET_ABSENT,
    P_GRID_CALM,
    P_GRID_LIMIT,
    P_GRID_OFF,
    P_GRID_VOLTAGE,
    P_HIRED_GENSET,
    P_LINK_CLOSED,
    P_MACHINE_ABSENT,
    P_MACHINE_DOWN,
    P_POOL,
    P_PV_SHARE,
    P_SITE_DOWN,
    P_SPEED,
    P_SUPPLY_SHARE,
    P_TARIFF,
    P_YIELD,
    PPM,
    WEEK_MS,
)
from analytics.simulation.machines import RESUME, draw_power, interrupt, pause
from analytics.simulation.people import CREW_POOL, pool_shifts, settle_pool
from analytics.simulation.power import settle
from analytics.simulation.quality import change_yield, lengthen_approval
from analytics.simulation.rules.calendar import is_open, next_change
from analytics.simulation.sun import pv_power
from analytics.simulation.upkeep import (
    UNDER_WAY,
    call_crew,
    fall_due,
    maintained,
    may_maintain,
    release_crew,
    send_crews,
)


@compiled
def machine_down(
    agenda: Any,
    energy: Any,
    shop: Any,
    work: Any,
    ways: Any,
    rules: Any,
    scratch: Any,
    machine: int,
    value: int,
) -> None:
    """Count a reason for a machine to stand; the first interrupts it."""
    shop.machine[machine].down += value
    if shop.machine[machine].down > 0:
        interrupt(agenda, energy, shop, work, ways, rules, scratch, machine)
    lots.mark_group(energy, shop, scratch, shop.machine_c[machine].group)


@compiled
def fail_or_repair(
    agenda: Any,
    energy: Any,
    shop: Any,
    work: Any,
    ways: Any,
    rules: Any,
    scratch: Any,
    machine: int,
) -> None:
    """A machine breaks down or is repaired; the next such moment is drawn."""
    record = shop.machine[machine]
    g = shop.group_c[shop.machine_c[machine].group]
    key = shop.machine_c[machine].key
    if record.failed == 0:
        call_crew(agenda, energy, shop, rules, machine)
        machine_down(agenda, energy, shop, work, ways, rules, scratch, machine, 1)
        return
    record.failed = 0
    record.failure_index += 1
    arm(agenda, agenda.bases[slots.FAILURE] + machine, FOREVER)
    if rules.scalar[0].deterministic == 0:
        u = draws.uniform(rules.scalar[0], draws.TIME_TO_FAILURE, key, record.failure_index)
        span = max(1, int(distributions.ppf(rules.dist[g.failure_dist], rules.curve, u)))
        if g.features & USE_CLOCK:
            record.use_left_ms = span
        else:
            arm(agenda, agenda.bases[slots.FAILURE] + machine, agenda.clock[0].now_ms + span)
    machine_down(agenda, energy, shop, work, ways, rules, scratch, machine, -1)
    release_crew(agenda, energy, shop, rules, scratch, g.site)


@compiled
def upkeep_event(
    agenda: Any, energy: Any, shop: Any, work: Any, ways: Any, rules: Any, scratch: Any,
    machine: int,
) -> None:  # fmt: skip
    """A maintenance falls due, may begin, is overdue, or is done."""
    record = shop.machine[machine]
    if record.upkeep == UNDER_WAY:
        maintained(agenda, energy, shop, rules, scratch, machine)
        return
    fall_due(agenda, energy, shop, scratch, machine)
    if record.running == 1 and may_maintain(energy, shop, machine, agenda.clock[0].now_ms):
        optype = work.optype_c[work.op[record.op].optype]
        if optype.interruption == RESUME and optype.resume_ppm == PPM:
            pause(agenda, energy, shop, scratch, machine)
            draw_power(energy, shop, machine, 0)
        else:
            interrupt(agenda, energy, shop, work, ways, rules, scratch, machine)


@compiled
def machine_absent(
    agenda: Any, energy: Any, shop: Any, work: Any, ways: Any, rules: Any, scratch: Any,
    machine: int, value: int,
) -> None:  # fmt: skip
    """A machine leaves (+1) or comes (-1): while it is away it takes and draws nothing."""
    shop.machine[machine].absent += value
    machine_down(agenda, energy, shop, work, ways, rules, scratch, machine, value)
    if value > 0 and shop.machine[machine].op != NONE:
        lay_aside(agenda, energy, shop, work, rules, scratch, machine)


@compiled
def pool_change(
    agenda: Any, energy: Any, shop: Any, rules: Any, scratch: Any, pool: int, value: int
) -> None:
    """The capacity of a pool changes by so much; those at work finish what they do."""
    settle_pool(shop, pool, agenda.clock[0].now_ms)
    shop.pool[pool].change_ppm += value
    site = shop.pool_c[pool].site
    if shop.pool_c[pool].kind == CREW_POOL:
        send_crews(agenda, energy, shop, rules, scratch, site)
    lots.mark_all_groups(energy, shop, scratch, site)


@compiled
def grid_event(agenda: Any, energy: Any, rules: Any, scratch: Any, site: int) -> None:
    """A background outage begins or ends; the next such moment is drawn."""
    c = energy.site_c[site]
    s = energy.site[site]
    settle(energy, site, agenda.clock[0].now_ms)
    if s.outage == 0:
        s.outage = 1
        s.outage_since_ms = agenda.clock[0].now_ms
        u = draws.uniform(rules.scalar[0], draws.OUTAGE_DURATION, c.key, s.outage_index)
        span = distributions.ppf(rules.dist[c.outage_dist], rules.curve, u)
    else:
        s.outage = 0
        s.outage_index += 1
        u = draws.uniform(rules.scalar[0], draws.OUTAGE_GAP, c.key, s.outage_index)
        span = -c.outage_mean_gap_ms * np.log1p(-u)
    lots.mark_site(energy, scratch, site)
    if rules.scalar[0].deterministic == 1 and s.outage == 0:
        arm(agenda, agenda.bases[slots.GRID] + site, FOREVER)
        return
    arm(agenda, agenda.bases[slots.GRID] + site, agenda.clock[0].now_ms + max(1, int(span)))


@compiled
def pv_step(agenda: Any, energy: Any, shop: Any, rules: Any, scratch: Any, site: int) -> None:
    """The PV power of the next step; steps of equal power are passed over."""
    s = energy.site[site]
    settle(energy, site, agenda.clock[0].now_ms)
    step_ms = rules.scalar[0].pv_step_ms
    phase = rules.scalar[0].pv_phase_ms
    last = energy.pv.shape[1] - 1
    step = min((agenda.clock[0].now_ms + phase) // step_ms, last)
    s.pv_step = step
    power = pv_power(energy, rules, site, step, agenda.clock[0].now_ms)
    if s.pv_mw != power:
        s.pv_mw = power
        lots.mark_site(energy, scratch, site)
        if s.refused == 1:  # more light may let a machine start
            lots.mark_all_groups(energy, shop, scratch, site)
    following = step + 1
    while following <= last and energy.pv[site, following] == energy.pv[site, step]:
        following += 1
    moment = following * step_ms - phase if following <= last else FOREVER
    arm(agenda, agenda.bases[slots.PV] + site, moment)


@compiled
def shift(agenda: Any, energy: Any, shop: Any, rules: Any, scratch: Any, site: int) -> None:
    """A shift begins or ends."""
    now = agenda.clock[0].now_ms
    settle(energy, site, now)
    s = energy.site[site]
    was_open = s.open
    opened = 1 if is_open(rules, s.calendar, now) else 0
    if opened != s.open:
        s.open = opened
        lots.mark_all_groups(energy, shop, scratch, site)
    moment = next_change(rules, s.calendar, now)
    if energy.site_c[site].pools > 0:
        moment = pool_shifts(energy, shop, rules, scratch, site, was_open, now)
    arm(agenda, agenda.bases[slots.CALENDAR] + site, moment)


@compiled
def receive_orders(
    agenda: Any,
    energy: Any,
    shop: Any,
    work: Any,
    rules: Any,
    scratch: Any,
    site: int,
) -> None:
    """Standing orders of this moment come in; the next is a week's round on."""
    c = energy.site_c[site]
    s = energy.site[site]
    now = agenda.clock[0].now_ms
    week = (now + rules.scalar[0].week_offset_ms) % WEEK_MS
    end = c.first_receipt + c.receipts
    for at in range(c.first_receipt, end):
        if work.receipt[at].week_ms == week and agenda.clock[0].started == 1:
            row = site * rules.scalar[0].materials + work.receipt[at].material
            milli = work.receipt[at].milli * (PPM - work.stock[row].missing_ppm) // PPM
            work.stock[row].received += milli
            arrivals.receive(agenda, energy, shop, work, rules, scratch, row, milli)
    moment = FOREVER
    for at in range(c.first_receipt, end):
        ahead = (work.receipt[at].week_ms - week - 1) % WEEK_MS + 1
        moment = min(moment, now + ahead)
    s.receipt = c.first_receipt
    arm(agenda, agenda.bases[slots.RECEIPT] + site, moment)


@compiled
def change_energy(
    agenda: Any,
    energy: Any,
    shop: Any,
    rules: Any,
    scratch: Any,
    kind: int,
    site: int,
    value: int,
) -> None:
    """A timed change of a site's sources: shares in ppm hold until the next, absences count."""
    s = energy.site[site]
    if kind == P_GRID_VOLTAGE:
        s.voltage_drop_ppm = PPM - value
    elif kind == P_GRID_LIMIT:
        s.grid_drop_ppm = PPM - value
    elif kind == P_PV_SHARE:
        s.pv_drop_ppm = PPM - value
        pv_step(agenda, energy, shop, rules, scratch, site)
    elif kind == P_BATTERY_ABSENT:
        s.battery_absent += value
    elif kind == P_GENSET_ABSENT:
        s.genset_absent += value
    elif kind == P_TARIFF:
        s.tariff_change_ppm = value - PPM
        s.metered = 1
    elif kind == P_FUEL_SHARE:
        s.fuel_drop_ppm = PPM - value
    else:
        return
    lots.mark_all_groups(energy, shop, scratch, site)


@compiled
def primitives(
    agenda: Any,
    energy: Any,
    shop: Any,
    work: Any,
    ways: Any,
    rules: Any,
    scratch: Any,
) -> None:
    """Apply every timed change that is due."""
    now = agenda.clock[0].now_ms
    primitive = agenda.primitive
    at = agenda.clock[0].next_primitive
    while at < len(primitive) and primitive[at].time_ms <= now:
        kind = primitive[at].kind
        entity = primitive[at].entity
        value = primitive[at].value
        at += 1
        if kind == P_MACHINE_DOWN:
            machine_down(agenda, energy, shop, work, ways, rules, scratch, entity, value)
        elif kind == P_MACHINE_ABSENT:
            machine_absent(agenda, energy, shop, work, ways, rules, scratch, entity, value)
        elif kind == P_SPEED:
            shop.group[entity].speed_change_ppm = value - PPM
        elif kind == P_POOL:
            pool_change(agenda, energy, shop, rules, scratch, entity, value)
        elif kind == P_SUPPLY_SHARE:
            work.stock[entity].missing_ppm = PPM - value
        elif kind == P_YIELD:
            change_yield(shop, work, entity, value)
        elif kind == P_APPROVAL:
            lengthen_approval(agenda, work, rules, entity, value)
        elif kind == P_EXPRESS:
            work.lot[entity].express = value
            agenda.clock[0].replan = 1
        elif kind == P_LINK_CLOSED:
            ways.link[entity].closed += value
            if ways.link[entity].closed == 0 and ways.link[entity].dock != NONE:
                call_departure(agenda, work, ways, rules, entity)
            elif ways.link[entity].closed > 0:
                arm(agenda, agenda.bases[slots.DEPARTURE] + entity, FOREVER)
        else:
            settle(energy, entity, now)
            s = energy.site[entity]
            if kind == P_SITE_DOWN:
                s.down += value
                first = energy.site_c[entity].first_group
                for group in range(first, first + energy.site_c[entity].groups):
                    g = shop.group_c[group]
                    for machine in range(g.first_machine, g.first_machine + g.machines):
                        machine_down(
                            agenda, energy, shop, work, ways, rules, scratch, machine, value
                        )
            elif kind == P_GRID_OFF:
                s.grid_off += value
            elif kind == P_GRID_CALM:
                s.grid_calm += value
            elif kind == P_CALENDAR:
                s.calendar = value
                shift(agenda, energy, shop, rules, scratch, entity)
            elif kind == P_HIRED_GENSET:
                s.hired += value
                if value > 0:
                    s.fuel_pl += energy.hired_c[entity].fuel_pl
                    s.fuel_received_pl += energy.hired_c[entity].fuel_pl
                lots.mark_all_groups(energy, shop, scratch, entity)
            else:
                change_energy(agenda, energy, shop, rules, scratch, kind, entity, value)
            if energy.site_c[entity].ideal_power == 0:
                lots.mark_site(energy, scratch, entity)
    agenda.clock[0].next_primitive = at
    moment = primitive[at].time_ms if at < len(primitive) else FOREVER
    arm(agenda, agenda.bases[slots.PRIMITIVE], moment)
