"""The truth of an emulated plant, in the columns of a snapshot: what its mirror must show. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pyarrow as pa

from analytics.plant_lots import LotView
from analytics.simulation.layout import NONE, PL_PER_L, UJ_PER_KWH
from analytics.simulation.model import SimModel, SimState
from federation.readings import rows_table
from federation.tables import SCHEMAS
from twins.clock import to_us


def truth_tables(
    model: SimModel, state: SimState, start_us: int, lots: Iterable[LotView]
) -> dict[str, pa.Table]:
    """``sites machines stock lots approvals``, each with those columns that the plant knows.

    Parameters
    ----------
    model, state
        Of the run.
    start_us
        Moment that is 0 ms.
    lots
        Every lot that was released.
    """
    rows = {
        "sites": _sites(model, state),
        "machines": _machines(model, state, start_us),
        "stock": _stock(model, state),
        "approvals": _approvals(model, state),
        "lots": [_lot(view) for view in lots],
    }
    return {name: _told_columns(name, found) for name, found in rows.items()}


def _told_columns(name: str, rows: list[dict[str, Any]]) -> pa.Table:
    if not rows:
        return SCHEMAS[name].empty_table()
    return rows_table(name, rows).select([n for n in SCHEMAS[name].names if n in rows[0]])


def _sites(model: SimModel, state: SimState) -> list[dict[str, Any]]:
    rows = []
    for site, constant, record in zip(model.names.sites, model.site, state.site, strict=True):
        grid = constant["grid_mw"] > 0 and record["grid_off"] == 0 and record["outage"] == 0
        tank = constant["genset_mw"] > 0
        rows.append(
            {
                "site": site,
                "grid_available": bool(grid or constant["ideal_power"]),
                "soc_kwh": record["soc_uj"] / UJ_PER_KWH if constant["battery_uj"] else None,
                "fuel_l": record["fuel_pl"] / PL_PER_L if tank else None,
                "genset_running": bool(record["genset"] == 2) if tank else None,
            }
        )
    return rows


def _machines(model: SimModel, state: SimState, start_us: int) -> list[dict[str, Any]]:
    rows = []
    for (site, unit), constant, record in zip(
        model.names.machines, model.machine, state.machine, strict=True
    ):
        op = int(record["op"])
        busy = op != NONE
        lot = int(state.op["lot"][op]) if busy else NONE
        left_ms = record["work_left_ms"]
        if record["running"]:
            left_ms = record["finish_ms"] - state.clock["now_ms"][0]
        rows.append(
            {
                "site": site,
                "work_centre": model.names.groups[int(constant["group"])][1],
                "machine": unit,
                "state": int(record["state"]),
                "since": start_us + int(record["since_ms"]) * 1000,
                "lot": model.names.lots[lot] if busy else None,
                "operation": op - int(model.lot["first_op"][lot]) if busy else None,
                "remaining_h": left_ms / 3.6e6 if busy else None,
                "good": int(record["good_units"]),
                "scrap": int(record["scrap_units"]),
            }
        )
    return rows


def _stock(model: SimModel, state: SimState) -> list[dict[str, Any]]:
    materials = model.names.materials
    return [
        {
            "site": model.names.sites[row // len(materials)],
            "material": materials[row % len(materials)],
            "quantity": record["on_hand"] / 1000.0,
            "reserved": record["reserved"] / 1000.0,
        }
        for row, record in enumerate(state.stock)
    ]


def _approvals(model: SimModel, state: SimState) -> list[dict[str, Any]]:
    rows = []
    for row, record in enumerate(state.gate):
        site, part = divmod(row, len(model.names.parts))
        if model.permission["status"][row] > 0:
            lot = int(record["lot"])
            rows.append(
                {
                    "site": model.names.sites[site],
                    "product": model.names.parts[part][0],
                    "part": model.names.parts[part][1],
                    "status": int(record["status"]),
                    "lot": model.names.lots[lot] if lot != NONE else None,
                }
            )
    return rows


def _lot(view: LotView) -> dict[str, Any]:
    event = view.event
    return {
        "lot": view.lot,
        "state": int(event.state),
        "operation": event.operation,
        "place": event.site,
        "event": view.number,
        "since": view.since_us,
        "machine": event.machine,
        "units": event.quantity,
        "good": event.good,
        "attempt": event.attempt,
        "link": event.link,
        "consignment": event.consignment,
        "eta": to_us(event.eta) if event.eta else None,
        "waiting": event.waiting,
    }
