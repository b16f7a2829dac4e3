"""Countries of places, links over a border, and what is closed by its name. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from federation.errors import NotInClusterError
from federation.routes import legs
from federation.topology.model import ClusterSpec
from federation.topology.problems import did_you_mean


def countries(cluster: ClusterSpec) -> dict[str, str]:
    """Country of every site and customer, ISO 3166-1 alpha-2."""
    places = [(site.id, site.country) for site in cluster.sites]
    places += [(customer.id, customer.country) for customer in cluster.customers]
    return dict(places)


def border_links(
    cluster: ClusterSpec, country: str, other: str, modes: Collection[str] = ()
) -> list[str]:
    """Ids of the links between two countries, in either direction; of all modes where none are."""
    known, border = countries(cluster), {country, other}
    return [
        link.id
        for link in cluster.links
        if {known[link.start], known[link.end]} == border and (not modes or link.mode in modes)
    ]


def borders(cluster: ClusterSpec) -> dict[str, tuple[str, ...]]:
    """Each border that a link crosses, as ``BJ:NG``, with the ids of its links; sorted."""
    known = countries(cluster)
    found: dict[str, list[str]] = {}
    for link in cluster.links:
        pair = sorted({known[link.start], known[link.end]})
        if len(pair) == 2:
            found.setdefault(":".join(pair), []).append(link.id)
    return {name: tuple(ids) for name, ids in sorted(found.items())}


def closed_links(cluster: ClusterSpec, names: Iterable[str]) -> frozenset[str]:
    """Ids of the links that are meant: a link by its id, or all over a border as ``NG:BJ``.

    Raises
    ------
    NotInClusterError
        When there is no such link, or no link crosses that border.
    """
    ids = [link.id for link in cluster.links]
    found: set[str] = set()
    for name in names:
        if ":" in name:
            country, _, other = name.partition(":")
            over = border_links(cluster, country, other) if country != other else []
            if not over:
                what = f"no link leads over the border '{name}'"
                known = ", ".join(borders(cluster)) or "none"
                raise NotInClusterError(what, remedy=f"borders that links cross: {known}")
            found.update(over)
        elif name in ids:
            found.add(name)
        else:
            what = f"the cluster has no link '{name}'"
            raise NotInClusterError(what, remedy=did_you_mean(name, ids))
    return frozenset(found)


def rows_of(cluster: ClusterSpec, links: Collection[str]) -> frozenset[int]:
    """Rows of ``legs(cluster)`` that belong to links."""
    return frozenset(row for row, leg in enumerate(legs(cluster)) if leg.link.id in links)
