"""The truth of an emulated plant, in the columns of a snapshot: what its mirror must show. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pyarrow as pa

from analytics.plant_lots import LotView
from analytics.plant_truth_machines import machine_rows
from analytics.simulation.layout import FOREVER, NONE, PL_PER_L, UJ_PER_KWH
from analytics.simulation.model import SimModel, SimState
from analytics.simulation.sources import GENSET_RUNNING, GENSET_STARTING
from federation.readings import rows_table
from federation.tables import SCHEMAS
from twins.clock import to_us
from twins.traveller import Traveller


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
        "sites": _sites(model, state, start_us),
        "machines": machine_rows(model, state, start_us),
        "stock": _stock(model, state),
        "approvals": _approvals(model, state),
        "lots": [_lot(view) for view in lots],
    }
    return {name: _told_columns(name, found) for name, found in rows.items()}


def _told_columns(name: str, rows: list[dict[str, Any]]) -> pa.Table:
    if not rows:
        return SCHEMAS[name].empty_table()
    return rows_table(name, rows).select([n for n in SCHEMAS[name].names if n in rows[0]])


def _sites(model: SimModel, state: SimState, start_us: int) -> list[dict[str, Any]]:
    rows = []
    for site, constant, record in zip(model.names.sites, model.site, state.site, strict=True):
        grid = constant["grid_mw"] > 0 and record["grid_off"] == 0 and record["outage"] == 0
        tank = constant["genset_mw"] > 0
        came = int(record["last_delivery_ms"])
        rows.append(
            {
                "site": site,
                "grid_available": bool(grid or constant["ideal_power"]),
                "soc_kwh": record["soc_uj"] / UJ_PER_KWH if constant["battery_uj"] else None,
                "fuel_l": record["fuel_pl"] / PL_PER_L if tank else None,
                "genset_running": bool(record["genset"] == GENSET_RUNNING) if tank else None,
                "genset_starting": bool(record["genset"] == GENSET_STARTING) if tank else None,
                "battery_held": bool(record["battery_locked"]) if constant["battery_uj"] else None,
                "fuel_received_at": start_us + came * 1000 if tank and came > -FOREVER else None,
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
        "until": to_us(event.until) if event.until else None,
        **_traveller(event.traveller),
    }


def _traveller(traveller: Traveller | None) -> dict[str, Any]:
    if traveller is None:
        return dict.fromkeys(Traveller.model_fields)
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in traveller.model_dump().items()
    }
