"""Sources: what can feed a bus now, and the allocation of sources to the loads of a site."""

from __future__ import annotations

from typing import Any

from analytics.simulation.cache import compiled
from analytics.simulation.layout import PPM
from analytics.simulation.rules import energy as balance_rules
from analytics.simulation.rules.energy import SERVED_BOTH, SERVED_GENSET, SERVED_INVERTER

# what backs a bus up without the grid
BY_INVERTER = 0
BY_GENSET = 1
BY_BOTH = 2
BY_NOTHING = 3

# dispatch rules
SELF_CONSUMPTION = 1
BY_TARIFF = 2
CYCLE_CHARGING = 3

# what a band of the tariff means to the battery
CHARGE_IN_BAND = 1
SERVE_IN_BAND = 2

GENSET_OFF = 0
GENSET_STARTING = 1
GENSET_RUNNING = 2


@compiled
def own_genset(energy: Any, site: int) -> bool:
    """Whether the site has a genset of its own; a hired one comes only where there is none."""
    return bool(energy.site_c[site].genset_mw > 0)


@compiled
def genset_mw(energy: Any, site: int) -> int:
    """Rated power of the genset that is at the site now; 0: none."""
    if own_genset(energy, site):
        return 0 if energy.site[site].genset_absent > 0 else int(energy.site_c[site].genset_mw)
    return int(energy.hired_c[site].genset_mw) if energy.site[site].hired > 0 else 0


@compiled
def fuel_rate(energy: Any, site: int, output_mw: int) -> int:
    """Fuel that the site's running genset burns, pL/ms."""
    if own_genset(energy, site):
        c = energy.site_c[site]
        return balance_rules.fuel_rate(c.fuel_intercept_pl_ms, c.fuel_slope_fl_ms_per_kw, output_mw)
    h = energy.hired_c[site]
    return balance_rules.fuel_rate(h.fuel_intercept_pl_ms, h.fuel_slope_fl_ms_per_kw, output_mw)


@compiled
def has_fuel(energy: Any, site: int) -> bool:
    """Whether the tank holds more than the last millisecond's worth at full load."""
    rated = genset_mw(energy, site)
    return rated > 0 and energy.site[site].fuel_pl >= fuel_rate(energy, site, rated)


@compiled
def backing(energy: Any, bus: int) -> int:
    """What backs a bus up without the grid."""
    b = energy.bus_c[bus]
    genset = b.on_genset if own_genset(energy, b.site) else b.on_hired_genset
    if genset_mw(energy, b.site) == 0:
        genset = 0
    if b.on_inverter == 1:
        return BY_BOTH if genset == 1 else BY_INVERTER
    return BY_GENSET if genset == 1 else BY_NOTHING


@compiled
def has_battery(energy: Any, site: int) -> bool:
    """Whether a battery is at the site now."""
    return bool(energy.site_c[site].battery_uj > 0 and energy.site[site].battery_absent == 0)


@compiled
def grid_power(energy: Any, site: int) -> int:
    """What the connection of a site can give now, the feeder apart, mW."""
    limit = energy.site_c[site].grid_mw
    if energy.site[site].grid_drop_ppm != 0:
        limit = limit // PPM * (PPM - energy.site[site].grid_drop_ppm)
    return int(max(limit, 0))


@compiled
def grid_room(energy: Any, site: int, extra_mw: int) -> int:
    """What a site can draw over the grid now: its connection, and what its feeder leaves it.

    Its share of the feeder is its own at any time. Beyond it, it can have what the others do not
    draw: for what runs at once, for ``extra_mw`` that would start only while the feeder lends.
    """
    limit = grid_power(energy, site)
    feeder = energy.site_c[site].feeder
    if feeder > 0:
        others = energy.feeder[feeder - 1].used_mw - energy.site[site].grid_now_mw
        spare = energy.feeder_c[feeder - 1].limit_mw - others
        if extra_mw > 0 and energy.feeder[feeder - 1].lending == 0:
            spare = 0
        limit = min(limit, max(energy.site_c[site].feeder_share_mw, spare))
    return int(limit)


@compiled
def too_low(energy: Any, site: int, minimum_ppm: int) -> bool:
    """Whether the voltage of the public grid is below what a machine needs."""
    s = energy.site[site]
    return bool(s.on_grid == 1 and PPM - s.voltage_drop_ppm < minimum_ppm)


