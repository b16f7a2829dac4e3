"""A site stops working: fire, flood, strike."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import ClassVar, Literal

from analytics.edits.base import Change, Disruption, Level, LeverGroup, listed, pair
from analytics.simulation.layout import P_SITE_DOWN
from analytics.simulation.model import SimModel
from federation.topology.model import ClusterSpec
from twins.spec_base import Identifier


class SiteDown(Disruption):
    """All machines of ``site`` are down; its stock, docks and energy stay as they are."""

    group: ClassVar[LeverGroup] = "Operate"
    level: ClassVar[Level] = "meso"

    kind: Literal["site_down"] = "site_down"
    site: Identifier

    def check(self, cluster: ClusterSpec) -> list[str]:
        """What it names that the cluster does not have."""
        sites = [site.id for site in cluster.sites]
        if self.site in sites:
            return []
        return [f"there is no site '{self.site}'; name one of {listed(sites)}"]

    def during(self, model: SimModel, start: datetime, end: datetime) -> Iterator[Change]:
        """The changes while it holds."""
        return pair(model, P_SITE_DOWN, [model.names.site_row[self.site]], start, end)
