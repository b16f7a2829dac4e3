"""A variant may be sold in other markets than before."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, Literal, Self

import pyarrow as pa
from pydantic import Field, model_validator

from analytics.edits.base import Level, LeverGroup, listed
from analytics.edits.order_book import OrderBookEdit, lots_of, not_begun, splits
from federation.snapshot import ClusterSnapshot
from federation.topology.model import ClusterSpec, OrderSpec
from twins.spec_base import Identifier


class VariantRule(OrderBookEdit):
    """From ``start`` to ``end`` the variant may be sold in ``markets`` only.

    Orders released then for customers elsewhere are made as the variant ``instead``, or given up
    where there is none. What has begun is made as it was ordered.

    Parameters
    ----------
    product, variant
        What the rule is about.
    markets
        Countries (ISO 3166-1 alpha-2) in which it may be sold; none: it is withdrawn.
    instead
        Variant that customers elsewhere take; it must be allowed where they are.
    """

    group: ClassVar[LeverGroup] = "Make"
    level: ClassVar[Level] = "micro"

    kind: Literal["variant_rule"] = "variant_rule"
    product: Identifier
    variant: Identifier
    markets: tuple[str, ...] = Field(default=())
    instead: Identifier | None = None

    @model_validator(mode="after")
    def _takes_another(self) -> Self:
        if self.instead is not None and self.instead == self.variant:
            raise ValueError("instead is the variant itself; name another one")
        return self

    def check(self, cluster: ClusterSpec) -> list[str]:
        """What it names that the cluster does not have."""
        problems = super().check(cluster)
        if problems or self.instead is None:
            return problems
        variants = {one.id: one.markets for one in cluster.product(self.product).variants}
        if self.instead not in variants:
            return [f"there is no variant '{self.instead}'; name one of {listed(variants)}"]
        countries = _countries(cluster)
        for order in self._hit(cluster):
            if countries[order.customer] not in variants[self.instead]:
                what = f"the variant '{self.instead}' may not be sold to {order.customer}"
                return [f"{what}; name one that may, or leave instead out"]
        return []

    def transform(self, snapshot: ClusterSnapshot) -> ClusterSnapshot:
        """The snapshot with the orders that are made as another variant."""
        free = not_begun(snapshot)
        cluster = snapshot.cluster
        hit = {
            order.id
            for order in self._hit(cluster)
            if self.instead is not None
            and all((name, number) in free for name, number, _ in splits(cluster, [order]))
        }
        if not hit:
            return snapshot
        change = {"variant": self.instead}
        orders = tuple(
            order.model_copy(update=change) if order.id in hit else order
            for order in cluster.orders
        )
        table = snapshot.tables["orders"]
        names = table.column("order").to_pylist()
        variants = [
            self.instead if name in hit else variant
            for name, variant in zip(names, table.column("variant").to_pylist(), strict=True)
        ]
        column = table.schema.get_field_index("variant")
        field = table.schema.field("variant")
        table = table.set_column(column, field, pa.array(variants, type=field.type))
        return replace(
            snapshot,
            cluster=cluster.model_copy(update={"orders": orders}),
            tables={**snapshot.tables, "orders": table},
        )

    def dropped_lots(self, snapshot: ClusterSnapshot) -> tuple[str, ...]:
        """The lots that may not be sold and have no other variant."""
        if self.instead is not None:
            return ()
        return self.affected(snapshot)

    def affected(self, snapshot: ClusterSnapshot) -> tuple[str, ...]:
        """The lots of the orders that the rule hits and that have not begun."""
        cluster, free = snapshot.cluster, not_begun(snapshot)
        keys = [(name, number) for name, number, _ in splits(cluster, self._hit(cluster))]
        return lots_of(cluster, [key for key in keys if key in free])

    def _hit(self, cluster: ClusterSpec) -> tuple[OrderSpec, ...]:
        countries = _countries(cluster)
        return tuple(
            order for order in self.orders(cluster) if countries[order.customer] not in self.markets
        )


def _countries(cluster: ClusterSpec) -> dict[str, str]:
    return {customer.id: customer.country for customer in cluster.customers}
