"""Sites, their buses and sources, and the gensets that can be hired for them."""

from __future__ import annotations

import numpy as np

from analytics.simulation import layout
from analytics.simulation.compile import units
from analytics.simulation.compile.dists import DistTable
from analytics.simulation.compile.errors import CompileError
from analytics.simulation.compile.tariffs import compile_dispatch, compile_feeders
from analytics.simulation.keys import stable_key
from analytics.simulation.layout import FOREVER, HOUR_MS
from analytics.simulation.model import Records
from analytics.simulation.names import Names
from federation.topology.model import ClusterSpec
from twins.energy_spec import BatterySpec, GensetSpec
from twins.spec import SiteSpec

MONTH_MS = 730 * HOUR_MS
UNLOCK_FRACTION = 0.05
"""Machines may use the battery again when it holds this share of its capacity above the reserve."""


def compile_sites(
    cluster: ClusterSpec, names: Names, dists: DistTable, receipts: list[tuple[int, int]]
) -> Records:
    """``SITE_C``.

    Raises
    ------
    CompileError
        When the grid of a site is out of service all the time.
    """
    sites = np.zeros(len(names.sites), layout.SITE_C)
    sites["outage_dist"] = layout.NONE
    sites["delivery_lead_ms"] = FOREVER
    sites["delivery_every_ms"] = FOREVER
    first_group = first_bus = 0
    for number, site in enumerate(cluster.sites):
        row = sites[number : number + 1]
        row["key"] = stable_key(site.id)
        row["utc_offset_ms"] = units.hours(site.utc_offset_h)
        row["first_group"], row["groups"] = first_group, len(site.machines)
        row["first_bus"], row["buses"] = first_bus, len(site.energy.buses) if site.energy else 1
        row["first_receipt"], row["receipts"] = receipts[number]
        row["ideal_power"] = int(site.energy is None)
        first_group += len(site.machines)
        first_bus += int(row["buses"][0])
        _sources(row, site, dists)
    compile_feeders(cluster, names, sites)
    return sites


def _sources(row: Records, site: SiteSpec, dists: DistTable) -> None:
    energy = site.energy
    if energy is None:
        return
    if energy.grid is not None:
        row["grid_mw"] = units.milliwatts(energy.grid.limit_kw)
        if energy.grid.outages is not None:
            row["outage_dist"] = dists.duration(energy.grid.outages.duration)
            row["outage_mean_gap_ms"] = outage_gap_ms(site, dists)
    if energy.inverter is not None:
        row["inverter_mw"] = units.milliwatts(energy.inverter.power_kw)
        row["transfer_ms"] = units.seconds(energy.inverter.transfer_time_s)
        if energy.inverter.battery is not None:
            _battery(row, energy.inverter.battery)
    if energy.genset is not None:
        _genset(row, energy.genset)
    row["genset_first"] = int(energy.island_order[0] == "genset")
    compile_dispatch(row, site)


def _battery(row: Records, battery: BatterySpec) -> None:
    capacity = battery.capacity_kwh
    unlock = min(battery.reserve_fraction + UNLOCK_FRACTION, 1.0)
    row["battery_uj"] = units.microjoules(capacity)
    row["charge_mw"] = units.milliwatts(battery.charge_kw)
    row["discharge_mw"] = units.milliwatts(battery.discharge_kw)
    row["charge_ppm"] = units.ppm(battery.charge_efficiency)
    row["discharge_ppm"] = units.ppm(battery.discharge_efficiency)
    row["soc_min_uj"] = units.microjoules(capacity * battery.soc_min_fraction)
    row["soc_reserve_uj"] = units.microjoules(capacity * battery.reserve_fraction)
    row["soc_unlock_uj"] = units.microjoules(capacity * unlock)


def _genset(row: Records, genset: GensetSpec) -> None:
    """Fill the fields that a site's own and a hired genset share."""
    row["genset_mw"] = units.milliwatts(genset.rated_kw)
    row["genset_min_mw"] = units.milliwatts(genset.rated_kw * genset.minimum_load_fraction)
    row["genset_start_ms"] = units.seconds(genset.start_time_s)
    row["fuel_intercept_pl_ms"] = units.fuel_rate(genset.fuel_intercept_l_per_kwh * genset.rated_kw)
    row["fuel_slope_fl_ms_per_kw"] = units.fuel_rate(1000.0 * genset.fuel_slope_l_per_kwh)
    row["tank_pl"] = units.picolitres(genset.tank_l)
    deliveries = genset.deliveries
    if deliveries is not None:
        row["fuel_order_pl"] = units.picolitres(order_level_l(genset))
        row["delivery_lead_ms"] = units.hours(deliveries.lead_h)
        row["delivery_every_ms"] = units.hours(deliveries.every_h)
        row["delivery_pl"] = units.picolitres(deliveries.allocation_l)


