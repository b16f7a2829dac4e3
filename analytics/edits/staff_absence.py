"""People are missing: illness, a strike, a festival."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import ClassVar, Literal

from pydantic import Field

from analytics.edits.base import Change, Disruption, Level, LeverGroup, at, listed
from analytics.simulation.compile.people import pool_ids
from analytics.simulation.layout import P_POOL
from analytics.simulation.model import SimModel
from federation.topology.model import ClusterSpec
from twins.spec_base import Identifier


class StaffAbsence(Disruption):
    """A share of the people of a site is missing; what they have begun they finish.

    Parameters
    ----------
    site
        Where.
    pool
        Only of this pool; default: of each.
    share
        Of the people that is missing.
    """

    group: ClassVar[LeverGroup] = "Make"
    level: ClassVar[Level] = "micro"

    kind: Literal["staff_absence"] = "staff_absence"
    site: Identifier
    pool: Identifier | None = None
    share: float = Field(gt=0.0, le=1.0)

    def check(self, cluster: ClusterSpec) -> list[str]:
        """What it names that the cluster does not have."""
        sites = {site.id: site for site in cluster.sites}
        if self.site not in sites:
            return [f"there is no site '{self.site}'; name one of {listed(sites)}"]
        pools = [pool.id for pool in sites[self.site].pools]
        if not pools:
            return [f"the people of {self.site} are in no pool; describe pools of the site"]
        if self.pool is not None and self.pool not in pools:
            return [f"{self.site} has no pool '{self.pool}'; name one of {listed(pools)}"]
        return []

    def during(self, model: SimModel, start: datetime, end: datetime) -> Iterator[Change]:
        """The changes while it holds."""
        keys = pool_ids(model.cluster) if model.cluster is not None else ()
        for row, (site, kind, pool) in enumerate(keys):
            if site == self.site and kind == "people" and self.pool in {None, pool}:
                missing = round(int(model.pool["capacity_ppm"][row]) * self.share)
                yield (at(model, start), P_POOL, row, -missing)
                yield (at(model, end), P_POOL, row, missing)
