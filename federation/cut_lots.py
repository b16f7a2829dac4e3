"""The tables of a snapshot that stand above the sites: lots, orders, transports. Pure.

Columns all the way: the lots of a large cluster are many, and a fork is taken in a moment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from federation.readings import Reading, rows_table
from federation.tables import SCHEMAS
from federation.topology.lots import LotSpec
from federation.topology.model import ClusterSpec
from twins.clock import to_us
from twins.state_tables import SCHEMAS as TWIN_SCHEMAS
from twins.work import LotState

_NO_PARENT = -1
_DEFAULTS: Mapping[str, int] = {
    "state": int(LotState.PLANNED),
    "operation": 0,
    "event": 0,
    "good": 0,
    "attempt": 0,
}
"""What holds for a lot of which nothing was told."""
_AS_TOLD = (
    *("place", "since", "machine", "link", "consignment", "eta", "until"),
    *("visits", "loops", "card", "loop", "queued", "left_h", "done_h", "materials", "express"),
)


class LotBook:
    """All lots of a cluster, and what twins told of them.

    Parameters
    ----------
    cluster
        With all its orders.
    lots
        Its lots, ``explode(cluster)``.
    """

    def __init__(self, cluster: ClusterSpec, lots: Sequence[LotSpec]) -> None:
        self._cluster = cluster
        self._names = [lot.id for lot in lots]
        row_of = {name: row for row, name in enumerate(self._names)}
        order_of = {order.id: row for row, order in enumerate(cluster.orders)}
        self._known = frozenset(row_of)
        self._parent = np.array(
            [_NO_PARENT if lot.parent is None else row_of[lot.parent] for lot in lots], np.int64
        )
        self._order = np.array([order_of[lot.order] for lot in lots], np.int64)
        self._children = np.array([lot.children for lot in lots], np.int64)
        schema = SCHEMAS["lots"]
        self._fixed = {
            "lot": pa.array(self._names, pa.string()),
            "order": pa.array([lot.order for lot in lots], pa.string()),
            "product": pa.array([lot.product for lot in lots], pa.string()),
            "part": pa.array([lot.part for lot in lots], pa.string()),
            "quantity": pa.array([lot.quantity for lot in lots], schema.field("quantity").type),
        }
        self._order_columns = _order_columns(cluster)

    def tables(
        self, readings: Mapping[str, Reading]
    ) -> tuple[dict[str, pa.Table], tuple[str, ...]]:
        """``lots``, ``orders`` and ``transports``, and a warning for each lot of no order."""
        told = [
            readings[site.id].tables["lots"] for site in self._cluster.sites if site.id in readings
        ]
        events = pa.concat_tables([TWIN_SCHEMAS["lots"].empty_table(), *told])
        newest, strangers = self._newest(events)
        columns = self._told_columns(events, newest)
        state = columns["state"].to_numpy()
        joined = (state == LotState.JOINED) & (self._parent != _NO_PARENT)
        arrived = np.bincount(self._parent[joined], minlength=len(self._names))
        columns["waiting"] = pa.array(self._children - arrived).cast(pa.int32())
        schema = SCHEMAS["lots"]
        lots = pa.table([columns[name] for name in schema.names], schema=schema)
        warnings = tuple(
            f"lot '{lot}' is told by a site but belongs to no order of the cluster; add its order"
            for lot in sorted(strangers)
        )
        found = {
            "lots": lots,
            "orders": self._orders(state, columns["good"].to_numpy()),
            "transports": _transports(lots),
        }
        return found, warnings

    def _newest(self, events: pa.Table) -> tuple[pa.Array, set[str]]:
        """For each lot the row of its newest event, null without one; and unknown lots.

        The highest number is the newest; one that was told again counts with its later time.
        """
        best: dict[str, int] = {}
        strangers: set[str] = set()
        numbers = events.column("event").to_pylist()
        times = events.column("since").cast(pa.int64()).to_pylist()
        for row, lot in enumerate(events.column("lot").to_pylist()):
            if lot not in self._known:
                strangers.add(lot)
            elif lot not in best or (numbers[row], times[row]) > (
                numbers[best[lot]],
                times[best[lot]],
            ):
                best[lot] = row
        return pa.array([best.get(name) for name in self._names], pa.int64()), strangers

    def _told_columns(self, events: pa.Table, newest: pa.Array) -> dict[str, Any]:
        schema = SCHEMAS["lots"]
        columns = dict(self._fixed)
        for name in _AS_TOLD:
            columns[name] = _taken(events, name, newest).cast(schema.field(name).type)
        for name, default in _DEFAULTS.items():
            column = _taken(events, name, newest).fill_null(default)
            columns[name] = column.cast(schema.field(name).type)
        units = _taken(events, "quantity", newest)
        columns["units"] = pc.coalesce(units, columns["quantity"]).cast(pa.int64())
        return columns

    def _orders(self, state: Any, good: Any) -> pa.Table:
        done = (state == LotState.DELIVERED) & (self._parent == _NO_PARENT)
        orders = len(self._cluster.orders)
        delivered = np.bincount(self._order[done], weights=good[done], minlength=orders)
        columns = [*self._order_columns, pa.array(delivered.astype(np.int64))]
        return pa.table(columns, schema=SCHEMAS["orders"])


def _taken(events: pa.Table, name: str, rows: pa.Array) -> pa.Array:
    column = events.column(name).combine_chunks()
    if isinstance(column, pa.ChunkedArray):
        column = pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
    return column.take(rows)


def _order_columns(cluster: ClusterSpec) -> list[pa.Array]:
    """All columns of ``orders`` but the delivered quantity."""
    rows: list[dict[str, Any]] = []
    for order in cluster.orders:
        cost = order.lateness_cost_per_unit_day
        if cost is None:
            cost = cluster.product(order.product).lateness_cost_per_unit_day
        rows.append(
            {
                "order": order.id,
                "product": order.product,
                "variant": order.variant,
                "customer": order.customer,
                "quantity": order.quantity,
                "release": to_us(order.release),
                "due": to_us(order.due),
                "lateness_cost_per_unit_day": cost,
            }
        )
    columns: list[pa.Array] = (
        rows_table("orders", rows).drop_columns(["delivered_quantity"]).columns
    )
    return columns


def _transports(lots: pa.Table) -> pa.Table:
    """Consignments under way, from the lots that travel in them."""
    travel = pc.and_(
        pc.equal(lots.column("state"), int(LotState.TRANSIT)),
        pc.is_valid(lots.column("consignment")),
    )
    found: dict[tuple[str, str], dict[str, Any]] = {}
    under_way = lots.filter(travel).select(["lot", "consignment", "link", "since", "eta"])
    for lot in under_way.sort_by("lot").to_pylist():
        key = (lot["consignment"], lot["link"] or "")
        row = found.setdefault(
            key, {"consignment": key[0], "link": key[1], "lots": [], "depart": lot["since"]}
        )
        row["lots"].append(lot["lot"])
        row["depart"] = min(row["depart"], lot["since"])
        row["eta"] = max((eta for eta in (row.get("eta"), lot["eta"]) if eta), default=None)
    return rows_table("transports", [found[key] for key in sorted(found)])
