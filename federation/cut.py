"""From the readings of the twins and the ledger to one ClusterSnapshot. Pure.

A cut is made site by site, so sites may stand at different ages; the age of each is in the table
``sites``. A lot is where its event of the highest number says, whichever site told it, so that it
is in one place however unevenly the sites were read. The components that a lot waits for are
counted from the states of those lots, so that the two never contradict each other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import pyarrow as pa

from federation.cut_sites import approvals_table, machines_table, sites_table, stock_table
from federation.readings import Reading, microseconds, rows_table, times_as_integers, values_of
from federation.schedule import Schedule
from federation.snapshot import ClusterSnapshot
from federation.topology.lots import LotSpec, explode
from federation.topology.model import ClusterSpec, OrderSpec
from twins.work import LotState

_LotEvent = Mapping[str, Any]
"""A row of a twin's ``lots`` table."""


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
        book = {order.id: order for order in (*cluster.orders, *orders)}
        self.cluster = cluster.model_copy(update={"orders": tuple(book.values())})
        self.lots: tuple[LotSpec, ...] = explode(self.cluster)
        self._known_lots = frozenset(lot.id for lot in self.lots)

    def cut(
        self,
        taken_at: datetime,
        readings: Mapping[str, Reading] | None = None,
        schedule: Schedule | None = None,
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
        """
        known = readings or {}
        moment_us = microseconds(taken_at)
        values = {site.id: values_of(known.get(site.id)) for site in self.cluster.sites}
        events, warnings = self._lot_events(known)
        tables = {
            "sites": sites_table(self.cluster, known, values, moment_us),
            "machines": machines_table(self.cluster, values, moment_us),
            "stock": stock_table(self.cluster, values),
            "lots": self._lots(events),
            "orders": self._orders(events),
            "schedule": (schedule or Schedule()).table(),
            "approvals": approvals_table(self.cluster, values),
            "transports": _transports(events),
        }
        revisions = {
            site.id: known[site.id].revision if site.id in known else 0
            for site in self.cluster.sites
        }
        return ClusterSnapshot(self.cluster, taken_at, revisions, tables, warnings)

    def _lots(self, events: Mapping[str, _LotEvent]) -> pa.Table:
        joined = Counter(
            lot.parent
            for lot in self.lots
            if lot.id in events and events[lot.id]["state"] == LotState.JOINED
        )
        rows = []
        for lot in self.lots:
            row: dict[str, Any] = {
                "lot": lot.id,
                "order": lot.order,
                "product": lot.product,
                "part": lot.part,
                "quantity": lot.quantity,
                "waiting": lot.children - joined[lot.id],
            }
            event = events.get(lot.id)
            if event is None:
                row |= {
                    "state": int(LotState.PLANNED),
                    "operation": 0,
                    "event": 0,
                    "units": lot.quantity,
                    "good": 0,
                    "attempt": 0,
                }
            else:
                row |= {name: event[name] for name in _FROM_EVENT}
                row["units"] = event["quantity"]
            rows.append(row)
        return rows_table("lots", rows)

    def _orders(self, events: Mapping[str, _LotEvent]) -> pa.Table:
        delivered: dict[str, int] = {}
        for lot in self.lots:
            event = events.get(lot.id)
            if lot.parent is None and event and event["state"] == LotState.DELIVERED:
                delivered[lot.order] = delivered.get(lot.order, 0) + int(event["good"])
        rows = []
        for order in self.cluster.orders:
            cost = order.lateness_cost_per_unit_day
            if cost is None:
                cost = self.cluster.product(order.product).lateness_cost_per_unit_day
            rows.append(
                {
                    "order": order.id,
                    "product": order.product,
                    "variant": order.variant,
                    "customer": order.customer,
                    "quantity": order.quantity,
                    "release": microseconds(order.release),
                    "due": microseconds(order.due),
                    "lateness_cost_per_unit_day": cost,
                    "delivered_quantity": delivered.get(order.id, 0),
                }
            )
        return rows_table("orders", rows)

    def _lot_events(
        self, known: Mapping[str, Reading]
    ) -> tuple[dict[str, _LotEvent], tuple[str, ...]]:
        """The event of the highest number of each lot, over all sites; and what is out of place."""
        best: dict[str, _LotEvent] = {}
        strangers: set[str] = set()
        for site in self.cluster.sites:
            if site.id not in known:
                continue
            for event in times_as_integers(known[site.id].tables["lots"]).to_pylist():
                lot = event["lot"]
                if lot not in self._known_lots:
                    strangers.add(lot)
                elif lot not in best or _newness(event) > _newness(best[lot]):
                    best[lot] = event
        warnings = tuple(
            f"lot '{lot}' is told by a site but belongs to no order of the cluster; add its order"
            for lot in sorted(strangers)
        )
        return best, warnings


_FROM_EVENT = (
    "state",
    "operation",
    "place",
    "event",
    "since",
    "machine",
    "good",
    "attempt",
    "link",
    "consignment",
    "eta",
)


def _newness(event: _LotEvent) -> tuple[int, int]:
    """Highest number first; a lot's event that was told again counts with its later time."""
    return event["event"], event["since"] or 0


def planned(cluster: ClusterSpec, taken_at: datetime | None = None) -> ClusterSnapshot:
    """The cluster before any telemetry, at its start or at ``taken_at``."""
    return Cutter(cluster).cut(taken_at or cluster.start)


def _transports(events: Mapping[str, _LotEvent]) -> pa.Table:
    """Consignments under way, from the lots that travel in them."""
    lots: dict[tuple[str, str], list[str]] = {}
    for lot in sorted(events):
        event = events[lot]
        if event["state"] == LotState.TRANSIT and event["consignment"]:
            lots.setdefault((event["consignment"], event["link"] or ""), []).append(lot)
    rows = []
    for (consignment, link), travellers in sorted(lots.items()):
        etas = [events[lot]["eta"] for lot in travellers if events[lot]["eta"] is not None]
        rows.append(
            {
                "consignment": consignment,
                "link": link,
                "lots": travellers,
                "depart": min(events[lot]["since"] for lot in travellers),
                "eta": max(etas, default=None),
            }
        )
    return rows_table("transports", rows)
