"""A whole region stops working: flood, unrest, a curfew."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import ClassVar, Literal

from analytics.edits.base import Change, Disruption, Level, LeverGroup, listed, pair
from analytics.simulation.layout import P_LINK_CLOSED, P_SITE_DOWN
from analytics.simulation.model import SimModel
from federation.topology.model import ClusterSpec
from twins.spec_base import Identifier


class RegionDown(Disruption):
    """All machines of all sites of a region (or country) are down.

    Parameters
    ----------
    region
        Region, or country where the sites name none.
    roads
        Nothing departs on the links that begin or end at these sites either.
    """

    group: ClassVar[LeverGroup] = "Operate"
    level: ClassVar[Level] = "macro"

    kind: Literal["region_down"] = "region_down"
    region: Identifier
    roads: bool = False

    def check(self, cluster: ClusterSpec) -> list[str]:
        """What it names that the cluster does not have."""
        regions = sorted({site.region_id for site in cluster.sites})
        if self.region in regions:
            return []
        return [f"no site lies in the region '{self.region}'; name one of {listed(regions)}"]

    def during(self, model: SimModel, start: datetime, end: datetime) -> Iterator[Change]:
        """The changes while it holds."""
        cluster = model.cluster
        if cluster is None:
            return
        hit = {site.id for site in cluster.sites if site.region_id == self.region}
        yield from pair(
            model, P_SITE_DOWN, [model.names.site_row[site] for site in sorted(hit)], start, end
        )
        if self.roads:
            links = [link.id for link in cluster.links if hit & {link.start, link.end}]
            rows = [row for link in links for row in model.names.link_rows[link]]
            yield from pair(model, P_LINK_CLOSED, rows, start, end)
