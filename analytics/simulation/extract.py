"""The tables of a run, out of its model and state. Called for every replication: no row loops."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from analytics.run_table import RunTable
from analytics.simulation.columns import (
    FLOWS,
    RunColumns,
    energy_kwh,
    hours,
    power_kw,
)
from analytics.simulation.dropped import wanted_roots
from analytics.simulation.extract_costs import approvals, labour, transports
from analytics.simulation.extract_energy import energy, rewarm_uj, tariffs
from analytics.simulation.extract_people import people
from analytics.simulation.extract_stock import stock
from analytics.simulation.layout import DAY_MS, FOREVER, NONE, PL_PER_L
from analytics.simulation.model import Ints, SimModel, SimState
from analytics.tables import STATE_HOURS
from twins.states import TIME_ELEMENT, MachineState
from twins.work import LotState

_PLANNED = [int(state) for state, element in TIME_ELEMENT.items() if element != "not_planned"]


def extract(
    model: SimModel, state: SimState, names: Collection[str] | None = None
) -> dict[str, pa.Table]:
    """The tables of ``read_run`` as Arrow tables."""
    return {name: table.arrow() for name, table in read_run(model, state, names).items()}


def read_run(
    model: SimModel, state: SimState, names: Collection[str] | None = None
) -> dict[str, RunTable]:
    """The tables of ``analytics.tables.RUN`` as the run stands.

    Parameters
    ----------
    model
        Of a cluster (``model.cluster`` holds the prices).
    state
        Stopped by ``run`` at some moment, which is the horizon of the tables.
    names
        Which tables; all unless told.

    Returns
    -------
    dict
        Tables by name; the two series have rows where the run was traced at level 2.

    Raises
    ------
    ValueError
        When the model is not that of a cluster.
    """
    if model.cluster is None:
        raise ValueError("a plain job shop has no prices; read its state, or compile a cluster")
    columns = RunColumns.of(model)
    return {name: _MAKERS[name](columns, model, state) for name in names or _MAKERS}


_OPERATION = (
    "lot",
    "reworks",
    "group",
    "machine",
    "start_ms",
    "end_ms",
    "units",
    "scrapped",
    "attempts",
)


def operations(columns: RunColumns, model: SimModel, state: SimState) -> RunTable:
    """Operations under way at the fork or begun since; those scrapped and not begun anew too."""
    begun = (state.op["start_ms"] < FOREVER) & (state.op["end_ms"] >= 0)
    rows = np.flatnonzero(begun | (state.op["scrapped"] > 0) | (state.op["reworks"] > 0))
    # field by field: taking whole records costs five times as much
    op = {name: state.op[name][rows] for name in _OPERATION}
    lot = op["lot"]
    machine = np.where(op["machine"] == NONE, _first_machine(model, op["group"]), op["machine"])
    return RunTable(
        "operations",
        {
            "lot": columns.take("lots", lot),
            "order": columns.take("orders", model.lot["order"][lot]),
            "product": columns.take("products", model.lot["part"][lot]),
            "part": columns.take("parts", model.lot["part"][lot]),
            "operation": (rows - model.lot["first_op"][lot]).astype(np.int32),
            "site": columns.take("machine_sites", machine),
            "work_centre": columns.take("machine_groups", machine),
            "machine": columns.take("machines", machine),
            "start": columns.moments(op["start_ms"]),
            "finish": columns.moments(op["end_ms"]),
            "quantity": model.lot["quantity"][lot],
            "units": op["units"],
            "scrapped": op["scrapped"],
            "attempts": op["attempts"].astype(np.int32),
            "reworks": op["reworks"].astype(np.int32),
            "held_h": hours(_held_ms(state, rows)),
        },
    )


def _held_ms(state: SimState, rows: Ints) -> Ints:
    """int64: ms in quarantine after each of these operations, for lots still held until now."""
    held: Ints = state.op["held_ms"][rows]
    lots = np.flatnonzero(state.lot["state"] == LotState.HELD)
    if len(lots) == 0:
        return held
    last = np.searchsorted(state.op["lot"], lots) + state.lot["op"][lots] - 1
    since = np.full(len(state.op), 0, dtype=np.int64)
    since[last] = state.clock["now_ms"][0] - np.maximum(state.lot["since_ms"][lots], 0)
    return held + since[rows]


def _first_machine(model: SimModel, groups: Ints) -> Ints:
    first: Ints = model.group["first_machine"][groups]
    return first


def lots(columns: RunColumns, model: SimModel, state: SimState) -> RunTable:
    """The lots that customers get."""
    rows = wanted_roots(model)
    return RunTable(
        "lots",
        {
            "lot": columns.take("lots", rows),
            "order": columns.take("orders", model.lot["order"][rows]),
            "quantity": model.lot["quantity"][rows],
            "due": columns.moments(model.lot["due_ms"][rows]),
            "delivered_at": columns.moments(_delivered_ms(state)[rows]),
            "state": columns.take("lot_states", state.lot["state"][rows]),
        },
    )


def _delivered_ms(state: SimState) -> Ints:
    """int64[lots]: moment of delivery; ``FOREVER`` where there was none."""
    delivered = state.lot["state"] == LotState.DELIVERED
    return np.where(delivered, state.lot["done_ms"], FOREVER).astype(np.int64)


def orders(columns: RunColumns, model: SimModel, state: SimState) -> RunTable:
    """What became of each order; units still missing at the horizon are late by then."""
    count = len(model.names.orders)
    rows = wanted_roots(model)
    order = model.lot["order"][rows]
    quantity, due = model.lot["quantity"][rows], model.lot["due_ms"][rows]
    done = _delivered_ms(state)[rows]
    now = int(state.clock["now_ms"][0])
    delivered, on_time = done < FOREVER, done <= due
    late_days = np.maximum(np.minimum(done, now) - due, 0) / DAY_MS
    last = np.full(count, -FOREVER, np.int64)
    np.maximum.at(last, order, done)

    def total(values: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        return np.bincount(order, weights=values, minlength=count).astype(np.float64)

    late_unit_days = total(quantity * late_days)
    table = RunTable(
        "orders",
        {
            **columns.order_columns,
            "quantity": total(quantity).astype(np.int64),
            "delivered_at": columns.moments(np.where(last == -FOREVER, FOREVER, last)),
            "delivered_quantity": total(quantity * delivered).astype(np.int64),
            "on_time_quantity": total(quantity * on_time).astype(np.int64),
            "late_unit_days": late_unit_days,
            "penalty": late_unit_days * columns.lateness_cost,
            "lots": total(np.ones(len(rows))).astype(np.int32),
            "lots_on_time": total(on_time).astype(np.int32),
        },
    )
    # An order that is given up whole is no order any more.
    return table if not model.dropped else table.picked(total(np.ones(len(rows))) > 0)


def machines(columns: RunColumns, model: SimModel, state: SimState) -> RunTable:
    """Hours of each machine in each state, counts and energy, from the fork to the horizon."""
    spent = machine_time(state)
    run_mw = model.group["run_mw"][model.machine["group"]]
    every = np.arange(len(state.machine))
    return RunTable(
        "machines",
        {
            "site": columns.take("machine_sites", every),
            "work_centre": columns.take("machine_groups", every),
            "machine": columns.take("machines"),
            **{name: hours(spent[:, code]) for code, name in enumerate(STATE_HOURS)},
            "lost_to_power_h": hours(state.machine_lost),
            "down_off_shift_h": hours(down_off_shift_ms(model, state, spent)),
            "good": state.machine["good_units"],
            "scrap": state.machine["scrap_units"],
            "power_scrap": state.machine["power_scrap_units"],
            "shares": state.machine["shares"],
            "run_kwh": energy_kwh(
                (spent[:, MachineState.RUN] + spent[:, MachineState.SETUP]) * run_mw
            ),
            "rewarm_kwh": energy_kwh(rewarm_uj(model, state)),
        },
    )


def machine_time(state: SimState) -> Ints:
    """int64[machines, 12] ms in each state from the fork, the state of now included."""
    spent = state.machine_time.copy()
    since = np.maximum(state.machine["since_ms"], 0)
    spent[np.arange(len(spent)), state.machine["state"]] += state.clock["now_ms"][0] - since
    return spent


def down_off_shift_ms(model: SimModel, state: SimState, spent: Ints) -> Ints:
    """int64[machines]: time down or in maintenance outside the shift, which nobody planned to use.

    The other states of planned time exist on shift alone: what goes beyond the open hours is it.
    """
    group = model.group[model.machine["group"]]
    now = state.clock["now_ms"][0]
    open_ms = np.where(group["unattended"] == 1, now, state.site["open_time_ms"][group["site"]])
    stands = spent[:, [MachineState.DOWN, MachineState.MAINTENANCE]].sum(axis=1)
    beyond: Ints = np.clip(spent[:, _PLANNED].sum(axis=1) - open_ms, 0, stands)
    return beyond


def energy_series(columns: RunColumns, model: SimModel, state: SimState) -> RunTable:
    """Flows of each site, a row where they change; only of a run traced in full."""
    del model
    rows = state.energy_trace[: int(state.clock["energy_rows"][0])]
    return RunTable(
        "energy_series",
        {
            "site": columns.take("sites", rows["site"]),
            "time": columns.moments(rows["time_ms"]),
            "on_grid": rows["on_grid"] == 1,
            **{f"{flow}_kw": power_kw(rows[f"{flow}_mw"]) for flow in FLOWS},
            "soc_kwh": energy_kwh(rows["soc_uj"]),
            "fuel_l": rows["fuel_pl"] / PL_PER_L,
        },
    )


def machine_series(columns: RunColumns, model: SimModel, state: SimState) -> RunTable:
    """States of the machines, a row where they change; only of a run traced in full."""
    del model
    rows = state.machine_trace[: int(state.clock["machine_rows"][0])]
    working = rows["op"] != NONE
    lot = np.full(len(rows), NONE, state.op["lot"].dtype)
    lot[working] = state.op["lot"][rows["op"][working]]
    return RunTable(
        "machine_series",
        {
            "site": columns.take("machine_sites", rows["machine"]),
            "work_centre": columns.take("machine_groups", rows["machine"]),
            "machine": columns.take("machines", rows["machine"]),
            "time": columns.moments(rows["time_ms"]),
            "state": rows["state"].astype(np.int8),
            "lot": columns.take("lots", lot),
        },
    )


_MAKERS: dict[str, Callable[[RunColumns, SimModel, SimState], RunTable]] = {
    "operations": operations,
    "orders": orders,
    "lots": lots,
    "energy": energy,
    "tariffs": tariffs,
    "transports": transports,
    "labour": labour,
    "people": people,
    "approvals": approvals,
    "stock": stock,
    "machines": machines,
    "energy_series": energy_series,
    "machine_series": machine_series,
}
