"""The lots of the order book."""

from __future__ import annotations

from datetime import datetime

import numpy as np

from analytics.simulation import layout
from analytics.simulation.compile import units
from analytics.simulation.compile.errors import CompileError
from analytics.simulation.keys import stable_key
from analytics.simulation.layout import NONE
from analytics.simulation.model import Records
from analytics.simulation.names import Names
from federation.topology.lots import LotSpec
from federation.topology.model import ClusterSpec


def compile_lots(
    cluster: ClusterSpec, lots: tuple[LotSpec, ...], names: Names, fork: datetime
) -> Records:
    """``LOT_C``: release and due are in ms from the fork and may be negative.

    Raises
    ------
    CompileError
        When an order goes to a customer that the cluster does not list.
    """
    table = np.zeros(len(lots), layout.LOT_C)
    if not lots:
        return table
    table["key"] = [stable_key(lot.id) for lot in lots]
    table["order"] = [names.order_row[lot.order] for lot in lots]
    table["part"] = [names.part_row[lot.product, lot.part] for lot in lots]
    table["quantity"] = [lot.quantity for lot in lots]
    table["mass_g"] = [round(lot.mass_kg * 1000.0) for lot in lots]
    table["parent"] = [NONE if lot.parent is None else names.lot_row[lot.parent] for lot in lots]
    operations = [len(part.operations) for product in cluster.products for part in product.parts]
    table["ops"] = np.array(operations, dtype=np.int64)[table["part"]]
    table["first_op"] = np.cumsum(table["ops"]) - table["ops"]
    joined = table["parent"][table["parent"] != NONE]
    table["children"] = np.bincount(joined, minlength=len(lots))
    places = _destinations(cluster, names)
    table["destination"] = [NONE if lot.parent is not None else _place(places, lot) for lot in lots]
    release = {order.id: units.moment_ms(order.release, fork) for order in cluster.orders}
    due = {order.id: units.moment_ms(order.due, fork) for order in cluster.orders}
    table["release_ms"] = [release[lot.order] for lot in lots]
    table["due_ms"] = [due[lot.order] for lot in lots]
    priority = {order.id: order.priority for order in cluster.orders}
    table["priority"] = [priority[lot.order] for lot in lots]
    table["weight"] = _weights(cluster, lots)
    return table


def _weights(cluster: ClusterSpec, lots: tuple[LotSpec, ...]) -> list[int]:
    """Thousandths of money that a day's lateness of each lot costs."""
    usual = {product.id: product.lateness_cost_per_unit_day for product in cluster.products}
    cost = {
        order.id: usual[order.product]
        if order.lateness_cost_per_unit_day is None
        else order.lateness_cost_per_unit_day
        for order in cluster.orders
    }
    return [round(1000.0 * cost[lot.order] * lot.quantity) for lot in lots]


def _destinations(cluster: ClusterSpec, names: Names) -> dict[str, int]:
    return {
        customer.id: names.place_row[customer.at_site or customer.id]
        for customer in cluster.customers
    }


def _place(places: dict[str, int], lot: LotSpec) -> int:
    place = places.get(lot.customer)
    if place is None:
        raise CompileError(
            f"order {lot.order} goes to the customer '{lot.customer}', which the cluster does not "
            f"list; add it to customers (known: {', '.join(places) or 'none'})"
        )
    return place
