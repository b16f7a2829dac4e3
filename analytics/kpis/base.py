"""What a family of key figures is: the figures it gives, and how it reads them from a run."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, Literal, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from analytics.kpis.material import material_value
from analytics.remember import by_identity
from analytics.run_table import Ints, Named, RunTable, texts
from federation.snapshot import ClusterSnapshot
from federation.topology.model import ClusterSpec

Scope = Literal["cluster", "site", "order"]
_BLOCK = 128
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
BY_SITE: tuple[Scope, ...] = ("cluster", "site")


@dataclass(frozen=True, slots=True)
class Kpi:
    """A key figure.

    Parameters
    ----------
    id
        Name in the rows.
    title
        What a reader sees, unit apart.
    unit
        UCUM; ``[money]`` stands for the cluster's reporting currency.
    better
        Which way is better; ``None``: neither.
    scopes
        For what it is given.
    needs_baseline
        It is measured against the undisturbed run with the same draws.
    """

    id: str
    title: str
    unit: str
    better: Literal["less", "more"] | None = "less"
    scopes: tuple[Scope, ...] = ("cluster",)
    needs_baseline: bool = False


class Figure(NamedTuple):
    """One value of a key figure; ``None``: not defined in this run."""

    kpi: str
    value: float | None
    scope: Scope = "cluster"
    subject: str = ""
    """Id of the site or order; empty for the cluster."""


class SiteFigures(NamedTuple):
    """Values of a key figure for sites of the cluster; NaN: not defined in this run."""

    kpi: str
    values: npt.NDArray[np.float64]
    sites: Ints | None = None
    """Rows of the sites in the cluster; ``None``: all of them, in their order."""

    def each(self, setting: Setting) -> Iterator[Figure]:
        """One by one."""
        rows = range(len(self.values)) if self.sites is None else self.sites.tolist()
        for row, value in zip(rows, self.values.tolist(), strict=True):
            site = setting.cluster.sites[row].id
            yield Figure(self.kpi, None if math.isnan(value) else value, "site", site)


@dataclass(frozen=True, eq=False)
class Setting:
    """What all runs of a study have in common.

    Parameters
    ----------
    cluster
        Prices, sites, products.
    fork_at, horizon_end
        First and last moment of the runs, UTC.
    planned_site
        ``(lot, operation)`` to the site in the schedule that stood at the fork.
    soc_kwh, fuel_l
        In battery and tank at the fork, by site.
    """

    cluster: ClusterSpec
    fork_at: datetime
    horizon_end: datetime
    planned_site: Mapping[tuple[str, int], str] = field(default_factory=dict)
    soc_kwh: Mapping[str, float] = field(default_factory=dict)
    fuel_l: Mapping[str, float] = field(default_factory=dict)

    @cached_property
    def material_value(self) -> pl.DataFrame:
        """Worth of the material in a unit at each operation, see ``material``."""
        return material_value(self.cluster)

    @cached_property
    def material_worth(self) -> dict[tuple[str, str, int], float]:
        """The same by product, part and operation."""
        return {(row[0], row[1], row[2]): row[3] for row in self.material_value.rows()}

    @cached_property
    def planned(self) -> pl.DataFrame:
        """``planned_site`` as a frame: lot, operation, planned_site."""
        keys = list(self.planned_site)
        return pl.DataFrame(
            {
                "lot": [lot for lot, _ in keys],
                "operation": [operation for _, operation in keys],
                "planned_site": list(self.planned_site.values()),
            },
            schema={"lot": pl.String, "operation": pl.Int32, "planned_site": pl.String},
        )

    @cached_property
    def site_row(self) -> dict[str, int]:
        """Row of each site in the cluster."""
        return {site.id: row for row, site in enumerate(self.cluster.sites)}

    def site_rows(self, sites: Named) -> Ints:
        """Rows in the cluster of a column of sites."""
        rows: Ints = _site_rows(self, sites.names)[sites.rows]
        return rows


@by_identity(64)
def _site_rows(setting: Setting, names: pa.Array) -> Ints:
    known = setting.site_row
    return np.array([known[name] for name in texts(names)], dtype=np.int64)


def setting_of(snapshot: ClusterSnapshot, horizon: timedelta) -> Setting:
    """What all runs from a snapshot have in common."""
    schedule, sites = snapshot.tables["schedule"], snapshot.tables["sites"]
    keys = zip(
        schedule.column("lot").to_pylist(), schedule.column("operation").to_pylist(), strict=True
    )
    places = schedule.column("site").to_pylist()

    def known(column: str) -> dict[str, float]:
        values = zip(
            sites.column("site").to_pylist(), sites.column(column).to_pylist(), strict=True
        )
        return {site: value for site, value in values if value is not None}

    return Setting(
        cluster=snapshot.cluster,
        fork_at=snapshot.taken_at,
        horizon_end=snapshot.taken_at + horizon,
        planned_site=dict(zip(keys, places, strict=True)),
        soc_kwh=known("soc_kwh"),
        fuel_l=known("fuel_l"),
    )


@dataclass(frozen=True, eq=False)
class Run:
    """What one run left.

    Parameters
    ----------
    tables
        The tables of ``analytics.tables.RUN`` at the horizon.
    week
        Those of them that hold money, as they stood seven days after the fork (or at an earlier
        horizon).
    hire_cost, hire_cost_week
        Price of hired equipment, until the horizon and in the first seven days.
    edit_cost, edit_cost_week
        By kind of cost what the edits themselves cost: annuities of investments, rent.
    carbon_cost
        Price of what was emitted, where the price of carbon follows a path.
    baseline
        The undisturbed run with the same draws; ``None`` where this is it.
    """

    tables: Mapping[str, RunTable]
    week: Mapping[str, RunTable] = field(default_factory=dict)
    hire_cost: float = 0.0
    hire_cost_week: float = 0.0
    edit_cost: Mapping[str, float] = field(default_factory=dict)
    edit_cost_week: Mapping[str, float] = field(default_factory=dict)
    carbon_cost: float | None = None
    baseline: Run | None = None
    remembered: dict[Any, Any] = field(default_factory=dict, init=False, repr=False)
    """What is measured of a baseline once, and compared with several runs."""


class Family(Protocol):
    """A family of key figures: one file in this folder that assigns a ``FAMILY``."""

    @property
    def id(self) -> str:
        """Name of the family."""

    @property
    def kpis(self) -> tuple[Kpi, ...]:
        """The figures it gives."""

    def measure(self, run: Run, setting: Setting) -> Iterator[Figure | SiteFigures]:
        """The figures of a run, the same in every process."""


def total(table: RunTable, column: str) -> float:
    """Sum of a column; 0 of an empty one."""
    return summed(table.numbers(column))


def summed(values: npt.NDArray[Any]) -> float:
    """Sum of values, rounded as polars rounds the sum of the table's column.

    It adds few values one after the other, more of them in blocks; few are added here without it.
    """
    if values.dtype != np.float64:
        return float(values.sum())  # exact
    if len(values) >= _BLOCK:
        return float(pl.Series(values).sum())
    return float(np.add.accumulate(values)[-1]) if len(values) else 0.0


def micros(moment: datetime) -> int:
    """Microseconds since 1970 of a moment, as the tables hold it."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def sums_by_site(
    table: RunTable, values: npt.NDArray[Any], setting: Setting
) -> npt.NDArray[np.float64]:
    """float64[sites]: sums of values of the rows of a table over the rows of each site."""
    rows = setting.site_rows(table.names("site"))
    found = np.bincount(rows, weights=values, minlength=len(setting.cluster.sites))
    return found.astype(np.float64)
