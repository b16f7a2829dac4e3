"""What fuel and emissions cost in a run whose prices change on the way."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.edits.prices import PriceStep, carbon_price, fuel_factors
from analytics.run_table import RunTable
from analytics.simulation.columns import RunColumns
from analytics.simulation.extract_costs import transports
from analytics.simulation.extract_energy import energy
from analytics.simulation.model import SimModel, SimState


class PriceMeter:
    """Reads what was burnt and emitted whenever a price changes, and charges it at that price.

    Parameters
    ----------
    steps
        Prices that differ from those of the cluster; without any it does nothing.
    model
        Of the run.
    horizon_ms
        End of the run, from the fork.
    """

    def __init__(self, steps: Iterable[PriceStep], model: SimModel, horizon_ms: int) -> None:
        self._steps = tuple(steps)
        self._model = model
        self._columns = RunColumns.of(model) if self._steps else None
        self._read_ms = 0
        self._emission_t = 0.0
        self._fuel_cost = np.zeros(len(model.site))
        self._carbon = 0.0
        self._surcharge = np.zeros(len(model.site))
        edges = {moment for step in self._steps for moment in (step.start, step.end)}
        at = {(edge - model.fork_at) // timedelta(milliseconds=1) for edge in edges}
        self.moments = tuple(sorted(moment for moment in at if 0 < moment < horizon_ms))
        """When prices change, ms from the fork: the run must stop there and be read."""

    def read(self, state: SimState) -> None:
        """Charge what was burnt and emitted since the last reading at the prices of that time."""
        if self._columns is None:
            return
        since = self._model.fork_at + timedelta(milliseconds=self._read_ms)
        burnt = energy(self._columns, self._model, state)
        moved = transports(self._columns, self._model, state)
        fuel_cost = burnt.numbers("fuel_cost")
        emission_t = (_total(burnt) + _total(moved)) / 1000.0
        usual = self._model.cluster.carbon_price_per_t if self._model.cluster else 0.0
        price = carbon_price(self._steps, since, usual)
        self._carbon += price * (emission_t - self._emission_t)
        for site, factor in fuel_factors(self._steps, since).items():
            row = self._model.names.site_row[site]
            self._surcharge[row] += (factor - 1.0) * (fuel_cost[row] - self._fuel_cost[row])
        self._fuel_cost, self._emission_t = fuel_cost, emission_t
        self._read_ms = int(state.clock["now_ms"][0])

    @property
    def carbon_cost(self) -> float | None:
        """Price of the emissions read so far; ``None`` where it follows no path of its own."""
        return self._carbon if any(not step.site for step in self._steps) else None

    def priced(self, tables: dict[str, RunTable]) -> dict[str, RunTable]:
        """The tables of a run with what fuel cost more or less than usual."""
        if not self._surcharge.any():
            return tables
        table = tables["energy"]
        cost = table.numbers("fuel_cost") + self._surcharge
        return tables | {"energy": table.having(fuel_cost=cost)}


def _total(table: RunTable) -> float:
    return float(pc.sum(pa.array(table.numbers("emission_kg"))).as_py() or 0.0)
