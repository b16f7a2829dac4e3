"""What a state of the kernel looks like as telemetry: values of the signal catalogue. Pure.

All numeric values stand in one vector, so that what changed between two moments is one comparison.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from analytics.simulation.layout import NONE, PL_PER_L, UJ_PER_KWH
from analytics.simulation.model import SimModel, SimState

Floats = npt.NDArray[np.float64]

_MW_PER_KW = 1e6
_MS_PER_H = 3.6e6
GENSET_RUNNING = 2

MACHINE_SIGNALS = (
    "machine.state",
    "part.good",
    "part.scrap",
    "job.lot",
    "job.operation",
    "power.active_kw",
    "job.remaining_h",
)
GRID_SIGNALS = ("grid.available", "grid.power_kw", "energy.grid_kwh")
LOAD_SIGNALS = ("power.active_kw", "load.served_kw", "energy.load_kwh", "energy.served_kwh")
PV_SIGNALS = ("pv.power_kw", "pv.available_kw", "energy.pv_kwh")
BATTERY_SIGNALS = (
    "battery.soc_kwh",
    "battery.power_kw",
    "energy.discharge_kwh",
    "energy.charge_kwh",
)
GENSET_SIGNALS = ("genset.running", "genset.power_kw", "fuel.level_l", "energy.genset_kwh")
STOCK_SIGNALS = ("stock.quantity", "stock.reserved")

SAMPLED = frozenset(
    {
        "job.remaining_h",
        "battery.soc_kwh",
        "fuel.level_l",
        "energy.load_kwh",
        "energy.served_kwh",
        "energy.pv_kwh",
        "energy.grid_kwh",
        "energy.discharge_kwh",
        "energy.charge_kwh",
        "energy.genset_kwh",
    }
)
"""Signals that move all the time: told at intervals. All others are told when they change."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value of the vector belongs."""

    site: int
    asset: str
    signal: str
    row: int
    """Of the machine, the gate or the stock; the site's for its own signals."""


