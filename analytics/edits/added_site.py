"""A new site joins the cluster."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import ClassVar, Literal

from analytics.edits.added_link import link_problems
from analytics.edits.base import Change, Level, LeverGroup, listed
from analytics.edits.extension import NewPermission, extend, permission_problems, permitted
from analytics.edits.investment import Investment
from analytics.simulation.layout import P_LINK_CLOSED, P_SITE_DOWN
from analytics.simulation.model import SimModel
from federation.routes import place_ids
from federation.snapshot import ClusterSnapshot
from federation.topology.model import ClusterSpec, LinkSpec
from twins.spec import SiteSpec


class AddedSite(Investment):
    """A site with its links works from ``start`` on; wages begin then.

    Its base loads run and its stock lies there from the fork. Work comes to it when a policy sends
    it there.

    Parameters
    ----------
    site
        As in ``sites/*.yaml``.
    links
        That lead to it, as in ``cluster.yaml``; none begins before it opens.
    permissions
        What it may make. A capability is not a permission.
    """

    group: ClassVar[LeverGroup] = "Invest"
    level: ClassVar[Level] = "meso"

    kind: Literal["added_site"] = "added_site"
    site: SiteSpec
    links: tuple[LinkSpec, ...] = ()
    permissions: tuple[NewPermission, ...] = ()

    def check(self, cluster: ClusterSpec) -> list[str]:
        """What it names that the cluster does not have, or has already."""
        places = place_ids(cluster)
        if self.site.id in places:
            return [f"there is a place '{self.site.id}' already; give the new site another id"]
        materials = [material.id for material in cluster.materials]
        for entry in self.site.stock:
            if entry.material not in materials:
                what = f"there is no material '{entry.material}'"
                return [f"{what}; name one of {listed(materials)}"]
        problems = permission_problems(self.permissions, self.site.id, cluster)
        for link in self.links:
            problems += link_problems(link, cluster, (*places, self.site.id))
        return problems

    def enlarged(self, cluster: ClusterSpec) -> ClusterSpec:
        """The cluster with the site, its links, and what it may make."""
        return cluster.model_copy(
            update={
                "sites": (*cluster.sites, self.site),
                "links": (*cluster.links, *self.links),
                "products": permitted(cluster.products, self.permissions, self.site.id),
            }
        )

    def transform(self, snapshot: ClusterSnapshot) -> ClusterSnapshot:
        """The snapshot of the cluster with the site."""
        return extend(snapshot, self.enlarged(snapshot.cluster))

    def added_links(self) -> tuple[str, ...]:
        """The links that lead to it."""
        return tuple(link.id for link in self.links)

    def opened_sites(self) -> tuple[str, ...]:
        """The site."""
        return (self.site.id,)

    def changes(self, model: SimModel) -> Iterator[Change]:
        """What really happens."""
        return self._open(model, known=True)

    def believed(self, model: SimModel, now: datetime) -> Iterator[Change]:
        """What is believed at ``now`` to have happened and to come."""
        return self._open(model, known=self.known_from <= now)

    def _open(self, model: SimModel, *, known: bool) -> Iterator[Change]:
        row = model.names.site_row[self.site.id]
        yield from self.there(model, P_SITE_DOWN, [row], known=known)
        links = [row for link in self.added_links() for row in model.names.link_rows[link]]
        yield from self.there(model, P_LINK_CLOSED, links, known=known)
