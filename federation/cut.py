"""From the readings of the twins and the ledger to one ClusterSnapshot. Pure.

A cut is made site by site, so sites may stand at different ages; the age of each is in the table
``sites``. A lot is where its event of the highest number says, whichever site told it, so that it
is in one place however unevenly the sites were read. The components that a lot waits for are
counted from the states of those lots, so that the two never contradict each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from federation.agreement.proposal import PlanProposal
from federation.cut_lots import LotBook
from federation.cut_machines import machines_table
from federation.cut_schedule import plan_tables
from federation.cut_sites import approvals_table, sites_table, stock_table
from federation.cut_under_way import absences_table, deliveries_table, vehicles_table
from federation.readings import Reading, values_of
from federation.schedule import Schedule
from federation.snapshot import ClusterSnapshot
from federation.topology.lots import LotSpec, explode
from federation.topology.model import ClusterSpec, OrderSpec
from federation.untold import untold_table
from twins.clock import to_us


class Cutter:
    """Makes snapshots of one cluster; what depends on the specification alone is prepared once.

    Parameters
    ----------
    cluster
        The specification.
    orders
        Orders that came in since; one with a known id replaces that order.
    """

    def __init__(self, cluster: ClusterSpec, orders: Iterable[OrderSpec] = ()) -> None:
        self.cluster = cluster.with_orders(orders)
        self.lots: tuple[LotSpec, ...] = explode(self.cluster)
        self._book = LotBook(self.cluster, self.lots)

    def cut(
        self,
        taken_at: datetime,
        readings: Mapping[str, Reading] | None = None,
        schedule: Schedule | None = None,
        proposals: Sequence[PlanProposal] = (),
    ) -> ClusterSnapshot:
        """The snapshot at ``taken_at``.

        Where nothing was told, it is the planned cluster: lots planned, stock, batteries and tanks
        as specified, machines in an unknown state, approvals after the permissions.

        Parameters
        ----------
        taken_at
            Moment of the cut, with its UTC offset.
        readings
            Site id to reading; a site without one is as planned.
        schedule
            The running version.
        proposals
            The open ones.
        """
        known = readings or {}
        moment_us = to_us(taken_at)
        values = {site.id: values_of(known.get(site.id)) for site in self.cluster.sites}
        above, warnings = self._book.tables(known)
        tables = {
            **above,
            "sites": sites_table(self.cluster, known, values, moment_us),
            "machines": machines_table(self.cluster, values, moment_us),
            "stock": stock_table(self.cluster, values),
            "approvals": approvals_table(self.cluster, values),
            **plan_tables(schedule or Schedule(), proposals),
            "deliveries": deliveries_table(self.cluster, values),
            "absences": absences_table(self.cluster, values),
            "vehicles": vehicles_table(self.cluster, values),
            "untold": untold_table(self.cluster, known, values, above["lots"]),
        }
        revisions = {
            site.id: known[site.id].revision if site.id in known else 0
            for site in self.cluster.sites
        }
        return ClusterSnapshot(self.cluster, taken_at, revisions, tables, warnings)


def planned(cluster: ClusterSpec, taken_at: datetime | None = None) -> ClusterSnapshot:
    """The cluster before any telemetry, at its start or at ``taken_at``."""
    return Cutter(cluster).cut(taken_at or cluster.start)
