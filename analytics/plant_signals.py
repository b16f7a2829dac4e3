"""What a state of the kernel looks like as telemetry: values of the signal catalogue. Pure.

All numeric values stand in one vector, so that what changed between two moments is one comparison.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from analytics.plant_machines import (
    RUNS_DOWN,
    RUNS_UP,
    hours_now,
    machine_columns,
    tellers,
)
from analytics.simulation.compile.people import pool_ids
from analytics.simulation.compile.setups import family_numbers
from analytics.simulation.layout import PL_PER_L, UJ_PER_KWH
from analytics.simulation.model import SimModel, SimState
from analytics.simulation.sources import GENSET_RUNNING, GENSET_STARTING

Floats = npt.NDArray[np.float64]

_MW_PER_KW = 1e6

GRID_SIGNALS = ("grid.available", "grid.power_kw", "energy.grid_kwh")
LOAD_SIGNALS = ("power.active_kw", "load.served_kw", "energy.load_kwh", "energy.served_kwh")
PV_SIGNALS = ("pv.power_kw", "pv.available_kw", "energy.pv_kwh")
BATTERY_SIGNALS = (
    "battery.soc_kwh",
    "battery.power_kw",
    "battery.held",
    "energy.discharge_kwh",
    "energy.charge_kwh",
)
GENSET_SIGNALS = (
    "genset.running",
    "genset.starting",
    "genset.power_kw",
    "fuel.level_l",
    "fuel.received_l",
    "energy.genset_kwh",
)
STOCK_SIGNALS = ("stock.quantity", "stock.reserved")

SAMPLED = frozenset(
    {
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
REPEATED = "job.remaining_h"
"""Told when its pace changes, and at intervals as long as there is a value."""


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
        self._texts: dict[str, list[str]] = {}
        if model.cluster is not None:
            self._texts["setup.family"] = ["", *family_numbers(model.cluster)]
            self._texts["job.pool"] = [pool for _, _, pool in pool_ids(model.cluster)]
        self._lay_out()
        signals = [place.signal for place in self.places]
        self.sampled = np.array([signal in SAMPLED for signal in signals], dtype=np.bool_)
        self._repeated = np.array([signal == REPEATED for signal in signals], dtype=np.bool_)
        paced = {
            place.row: index
            for index, place in enumerate(self.places)
            if place.signal == "machine.state"
        }
        runs = RUNS_DOWN | RUNS_UP
        self._paced = np.array(
            [n for n, signal in enumerate(signals) if signal in runs], dtype=np.int64
        )
        self._pace = np.array([paced[self.places[n].row] for n in self._paced], dtype=np.int64)

    def _lay_out(self) -> None:
        names, site = self._model.names, self._model.site
        every_site = np.arange(len(names.sites))
        powered = every_site[site["ideal_power"] == 0]
        for signal, tells in tellers(self._model).items():
            machines = np.flatnonzero(tells)
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
        machines = machine_columns(self._model, state)
        columns = {
            **{f"machine:{signal}": column for signal, column in machines.items()},
            **_site_columns(self._model, state),
            "stock:stock.quantity": state.stock["on_hand"] / 1000.0,
            "stock:stock.reserved": state.stock["reserved"] / 1000.0,
            # One number for status and first article: a change of either is a change.
            "gate:approval.status": state.gate["status"] + 8.0 * (state.gate["lot"] + 1),
        }
        parts = [columns[name][rows] for name, rows in self._sections]
        return np.concatenate(parts).astype(np.float64)

    def news(self, values: Floats, told: Floats, *, sampled: bool) -> npt.NDArray[np.bool_]:
        """bool[values]: what is to be told of the values now, given what was told last.

        What runs down while a machine works is told again when the machine changes its state, so
        that its reader knows from when to count.
        """
        nothing = np.isnan(values)
        differs: npt.NDArray[np.bool_] = ~((values == told) | (nothing & np.isnan(told)))
        differs[self._paced] |= differs[self._pace] & ~nothing[self._paced]
        if sampled:
            differs |= self._repeated & ~nothing
        else:
            differs &= ~self.sampled
        return differs

    def said(self, index: int, value: float, now_ms: int) -> tuple[float | None, str | None]:
        """Value and text of a row of telemetry for one value of the vector."""
        place = self.places[index]
        if place.signal in self._texts:
            return None, "" if np.isnan(value) else self._texts[place.signal][int(value)]
        if place.signal in RUNS_DOWN or place.signal in RUNS_UP:
            return None if np.isnan(value) else hours_now(place.signal, value, now_ms), None
        if place.signal == "job.lot":
            return None, "" if np.isnan(value) else self._model.names.lots[int(value)]
        if place.signal == "approval.status":
            lot, status = divmod(int(value), 8)
            return float(status), self._model.names.lots[lot - 1] if lot else None
        return (None if np.isnan(value) else value), None


def _site_columns(model: SimModel, state: SimState) -> dict[str, Any]:
    site = state.site
    supplied = (site["grid_off"] == 0) & (site["outage"] == 0)
    columns = {
        "grid.available": (supplied & (model.site["grid_mw"] > 0)).astype(np.float64),
        "genset.running": (site["genset"] == GENSET_RUNNING).astype(np.float64),
        "genset.starting": (site["genset"] == GENSET_STARTING).astype(np.float64),
        "fuel.level_l": site["fuel_pl"] / PL_PER_L,
        "fuel.received_l": site["fuel_received_pl"] / PL_PER_L,
        "battery.held": site["battery_locked"],
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
