"""The order of all rows, from the order of the specification."""

from __future__ import annotations

from analytics.simulation.names import Names
from federation.routes import legs, place_ids
from federation.topology.lots import LotSpec
from federation.topology.model import ClusterSpec


def names_of(cluster: ClusterSpec, lots: tuple[LotSpec, ...]) -> Names:
    """Names of the rows of a cluster with these lots."""
    return Names(
        sites=tuple(site.id for site in cluster.sites),
        places=place_ids(cluster),
        groups=tuple((site.id, machine.id) for site in cluster.sites for machine in site.machines),
        machines=tuple(
            (site.id, unit)
            for site in cluster.sites
            for machine in site.machines
            for unit in machine.unit_ids
        ),
        parts=tuple(
            (product.id, part.id) for product in cluster.products for part in product.parts
        ),
        lots=tuple(lot.id for lot in lots),
        orders=tuple(order.id for order in cluster.orders),
        materials=cluster.stock_keys,
        links=tuple((leg.link.id, leg.start, leg.end) for leg in legs(cluster)),
        buses=tuple((site.id, bus) for site in cluster.sites for bus in bus_ids(cluster, site.id)),
    )


def bus_ids(cluster: ClusterSpec, site_id: str) -> tuple[str, ...]:
    """Buses of a site; one called ``main`` where no energy is described."""
    energy = cluster.site(site_id).energy
    return tuple(bus.id for bus in energy.buses) if energy else ("main",)
