"""The sun: PV power of a step, with the error of its forecast and what a timed change leaves."""

from __future__ import annotations

import math
from typing import Any

from analytics.simulation import distributions, draws, slots
from analytics.simulation.cache import compiled
from analytics.simulation.heap import arm
from analytics.simulation.layout import DAY_MS, NONE, PPM
from analytics.simulation.rules.work import nominal_ms


@compiled
def daily_factor(energy: Any, rules: Any, site: int, now: int) -> float:
    """Factor on the PV power of a site's local day: log-normal with mean 1.

    A Gaussian copula: the normal score of a day is that of the region times the root of the
    correlation, and an own one for the rest. Draws are keyed by the day since 1970, so that every
    fork and scenario sees the same sky.
    """
    c = energy.site_c[site]
    day = (now + rules.scalar[0].fork_epoch_ms + c.utc_offset_ms) // DAY_MS
    common = draws.uniform(rules.scalar[0], draws.PV_REGION, c.pv_region_key, day)
    own = draws.uniform(rules.scalar[0], draws.PV_SITE, c.key, day)
    share = c.pv_region_share
    score = share * distributions.normal_ppf(common)
    score += math.sqrt(1.0 - share * share) * distributions.normal_ppf(own)
    sigma = c.pv_error_sigma
    return math.exp(sigma * score - 0.5 * sigma * sigma)


@compiled
def pv_power(energy: Any, rules: Any, site: int, step: int, now: int) -> int:
    """PV power available in a step, mW; the sun as it was seen on the day of the fork, else drawn.

    In means the factor is 1.
    """
    power = energy.pv[site, step]
    if power > 0:
        c = energy.site_c[site]
        if now < energy.site[site].pv_told_until_ms:
            power = int(power * energy.site[site].pv_told)
        elif c.pv_error_sigma > 0.0 and rules.scalar[0].deterministic == 0:
            power = int(power * daily_factor(energy, rules, site, now))
        if energy.site[site].pv_drop_ppm != 0:
            power = power * (PPM - energy.site[site].pv_drop_ppm) // PPM
    return int(power)


@compiled
def _work_left(shop: Any, work: Any, lot: int) -> int:
    """Nominal work of a lot and of what it is joined into until the customer has it, ms."""
    left = 0
    first = work.lot[lot].op
    while lot != NONE:
        c = work.lot_c[lot]
        for op in range(c.first_op + first, c.first_op + c.ops):
            g = shop.group_c[work.op[op].group]
            optype = work.optype_c[work.op[op].optype]
            left += nominal_ms(optype, g.speed_ppm, c.quantity, g.batch_units)
        lot = c.parent
        first = 0
    return left


@compiled
def held_for_sun(agenda: Any, energy: Any, shop: Any, work: Any, machine: int, op: int) -> bool:
    """Whether a heavy operation waits for PV hours; arms the moment it waits no longer."""
    now = agenda.clock[0].now_ms
    g = shop.group_c[shop.machine_c[machine].group]
    c = energy.site_c[g.site]
    s = energy.site[g.site]
    load = 0
    for bus in range(c.first_bus, c.first_bus + c.buses):
        load += energy.bus_c[bus].base_mw + energy.bus[bus].load_mw
    spare = min(s.pv_mw, c.inverter_mw) - load + shop.machine[machine].draw_mw
    if spare >= g.run_mw * c.shift_ppm // PPM:
        return False
    lot = work.op[op].lot
    root = lot
    while work.lot_c[root].parent != NONE:
        root = work.lot_c[root].parent
    latest = work.lot_c[root].due_ms - _work_left(shop, work, lot)
    latest = min(latest, work.lot[lot].since_ms + c.shift_wait_ms)
    if latest <= now:
        return False
    slot = agenda.bases[slots.TARIFF] + g.site
    if s.wake_ms == 0 or latest < s.wake_ms:
        s.wake_ms = latest
        if latest < agenda.slot[slot].time_ms:
            arm(agenda, slot, latest)
    return True
