"""The genset: when it is called, starts and stops, its tank and its deliveries."""

from __future__ import annotations

from typing import Any

from analytics.simulation import slots
from analytics.simulation.cache import compiled
from analytics.simulation.heap import arm
from analytics.simulation.layout import FOREVER, NONE
from analytics.simulation.sources import (
    BY_BOTH,
    BY_GENSET,
    BY_INVERTER,
    BY_NOTHING,
    GENSET_OFF,
    GENSET_RUNNING,
    GENSET_STARTING,
    backing,
    fuel_rate,
    genset_mw,
    has_fuel,
    own_genset,
)


@compiled
def _working_load(energy: Any, shop: Any, site: int) -> int:
    """Power of the machines that work or warm up, on buses that a genset backs up."""
    c = energy.site_c[site]
    load = 0
    for group in range(c.first_group, c.first_group + c.groups):
        g = shop.group_c[group]
        by = backing(energy, g.bus)
        if by == BY_INVERTER or by == BY_NOTHING:
            continue
        for machine in range(g.first_machine, g.first_machine + g.machines):
            if shop.machine[machine].draw_mw > g.idle_mw:
                load += shop.machine[machine].draw_mw
    return load


@compiled
def stop_genset(agenda: Any, energy: Any, shop: Any, site: int) -> None:
    """Stop the genset when the grid is back, no work is left for it, or the tank is dry."""
    s = energy.site[site]
    if s.on_grid == 1 or genset_mw(energy, site) == 0:
        s.genset = GENSET_OFF
        return
    now = agenda.clock[0].now_ms
    if not has_fuel(energy, site):
        if s.genset == GENSET_RUNNING and s.dry_ms == FOREVER:
            s.dry_ms = now
        s.genset = GENSET_OFF
        arm(agenda, agenda.bases[slots.GENSET] + site, FOREVER)
        return
    if s.cycle == 1:
        return
    if s.genset == GENSET_RUNNING and s.genset_wanted == 0:
        if _working_load(energy, shop, site) == 0:
            s.genset = GENSET_OFF


@compiled
def call_genset(energy: Any, shop: Any, machine: int) -> None:
    """Call the genset if the machine has work in it and hangs on a bus that a genset backs up."""
    g = shop.group_c[shop.machine_c[machine].group]
    by = backing(energy, g.bus)
    if shop.machine[machine].op == NONE or energy.site[g.site].on_grid == 1:
        return
    if by == BY_GENSET or by == BY_BOTH:
        energy.site[g.site].genset_wanted = 1


@compiled
def start_genset(agenda: Any, energy: Any, shop: Any, site: int) -> None:
    """Start a genset that was called, or that serves first in this site's order."""
    s = energy.site[site]
    if s.on_grid == 1 or s.genset != GENSET_OFF or not has_fuel(energy, site):
        return
    c = energy.site_c[site]
    if s.genset_wanted == 0:
        if c.genset_first == 0 or _working_load(energy, shop, site) == 0:
            return
    own = own_genset(energy, site)
    start = c.genset_start_ms if own else energy.hired_c[site].genset_start_ms
    s.genset = GENSET_STARTING
    arm(agenda, agenda.bases[slots.GENSET] + site, agenda.clock[0].now_ms + start)


@compiled
def watch_tank(agenda: Any, energy: Any, site: int, burn: int) -> None:
    """Arm the moment the tank reaches its order level or runs dry; order fuel below the level."""
    c = energy.site_c[site]
    s = energy.site[site]
    now = agenda.clock[0].now_ms
    own = own_genset(energy, site)
    level = c.fuel_order_pl if own else energy.hired_c[site].fuel_order_pl
    lead = c.delivery_lead_ms if own else energy.hired_c[site].delivery_lead_ms
    every = c.delivery_every_ms if own else energy.hired_c[site].delivery_every_ms
    if genset_mw(energy, site) > 0 and lead < FOREVER and s.fuel_pl < level:
        if s.delivery_ms == FOREVER:
            s.delivery_ms = max(now + lead, s.last_delivery_ms + every)
            arm(agenda, agenda.bases[slots.FUEL] + site, s.delivery_ms)
    moment = FOREVER
    if burn > 0:
        last = fuel_rate(energy, site, genset_mw(energy, site))
        if s.fuel_pl >= level:
            moment = now + (s.fuel_pl - level) // burn + 1
        dry = now + max(s.fuel_pl - last, 0) // burn + 1
        moment = min(moment, dry)
    arm(agenda, agenda.bases[slots.TANK] + site, moment)