@compiled
def discharge_margin(energy: Any, site: int) -> int:
    """Charge below which one more millisecond at full power would cross a bound, uJ."""
    c = energy.site_c[site]
    if c.battery_uj == 0:
        return 1
    return int((c.discharge_mw * PPM + c.discharge_ppm - 1) // c.discharge_ppm)


@compiled
def above(energy: Any, site: int, bound_uj: int) -> bool:
    """Whether the battery can still be drawn on before it reaches a bound."""
    return bool(energy.site[site].soc_uj - bound_uj >= discharge_margin(energy, site))


@compiled
def forms(energy: Any, site: int) -> bool:
    """Whether the inverter can form a grid of its own on battery or sun."""
    c = energy.site_c[site]
    if c.inverter_mw == 0 or not has_battery(energy, site):
        return False
    return above(energy, site, c.soc_min_uj) or energy.site[site].pv_mw > 0


@compiled
def bus_is_live(energy: Any, bus: int) -> bool:
    """Whether a bus has a source now."""
    site = energy.bus_c[bus].site
    s = energy.site[site]
    if s.transfer_until_ms > s.power_ms:
        return False
    if s.on_grid == 1:
        return True
    by = backing(energy, bus)
    if by == BY_NOTHING:
        return False
    if by != BY_GENSET and forms(energy, site):
        return True
    return bool(by != BY_INVERTER and s.genset == GENSET_RUNNING)


@compiled
def shortage(energy: Any, scratch: Any, site: int, extra_bus: int, extra_mw: int) -> int:
    """Allocate the sources to the loads of the live buses, with ``extra_mw`` more on one of them.

    Leaves the flows in ``scratch.flow``. Returns a mask of the classes (bit 0 inverter or grid,
    bit 1 genset, bit 2 both) whose load is not met in full.
    """
    c = energy.site_c[site]
    s = energy.site[site]
    flow = scratch.flow
    by_inverter = 0
    by_genset = 0
    by_both = 0
    base = 0
    for bus in range(c.first_bus, c.first_bus + c.buses):
        if energy.bus[bus].live == 0:
            continue
        load = energy.bus_c[bus].base_mw + energy.bus[bus].load_mw
        if bus == extra_bus:
            load += extra_mw
        by = BY_INVERTER if s.on_grid == 1 else backing(energy, bus)
        if by == BY_GENSET:
            by_genset += load
        elif by == BY_BOTH:
            by_both += load
            base += energy.bus_c[bus].base_mw
        else:
            by_inverter += load
            base += energy.bus_c[bus].base_mw
    discharge = 0
    battery = has_battery(energy, site)
    if battery:
        if s.battery_locked == 0 and above(energy, site, c.soc_reserve_uj):
            discharge = c.discharge_mw
        elif s.on_grid == 0 and above(energy, site, c.soc_min_uj):
            discharge = min(base, c.discharge_mw)
    charge = 0
    if battery and c.battery_uj - s.soc_uj > c.charge_mw:
        charge = c.charge_mw
    if s.on_grid == 1:
        grid = grid_room(energy, site, extra_mw)
        charging = grid
        battery_first = 0
        if c.dispatch == SELF_CONSUMPTION:
            charging = 0
            battery_first = 1
        elif c.dispatch == BY_TARIFF:
            use = energy.band_c[s.band].use
            battery_first = 1 if use == SERVE_IN_BAND else 0
            charging = grid if use == CHARGE_IN_BAND else 0
        if c.feeder > 0:
            charging = min(charging, c.feeder_share_mw)
        balance_rules.on_grid(
            flow,
            by_inverter,
            grid,
            c.inverter_mw,
            s.pv_mw,
            discharge,
            charge,
            charging,
            battery_first,
            c.export_mw,
        )
    else:
        running = genset_mw(energy, site) if s.genset == GENSET_RUNNING else 0
        minimum = (
            c.genset_min_mw if own_genset(energy, site) else energy.hired_c[site].genset_min_mw
        )
        inverter = c.inverter_mw if forms(energy, site) or running > 0 else 0
        balance_rules.island(
            flow,
            by_inverter,
            by_genset,
            by_both,
            inverter,
            s.pv_mw,
            discharge,
            charge,
            running,
            minimum,
            1 if s.cycle == 1 else c.genset_first,
            running if s.cycle == 1 else 0,
        )
    mask = 0
    if flow[SERVED_INVERTER] < by_inverter:
        mask |= 1
    if flow[SERVED_GENSET] < by_genset:
        mask |= 2
    if flow[SERVED_BOTH] < by_both:
        mask |= 4
    return mask


@compiled
def can_take(energy: Any, scratch: Any, site: int, bus: int, extra_mw: int) -> bool:
    """Whether a bus can take more load now: its limit, the sources, the battery's reserve."""
    if energy.site_c[site].ideal_power != 0:
        return True
    if extra_mw <= 0:
        return bool(energy.bus[bus].live == 1)
    if energy.bus[bus].live == 0:
        return False
    b = energy.bus_c[bus]
    if b.base_mw + energy.bus[bus].load_mw + extra_mw > b.limit_mw:
        return False
    return shortage(energy, scratch, site, bus, extra_mw) == 0
