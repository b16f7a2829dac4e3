"""The shape of the network of sites: its type, the role of each site, and where it comes apart."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from federation.topology.model import ClusterSpec

if TYPE_CHECKING:
    import networkx as nx

NetworkType = Literal["isolated", "chain", "hub_and_spoke", "hierarchical", "mesh"]
Role = Literal["isolated", "leaf", "hub", "gateway", "peer"]

TREE_LIKE = 0.4
"""From this share of links that nothing replaces a network counts as a tree."""
CHAIN_SHARE = 0.8
"""A tree is a chain when its longest way passes through so many of its sites."""
HUB_SHARE = 0.05
"""At most so many of the sites, and at least one, are the hubs of a hub-and-spoke network."""


@dataclass(frozen=True, slots=True)
class NetworkShape:
    """The sites and the links among them, their direction left aside; customers are left out.

    Parameters
    ----------
    type
        Of the largest part that holds together. ``chain``: the longest way passes through four
        fifths of it. ``hub_and_spoke``: one site in twenty, or a single one, holds it together.
        ``hierarchical``: a tree, or nearly one, with gateways on several levels. ``mesh``: most
        links can be gone round.
    parts
        Sites of each part that holds together, the largest first.
    pairs
        Pairs of sites with a link.
    articulation
        Sites whose loss cuts others off from each other.
    bridges
        Links whose loss does.
    density
        Share of the pairs of sites that are linked.
    mean_hops
        Links on the shortest way, mean over pairs of sites in one part; 0 without a pair.
    clustering
        Mean share of linked pairs among the neighbours of a site (Watts and Strogatz 1998).
    roles
        Site to role. ``leaf``: one neighbour. ``hub``: two leaves at least hang on it alone.
        ``gateway``: its loss cuts others off, but it is no hub. ``peer``: none of these.
    """

    type: NetworkType
    parts: tuple[int, ...]
    pairs: int
    articulation: tuple[str, ...]
    bridges: tuple[str, ...]
    density: float
    mean_hops: float
    clustering: float
    roles: dict[str, Role]


def network_shape(cluster: ClusterSpec, closed: Collection[str] = ()) -> NetworkShape:
    """The shape of the network over the links that are not closed, nor kept for expedited lots.

    Parameters
    ----------
    cluster
        Sites and links.
    closed
        Ids of links that cannot be used.
    """
    import networkx as nx

    graph, links = _simple(cluster, closed)
    cut = set(nx.articulation_points(graph))
    bridging = [frozenset(pair) for pair in nx.bridges(graph)]
    parts = sorted(nx.connected_components(graph), key=lambda part: (-len(part), min(part)))
    hops = _hops(graph)
    count = graph.number_of_nodes()
    return NetworkShape(
        type=_type(graph.subgraph(parts[0]), cut, bridging, hops, list(graph)),
        parts=tuple(len(part) for part in parts),
        pairs=graph.number_of_edges(),
        articulation=tuple(site for site in graph if site in cut),
        # Of two links between the same sites neither is one.
        bridges=tuple(ids[0] for pair, ids in links.items() if pair in bridging and len(ids) == 1),
        density=2.0 * graph.number_of_edges() / (count * (count - 1)) if count > 1 else 0.0,
        mean_hops=_mean(hops),
        clustering=nx.average_clustering(graph),
        roles={site: _role(graph, site, cut) for site in graph},
    )


def _simple(
    cluster: ClusterSpec, closed: Collection[str]
) -> tuple[nx.Graph[str], dict[frozenset[str], list[str]]]:
    """Sites as nodes, an edge where there is a link; and the links of each edge."""
    import networkx as nx

    graph: nx.Graph[str] = nx.Graph()
    graph.add_nodes_from(site.id for site in cluster.sites)
    links: dict[frozenset[str], list[str]] = {}
    for link in cluster.links:
        usable = not link.expedited and link.id not in closed
        if usable and link.start in graph and link.end in graph:
            graph.add_edge(link.start, link.end)
            links.setdefault(frozenset((link.start, link.end)), []).append(link.id)
    return graph, links


def _hops(graph: nx.Graph[str]) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """float64[sites, sites]: links on the shortest way; infinite between two parts."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import shortest_path

    row = {site: at for at, site in enumerate(graph)}
    ends = np.array([(row[a], row[b]) for a, b in graph.edges], dtype=np.int64).reshape(-1, 2)
    matrix = coo_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(len(row), len(row)))
    found: np.ndarray[tuple[int, int], np.dtype[np.float64]] = shortest_path(
        matrix.tocsr(), directed=False, unweighted=True
    )
    return found


def _mean(hops: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> float:
    between = hops[np.isfinite(hops) & (hops > 0.0)]
    return float(between.mean()) if len(between) else 0.0


def _type(
    part: nx.Graph[str],
    cut: set[str],
    bridging: list[frozenset[str]],
    hops: np.ndarray[tuple[int, int], np.dtype[np.float64]],
    order: list[str],
) -> NetworkType:
    """The type of one part that holds together."""
    count, edges = part.number_of_nodes(), part.number_of_edges()
    if count == 1:
        return "isolated"
    inside = sum(1 for pair in bridging if pair <= set(part))
    if inside < TREE_LIKE * edges:
        return "mesh"
    rows = [at for at, site in enumerate(order) if site in part]
    longest = float(hops[np.ix_(rows, rows)].max()) + 1.0
    if longest >= CHAIN_SHARE * count:
        return "chain"
    hubs = sum(1 for site in part if site in cut)
    return "hub_and_spoke" if hubs <= max(1.0, HUB_SHARE * count) else "hierarchical"


def _role(graph: nx.Graph[str], site: str, cut: set[str]) -> Role:
    if graph.degree(site) <= 1:
        return "leaf" if graph.degree(site) else "isolated"
    if site not in cut:
        return "peer"
    leaves = sum(1 for other in graph[site] if graph.degree(other) == 1)
    return "hub" if leaves > 1 else "gateway"
