"""What the tables of a run share: names as Arrow columns, moments, and units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from analytics.remember import by_identity
from analytics.simulation.layout import FOREVER, HOUR_MS, UJ_PER_KWH
from analytics.simulation.model import Ints, Names, Records, SimModel
from analytics.tables import RUN, TIMESTAMP

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
    """Names of the rows of a model as Arrow columns.

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
        self.sites = _text(names.sites)
        self.places = _text(names.places)
        self.lots = _text(names.lots)
        self.orders = _text(names.orders)
        self.products = _text([product for product, _ in names.parts])
        self.parts = _text([part for _, part in names.parts])
        self.machines = _text([unit for _, unit in names.machines])
        self.machine_sites = _text([site for site, _ in names.machines])
        group = machine["group"].tolist()
        self.machine_groups = _text([names.groups[row][1] for row in group])
        self.links = _text([link for link, _, _ in names.links])
        self._fork_us = round((fork_at - _EPOCH).total_seconds() * 1e6)
        self.order_columns, self.lateness_cost = _order_columns(cluster)
        self._tails = [f"{link}>{end}+" for link, _, end in names.links]

    @staticmethod
    def of(model: SimModel) -> RunColumns:
        """The columns of a model; all runs of a study share them."""
        return _columns(model.names, model.machine, model.fork_at, model.cluster)

    def consignments(self, links: Ints, depart_ms: Ints) -> pa.Array:
        """Link, destination and minute name a consignment: nothing else departs then."""
        departures = zip(links.tolist(), (depart_ms // 60_000).tolist(), strict=True)
        return _text([f"{self._tails[row]}{minute}min" for row, minute in departures])

    def moments(self, times_ms: Ints) -> pa.Array:
        """Timestamps of ms from the fork; ``FOREVER`` is null."""
        never = times_ms >= FOREVER
        microseconds = self._fork_us + np.where(never, 0, times_ms) * 1000
        return pa.array(microseconds, mask=never).view(TIMESTAMP)

    @staticmethod
    def table(name: str, columns: Mapping[str, Any]) -> pa.Table:
        """A table in exactly the schema of ``analytics.tables.RUN``."""
        schema = RUN[name]
        arrays = [
            column
            if isinstance(column := columns[field.name], pa.Array)
            else pa.array(np.ascontiguousarray(column), type=field.type)
            for field in schema
        ]
        return pa.Table.from_arrays(arrays, schema=schema)


@by_identity()
def _columns(
    names: Names, machine: Records, fork_at: datetime, cluster: ClusterSpec | None
) -> RunColumns:
    return RunColumns(names, machine, fork_at, cluster)


def _text(values: Sequence[str | None]) -> pa.Array:
    return pa.array(values, type=pa.string())


def take(names: pa.Array, rows: Ints) -> pa.Array:
    """Names of rows; -1 is null."""
    rows = np.ascontiguousarray(rows, dtype=np.int64)
    return names.take(pa.array(rows, mask=rows < 0))


def hours(milliseconds: Any) -> npt.NDArray[np.float64]:
    """Ms to h."""
    return np.asarray(milliseconds / HOUR_MS, dtype=np.float64)


def energy_kwh(microjoules: Any) -> npt.NDArray[np.float64]:
    """UJ to kWh."""
    return np.asarray(microjoules / UJ_PER_KWH, dtype=np.float64)


def power_kw(milliwatts: Any) -> npt.NDArray[np.float64]:
    """MW (milliwatts) to kW."""
    return np.asarray(milliwatts / 1e6, dtype=np.float64)


def _order_columns(
    cluster: ClusterSpec | None,
) -> tuple[dict[str, Any], npt.NDArray[np.float64]]:
    """What the specification says of each order, and the lateness cost per unit and day."""
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
    columns = {
        "order": _text([order.id for order in orders]),
        "product": _text([order.product for order in orders]),
        "variant": _text([order.variant for order in orders]),
        "customer": _text([order.customer for order in orders]),
        "due": pa.array([order.due for order in orders], type=TIMESTAMP),
        "lateness_cost_per_unit_day": cost,
    }
    return columns, cost
