"""What the tables of a run share: lists of names, moments, and units."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from analytics.remember import by_identity
from analytics.run_table import Column, Named, Numbered, Sparse
from analytics.simulation.compile.people import pool_ids
from analytics.simulation.layout import FOREVER, HOUR_MS, UJ_PER_KWH
from analytics.simulation.model import Ints, Names, Records, SimModel
from analytics.tables import TIMESTAMP
from federation.routes import legs
from twins.work import LotState

if TYPE_CHECKING:
    from federation.topology.model import ClusterSpec

FLOWS = (
    "pv_available",
    "load",
    "served",
    "pv",
    "grid",
    "discharge",
    "charge",
    "genset",
    "dumped",
    "export",
)
"""Flows of power and energy, as the columns of the tables begin."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class RunColumns:
    """What all runs of a model share: lists of names, and what is fixed of the orders.

    Parameters
    ----------
    names
        Of the rows.
    machine
        ``MACHINE_C``.
    fork_at
        The moment that is 0 ms.
    cluster
        What the specification says of the orders.
    """

    def __init__(
        self, names: Names, machine: Records, fork_at: datetime, cluster: ClusterSpec | None
    ) -> None:
        self._fork_us = round((fork_at - _EPOCH).total_seconds() * 1e6)
        group = machine["group"].tolist()
        keys = [key.partition("@") for key in names.materials]
        orders = cluster.orders if cluster is not None else ()
        links = [leg.link for leg in legs(cluster)] if cluster is not None else []
        pools = pool_ids(cluster) if cluster is not None else ()
        self.known: dict[str, pa.Array] = {
            source: pa.array(values, type=pa.string())
            for source, values in (
                ("sites", names.sites),
                ("places", names.places),
                ("lots", names.lots),
                ("lot_states", [code.name.lower() for code in LotState]),
                ("products", [product for product, _ in names.parts]),
                ("parts", [part for _, part in names.parts]),
                ("machines", [unit for _, unit in names.machines]),
                ("machine_sites", [site for site, _ in names.machines]),
                ("machine_groups", [names.groups[row][1] for row in group]),
                ("groups", [centre for _, centre in names.groups]),
                ("links", [link for link, _, _ in names.links]),
                ("link_tails", [f"{link}>{end}+" for link, _, end in names.links]),
                ("link_modes", [link.mode for link in links]),
                ("materials", [material for material, _, _ in keys]),
                ("owners", [owner or None for _, _, owner in keys]),
                ("pool_sites", [site for site, _, _ in pools]),
                ("pool_kinds", [kind for _, kind, _ in pools]),
                ("pools", [name for _, _, name in pools]),
                ("orders", names.orders),
                ("order_products", [order.product for order in orders]),
                ("order_variants", [order.variant for order in orders]),
                ("order_customers", [order.customer for order in orders]),
            )
        }
        """Lists of names by source."""
        self.order_columns, self.lateness_cost = self._order_columns(cluster)

    @staticmethod
    def of(model: SimModel) -> RunColumns:
        """The columns of a model; all runs of a study share them."""
        return _columns(model.names, model.machine, model.fork_at, model.cluster)

    def take(self, source: str, rows: Any = None) -> Named:
        """Names of rows of a list (-1: none), or the whole list."""
        names = self.known[source]
        rows = np.arange(len(names)) if rows is None else np.asarray(rows)
        return Named(names, rows, source)

    def consignments(self, links: Ints, depart_ms: Ints) -> Numbered:
        """Link, destination and minute name a consignment: nothing else departs then."""
        return Numbered(self.take("link_tails", links), depart_ms // 60_000, "min")

    def moments(self, times_ms: Ints) -> Sparse:
        """Timestamps of ms from the fork; ``FOREVER`` is null."""
        never = times_ms >= FOREVER
        return Sparse(np.where(never, 0, self._fork_us + times_ms * 1000), never)

    def _order_columns(
        self, cluster: ClusterSpec | None
    ) -> tuple[dict[str, Column], npt.NDArray[np.float64]]:
        """What the specification says of each order, and lateness cost per unit and day."""
        orders = cluster.orders if cluster is not None else ()
        usual = {
            product.id: product.lateness_cost_per_unit_day
            for product in (cluster.products if cluster is not None else ())
        }
        cost = np.array(
            [
                usual[order.product]
                if order.lateness_cost_per_unit_day is None
                else order.lateness_cost_per_unit_day
                for order in orders
            ],
            dtype=np.float64,
        )
        due = pa.array([order.due for order in orders], type=TIMESTAMP).view(pa.int64())
        return {
            "order": self.take("orders"),
            "product": self.take("order_products"),
            "variant": self.take("order_variants"),
            "customer": self.take("order_customers"),
            "due": Sparse(due.to_numpy(), np.zeros(len(orders), np.bool_)),
            "lateness_cost_per_unit_day": cost,
        }, cost


@by_identity()
def _columns(
    names: Names, machine: Records, fork_at: datetime, cluster: ClusterSpec | None
) -> RunColumns:
    return RunColumns(names, machine, fork_at, cluster)


def hours(milliseconds: Any) -> npt.NDArray[np.float64]:
    """Ms to h."""
    return np.asarray(milliseconds / HOUR_MS, dtype=np.float64)


def energy_kwh(microjoules: Any) -> npt.NDArray[np.float64]:
    """UJ to kWh."""
    return np.asarray(microjoules / UJ_PER_KWH, dtype=np.float64)


def power_kw(milliwatts: Any) -> npt.NDArray[np.float64]:
    """MW (milliwatts) to kW."""
    return np.asarray(milliwatts / 1e6, dtype=np.float64)
