"""The tables of a run that tell of energy: by site, and by band of the tariff."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from analytics.remember import by_identity
from analytics.run_table import Named, RunTable
from analytics.simulation.columns import RunColumns, energy_kwh, hours
from analytics.simulation.layout import PL_PER_L
from analytics.simulation.metering import QUARTER_MS
from analytics.simulation.model import Ints, Records, SimModel, SimState

if TYPE_CHECKING:
    from federation.topology.model import ClusterSpec

_FLOWS = ("pv_available", "pv", "grid", "discharge", "charge", "genset", "dumped", "export")
_MICRO = 1e6


def energy(columns: RunColumns, model: SimModel, state: SimState) -> RunTable:
    """Energy, fuel, their cost and emission of each site; zero where power has no limit."""
    site = state.site
    load, served = energy_kwh(site["load_uj"]), energy_kwh(site["served_uj"])
    grid, fuel = energy_kwh(site["grid_uj"]), site["fuel_used_pl"] / PL_PER_L
    prices = energy_prices(model.cluster, len(site))
    _, grid_g, fuel_price, fuel_kg_per_l, _, paid = prices
    highest = np.maximum(site["highest_uj"], site["quarter_uj"])
    grid_kg = grid * grid_g / 1000.0
    fuel_kg = fuel * fuel_kg_per_l
    return RunTable(
        "energy",
        {
            "site": columns.take("sites"),
            "load_kwh": load,
            "served_kwh": served,
            "unserved_kwh": load - served,
            **{f"{flow}_kwh": energy_kwh(site[f"{flow}_uj"]) for flow in _FLOWS},
            "grid_off_h": hours(site["grid_off_ms"]),
            "fuel_l": fuel,
            "fuel_dry_at": columns.moments(site["dry_ms"]),
            "rewarm_kwh": energy_kwh(_by_site(model, rewarm_uj(model, state))),
            "demand_peak_kw": _quarter_kw(highest),
            "grid_cost": grid_cost(model, state),
            "demand_cost": demand_cost(model, state),
            "export_revenue": energy_kwh(site["export_uj"]) * paid,
            "fuel_cost": fuel * fuel_price,
            "grid_emission_kg": grid_kg,
            "fuel_emission_kg": fuel_kg,
            "emission_kg": grid_kg + fuel_kg,
        },
    )


def energy_money(model: SimModel, state: SimState) -> npt.NDArray[np.float64]:
    """float64[sites]: grid, demand and fuel, less what is exported."""
    _, _, fuel_price, _, _, paid = energy_prices(model.cluster, len(state.site))
    fuel = state.site["fuel_used_pl"] / PL_PER_L * fuel_price
    sold = energy_kwh(state.site["export_uj"]) * paid
    total = grid_cost(model, state) + demand_cost(model, state) + fuel - sold
    return np.asarray(total, dtype=np.float64)


def demand_cost(model: SimModel, state: SimState) -> npt.NDArray[np.float64]:
    """float64[sites]: price of the highest quarter-hour of each month, this one so far."""
    site = state.site
    peaks = site["billed_peak_uj"] + np.maximum(site["month_peak_uj"], site["quarter_uj"])
    cost = _quarter_kw(peaks) * energy_prices(model.cluster, len(site))[4]
    return np.asarray(cost, dtype=np.float64)


def grid_cost(model: SimModel, state: SimState) -> npt.NDArray[np.float64]:
    """float64[sites]: price of the energy over the grid, by band where there are bands."""
    cost = energy_kwh(state.site["grid_uj"] + state.site["surcharge_uj"])
    cost *= energy_prices(model.cluster, len(cost))[0]
    banded = model.site["bands"] > 0
    cost[banded] = np.bincount(
        model.band["site"], weights=_band_cost(model, state), minlength=len(cost)
    )[banded]
    return cost


def _band_cost(model: SimModel, state: SimState) -> npt.NDArray[np.float64]:
    energy_uj = state.band["grid_uj"] + state.band["surcharge_uj"]
    price = model.band["price_micro_per_kwh"] / _MICRO
    return np.asarray(energy_kwh(energy_uj) * price, dtype=np.float64)


def tariffs(columns: RunColumns, model: SimModel, state: SimState) -> RunTable:
    """Energy over the grid and its price by band; sites with one price have no row."""
    sites, bands, first, row = _bands(model.cluster, model.band)
    energy_uj = np.zeros(len(sites), np.int64)
    np.add.at(energy_uj, row, state.band["grid_uj"])
    cost = np.bincount(row, weights=_band_cost(model, state), minlength=len(sites))
    return RunTable(
        "tariffs",
        {
            "site": columns.take("sites", sites),
            "band": bands,
            "price_per_kwh": model.band["price_micro_per_kwh"][first] / _MICRO,
            "grid_kwh": energy_kwh(energy_uj),
            "grid_cost": cost,
        },
    )


@by_identity()
def _bands(cluster: ClusterSpec | None, band: Records) -> tuple[Ints, Named, Ints, Ints]:
    """Bands of the tariffs: site, name and first row of each, and int64[rows]: the band of a row.

    A band that is open at several times of the week has a row for each.
    """
    keys, first, row = np.unique(
        np.stack([band["site"], band["number"]], axis=1),
        axis=0,
        return_index=True,
        return_inverse=True,
    )
    prices = [
        list(spec.energy.grid.prices) if spec.energy and spec.energy.grid else []
        for spec in (cluster.sites if cluster is not None else ())
    ]
    names = [prices[site][number] for site, number in keys.tolist()]
    every = np.arange(len(keys))
    return keys[:, 0], Named(pa.array(names, type=pa.string()), every), first, row.ravel()


def rewarm_uj(model: SimModel, state: SimState) -> Ints:
    """int64[machines]: energy of warming up after a loss of power, what is under way included."""
    machine = state.machine
    now = int(state.clock["now_ms"][0])
    group = model.group[model.machine["group"]]
    begun = np.maximum(machine["warm_ms"] - group["rewarm_ms"], 0)
    under_way = np.where(machine["warm_ms"] > now, group["run_mw"] * (now - begun), 0)
    total: Ints = machine["rewarm_uj"] + under_way
    return total


def _by_site(model: SimModel, of_machines: Ints) -> Ints:
    total = np.zeros(len(model.site), np.int64)
    np.add.at(total, model.group["site"][model.machine["group"]], of_machines)
    return total


def _quarter_kw(energy_uj: Any) -> npt.NDArray[np.float64]:
    """Mean power of a quarter-hour."""
    return np.asarray(energy_uj / QUARTER_MS / 1e6, dtype=np.float64)


@by_identity()
def energy_prices(cluster: ClusterSpec | None, sites: int) -> npt.NDArray[np.float64]:
    """float64[6, sites]: prices and emissions of the sources of each site.

    Money and g CO2e of a kWh of the grid, money and kg CO2e of a litre, money of a kW of demand and
    of an exported kWh.

    Fuel is that of the site's own genset, or of the one that can be hired where it has none.
    """
    found = np.zeros((6, sites))
    if cluster is None:
        return found
    hired = {hire.site: hire.genset for hire in cluster.genset_hire}
    for row, site in enumerate(cluster.sites):
        grid = site.energy.grid if site.energy is not None else None
        if grid is not None:
            found[:2, row] = grid.tariff_per_kwh, grid.emission_g_per_kwh
            found[4, row] = grid.demand_charge_per_kw
            found[5, row] = grid.export.price_per_kwh if grid.export is not None else 0.0
        genset = (site.energy.genset if site.energy is not None else None) or hired.get(site.id)
        if genset is not None:
            found[2:4, row] = genset.fuel_price_per_l, genset.emission_kg_per_l
    return found
