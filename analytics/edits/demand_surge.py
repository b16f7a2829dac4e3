"""Customers want more."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, Literal

import pyarrow as pa
from pydantic import Field

from analytics.edits.base import Level, LeverGroup
from analytics.edits.order_book import SURGE, OrderBookEdit
from federation.snapshot import ClusterSnapshot
from federation.tables import table
from federation.topology.lots import LotSpec, explode
from federation.topology.model import ClusterSpec, OrderSpec
from twins.work import LotState


class DemandSurge(OrderBookEdit):
    """Orders released from ``start`` to ``end`` are ``factor`` times as large.

    What is wanted more comes as an order of its own, ``<order>-surge``, with the customer and
    dates of the order it belongs to, so that the lots of the order book stay what they are.

    Parameters
    ----------
    factor
        Of the quantity.
    """

    group: ClassVar[LeverGroup] = "Sell"
    level: ClassVar[Level] = "meso"

    kind: Literal["demand_surge"] = "demand_surge"
    factor: float = Field(gt=1.0, le=100.0)

    def check(self, cluster: ClusterSpec) -> list[str]:
        """What it names that the cluster does not have, and orders that would be too small."""
        problems = super().check(cluster)
        for order in () if problems else self._extra(cluster):
            least = cluster.product(order.product).minimum_lot
            if order.quantity < least:
                what = f"{order.id} is for {order.quantity} of {order.product}, below its minimum"
                return [f"{what} lot of {least}; raise factor, or leave {order.product} out"]
        return problems

    def transform(self, snapshot: ClusterSnapshot) -> ClusterSnapshot:
        """The snapshot with the orders and lots that are wanted more."""
        cluster = snapshot.cluster
        extra = self._extra(cluster)
        if not extra:
            return snapshot
        larger = cluster.model_copy(update={"orders": (*cluster.orders, *extra)})
        added = {order.id for order in extra}
        lots = [lot for lot in explode(larger) if lot.order in added]
        tables = dict(snapshot.tables)
        tables["orders"] = _append(tables["orders"], _order_rows(larger, extra))
        tables["lots"] = _append(tables["lots"], _lot_rows(lots))
        return replace(snapshot, cluster=larger, tables=tables)

    def _extra(self, cluster: ClusterSpec) -> tuple[OrderSpec, ...]:
        taken = {order.id for order in cluster.orders}
        return tuple(
            order.model_copy(update={"id": _free(f"{order.id}{SURGE}", taken), "quantity": more})
            for order in self.orders(cluster)
            if (more := round(order.quantity * (self.factor - 1.0))) > 0
        )


def _free(wanted: str, taken: set[str]) -> str:
    """The id, numbered where a surge before has it."""
    number, found = 1, wanted
    while found in taken:
        number += 1
        found = f"{wanted}-{number}"
    return found


def _append(old: pa.Table, new: pa.Table) -> pa.Table:
    return pa.concat_tables([old, new]).replace_schema_metadata(old.schema.metadata)


def _order_rows(cluster: ClusterSpec, orders: tuple[OrderSpec, ...]) -> pa.Table:
    costs = {product.id: product.lateness_cost_per_unit_day for product in cluster.products}
    return table(
        "orders",
        {
            "order": [order.id for order in orders],
            "product": [order.product for order in orders],
            "variant": [order.variant for order in orders],
            "customer": [order.customer for order in orders],
            "quantity": [order.quantity for order in orders],
            "release": [order.release for order in orders],
            "due": [order.due for order in orders],
            "lateness_cost_per_unit_day": [
                costs[order.product]
                if order.lateness_cost_per_unit_day is None
                else order.lateness_cost_per_unit_day
                for order in orders
            ],
            "delivered_quantity": [0] * len(orders),
        },
    )


def _lot_rows(lots: list[LotSpec]) -> pa.Table:
    count = len(lots)
    nothing: list[None] = [None] * count
    return table(
        "lots",
        {
            "lot": [lot.id for lot in lots],
            "order": [lot.order for lot in lots],
            "product": [lot.product for lot in lots],
            "part": [lot.part for lot in lots],
            "quantity": [lot.quantity for lot in lots],
            "state": [int(LotState.PLANNED)] * count,
            "operation": [0] * count,
            "place": nothing,
            "event": [0] * count,
            "since": nothing,
            "machine": nothing,
            "units": [0] * count,
            "good": [0] * count,
            "attempt": [0] * count,
            "link": nothing,
            "consignment": nothing,
            "eta": nothing,
            "waiting": [lot.children for lot in lots],
        },
    )
