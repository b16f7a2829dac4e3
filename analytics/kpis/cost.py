"""Cost: what a run costs by kind, what it costs more than undisturbed, and the cash of a week.

All money is in the cluster's reporting currency and can be summed by hand from the result tables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from analytics.kpis.base import Figure, Kpi, Run, Setting, summed, total
from analytics.run_table import RunTable
from analytics.tables import MONEY

T = TypeVar("T")

PARTS = {
    "penalty": "penalty for lateness",
    "labour": "labour",
    "transport": "transport",
    "energy": "energy",
    "scrap": "scrapped material",
    "approval": "approval of first articles",
    "purchase": "material from suppliers",
    "hire": "hired equipment",
    "capital": "investments by the year",
    "carbon": "carbon price",
}
"""Kinds of cost; each has the key figures ``<kind>_cost`` and ``extra_<kind>_cost``."""
_CASH = ("labour", "transport", "energy", "approval", "purchase", "hire")
"""Paid as it arises. Penalties are settled later, scrapped material was bought before: where a
supplier brings it, it is a purchase and no cost of scrap."""
_MONEY = ("orders", "labour", "transports", "energy", "operations", "approvals", "stock")
"""Tables that hold money."""
_WAGES = ("regular_cost", "idle_cost", "overtime_cost")
_LABOUR = (*_WAGES, "call_in_cost")


@dataclass(frozen=True)
class Cost:
    """Cost by kind, extra cost against the undisturbed run with the same draws, cash in 7 days.

    Wages of regular hours are paid whether or not there is work, so they are in every run alike
    and idle hours are no saving.
    """

    id: str = "cost"
    kpis: tuple[Kpi, ...] = (
        *(Kpi(f"{part}_cost", title, MONEY) for part, title in PARTS.items()),
        Kpi("cost", "cost", MONEY),
        Kpi("regular_wages", "wages of regular hours in work", MONEY, None),
        Kpi("idle_wages", "wages of regular hours without work", MONEY),
        Kpi("overtime_wages", "wages of overtime", MONEY),
        *(
            Kpi(f"extra_{part}_cost", f"extra {title}", MONEY, needs_baseline=True)
            for part, title in PARTS.items()
        ),
        Kpi("extra_cost", "extra cost", MONEY, needs_baseline=True),
        Kpi("cash_7d", "cash needed in 7 days", MONEY),
        Kpi("extra_cash_7d", "extra cash needed in 7 days", MONEY, needs_baseline=True),
    )

    def measure(self, run: Run, setting: Setting) -> Iterator[Figure]:
        """Sum the tables by kind of cost."""
        costs = cost_parts(run, setting)
        for part, value in costs.items():
            yield Figure(f"{part}_cost", value)
        yield Figure("cost", sum(costs.values()))
        for kpi, column in zip(
            ("regular_wages", "idle_wages", "overtime_wages"), _WAGES, strict=True
        ):
            yield Figure(kpi, total(run.tables["labour"], column))
        cash = _once(run, setting, _cash)
        yield Figure("cash_7d", cash)
        if run.baseline is not None:
            before = cost_parts(run.baseline, setting)
            for part, value in costs.items():
                yield Figure(f"extra_{part}_cost", value - before[part])
            yield Figure("extra_cost", sum(costs.values()) - sum(before.values()))
            yield Figure("extra_cash_7d", cash - _once(run.baseline, setting, _cash))


def cost_parts(run: Run, setting: Setting) -> dict[str, float]:
    """Cost by kind, in the order of ``PARTS``."""
    return _once(run, setting, _whole)


def _once(run: Run, setting: Setting, measured: Callable[[Run, Setting], T]) -> T:
    """A figure of a run; that of a baseline is asked for by every run beside it."""
    key = measured, id(setting)
    if key not in run.remembered:
        run.remembered[key] = measured(run, setting)
    found: T = run.remembered[key]
    return found


def _whole(run: Run, setting: Setting) -> dict[str, float]:
    parts = _parts(run.tables, run.hire_cost, run.edit_cost, setting)
    if run.carbon_cost is not None:
        parts["carbon"] = run.carbon_cost
    return parts


def _parts(
    tables: Mapping[str, RunTable],
    hire_cost: float,
    edit_cost: Mapping[str, float],
    setting: Setting,
) -> dict[str, float]:
    energy, transports = tables["energy"], tables["transports"]
    emission_t = (total(energy, "emission_kg") + total(transports, "emission_kg")) / 1000.0
    return {
        "penalty": total(tables["orders"], "penalty"),
        "labour": sum(total(tables["labour"], column) for column in _LABOUR),
        "transport": total(transports, "cost"),
        "energy": total(energy, "grid_cost")
        + total(energy, "demand_cost")
        + total(energy, "fuel_cost")
        - total(energy, "export_revenue"),
        "scrap": _scrap_cost(tables["operations"], setting),
        "approval": total(tables["approvals"], "cost"),
        "purchase": total(tables["stock"], "purchase_cost"),
        "hire": hire_cost + edit_cost.get("hire", 0.0),
        "capital": edit_cost.get("capital", 0.0),
        "carbon": emission_t * setting.cluster.carbon_price_per_t,
    }


def _scrap_cost(operations: RunTable, setting: Setting) -> float:
    some = operations.numbers("scrapped") > 0
    scrapped = operations.picked(some, ("product", "part", "operation", "scrapped"))
    keys = zip(
        scrapped.texts("product"),
        scrapped.texts("part"),
        scrapped.numbers("operation").tolist(),
        strict=True,
    )
    value = setting.material_worth
    worth = np.array([value.get((str(a), str(b), c), 0.0) for a, b, c in keys], dtype=np.float64)
    return summed(scrapped.numbers("scrapped") * worth)


def _cash(run: Run, setting: Setting) -> float:
    week = {name: (run.week if name in run.week else run.tables)[name] for name in _MONEY}
    parts = _parts(week, run.hire_cost_week, run.edit_cost_week, setting)
    return sum(parts[part] for part in _CASH)


FAMILY = Cost()
