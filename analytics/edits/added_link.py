"""A new link between two places."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import ClassVar, Literal

from analytics.edits.base import Change, Level, LeverGroup, listed
from analytics.edits.investment import Investment
from analytics.simulation.layout import P_LINK_CLOSED
from analytics.simulation.model import SimModel
from federation.routes import place_ids
from federation.snapshot import ClusterSnapshot
from federation.topology.model import ClusterSpec, LinkSpec


class AddedLink(Investment):
    """Transport between two places of the cluster, from ``start`` on.

    Goods take it where it is the faster way, from the day on which it is open.

    Parameters
    ----------
    link
        As in ``cluster.yaml``.
    """

    group: ClassVar[LeverGroup] = "Invest"
    level: ClassVar[Level] = "meso"

    kind: Literal["added_link"] = "added_link"
    link: LinkSpec

    def check(self, cluster: ClusterSpec) -> list[str]:
        """What it names that the cluster does not have, or has already."""
        return link_problems(self.link, cluster, place_ids(cluster))

    def enlarged(self, cluster: ClusterSpec) -> ClusterSpec:
        """The cluster with the link."""
        return cluster.model_copy(update={"links": (*cluster.links, self.link)})

    def transform(self, snapshot: ClusterSnapshot) -> ClusterSnapshot:
        """The snapshot of the cluster with the link."""
        return replace(snapshot, cluster=self.enlarged(snapshot.cluster))

    def added_links(self) -> tuple[str, ...]:
        """The link."""
        return (self.link.id,)

    def changes(self, model: SimModel) -> Iterator[Change]:
        """What really happens."""
        return self.there(model, P_LINK_CLOSED, model.names.link_rows[self.link.id])

    def believed(self, model: SimModel, now: datetime) -> Iterator[Change]:
        """What is believed at ``now`` to have happened and to come."""
        rows = model.names.link_rows[self.link.id]
        return self.there(model, P_LINK_CLOSED, rows, known=self.known_from <= now)


def link_problems(link: LinkSpec, cluster: ClusterSpec, places: tuple[str, ...]) -> list[str]:
    """What is wrong with a new link between places, a sentence with the remedy each."""
    if link.id in {known.id for known in cluster.links}:
        return [f"there is a link '{link.id}' already; give the new one another id"]
    for place in (link.start, link.end):
        if place not in places:
            return [f"there is no place '{place}'; name one of {listed(places)}"]
    if link.start == link.end:
        return [f"the link begins and ends at {link.start}; name another place"]
    if not link.departures:
        return ["nothing ever departs on the link; give at least one time"]
    if link.customs is not None and link.customs.open >= link.customs.close:
        return ["the border post never opens: open is not before close; correct one of them"]
    return []
