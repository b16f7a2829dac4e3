"""A link is closed: a border, a washed-out road, a port on strike."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import ClassVar, Literal

from analytics.edits.base import Change, Disruption, Level, LeverGroup, listed, pair
from analytics.simulation.layout import P_LINK_CLOSED
from analytics.simulation.model import SimModel
from federation.topology.model import ClusterSpec
from twins.spec_base import Identifier


class LinkClosed(Disruption):
    """Nothing departs on ``link`` in either direction; what is on the way arrives."""

    group: ClassVar[LeverGroup] = "Sell"
    level: ClassVar[Level] = "macro"

    kind: Literal["link_closed"] = "link_closed"
    link: Identifier

    def check(self, cluster: ClusterSpec) -> list[str]:
        """What it names that the cluster does not have."""
        links = [link.id for link in cluster.links]
        if self.link in links:
            return []
        return [f"there is no link '{self.link}'; name one of {listed(links)}"]

    def during(self, model: SimModel, start: datetime, end: datetime) -> Iterator[Change]:
        """The changes while it holds."""
        return pair(model, P_LINK_CLOSED, model.names.link_rows[self.link], start, end)
