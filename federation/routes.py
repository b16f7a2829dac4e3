"""Ways between places: the directions of the links, and the next hop by travel time. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from federation.topology.model import ClusterSpec, LinkSpec

_LEGS = 1 << 16
"""More legs than any way has."""


@dataclass(frozen=True, slots=True)
class Leg:
    """One direction of a link."""

    link: LinkSpec
    start: str
    end: str

    @property
    def travel_h(self) -> float:
        """Mean hours of driving and border; waiting for a departure is not in it."""
        return self.link.drive_h + self.link.border_h

    def papers_h(self, *, dangerous: bool) -> float:
        """Hours until the papers of what comes to the dock are ready."""
        return max(self.link.papers_h, self.link.dangerous_papers_h if dangerous else 0.0)


def place_ids(cluster: ClusterSpec) -> tuple[str, ...]:
    """Places in their fixed order: the sites, then the customers that have a place of their own."""
    customers = (customer.id for customer in cluster.customers if customer.at_site is None)
    return (*(site.id for site in cluster.sites), *customers)


def legs(cluster: ClusterSpec) -> tuple[Leg, ...]:
    """All directions of all links, in the cluster's order, the way back after the way there."""
    found: list[Leg] = []
    for link in cluster.links:
        found.append(Leg(link, link.start, link.end))
        if link.two_way:
            found.append(Leg(link, link.end, link.start))
    return tuple(found)


def next_hops(
    cluster: ClusterSpec,
    closed: Collection[int] = frozenset(),
    *,
    dangerous: bool = False,
    expedited: bool = False,
) -> npt.NDArray[np.int64]:
    """The leg to take from each place towards each other place, fastest way first.

    Ways are compared by their hours of driving, border and papers, then by the number of legs, then
    by the rows of their legs from the origin on, so that equal inputs give equal routes everywhere.

    Parameters
    ----------
    cluster
        The places and links.
    closed
        Rows of ``legs(cluster)`` that cannot be used.
    dangerous
        For dangerous goods: links that forbid them cannot be used.
    expedited
        For what a response sends as fast as it goes: expedited links can be used too.

    Returns
    -------
    int64[places, places]
        Row ``[origin, destination]`` holds a row of ``legs(cluster)``, or -1 where origin and
        destination are the same or no way exists.
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra

    places = place_ids(cluster)
    row_of = {place: row for row, place in enumerate(places)}
    directions, shut = legs(cluster), frozenset(closed)
    open_rows: list[int] = []
    cheapest: dict[tuple[int, int], int] = {}
    weights: list[int] = []
    for row, leg in enumerate(directions):
        # Whole seconds: sums of floats would break ties by the order of addition.
        seconds = round((leg.travel_h + leg.papers_h(dangerous=dangerous)) * 3600.0)
        weights.append(seconds * _LEGS + 1)
        if row in shut or (leg.link.expedited and not expedited):
            continue
        if not (dangerous and leg.link.dangerous_goods == "forbidden"):
            open_rows.append(row)
            pair = (row_of[leg.start], row_of[leg.end])
            cheapest[pair] = min(cheapest.get(pair, weights[-1]), weights[-1])
    hops = np.full((len(places), len(places)), -1, dtype=np.int64)
    if not open_rows:
        return hops
    ends = np.array(list(cheapest), dtype=np.int64)
    values = np.array(list(cheapest.values()), dtype=np.float64)
    shape = (len(places), len(places))
    # Seconds and legs in one number, exact as a float: the shortest in both, in this order.
    least = dijkstra(csr_array((values, (ends[:, 0], ends[:, 1])), shape=shape))
    for row in reversed(open_rows):  # of equal ways the lower row is written last
        start, end = row_of[directions[row].start], row_of[directions[row].end]
        best = np.isfinite(least[start]) & (least[start] == weights[row] + least[end])
        hops[start, best] = row
    np.fill_diagonal(hops, -1)
    return hops


def route(
    cluster: ClusterSpec, origin: str, destination: str, closed: Collection[int] = frozenset()
) -> tuple[Leg, ...]:
    """The legs from ``origin`` to ``destination``; empty where they are the same or no way exists.

    Raises
    ------
    KeyError
        When one of them is not a place of the cluster.
    """
    row_of = {place: row for row, place in enumerate(place_ids(cluster))}
    here, there = row_of[origin], row_of[destination]
    hops, directions = next_hops(cluster, closed), legs(cluster)
    path: list[Leg] = []
    while here != there and hops[here, there] >= 0:
        leg = directions[hops[here, there]]
        path.append(leg)
        here = row_of[leg.end]
    return tuple(path)
