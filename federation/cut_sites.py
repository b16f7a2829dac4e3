"""The tables of a snapshot that are told site by site: sites, stock, approvals. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from federation.readings import NOTHING, Reading, Values, flag, integer, rows_table
from federation.topology.model import ClusterSpec
from twins.spec import SiteSpec

APPROVAL = {"approved": 1, "first_article": 2}
"""Status codes of a permission before any work."""


def sites_table(
    cluster: ClusterSpec, known: Mapping[str, Reading], values: Mapping[str, Values], moment_us: int
) -> pa.Table:
    """Revision, age and energy of every site."""
    rows = []
    for site in cluster.sites:
        reading = known.get(site.id)
        last = reading.last_time_us if reading else None
        told = values[site.id].get("site", {})
        planned = _planned_energy(site)
        grid = told.get("grid.available")
        genset = told.get("genset.running")
        starting = told.get("genset.starting")
        fuel = told.get("fuel.received_l")
        rows.append(
            {
                "site": site.id,
                "revision": reading.revision if reading else 0,
                "last_time": last,
                "age_s": None if last is None else (moment_us - last) / 1e6,
                "grid_available": bool(grid.value) if grid else planned["grid_available"],
                "grid_since": grid.time_us if grid else None,
                "soc_kwh": told.get("battery.soc_kwh", NOTHING).value,
                "fuel_l": told.get("fuel.level_l", NOTHING).value,
                "genset_running": bool(genset.value) if genset else planned["genset_running"],
                "state_hash": reading.state_hash if reading else "",
                "genset_starting": bool(starting.value) if starting else None,
                "genset_since": starting.time_us if starting and starting.value else None,
                "battery_held": flag(told, "battery.held"),
                # a counter moves when something comes
                "fuel_received_at": fuel.time_us if fuel and fuel.value else None,
                "pv_kw": told.get("pv.available_kw", NOTHING).value,
            }
        )
        for column in ("soc_kwh", "fuel_l"):
            if rows[-1][column] is None:
                rows[-1][column] = planned[column]
    return rows_table("sites", rows)


def stock_table(cluster: ClusterSpec, values: Mapping[str, Values]) -> pa.Table:
    """Stock of every site: as told, else as specified."""
    rows = []
    keys = cluster.stock_keys
    for site in cluster.sites:
        planned = {entry.key: entry.on_hand for entry in site.stock}
        for material in keys:
            told = values[site.id].get(f"material:{material}", {})
            if material not in planned and not told:
                continue
            quantity = told.get("stock.quantity", NOTHING).value
            rows.append(
                {
                    "site": site.id,
                    "material": material,
                    "quantity": planned.get(material, 0.0) if quantity is None else quantity,
                    "reserved": told.get("stock.reserved", NOTHING).value or 0.0,
                }
            )
    return rows_table("stock", rows)


def approvals_table(cluster: ClusterSpec, values: Mapping[str, Values]) -> pa.Table:
    """Status of every permitted site and part."""
    rows = []
    permitted = {
        (one.site, product.id, one.part): APPROVAL[one.status]
        for product in cluster.products
        for one in product.permissions
    }
    parts = [
        (product.id, part.id, f"gate:{product.id}/{part.id}")
        for product in cluster.products
        for part in product.parts
    ]
    for site in cluster.sites:
        heard = values[site.id]
        for product, part, gate in parts:
            told = heard.get(gate, {}).get("approval.status")
            planned = permitted.get((site.id, product, part))
            if told is None and planned is None:
                continue
            planned = planned or 0
            rows.append(
                {
                    "site": site.id,
                    "product": product,
                    "part": part,
                    "status": integer(told.value, planned) if told else planned,
                    "lot": (told.text or None) if told else None,
                    "since": told.time_us if told else None,
                }
            )
    return rows_table("approvals", rows)


def _planned_energy(site: SiteSpec) -> dict[str, Any]:
    energy = site.energy
    battery = energy.inverter.battery if energy and energy.inverter else None
    genset = energy.genset if energy else None
    return {
        # A site without a described energy supply has power without limit.
        "grid_available": energy is None or energy.grid is not None,
        "soc_kwh": battery.capacity_kwh * battery.initial_soc_fraction if battery else None,
        "fuel_l": genset.fuel_on_hand_l if genset else None,
        "genset_running": False if genset else None,
    }
