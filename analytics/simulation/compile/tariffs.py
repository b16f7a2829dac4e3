"""Tariffs, dispatch rules and feeders: what steers the sources of a site beyond their limits."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from analytics.simulation import layout
from analytics.simulation.compile import units
from analytics.simulation.keys import stable_key
from analytics.simulation.layout import WEEK_MS
from analytics.simulation.metering import QUARTER_MS
from analytics.simulation.model import Records
from analytics.simulation.names import Names
from analytics.simulation.sources import (
    BY_TARIFF,
    CHARGE_IN_BAND,
    CYCLE_CHARGING,
    SELF_CONSUMPTION,
    SERVE_IN_BAND,
)
from federation.hours import clock_ms, utc_week, weekday_ms
from federation.topology.model import ClusterSpec
from twins.energy_spec import EnergySpec
from twins.spec import SiteSpec
from twins.tariff_spec import TariffBandSpec

_RULES = {
    "backup": 0,
    "self_consumption": SELF_CONSUMPTION,
    "tariff": BY_TARIFF,
    "cycle_charging": CYCLE_CHARGING,
}
_MICRO = 1_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def compile_dispatch(row: Records, site: SiteSpec) -> None:
    """The fields of ``SITE_C`` for export, demand, dispatch of the battery and the error of PV."""
    energy = site.energy
    if energy is None:
        return
    row["dispatch"] = _RULES[energy.dispatch]
    grid, inverter, shift = energy.grid, energy.inverter, energy.pv_shift
    if grid is not None:
        row["demand"] = int(grid.demand_charge_per_kw > 0.0)
        row["export_mw"] = units.milliwatts(grid.export.limit_kw if grid.export else 0.0)
    if inverter is not None:
        row["island_below_ppm"] = units.ppm(inverter.island_below_voltage_fraction)
        if inverter.battery is not None:
            # the battery takes nothing in its last millisecond of charge
            full = int(row["battery_uj"][0]) - 2 * int(row["charge_mw"][0])
            stop = inverter.battery.capacity_kwh * energy.cycle_charging_to_fraction
            row["cycle_stop_uj"] = min(units.microjoules(stop), full)
        if inverter.pv is not None:
            row["pv_error_sigma"] = np.sqrt(np.log1p(inverter.pv.error_cv**2))
    if shift is not None:
        row["shift_ppm"] = units.ppm(shift.fraction)
        row["shift_wait_ms"] = units.hours(shift.longest_wait_h)


def compile_bands(cluster: ClusterSpec, sites: Records, fork: datetime) -> Records:
    """``BAND_C``: the week of each site with bands, hour by hour; fills their rows of ``SITE_C``.

    Two sites never share rows, since the energy of a band is booked by row.
    """
    rows: list[tuple[int, int, int, int, int, int]] = []
    for number, site in enumerate(cluster.sites):
        sites["quarter_phase_ms"][number] = units.week_offset_ms(fork) % QUARTER_MS
        grid = site.energy.grid if site.energy else None
        if site.energy is None or grid is None or not grid.bands:
            continue
        own = [
            (number, start, end, band, round(price * _MICRO), _use(site.energy, price))
            for start, end, band, price in week_of_bands(site)
        ]
        sites["first_band"][number], sites["bands"][number] = len(rows), len(own)
        rows += own
    return np.array(rows, dtype=layout.BAND_C)


def week_of_bands(site: SiteSpec) -> list[tuple[int, int, int, float]]:
    """Begin and end in ms of the UTC week, number and price of the bands, covering the week.

    Bands are numbered as in ``GridSpec.prices``: 0 are the hours that no band covers.
    """
    grid = site.energy.grid if site.energy else None
    if grid is None:
        return []
    names = list(grid.prices)
    taken = [
        (start, end, names.index(band.id), band.price_per_kwh)
        for band in grid.bands
        for start, end in utc_week(_local(band), site.utc_offset_h)
    ]
    whole: list[tuple[int, int, int, float]] = []
    at = 0
    for start, end, band_number, price in sorted(taken):
        if start > at:
            whole.append((at, start, 0, grid.tariff_per_kwh))
        whole.append((start, end, band_number, price))
        at = end
    if at < WEEK_MS:
        whole.append((at, WEEK_MS, 0, grid.tariff_per_kwh))
    return whole


def _local(band: TariffBandSpec) -> list[tuple[int, int]]:
    return [
        (
            weekday_ms(day) + clock_ms(band.start),
            weekday_ms(day) + clock_ms(band.end),
        )
        for day in band.days
    ]


def _use(energy: EnergySpec, price: float) -> int:
    levels = energy.price_levels
    if price == levels[0]:
        return CHARGE_IN_BAND
    return SERVE_IN_BAND if price == levels[-1] else 0


def compile_feeders(cluster: ClusterSpec, names: Names, sites: Records) -> None:
    """Feeder and share of each site, and the keys of its region's sky, in ``SITE_C``.

    A site's share of a feeder is to its limit as its connection to all connections on it.
    """
    for number, site in enumerate(cluster.sites):
        sites["pv_region_key"][number] = stable_key(f"region {site.region_id}")
    sites["pv_region_share"] = np.sqrt(cluster.pv_error_correlation)
    for row, feeder in enumerate(cluster.feeders):
        members = [names.site_row[site] for site in feeder.sites]
        connected = int(sites["grid_mw"][members].sum())
        limit = units.milliwatts(feeder.limit_kw)
        for member in members:
            sites["feeder"][member] = row + 1
            own = int(sites["grid_mw"][member])
            sites["feeder_share_mw"][member] = limit * own // connected


def feeder_table(cluster: ClusterSpec, names: Names) -> Records:
    """``FEEDER_C``."""
    rows = [
        (
            units.milliwatts(feeder.limit_kw),
            min(names.site_row[site] for site in feeder.sites),
            max(names.site_row[site] for site in feeder.sites),
        )
        for feeder in cluster.feeders
    ]
    return np.array(rows, dtype=layout.FEEDER_C)


def epoch_ms(fork: datetime) -> int:
    """The fork in ms since 1970, UTC."""
    return units.moment_ms(fork, _EPOCH)
