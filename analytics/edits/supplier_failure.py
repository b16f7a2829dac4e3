"""A supplier fails: less comes of a material."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import ClassVar, Literal

from pydantic import Field

from analytics.edits.base import Change, Disruption, Level, LeverGroup, listed, share
from analytics.simulation.layout import P_SUPPLY_SHARE
from analytics.simulation.model import SimModel
from federation.topology.model import ClusterSpec
from twins.spec_base import Identifier


class SupplierFailure(Disruption):
    """Standing orders and supplier bring a share of what they would have brought of a material.

    Parameters
    ----------
    material
        What is short.
    site
        Only there; default: at all sites that keep it.
    share
        Of what would have come; 0: nothing comes.
    """

    group: ClassVar[LeverGroup] = "Make"
    level: ClassVar[Level] = "macro"

    kind: Literal["supplier_failure"] = "supplier_failure"
    material: Identifier
    site: Identifier | None = None
    share: float = Field(default=0.0, ge=0.0, lt=1.0)

    def check(self, cluster: ClusterSpec) -> list[str]:
        """What it names that the cluster does not have."""
        materials = [material.id for material in cluster.materials]
        if self.material not in materials:
            return [f"there is no material '{self.material}'; name one of {listed(materials)}"]
        if self.hit(cluster):
            return []
        keepers = [
            site.id
            for site in cluster.sites
            if any(entry.material == self.material for entry in site.stock)
        ]
        where = self.site or "no site"
        return [f"{where} keeps no '{self.material}'; name one of {listed(keepers)}"]

    def hit(self, cluster: ClusterSpec) -> list[str]:
        """Ids of the sites that it hits."""
        return [
            site.id
            for site in cluster.sites
            if self.site in {None, site.id}
            and any(entry.material == self.material for entry in site.stock)
        ]

    def during(self, model: SimModel, start: datetime, end: datetime) -> Iterator[Change]:
        """The changes while it holds."""
        sites = self.hit(model.cluster) if model.cluster is not None else []
        material = model.names.material_row[self.material]
        count = len(model.names.materials)
        rows = [model.names.site_row[site] * count + material for site in sites]
        return share(model, P_SUPPLY_SHARE, rows, start, end, self.share)