class Board:
    """The values of a model's states as one vector, and what each of them is called.

    Parameters
    ----------
    model
        Constants and names.
    """

    def __init__(self, model: SimModel) -> None:
        self._model = model
        self._site_of_machine = model.group["site"][model.machine["group"]]
        self._sections: list[tuple[str, npt.NDArray[np.int64]]] = []
        self.places: list[Place] = []
        self._lay_out()
        self.sampled = np.array([place.signal in SAMPLED for place in self.places], dtype=np.bool_)

    def _lay_out(self) -> None:
        names, site = self._model.names, self._model.site
        every_site = np.arange(len(names.sites))
        powered = every_site[site["ideal_power"] == 0]
        machines = np.arange(len(names.machines))
        for signal in MACHINE_SIGNALS:
            owners = [(int(self._site_of_machine[row]), names.machines[row][1]) for row in machines]
            self._section("machine", signal, machines, owners)
        for signals, rows in (
            (LOAD_SIGNALS, powered),
            (GRID_SIGNALS, powered[site["grid_mw"][powered] > 0]),
            (PV_SIGNALS, powered[self._model.pv[powered].max(axis=1, initial=0) > 0]),
            (BATTERY_SIGNALS, powered[site["battery_uj"][powered] > 0]),
            (GENSET_SIGNALS, powered[site["genset_mw"][powered] > 0]),
        ):
            for signal in signals:
                self._section("site", signal, rows, [(int(row), "site") for row in rows])
        count = len(names.materials)
        stocked = np.arange(len(names.sites) * count)
        owners = [
            (row // count, f"material:{names.materials[row % count]}") for row in stocked.tolist()
        ]
        for signal in STOCK_SIGNALS:
            self._section("stock", signal, stocked, owners)
        parts = len(names.parts)
        permitted = np.flatnonzero(self._model.permission["status"] > 0)
        owners = [
            (int(row) // parts, "gate:" + "/".join(names.parts[int(row) % parts]))
            for row in permitted
        ]
        self._section("gate", "approval.status", permitted, owners)

    def _section(
        self, kind: str, signal: str, rows: npt.NDArray[np.int64], owners: list[tuple[int, str]]
    ) -> None:
        self._sections.append((f"{kind}:{signal}", rows))
        for row, (site, asset) in zip(rows.tolist(), owners, strict=True):
            self.places.append(Place(site, asset, signal, row))

    def values(self, state: SimState) -> Floats:
        """The vector of a state; NaN where there is no value now."""
        columns = {
            **_machine_columns(self._model, state),
            **_site_columns(self._model, state),
            "stock:stock.quantity": state.stock["on_hand"] / 1000.0,
            "stock:stock.reserved": state.stock["reserved"] / 1000.0,
            # One number for status and first article: a change of either is a change.
            "gate:approval.status": state.gate["status"] + 8.0 * (state.gate["lot"] + 1),
        }
        parts = [columns[name][rows] for name, rows in self._sections]
        return np.concatenate(parts).astype(np.float64)

    def said(self, index: int, value: float) -> tuple[float | None, str | None]:
        """Value and text of a row of telemetry for one value of the vector."""
        place = self.places[index]
        if place.signal == "job.lot":
            return None, "" if np.isnan(value) else self._model.names.lots[int(value)]
        if place.signal == "approval.status":
            lot, status = divmod(int(value), 8)
            return float(status), self._model.names.lots[lot - 1] if lot else None
        return (None if np.isnan(value) else value), None


def _machine_columns(model: SimModel, state: SimState) -> dict[str, Any]:
    machine = state.machine
    busy = machine["op"] != NONE
    lot = np.zeros(len(machine), np.int64)
    lot[busy] = state.op["lot"][machine["op"][busy]]
    operation = np.full(len(machine), np.nan)
    operation[busy] = machine["op"][busy] - model.lot["first_op"][lot[busy]]
    left = np.where(
        machine["running"] == 1,
        machine["finish_ms"] - state.clock["now_ms"][0],
        machine["work_left_ms"],
    )
    columns = {
        "machine.state": machine["state"],
        "part.good": machine["good_units"],
        "part.scrap": machine["scrap_units"],
        "job.lot": np.where(busy, lot, np.nan),
        "job.operation": operation,
        "power.active_kw": machine["draw_mw"] / _MW_PER_KW,
        "job.remaining_h": np.where(busy, left / _MS_PER_H, np.nan),
    }
    return {f"machine:{signal}": column for signal, column in columns.items()}


def _site_columns(model: SimModel, state: SimState) -> dict[str, Any]:
    site = state.site
    supplied = (site["grid_off"] == 0) & (site["outage"] == 0)
    columns = {
        "grid.available": (supplied & (model.site["grid_mw"] > 0)).astype(np.float64),
        "genset.running": (site["genset"] == GENSET_RUNNING).astype(np.float64),
        "fuel.level_l": site["fuel_pl"] / PL_PER_L,
        "battery.soc_kwh": site["soc_uj"] / UJ_PER_KWH,
        "battery.power_kw": (site["discharge_now_mw"] - site["charge_now_mw"]) / _MW_PER_KW,
    }
    powers = {
        "power.active_kw": "load_mw",
        "load.served_kw": "served_mw",
        "pv.power_kw": "pv_used_mw",
        "pv.available_kw": "pv_mw",
        "grid.power_kw": "grid_now_mw",
        "genset.power_kw": "genset_now_mw",
    }
    columns |= {signal: site[field] / _MW_PER_KW for signal, field in powers.items()}
    energies = ("load", "served", "pv", "grid", "discharge", "charge", "genset")
    columns |= {f"energy.{name}_kwh": site[f"{name}_uj"] / UJ_PER_KWH for name in energies}
    return {f"site:{signal}": column for signal, column in columns.items()}
