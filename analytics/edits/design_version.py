"""A product is made to a new design from some day on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, ClassVar, Literal

from analytics.edits.base import Level, LeverGroup, listed
from analytics.edits.extension import extend
from analytics.edits.investment import FOR_GOOD
from analytics.edits.more_orders import append, free_id, with_orders
from analytics.edits.order_book import OrderBookEdit, lots_of, not_begun, splits
from federation.snapshot import ClusterSnapshot
from federation.tables import table
from federation.topology.capability import CapabilityIndex
from federation.topology.lots import explode
from federation.topology.model import ClusterSpec, Moment, OrderSpec
from federation.topology.product_model import ProductSpec
from twins.spec_base import Identifier


class DesignVersion(OrderBookEdit):
    """Orders of a product released from ``start`` to ``end`` are made to another design.

    The lots that have not begun are given up, and what is still wanted of each order comes as an
    order ``<order>-<design>`` with its customer and dates. What has begun is made as it was. The
    running schedule keeps the work centres of lots whose operations can all be done there, by the
    names of part and operation; other lots go where the first site is that may make them.

    Parameters
    ----------
    product
        Whose orders.
    design
        The new design: a product with an id of its own, its routing and its permissions.
    """

    group: ClassVar[LeverGroup] = "Make"
    level: ClassVar[Level] = "micro"

    kind: Literal["design_version"] = "design_version"
    end: Moment = FOR_GOOD
    product: Identifier
    design: ProductSpec

    def check(self, cluster: ClusterSpec) -> list[str]:
        """What it names that the cluster does not have."""
        problems = super().check(cluster)
        if problems:
            return problems
        if self.design.id in {product.id for product in cluster.products}:
            return [f"there is a product '{self.design.id}' already; give the design its own id"]
        larger = cluster.model_copy(update={"products": (*cluster.products, self.design)})
        found = next(_unmakeable(larger, self.design), None) or self._refused(cluster)
        return [] if found is None else [found]

    def orders(self, cluster: ClusterSpec) -> tuple[OrderSpec, ...]:
        """The orders that it means, those that a surge added among them."""
        return tuple(
            order
            for order in cluster.orders
            if self.start <= order.release < self.end
            and order.product == self.product
            and self.variant in {None, order.variant}
            and self.customer in {None, order.customer}
        )

    def transform(self, snapshot: ClusterSnapshot) -> ClusterSnapshot:
        """The snapshot with the design, its orders and lots."""
        cluster, free = snapshot.cluster, not_begun(snapshot)
        taken = {order.id for order in cluster.orders}
        renamed: dict[str, OrderSpec] = {}
        for order in self.orders(cluster):
            left = sum(
                quantity
                for name, number, quantity in splits(cluster, [order])
                if (name, number) in free
            )
            if left > 0:
                change = {
                    "id": free_id(f"{order.id}-{self.design.id}", taken),
                    "product": self.design.id,
                    "quantity": left,
                }
                renamed[order.id] = order.model_copy(update=change)
        larger = cluster.model_copy(update={"products": (*cluster.products, self.design)})
        changed = with_orders(extend(snapshot, larger), tuple(renamed.values()))
        return self._scheduled(changed, renamed)

    def dropped_lots(self, snapshot: ClusterSnapshot) -> tuple[str, ...]:
        """The lots of the old design that have not begun."""
        cluster, free = snapshot.cluster, not_begun(snapshot)
        keys = [(name, number) for name, number, _ in splits(cluster, self.orders(cluster))]
        return lots_of(cluster, [key for key in keys if key in free])

    def _refused(self, cluster: ClusterSpec) -> str | None:
        """Why an order cannot be made to the design."""
        variants = {variant.id: variant for variant in self.design.variants}
        countries = {customer.id: customer.country for customer in cluster.customers}
        for order in self.orders(cluster):
            if order.variant is not None and order.variant not in variants:
                what = f"the design has no variant '{order.variant}', which {order.id} is for"
                return f"{what}; add it, or narrow the edit by variant"
            variant = variants.get(order.variant or "")
            day, country = order.due.date(), countries[order.customer]
            if variant is not None and not variant.may_be_sold(country, day):
                what = f"the variant '{order.variant}' of the design may not be sold to {order.id}"
                return f"{what}; correct its markets and days, or narrow the edit by customer"
            if order.quantity < self.design.minimum_lot:
                what = f"{order.id} is below the minimum lot of the design"
                return f"{what} ({self.design.minimum_lot}); lower it, or narrow the edit"
        return None

    def _scheduled(
        self, snapshot: ClusterSnapshot, renamed: Mapping[str, OrderSpec]
    ) -> ClusterSnapshot:
        """The snapshot whose schedule holds the lots of the design that stay where they were."""
        cluster = snapshot.cluster
        places = self._places(snapshot)
        index = CapabilityIndex(cluster)
        old = {order.id: before for before, order in renamed.items()}
        book = cluster.model_copy(update={"orders": tuple(renamed.values())})
        parts = {part.id: part for part in self.design.parts}
        rows: list[dict[str, Any]] = []
        for lot in explode(book):
            found = []
            for number, operation in enumerate(parts[lot.part].operations):
                entries = places.get((old[lot.order], lot.part, operation.id), ())
                entry = entries[(lot.number - 1) % len(entries)] if entries else None
                able = index.candidates(self.design.id, lot.part, number)
                if entry is None or not any(
                    (one.site, one.work_centre) == (entry["site"], entry["work_centre"])
                    for one in able
                ):
                    break
                found.append(entry | {"lot": lot.id, "operation": number})
            else:
                rows += found
        if not rows:
            return snapshot
        columns = {name: [row[name] for row in rows] for name in rows[0]}
        schedule = append(snapshot.tables["schedule"], table("schedule", columns))
        return replace(snapshot, tables={**snapshot.tables, "schedule": schedule})

    def _places(
        self, snapshot: ClusterSnapshot
    ) -> dict[tuple[str, str, str], list[dict[str, Any]]]:
        """Order, part and name of an operation to its entries in the running schedule, by lot."""
        product = snapshot.cluster.product(self.product)
        names = {
            (part.id, number): operation.id
            for part in product.parts
            for number, operation in enumerate(part.operations)
        }
        means = {order.id for order in self.orders(snapshot.cluster)}
        found: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
        for entry in sorted(
            snapshot.tables["schedule"].to_pylist(), key=lambda row: (row["lot"], row["operation"])
        ):
            order, _, part = entry["lot"].rsplit("/", 2)
            if order in means:
                key = (order, part, names[part, entry["operation"]])
                found.setdefault(key, []).append(entry)
        return found


def _unmakeable(cluster: ClusterSpec, design: ProductSpec) -> Iterator[str]:
    """Why the cluster cannot make a design, a sentence with the remedy each."""
    materials = {material.id for material in cluster.materials}
    index = CapabilityIndex(cluster)
    sites = {site.id: {entry.key for entry in site.stock} for site in cluster.sites}
    for permission in design.permissions:
        for place in (permission.site, permission.approver):
            if place is not None and place not in sites:
                yield f"there is no site '{place}' for the design; name one of {listed(sites)}"
    for part in design.parts:
        for number, operation in enumerate(part.operations):
            where = f"operation '{operation.id}' of {design.id}/{part.id}"
            able = index.candidates(design.id, part.id, number)
            named = [*(one.material for one in operation.consumes)]
            named += [one.material for one in operation.recovers]
            for name in named:
                if name not in materials:
                    yield f"there is no material '{name}'; name one of {listed(sorted(materials))}"
            if not able:
                reasons = ", ".join(
                    one.reason
                    for one in index.refusals(design.id, part.id, number)
                    if one.requirement != "process"
                )
                why = reasons or f"no machine has the process {operation.process}"
                yield f"no permitted site can do {where}: {why}; add a permission or a machine"
            for flow in operation.consumes:
                choices = {flow.material}
                if flow.substitute is not None:
                    choices.add(flow.substitute.material)
                lacking = {one.site for one in able if not choices & sites[one.site]}
                if lacking:
                    what = f"{', '.join(sorted(lacking))} keeps no {flow.material} for {where}"
                    yield f"{what}; list it in the stock there, or drop the permission"
