"""Hand-made tables of a run of the small cluster: figures that can be checked in the head."""

from datetime import timedelta
from typing import Any

import polars as pl
import pytest

from analytics.kpis.base import Run, Setting
from analytics.run_table import RunTable
from analytics.tables import RUN
from tests.support.run_tables import arrow_of, table_of
from tests.support.small_cluster import MONDAY, small_cluster

HORIZON = MONDAY + timedelta(days=28)


def day(number: float) -> Any:
    return MONDAY + timedelta(days=number)


def rows(name: str, *entries: dict[str, Any]) -> pl.DataFrame:
    """A table as a frame; what is not given is 0, empty or null."""
    frame = pl.from_arrow(arrow_of(name, *entries))
    assert isinstance(frame, pl.DataFrame)
    return frame


def order(
    name: str, quantity: int, due: float, delivered: float | None, **more: Any
) -> dict[str, Any]:
    ready = 28.0 if delivered is None else delivered
    late = max(ready - due, 0.0) * quantity
    return {
        "order": name,
        "product": "lamp",
        "quantity": quantity,
        "due": day(due),
        "delivered_at": None if delivered is None else day(delivered),
        "delivered_quantity": 0 if delivered is None else quantity,
        "on_time_quantity": quantity if late == 0.0 else 0,
        "late_unit_days": late,
        "lateness_cost_per_unit_day": 0.5,
        "penalty": 0.5 * late,
        **more,
    }


def lots_of(*orders: dict[str, Any]) -> RunTable:
    """One lot for each order."""
    names = ("order", "quantity", "due", "delivered_at")
    return table_of(
        "lots", *({"lot": f"{o['order']}/01/lamp", **{n: o[n] for n in names}} for o in orders)
    )


@pytest.fixture
def setting() -> Setting:
    return Setting(
        cluster=small_cluster(),
        fork_at=MONDAY,
        horizon_end=HORIZON,
        planned_site={
            ("A/01/shell", 1): "NORTH",
            ("A/01/shell", 2): "NORTH",
            ("B/01/shell", 1): "NORTH",
        },
        soc_kwh={"NORTH": 9.0},
        fuel_l={"SOUTH": 30.0},
    )


@pytest.fixture
def baseline() -> Run:
    orders = (order("A", 100, 3.0, 2.0), order("B", 50, 5.0, 4.0), order("C", 10, 30.0, None))
    tables = {
        **{name: table_of(name) for name in RUN},
        "orders": table_of("orders", *orders),
        "lots": lots_of(*orders),
        "energy": table_of(
            "energy",
            {"site": "NORTH", "load_kwh": 100.0, "served_kwh": 100.0, "grid_kwh": 100.0}
            | {"grid_cost": 16.0, "grid_emission_kg": 52.3, "emission_kg": 52.3},
            {"site": "SOUTH"},
        ),
        "labour": table_of("labour", {"site": "NORTH", "regular_cost": 200.0, "idle_cost": 100.0}),
    }
    return Run(tables=tables)


@pytest.fixture
def run(baseline: Run) -> Run:
    orders = (order("A", 100, 3.0, 7.0), order("B", 50, 5.0, 4.5), order("C", 10, 30.0, None))
    operation = {"product": "lamp", "part": "shell", "start": day(1), "quantity": 16, "units": 16}
    transport = {"consignment": "1", "link": "N-S", "depart": day(1), "arrive": day(3)}
    tables = {
        **baseline.tables,
        "orders": table_of("orders", *orders),
        "lots": lots_of(*orders),
        "operations": table_of(
            "operations",
            {"lot": "A/01/shell", "operation": 1, "site": "SOUTH", **operation},
            {"lot": "A/01/shell", "operation": 2, "site": "SOUTH", **operation},
            {"lot": "B/01/shell", "operation": 1, "site": "NORTH", "scrapped": 16, **operation},
        ),
        "machines": table_of(
            "machines",
            {"site": "NORTH", "machine": "brake-1", "run_h": 3.0, "no_power_h": 5.0, "idle_h": 2.0}
            | {"off_shift_h": 14.0, "lost_to_power_h": 4.0, "good": 5},
            {"site": "SOUTH", "machine": "brake", "run_h": 6.0, "rewarm_h": 1.0, "setup_h": 0.5}
            | {"scrap": 16, "power_scrap": 16},
        ),
        "energy": table_of(
            "energy",
            {"site": "NORTH", "load_kwh": 120.0, "served_kwh": 90.0, "unserved_kwh": 30.0}
            | {"grid_kwh": 90.0, "grid_cost": 14.4, "grid_emission_kg": 47.0, "emission_kg": 47.0},
            {"site": "SOUTH", "load_kwh": 10.0, "served_kwh": 10.0, "genset_kwh": 10.0}
            | {"fuel_l": 20.0, "fuel_cost": 25.0, "fuel_emission_kg": 53.2, "emission_kg": 53.2}
            | {"fuel_dry_at": day(1.5)},
        ),
        "transports": table_of(
            "transports",
            {**transport, "mass_kg": 100.0, "cost": 25.0, "emission_kg": 6.3, "border": True},
            {**transport, "link": "N-C", "mass_kg": 400.0, "cost": 30.0},
        ),
        "labour": table_of(
            "labour",
            {"site": "NORTH", "regular_cost": 150.0, "idle_cost": 150.0, "overtime_cost": 40.0},
        ),
        "approvals": table_of("approvals", {"site": "SOUTH", "part": "shell", "cost": 60.0}),
    }
    week = {
        "energy": table_of("energy", {"site": "NORTH", "grid_cost": 2.0}),
        "labour": table_of(
            "labour", {"site": "NORTH", "regular_cost": 70.0, "overtime_cost": 20.0}
        ),
    }
    return Run(tables=tables, week=week, hire_cost=240.0, hire_cost_week=160.0, baseline=baseline)
