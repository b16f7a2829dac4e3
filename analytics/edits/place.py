"""Disruptions of a site, or of all sites of a region."""

from __future__ import annotations

from typing import ClassVar, Self

from pydantic import model_validator

from analytics.edits.base import Disruption, listed
from analytics.simulation.model import SimModel
from federation.topology.model import ClusterSpec
from twins.spec import SiteSpec
from twins.spec_base import Identifier


class AtPlace(Disruption):
    """It hits a site, or all sites of a region (or country).

    Parameters
    ----------
    site, region
        Exactly one of them.
    """

    lacks: ClassVar[str]
    """What a place says that it cannot hit, with the remedy."""

    site: Identifier | None = None
    region: Identifier | None = None

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.site is None) == (self.region is None):
            raise ValueError("name either a site or a region")
        return self

    def check(self, cluster: ClusterSpec) -> list[str]:
        """What it names that the cluster does not have."""
        sites = [site.id for site in cluster.sites]
        regions = sorted({site.region_id for site in cluster.sites})
        if self.site is not None and self.site not in sites:
            return [f"there is no site '{self.site}'; name one of {listed(sites)}"]
        if self.region is not None and self.region not in regions:
            return [f"no site lies in the region '{self.region}'; name one of {listed(regions)}"]
        if not self.hit(cluster):
            return [self.lacks]
        return []

    def hit(self, cluster: ClusterSpec) -> list[str]:
        """Ids of the sites that it hits."""
        return [
            site.id
            for site in cluster.sites
            if (site.id == self.site or site.region_id == self.region) and self.can_hit(site)
        ]

    def can_hit(self, site: SiteSpec) -> bool:  # noqa: ARG002
        """Whether the site has what it hits."""
        return True

    def rows(self, model: SimModel) -> list[int]:
        """Rows of the sites that it hits."""
        if model.cluster is None:
            return []
        return [model.names.site_row[site] for site in self.hit(model.cluster)]
