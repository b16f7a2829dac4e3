"""The tables of a snapshot that are told as lists: deliveries, absences, vehicles. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa

from federation.readings import Observed, Values, rows_table
from federation.routes import legs
from federation.topology.model import ClusterSpec
from twins.assets import POOL, SITE
from twins.signals import CATALOGUE
from twins.under_way import entries_in

Told = tuple[dict[str, Any], tuple[Any, ...]]


def deliveries_table(cluster: ClusterSpec, values: Mapping[str, Values]) -> pa.Table:
    """What was ordered and has not come: material of suppliers, and fuel."""
    rows = []
    for site in cluster.sites:
        told = values[site.id]
        lists = [
            _told({"site": site.id, "material": key}, told, f"material:{key}", "supply.under_way")
            for key in cluster.stock_keys
        ]
        lists.append(_told({"site": site.id}, told, SITE, "fuel.under_way"))
        rows += list(_numbered(lists))
    return rows_table("deliveries", rows)


def absences_table(cluster: ClusterSpec, values: Mapping[str, Values]) -> pa.Table:
    """People who are not there."""
    lists = [
        _told({"site": site.id, "pool": pool.id}, values[site.id], POOL + pool.id, "people.absent")
        for site in cluster.sites
        for pool in site.pools
    ]
    return rows_table("absences", list(_numbered(lists)))


def vehicles_table(cluster: ClusterSpec, values: Mapping[str, Values]) -> pa.Table:
    """Vehicles that are out, by the place that they belong to."""
    lists = [
        _told({"link": link, "start": start}, values[teller], asset, "vehicles.away")
        for link, start, teller, asset in vehicle_assets(cluster)
    ]
    return rows_table("vehicles", list(_numbered(lists)))


def vehicle_assets(cluster: ClusterSpec) -> Iterator[tuple[str, str, str, str]]:
    """Link, start, site that tells, and asset of each direction whose vehicles are counted.

    The site at the start tells; where that is a customer's place, the one at the end. Vehicles
    between two customers nobody tells.
    """
    sites = {site.id for site in cluster.sites}
    for leg in legs(cluster):
        teller = leg.start if leg.start in sites else leg.end
        if leg.link.vehicles is not None and teller in sites:
            yield leg.link.id, leg.start, teller, f"link:{leg.link.id}/{leg.start}"


def _told(row: dict[str, Any], told: Values, asset: str, signal: str) -> Told:
    return row, _entries(signal, told.get(asset, {}).get(signal))


def _entries(signal: str, seen: Observed | None) -> tuple[Any, ...]:
    # What is no list of the kind went to quarantine and is never the last value.
    found = entries_in(CATALOGUE[signal].list_of, seen.text if seen else None)
    return found or ()


def _numbered(lists: list[Told]) -> Iterator[dict[str, Any]]:
    for row, entries in lists:
        for number, entry in enumerate(entries, start=1):
            yield row | {"number": number} | entry.model_dump()
