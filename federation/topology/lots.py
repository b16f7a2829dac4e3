"""Lots: what an order book becomes on the shop floors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from federation.topology.model import ClusterSpec
from federation.topology.product_model import PartSpec, ProductSpec
from twins.work import lot_id


@dataclass(frozen=True, slots=True)
class LotSpec:
    """One lot of one part: what moves and what machines work on.

    Parameters
    ----------
    id
        ``<order>/<number>/<part>``, see ``twins.work.lot_id``.
    order, number
        The order, and which of its splits this lot belongs to, from 1.
    product, part
        What it is.
    quantity
        Good units wanted.
    parent
        Lot that it is joined into; ``None``: the customer gets it.
    children
        Number of component lots that are joined into it.
    mass_kg
        Mass of the finished lot.
    release, due
        Those of the order.
    customer
        Who gets it in the end.
    """

    id: str
    order: str
    number: int
    product: str
    part: str
    quantity: int
    parent: str | None
    children: int
    mass_kg: float
    release: datetime
    due: datetime
    customer: str


def split(quantity: int, lot_size: int, minimum_lot: int = 1) -> tuple[int, ...]:
    """Quantities of the lots of an order: full lots, and the rest as the last one.

    What a rest lacks to the minimum is taken from the full lots, the last of them first; where that
    would leave them below it too, the rest joins the last of them, which is then larger than
    ``lot_size``. An order below the minimum, which the order book refuses, is one lot.
    """
    full, rest = divmod(quantity, lot_size)
    lots = [lot_size] * full
    missing = minimum_lot - rest
    if rest == 0:
        return tuple(lots)
    if missing <= 0 or full == 0:
        return (*lots, rest)
    spare = lot_size - minimum_lot
    if missing > full * spare:
        return (*lots[:-1], lots[-1] + rest)
    for number in reversed(range(full)):
        given = min(spare, missing)
        lots[number] -= given
        missing -= given
    return (*lots, minimum_lot)


def lot_size_of(product: ProductSpec, usual: int) -> int:
    """Units of a full lot of a product, where ``usual`` is the cluster's lot size."""
    return product.lot_size or usual


def quantities(product: ProductSpec, quantity: int, usual: int) -> tuple[int, ...]:
    """Quantities of the lots of an order of a product, by its lot size and its minimum lot."""
    return split(quantity, lot_size_of(product, usual), product.minimum_lot)


def explode(cluster: ClusterSpec) -> tuple[LotSpec, ...]:
    """All lots of the order book, in an order that never changes.

    Orders in the cluster's order; in an order its splits; in a split the components before the part
    that joins them.

    Raises
    ------
    KeyError
        When an order names a product that the cluster does not have.
    """
    joins = {product.id: _joins(product) for product in cluster.products}
    lots: list[LotSpec] = []
    for order in cluster.orders:
        product = cluster.product(order.product)
        sizes = quantities(product, order.quantity, cluster.lot_size)
        for number, quantity in enumerate(sizes, start=1):
            for part in product.parts:
                parent = joins[product.id].get(part.id)
                lots.append(
                    LotSpec(
                        id=lot_id(order.id, number, part.id),
                        order=order.id,
                        number=number,
                        product=product.id,
                        part=part.id,
                        quantity=quantity,
                        parent=None if parent is None else lot_id(order.id, number, parent),
                        children=len(part.components),
                        mass_kg=part.mass_kg * quantity,
                        release=order.release,
                        due=order.due,
                        customer=order.customer,
                    )
                )
    return tuple(lots)


def _joins(product: ProductSpec) -> Mapping[str, str]:
    """Part to the part it is joined into."""
    found: dict[str, str] = {}

    def visit(part: PartSpec) -> None:
        for component in part.components:
            found[component.id] = part.id
            visit(component)

    visit(product.root)
    return found
