"""The link that is missed most: where goods go again and again by way of other places."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping

from analytics.run_table import RunTable
from federation.routes import legs, next_hops, place_ids
from federation.topology.model import ClusterSpec, LinkSpec
from federation.topology.product_model import ProductSpec

ROAD_FACTOR = 1.3
"""Road over great circle; Ballou, Rahardja and Sakai (2002) find 1.1 to 2.1 by country."""
ROAD_KM_PER_H = 45.0
_EARTH_KM = 6371.0
_FASTER = 0.9
"""A direct road must take less than this share of the hours by way of other places."""


def missing_link(cluster: ClusterSpec, operations: RunTable) -> tuple[LinkSpec, float] | None:
    """The direct road that would save most tonne-hours, and the tonnes of the run.

    ``None``: no goods are reloaded on the way, or a direct road would be no faster.

    Parameters
    ----------
    cluster
        Places and links.
    operations
        Of a run: where the lots were worked.
    """
    places = place_ids(cluster)
    row = {place: number for number, place in enumerate(places)}
    hops, ways = next_hops(cluster), legs(cluster)
    best: tuple[float, LinkSpec, float] | None = None
    for (start, end), kg in sorted(_carried(cluster, operations).items()):
        at, count, hours = row[start], 0, 0.0
        while at != row[end] and count <= len(places):
            leg = int(hops[at, row[end]])
            if leg < 0:
                break
            hours += ways[leg].travel_h
            at = row[ways[leg].end]
            count += 1
        if at != row[end] or count < 2:  # nobody reloads
            continue
        link = _direct(cluster, start, end)
        saved = (hours - link.drive_h - link.border_h) * kg
        faster = link.drive_h + link.border_h < _FASTER * hours
        if faster and (best is None or saved > best[0]):
            best = (saved, link, kg / 1000.0)
    return None if best is None else (best[1], best[2])


def _carried(cluster: ClusterSpec, operations: RunTable) -> dict[tuple[str, str], float]:
    """Mass by place of origin and of destination, kg, of lots that were worked in the run."""
    products = {product.id: product for product in cluster.products}
    parents = {name: _parents(product) for name, product in products.items()}
    last: dict[str, tuple[int, str, str, str, float]] = {}
    first: dict[str, tuple[int, str]] = {}
    names = ("lot", "order", "product", "part", "site")
    columns = [operations.texts(name) for name in names]
    steps = operations.numbers("operation").tolist()
    units = operations.numbers("quantity").tolist()
    found: dict[tuple[str, str], float] = defaultdict(float)
    rows = sorted(zip(*columns, steps, units, strict=True), key=lambda one: (str(one[0]), one[5]))
    before: dict[str, str] = {}
    mass = {
        (product.id, part.id): part.mass_kg
        for product in cluster.products
        for part in product.parts
    }
    for lot, order, product, part, site, step, quantity in rows:
        key, kg = str(lot), mass[str(product), str(part)] * quantity
        if key in before and before[key] != site:
            found[before[key], str(site)] += kg
        before[key] = str(site)
        last[key] = (int(step), str(order), str(product), str(part), kg)
        first.setdefault(key, (int(step), str(site)))
    orders = {order.id: order.customer for order in cluster.orders}
    gates = {one.id: one.at_site or one.id for one in cluster.customers}
    for lot, (_, order, product, part, kg) in last.items():
        above = parents[product].get(part)
        goal = gates[orders[order]] if above is None else None
        if above is not None:
            parent = f"{lot.rsplit('/', 1)[0]}/{above}"
            goal = first[parent][1] if parent in first else None
        if goal is not None and goal != before[lot]:
            found[before[lot], goal] += kg
    return found


def _parents(product: ProductSpec) -> Mapping[str, str]:
    return {component.id: part.id for part in product.parts for component in part.components}


def _direct(cluster: ClusterSpec, start: str, end: str) -> LinkSpec:
    """A road between two places at the mean rates of the cluster's roads."""
    here, there = _spot(cluster, start), _spot(cluster, end)
    distance = max(ROAD_FACTOR * _great_circle_km(here[:2], there[:2]), 1.0)
    roads = [link for link in cluster.links if link.mode in {"rigid", "artic", "van"}]
    km = math.fsum(link.distance_km for link in roads)
    price = math.fsum(link.cost_per_t for link in roads) / km if km else 0.1
    emission = math.fsum(link.emission_kg_per_t for link in roads) / km if km else 0.1
    charges = [link.minimum_charge for link in roads]
    borders = [link.border_h for link in roads if link.border_h > 0.0]
    abroad = here[2] != there[2]
    name = f"{start}-{end}-direct"
    return LinkSpec(
        id=name[:64],
        start=start,
        end=end,
        mode="rigid",
        distance_km=distance,
        drive_h=distance / ROAD_KM_PER_H,
        border_h=math.fsum(borders) / len(borders) if abroad and borders else 0.0,
        cost_per_t=price * distance,
        minimum_charge=math.fsum(charges) / len(charges) if charges else 0.0,
        emission_kg_per_t=emission * distance,
        assumption="great circle x 1.3 at 45 km/h; rates are the mean of the cluster's roads",
    )


def _spot(cluster: ClusterSpec, place: str) -> tuple[float, float, str]:
    """Latitude, longitude and country of a place."""
    for site in cluster.sites:
        if site.id == place:
            return site.latitude_deg, site.longitude_deg, site.country
    one = next(customer for customer in cluster.customers if customer.id == place)
    return one.latitude_deg or 0.0, one.longitude_deg or 0.0, one.country


def _great_circle_km(here: tuple[float, float], there: tuple[float, float]) -> float:
    """Haversine distance of two points in degrees."""
    south, north = math.radians(here[0]), math.radians(there[0])
    east = math.radians(there[1] - here[1])
    half = math.sin((north - south) / 2.0) ** 2
    half += math.cos(south) * math.cos(north) * math.sin(east / 2.0) ** 2
    return 2.0 * _EARTH_KM * math.asin(math.sqrt(half))