def order_level_l(genset: GensetSpec) -> float:
    """Fuel is ordered below the stock that is kept, when an allocation fits into the tank."""
    allocation = genset.deliveries.allocation_l if genset.deliveries else 0.0
    return max(min(genset.fuel_on_hand_l, genset.tank_l - allocation), 0.0)


def outage_gap_ms(site: SiteSpec, dists: DistTable) -> float:
    """Mean time from the end of a background outage to the next, so that ``per_month`` holds.

    Raises
    ------
    CompileError
        When the outages of a month last longer than the month.
    """
    grid = site.energy.grid if site.energy else None
    if grid is None or grid.outages is None:
        return 0.0
    mean = dists.mean_ms(dists.duration(grid.outages.duration))
    gap = MONTH_MS / grid.outages.per_month - mean
    if gap <= 0.0:
        raise CompileError(
            f"{site.id}: energy.grid.outages: {grid.outages.per_month:g} outages a month of "
            f"{mean / HOUR_MS:.1f} h leave no time with power; lower per_month or duration.mean_h"
        )
    return gap


def grid_availability(site: SiteSpec, dists: DistTable) -> float:
    """Share of the time in which the public grid is on; 1 without outages."""
    gap = outage_gap_ms(site, dists)
    grid = site.energy.grid if site.energy else None
    if gap == 0.0 or grid is None or grid.outages is None:
        return 1.0
    return gap / (gap + dists.mean_ms(dists.duration(grid.outages.duration)))


def compile_buses(cluster: ClusterSpec, names: Names) -> Records:
    """``BUS_C``."""
    buses = np.zeros(len(names.buses), layout.BUS_C)
    buses["limit_mw"] = FOREVER
    hires = {hire.site: hire.genset.backs_up for hire in cluster.genset_hire}
    for number, site in enumerate(cluster.sites):
        energy = site.energy
        if energy is None:
            buses["site"][names.bus_row[site.id, "main"]] = number
            continue
        for spec in energy.buses:
            row = buses[names.bus_row[site.id, spec.id] :][:1]
            row["site"] = number
            row["base_mw"] = units.milliwatts(spec.base_load_kw)
            if spec.limit_kw is not None:
                row["limit_mw"] = units.milliwatts(spec.limit_kw)
            inverter, genset = energy.inverter, energy.genset
            row["phases"] = spec.phases
            row["limit_mva"] = units.milliwatts(spec.limit_kva or 0.0)
            row["on_inverter"] = int(inverter is not None and spec.id in inverter.backs_up)
            row["on_genset"] = int(genset is not None and spec.id in genset.backs_up)
            row["on_hired_genset"] = int(spec.id in hires.get(site.id, ()))
    return buses


def compile_hired(cluster: ClusterSpec, names: Names) -> Records:
    """``HIRED_C``: per site, zeros where none can be hired.

    Raises
    ------
    CompileError
        When an offer is for an unknown site or bus, or is the second for a site.
    """
    hired = np.zeros(len(names.sites), layout.HIRED_C)
    hired["delivery_lead_ms"] = FOREVER
    hired["delivery_every_ms"] = FOREVER
    taken: set[str] = set()
    for offer in cluster.genset_hire:
        row = names.site_row.get(offer.site)
        if row is None:
            raise CompileError(
                f"genset_hire '{offer.id}' is for the site '{offer.site}', which does not exist; "
                f"name one of {', '.join(names.sites)}"
            )
        if offer.site in taken:
            raise CompileError(
                f"genset_hire '{offer.id}' is the second offer for {offer.site}; keep one of them"
            )
        if cluster.site(offer.site).energy is None:
            raise CompileError(
                f"genset_hire '{offer.id}': {offer.site} has no energy section, so it lacks no "
                "power; describe its energy or remove the offer"
            )
        for bus in offer.genset.backs_up:
            if (offer.site, bus) not in names.bus_row:
                raise CompileError(
                    f"genset_hire '{offer.id}' backs up the bus '{bus}', which {offer.site} does "
                    "not have; name one of its buses"
                )
        taken.add(offer.site)
        _genset(hired[row : row + 1], offer.genset)
        hired["fuel_pl"][row] = units.picolitres(offer.genset.fuel_on_hand_l)
    return hired
