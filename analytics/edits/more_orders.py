"""A snapshot with orders more: they and their lots, as planned, at the end of its tables."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa

from federation.readings import rows_table
from federation.snapshot import ClusterSnapshot
from federation.tables import table
from federation.topology.lots import LotSpec, explode
from federation.topology.model import ClusterSpec, OrderSpec
from twins.work import LotState


def with_orders(snapshot: ClusterSnapshot, extra: tuple[OrderSpec, ...]) -> ClusterSnapshot:
    """The snapshot with orders more, of which nothing has begun."""
    if not extra:
        return snapshot
    cluster = snapshot.cluster
    larger = cluster.model_copy(update={"orders": (*cluster.orders, *extra)})
    lots = explode(larger.model_copy(update={"orders": extra}))
    tables = dict(snapshot.tables)
    tables["orders"] = append(tables["orders"], _order_rows(larger, extra))
    tables["lots"] = append(tables["lots"], _lot_rows(lots))
    return replace(snapshot, cluster=larger, tables=tables)


def free_id(wanted: str, taken: set[str]) -> str:
    """The id, numbered where a surge before has it."""
    number, found = 1, wanted
    while found in taken:
        number += 1
        found = f"{wanted}-{number}"
    return found


def append(old: pa.Table, new: pa.Table) -> pa.Table:
    """The rows of both, with what the first says of itself."""
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


def _lot_rows(lots: tuple[LotSpec, ...]) -> pa.Table:
    rows = [
        {
            "lot": lot.id,
            "order": lot.order,
            "product": lot.product,
            "part": lot.part,
            "quantity": lot.quantity,
            "state": int(LotState.PLANNED),
            "operation": 0,
            "event": 0,
            "units": 0,
            "good": 0,
            "attempt": 0,
            "waiting": lot.children,
        }
        for lot in lots
    ]
    return rows_table("lots", rows)
