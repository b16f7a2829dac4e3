"""The table of stock of a run: what came, what went, and what suppliers were paid."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from analytics.remember import by_identity
from analytics.run_table import RunTable
from analytics.simulation.columns import RunColumns
from analytics.simulation.layout import SUPPLY_ORDERS
from analytics.simulation.model import SimModel, SimState
from analytics.simulation.names import Names

if TYPE_CHECKING:
    from federation.topology.model import ClusterSpec


def stock(columns: RunColumns, model: SimModel, state: SimState) -> RunTable:
    """Every material that a site keeps, or has seen, at the horizon."""
    kept, price = _kept(model.cluster, model.names, len(state.stock))
    record = state.stock
    rows = np.flatnonzero(kept | (record["on_hand"] != 0) | (record["recovered"] != 0))
    supplier = record["supplier"][rows] - 1
    supplied = supplier >= 0
    orders, brought = np.zeros(len(rows), np.int64), np.zeros(len(rows))
    first = state.supply[::SUPPLY_ORDERS]
    orders[supplied] = first["orders"][supplier[supplied]]
    brought[supplied] = first["delivered"][supplier[supplied]] / 1000.0
    site, material = np.divmod(rows, max(len(model.names.materials), 1))
    return RunTable(
        "stock",
        {
            "site": columns.take("sites", site),
            "material": columns.take("materials", material),
            "owner": columns.take("owners", material),
            **{
                name: record[name][rows] / 1000.0
                for name in ("on_hand", "reserved", "received", "recovered", "issued")
            },
            "on_order": record["ordered"][rows] / 1000.0,
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
