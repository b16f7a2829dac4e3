"""Orders must name products, variants and customers that exist, in a market they are sold in.

And be as large as the smallest lot of the product.
"""

from __future__ import annotations

from collections.abc import Iterator

from federation.topology.files import Folder, Located
from federation.topology.model import CustomerSpec, OrderSpec
from federation.topology.problems import Problem, did_you_mean
from federation.topology.product_model import ProductSpec

MARKET_RULE = "variant-market"
"""Id of the rule that a variant is sold in its markets, and at its time, only."""


def order_problems(folder: Folder) -> Iterator[Problem]:
    """What is wrong with each order."""
    start = folder.head.start
    products: dict[str, list[ProductSpec]] = {}
    for one in folder.products:
        products.setdefault(one.spec.id, []).append(one.spec)
    customers = {one.spec.id: one.spec for one in reversed(folder.customers)}
    for entry in folder.orders:
        order = entry.spec
        if order.product not in folder.known("product"):
            what = f"the product '{order.product}' is not made in this cluster"
            remedy = did_you_mean(order.product, folder.known("product"))
            yield entry.problem(("product",), "unknown-product", what, remedy)
        if order.customer not in folder.known("customer"):
            what = f"'{order.customer}' is not a customer of this cluster"
            remedy = did_you_mean(order.customer, folder.known("customer"))
            yield entry.problem(("customer",), "unknown-customer", what, remedy)
        if order.due <= order.release:
            what = "the order is due before it is released"
            yield entry.problem(("due",), "due-before-release", what, "correct one of the dates")
        if start is not None and order.release < start:
            what = f"the order is released before the cluster's start ({start:%Y-%m-%d})"
            yield entry.problem(("release",), "before-start", what, "correct release, or start")
        known = products.get(order.product, [])
        if known:
            yield from _variant(known[0], customers.get(order.customer), entry)
        for product in known:
            yield from _minimum(product, entry)
    usual = folder.head.lot_size
    for one in folder.products:
        least = one.spec.minimum_lot
        if one.spec.lot_size is None and least > usual:
            what = f"minimum_lot ({least}) is above the cluster's lot_size ({usual})"
            remedy = "lower it, or give the product a lot_size of its own"
            yield one.problem(("minimum_lot",), "lot-size", what, remedy)


def _minimum(product: ProductSpec, entry: Located[OrderSpec]) -> Iterator[Problem]:
    """An order that is smaller than the smallest lot of its product."""
    least = product.minimum_lot
    if entry.spec.quantity < least:
        what = f"the order is below the minimum lot of {product.id} ({least} units)"
        remedy = "order more, or lower minimum_lot"
        yield entry.problem(("quantity",), "minimum-lot", what, remedy)


def _variant(
    product: ProductSpec, customer: CustomerSpec | None, entry: Located[OrderSpec]
) -> Iterator[Problem]:
    """An order names a variant of its product that its customer may buy."""
    order = entry.spec
    variants = {variant.id: variant for variant in product.variants}
    if order.variant is None:
        if variants:
            what = f"{product.id} comes in variants, and the order names none"
            remedy = f"add variant: one of {', '.join(variants)}"
            yield entry.problem((), "missing-variant", what, remedy)
        return
    if order.variant not in variants:
        what = f"{product.id} has no variant '{order.variant}'"
        remedy = did_you_mean(order.variant, variants)
        yield entry.problem(("variant",), "unknown-variant", what, remedy)
        return
    variant, day = variants[order.variant], order.due.date()
    if customer is None or variant.may_be_sold(customer.country, day):
        return
    if customer.country not in variant.markets:
        what = (
            f"the variant {order.variant} of {product.id} is not sold in {customer.country}, "
            f"where {customer.id} is (sold in {', '.join(variant.markets)})"
        )
    else:
        since = f" from {variant.valid_from}" if variant.valid_from is not None else ""
        until = f" until {variant.valid_to}" if variant.valid_to is not None else ""
        what = (
            f"the variant {order.variant} of {product.id} is sold{since}{until} only, and the "
            f"order is due on {day}"
        )
    fitting = [name for name, other in variants.items() if other.may_be_sold(customer.country, day)]
    remedy = f"order {' or '.join(fitting)}" if fitting else "correct the rule of the variant"
    yield entry.problem(("variant",), MARKET_RULE, what, remedy)
