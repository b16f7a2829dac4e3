"""Investments at a site that exists."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from datetime import datetime

from analytics.edits.base import Change, listed
from analytics.edits.extension import extend, with_site
from analytics.edits.investment import Investment
from analytics.simulation.model import SimModel
from federation.snapshot import ClusterSnapshot
from federation.topology.model import ClusterSpec
from twins.spec import SiteSpec
from twins.spec_base import Identifier


class AtSite(Investment):
    """Something is bought for a site.

    Parameters
    ----------
    site
        Where.
    """

    site: Identifier

    def check(self, cluster: ClusterSpec) -> list[str]:
        """What it names that the cluster does not have, or has already."""
        sites = {site.id: site for site in cluster.sites}
        if self.site not in sites:
            return [f"there is no site '{self.site}'; name one of {listed(sites)}"]
        return self.problems(sites[self.site])

    def enlarged(self, cluster: ClusterSpec) -> ClusterSpec:
        """The cluster with the site as it is once all is there."""
        return with_site(cluster, self.changed(cluster.site(self.site)))

    def transform(self, snapshot: ClusterSnapshot) -> ClusterSnapshot:
        """The snapshot with the site as it is once all is there."""
        return extend(snapshot, self.enlarged(snapshot.cluster))

    def changes(self, model: SimModel) -> Iterator[Change]:
        """What really happens."""
        return self.absences(model, known=True)

    def believed(self, model: SimModel, now: datetime) -> Iterator[Change]:
        """What is believed at ``now`` to have happened and to come."""
        return self.absences(model, known=self.known_from <= now)

    @abstractmethod
    def problems(self, site: SiteSpec) -> list[str]:
        """Why the site cannot have it, a sentence with the remedy each."""

    @abstractmethod
    def changed(self, site: SiteSpec) -> SiteSpec:
        """The site with it."""

    @abstractmethod
    def absences(self, model: SimModel, *, known: bool) -> Iterator[Change]:
        """That it is not there before ``start`` and from ``end`` on."""
