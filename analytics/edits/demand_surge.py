"""Customers want more."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from analytics.edits.base import Level, LeverGroup
from analytics.edits.more_orders import free_id, with_orders
from analytics.edits.order_book import SURGE, OrderBookEdit
from federation.snapshot import ClusterSnapshot
from federation.topology.model import ClusterSpec, OrderSpec


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
        return with_orders(snapshot, self._extra(snapshot.cluster))

    def _extra(self, cluster: ClusterSpec) -> tuple[OrderSpec, ...]:
        taken = {order.id for order in cluster.orders}
        return tuple(
            order.model_copy(update={"id": free_id(f"{order.id}{SURGE}", taken), "quantity": more})
            for order in self.orders(cluster)
            if (more := round(order.quantity * (self.factor - 1.0))) > 0
        )
