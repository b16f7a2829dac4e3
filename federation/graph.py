"""The cluster as a networkx MultiDiGraph: sites, customers and links with their live attributes.

Pure: each graph is made anew from a snapshot, so it can be cut up freely.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from federation.routes import Leg, legs, next_hops, place_ids, route
from federation.snapshot import ClusterSnapshot
from twins.states import MachineState
from twins.work import LotState

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["Leg", "build_graph", "legs", "next_hops", "place_ids", "route"]

_QUEUE = (LotState.WAITING, LotState.QUEUED)


def build_graph(
    snapshot: ClusterSnapshot, closed: Collection[int] = frozenset()
) -> nx.MultiDiGraph[str]:
    """Places as nodes and directions of links as edges, keyed by the link's id.

    Parameters
    ----------
    snapshot
        Whose specification and state it shows.
    closed
        Rows of ``legs(cluster)`` that cannot be used; their edges have ``closed`` set.

    Returns
    -------
    networkx.MultiDiGraph
        Nodes of ``kind`` ``site`` have ``name country region role organisation latitude_deg
        longitude_deg processes machines`` (unit id to state name) ``states`` (state name to count)
        ``revision last_time age_s grid_available soc_kwh soc_fraction fuel_l genset_running queue
        running docked``; those of kind ``customer`` have name, country and coordinates. ``queue``
        counts the lots that wait at the place, ``docked`` those for a departure. Edges have ``mode
        distance_km travel_h border_h cost_per_t minimum_charge emission_kg_per_t closed
        in_transit`` (lots). The graph has ``cluster``, ``taken_at`` and ``schedule_version``.
    """
    import networkx as nx

    cluster = snapshot.cluster
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph(
        cluster=cluster.id, taken_at=snapshot.taken_at, schedule_version=snapshot.schedule_version
    )
    for node, attributes in _sites(snapshot).items():
        graph.add_node(node, **attributes)
    for customer in cluster.customers:
        if customer.at_site is None:
            graph.add_node(
                customer.id,
                kind="customer",
                name=customer.name,
                country=customer.country,
                latitude_deg=customer.latitude_deg,
                longitude_deg=customer.longitude_deg,
            )
    lots = snapshot.tables["lots"].select(["state", "place", "link"]).to_pylist()
    travelling = Counter(
        (lot["link"], lot["place"]) for lot in lots if lot["state"] == LotState.TRANSIT
    )
    for row, leg in enumerate(legs(cluster)):
        graph.add_edge(
            leg.start,
            leg.end,
            key=leg.link.id,
            mode=leg.link.mode,
            distance_km=leg.link.distance_km,
            travel_h=leg.travel_h,
            border_h=leg.link.border_h,
            cost_per_t=leg.link.cost_per_t,
            minimum_charge=leg.link.minimum_charge,
            emission_kg_per_t=leg.link.emission_kg_per_t,
            closed=row in closed,
            in_transit=travelling[leg.link.id, leg.start],
        )
    return graph


def _sites(snapshot: ClusterSnapshot) -> dict[str, dict[str, Any]]:
    tables = snapshot.tables
    machines: dict[str, dict[str, str]] = {}
    for machine in tables["machines"].select(["site", "machine", "state"]).to_pylist():
        state = MachineState(machine["state"]).name.lower()
        machines.setdefault(machine["site"], {})[machine["machine"]] = state
    lots = Counter(
        (lot["place"], lot["state"])
        for lot in tables["lots"].select(["place", "state"]).to_pylist()
    )
    nodes = {}
    for site, live in zip(snapshot.cluster.sites, tables["sites"].to_pylist(), strict=True):
        battery = site.energy.inverter.battery if site.energy and site.energy.inverter else None
        soc = live["soc_kwh"]
        nodes[site.id] = {
            "kind": "site",
            "name": site.name,
            "country": site.country,
            "region": site.region_id,
            "role": site.role,
            "organisation": site.organisation,
            "latitude_deg": site.latitude_deg,
            "longitude_deg": site.longitude_deg,
            "processes": tuple(sorted({centre.process for centre in site.machines})),
            "machines": machines.get(site.id, {}),
            "states": dict(Counter(machines.get(site.id, {}).values())),
            "revision": live["revision"],
            "last_time": live["last_time"],
            "age_s": snapshot.age_s(site.id),
            "grid_available": live["grid_available"],
            "soc_kwh": soc,
            "soc_fraction": soc / battery.capacity_kwh if battery and soc is not None else None,
            "fuel_l": live["fuel_l"],
            "genset_running": live["genset_running"],
            "queue": sum(lots[site.id, state] for state in _QUEUE),
            "running": lots[site.id, LotState.RUNNING],
            "docked": lots[site.id, LotState.DOCK],
        }
    return nodes
