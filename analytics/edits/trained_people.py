"""People are trained, and join a pool one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import ClassVar, Literal

from pydantic import Field

from analytics.edits.base import Change, Level, LeverGroup, at, listed
from analytics.edits.investment import FOR_GOOD, Investment
from analytics.simulation.compile.people import pool_ids
from analytics.simulation.layout import P_POOL, PPM
from analytics.simulation.model import SimModel
from federation.topology.model import ClusterSpec
from twins.spec_base import Identifier, NonNegative


class TrainedPeople(Investment):
    """From ``start`` on people more can do what a pool can do.

    Parameters
    ----------
    site, pool
        Whom they join.
    people
        So many.
    leave
        Pool of the same site that they leave at ``start``; default: they are new. What people who
        are new are paid is part of ``upkeep_per_year``.
    ramp_h
        The last of them is ready so long after ``start``, the others evenly before.
    """

    group: ClassVar[LeverGroup] = "Make"
    level: ClassVar[Level] = "micro"

    kind: Literal["trained_people"] = "trained_people"
    site: Identifier
    pool: Identifier
    people: int = Field(ge=1, le=10_000)
    leave: Identifier | None = None
    ramp_h: NonNegative = 0.0

    def check(self, cluster: ClusterSpec) -> list[str]:
        """What it names that the cluster does not have."""
        sites = {site.id: site for site in cluster.sites}
        if self.site not in sites:
            return [f"there is no site '{self.site}'; name one of {listed(sites)}"]
        pools = {pool.id: pool.headcount for pool in sites[self.site].pools}
        if not pools:
            return [f"the people of {self.site} are in no pool; describe pools of the site"]
        for pool in (self.pool, self.leave):
            if pool is not None and pool not in pools:
                return [f"{self.site} has no pool '{pool}'; name one of {listed(pools)}"]
        if self.leave is not None and pools[self.leave] < self.people:
            return [f"'{self.leave}' has only {pools[self.leave]} people; train fewer of them"]
        return []

    def changes(self, model: SimModel) -> Iterator[Change]:
        """What really happens."""
        keys = pool_ids(model.cluster) if model.cluster is not None else ()
        joined = keys.index((self.site, "people", self.pool))
        apart = timedelta(hours=self.ramp_h / self.people)
        for number in range(1, self.people + 1):
            ready = self.start + number * apart
            if ready < self.end:
                yield (at(model, ready), P_POOL, joined, PPM)
                if self.end < FOR_GOOD:
                    yield (at(model, self.end), P_POOL, joined, -PPM)
        if self.leave is not None:
            left = keys.index((self.site, "people", self.leave))
            yield (at(model, self.start), P_POOL, left, -self.people * PPM)
            if self.end < FOR_GOOD:
                yield (at(model, self.end), P_POOL, left, self.people * PPM)

    def believed(self, model: SimModel, now: datetime) -> Iterator[Change]:
        """What is believed at ``now`` to have happened and to come."""
        return self.changes(model) if self.known_from <= now else iter(())
