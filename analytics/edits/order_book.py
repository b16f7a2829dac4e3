"""Edits of the order book: which orders they mean, and lots that are wanted no more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from analytics.edits.base import Edit, listed
from federation.snapshot import ClusterSnapshot
from federation.topology.lots import quantities
from federation.topology.model import ClusterSpec, OrderSpec
from twins.spec_base import Identifier
from twins.work import LotState, lot_id

SURGE = "-surge"
"""What the ids of orders that a surge adds end with, before their number."""


class OrderBookEdit(Edit):
    """It means the orders released from ``start`` to ``end``, of a product, variant or customer.

    Parameters
    ----------
    product, variant, customer
        Only orders of this product, this variant, for this customer; default: any.
    """

    product: Identifier | None = None
    variant: Identifier | None = None
    customer: Identifier | None = None

    def check(self, cluster: ClusterSpec) -> list[str]:
        """What it names that the cluster does not have."""
        known = {
            "product": [product.id for product in cluster.products],
            "variant": _variants(cluster, self.product),
            "customer": [customer.id for customer in cluster.customers],
        }
        for kind, ids in known.items():
            name = getattr(self, kind)
            if name is not None and name not in ids:
                return [f"there is no {kind} '{name}'; name one of {listed(ids)}"]
        if not self.orders(cluster):
            what = f"no order{self._of()} is released from start to end"
            return [f"{what}; move the window or choose {self._other()}"]
        return []

    def orders(self, cluster: ClusterSpec) -> tuple[OrderSpec, ...]:
        """The orders that it means; those that a surge added are not among them."""
        return tuple(
            order
            for order in cluster.orders
            if self.start <= order.release < self.end
            and SURGE not in order.id
            and self.product in {None, order.product}
            and self.variant in {None, order.variant}
            and self.customer in {None, order.customer}
        )

    def _of(self) -> str:
        named = [name for name in (self.product, self.variant, self.customer) if name is not None]
        return f" for '{' '.join(named)}'" if named else ""

    def _other(self) -> str:
        for kind in ("customer", "variant", "product"):
            if getattr(self, kind) is not None:
                return f"another {kind}"
        return "another fork"


def _variants(cluster: ClusterSpec, product: str | None) -> list[str]:
    products = [one for one in cluster.products if product in {None, one.id}]
    return [variant.id for one in products for variant in one.variants]


def not_begun(snapshot: ClusterSnapshot) -> frozenset[tuple[str, int]]:
    """Order and number of the splits of which no lot has left its planned state."""
    lots = snapshot.tables["lots"].select(["lot", "state"]).to_pylist()
    begun = {_split(lot["lot"]) for lot in lots if lot["state"] != LotState.PLANNED}
    return frozenset({_split(lot["lot"]) for lot in lots} - begun)


def _split(lot: str) -> tuple[str, int]:
    order, number, _ = lot.rsplit("/", 2)
    return order, int(number)


def splits(cluster: ClusterSpec, orders: Iterable[OrderSpec]) -> Iterator[tuple[str, int, int]]:
    """Order, number and quantity of all splits of orders."""
    for order in orders:
        sizes = quantities(cluster.product(order.product), order.quantity, cluster.lot_size)
        for number, quantity in enumerate(sizes, start=1):
            yield order.id, number, quantity


def lots_of(cluster: ClusterSpec, keys: Iterable[tuple[str, int]]) -> tuple[str, ...]:
    """Ids of the lots of some splits, components included."""
    products = {order.id: order.product for order in cluster.orders}
    return tuple(
        lot_id(order, number, part.id)
        for order, number in keys
        for part in cluster.product(products[order]).parts
    )
