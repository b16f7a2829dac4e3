"""The table of stock of a run: what came, what went, and what suppliers were paid."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from analytics.remember import by_identity
from analytics.simulation.columns import RunColumns
from analytics.simulation.layout import SUPPLY_ORDERS
from analytics.simulation.model import SimModel, SimState
from analytics.simulation.names import Names

if TYPE_CHECKING:
    from federation.topology.model import ClusterSpec


def stock(columns: RunColumns, model: SimModel, state: SimState) -> pa.Table:
    """Every material that a site keeps, or has seen, at the horizon."""
    names = model.names
    kept, price = _kept(model.cluster, names, len(state.stock))
    record = state.stock
    rows = np.flatnonzero(kept | (record["on_hand"] != 0) | (record["recovered"] != 0))
    record = record[rows]
    supplier = record["supplier"] - 1
    supplied = supplier >= 0
    orders, brought = np.zeros(len(rows), np.int64), np.zeros(len(rows))
    first = state.supply[::SUPPLY_ORDERS]
    orders[supplied] = first["orders"][supplier[supplied]]
    brought[supplied] = first["delivered"][supplier[supplied]] / 1000.0
    site_rows, materials = np.divmod(rows, max(len(names.materials), 1))
    keys = [names.materials[row].partition("@") for row in materials.tolist()]
    return columns.table(
        "stock",
        {
            "site": columns.sites.take(pa.array(site_rows)),
            "material": pa.array([material for material, _, _ in keys], type=pa.string()),
            "owner": pa.array([owner or None for _, _, owner in keys], type=pa.string()),
            **{
                name: record[name] / 1000.0
                for name in ("on_hand", "reserved", "received", "recovered", "issued")
            },
            "on_order": record["ordered"] / 1000.0,
            "orders": orders,
            "purchased": brought,
            "purchase_cost": brought * price[rows],
        },
    )


def purchases(model: SimModel, state: SimState) -> npt.NDArray[np.float64]:
    """float64[suppliers]: money for what each has brought since the fork."""
    _, price = _kept(model.cluster, model.names, len(state.stock))
    brought = state.supply[::SUPPLY_ORDERS]["delivered"][: len(model.supply)] / 1000.0
    return np.asarray(brought * price[model.supply["stock"]], dtype=np.float64)


@by_identity()
def _kept(
    cluster: ClusterSpec | None, names: Names, stocks: int
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.float64]]:
    """bool[stocks] what the specification says is kept, float64[stocks] price of its supplier."""
    kept = np.zeros(stocks, dtype=np.bool_)
    price = np.zeros(stocks)
    usual = {material.id: material.price for material in cluster.materials} if cluster else {}
    for site in cluster.sites if cluster is not None else ():
        for entry in site.stock:
            row = names.site_row[site.id] * len(names.materials) + names.material_row[entry.key]
            kept[row] = True
            if entry.supplier is not None:
                own = entry.supplier.price
                price[row] = usual[entry.material] if own is None else own
    return kept, price
