"""Customers want less."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from analytics.edits.base import Level, LeverGroup
from analytics.edits.order_book import OrderBookEdit, lots_of, not_begun, splits
from federation.snapshot import ClusterSnapshot


class DemandDrop(OrderBookEdit):
    """Of the orders released from ``start`` to ``end`` only the share ``factor`` is wanted.

    Whole lots are given up, the last of each order first, so that over all orders together the
    share holds to within a lot. What has begun is made.

    Parameters
    ----------
    factor
        Share of the quantity that is still wanted.
    """

    group: ClassVar[LeverGroup] = "Sell"
    level: ClassVar[Level] = "meso"

    kind: Literal["demand_drop"] = "demand_drop"
    factor: float = Field(ge=0.0, lt=1.0)

    def dropped_lots(self, snapshot: ClusterSnapshot) -> tuple[str, ...]:
        """The lots that nobody wants any more."""
        cluster, free = snapshot.cluster, not_begun(snapshot)
        dropped: list[tuple[str, int]] = []
        owed = 0.0
        for order in self.orders(cluster):
            owed += order.quantity * (1.0 - self.factor)
            for name, number, quantity in reversed(list(splits(cluster, [order]))):
                if owed >= quantity / 2.0 and (name, number) in free:
                    dropped.append((name, number))
                    owed -= quantity
        return lots_of(cluster, dropped)
