"""Service: what customers get by when. Orders open at the fork and due before the horizon count.

Lateness is counted until the horizon, so what is still undelivered there stands beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from analytics.kpis.base import Figure, Kpi, Run, Setting, micros, total

_DAY_US = 86_400_000_000


@dataclass(frozen=True)
class Service:
    """Orders on time in full, lateness, units delivered by their due date."""

    id: str = "service"
    kpis: tuple[Kpi, ...] = (
        Kpi("orders_due", "orders due", "1", None),
        Kpi("late_orders", "late orders", "1"),
        Kpi("on_time_in_full_orders", "orders on time in full", "1", "more"),
        Kpi("late_order_days", "late order-days", "d", scopes=("cluster", "order")),
        Kpi("worst_order_days", "worst order", "d"),
        Kpi("units_due", "units due", "1", None),
        Kpi("units_by_due", "good units delivered by due", "1", "more"),
        Kpi("late_units", "late units", "1"),
        Kpi("late_unit_days", "late unit-days", "d"),
        Kpi("undelivered_orders", "orders due and not delivered whole at the horizon", "1"),
        Kpi("undelivered_units", "units due and not delivered at the horizon", "1"),
    )

    def measure(self, run: Run, setting: Setting) -> Iterator[Figure]:
        """Read the orders; an order that is not complete at the horizon is late until then."""
        orders = due_orders(run, setting)
        late = orders.filter(~orders.get_column("on_time_in_full"))
        yield Figure("orders_due", float(orders.height))
        yield Figure("late_orders", float(late.height))
        yield Figure("on_time_in_full_orders", float(orders.height - late.height))
        yield Figure("late_order_days", total(late, "days_late"))
        worst = late.get_column("days_late").max() if late.height else 0.0
        yield Figure("worst_order_days", float(worst))  # type: ignore[arg-type]
        names, days_late = (late.get_column(name).to_list() for name in ("order", "days_late"))
        for order, days in sorted(zip(names, days_late, strict=True)):
            yield Figure("late_order_days", days, "order", order)
        due, by_due = total(orders, "quantity"), total(orders, "on_time_quantity")
        yield Figure("units_due", due)
        yield Figure("units_by_due", by_due)
        yield Figure("late_units", due - by_due)
        yield Figure("late_unit_days", total(orders, "late_unit_days"))
        missing = orders.filter(orders.get_column("delivered_at").is_null())
        yield Figure("undelivered_orders", float(missing.height))
        units = total(missing, "quantity") - total(missing, "delivered_quantity")
        yield Figure("undelivered_units", units)


def due_orders(run: Run, setting: Setting) -> pl.DataFrame:
    """Orders due before the horizon, with ``on_time_in_full`` and ``days_late``."""
    orders = run.tables["orders"]
    horizon = micros(setting.horizon_end)
    orders = orders.filter(orders.get_column("due").to_physical() < horizon)
    due = orders.get_column("due").to_physical().to_numpy()
    delivered = orders.get_column("delivered_at").to_physical()
    late_us = delivered.fill_null(horizon).to_numpy() - due
    complete = delivered.is_not_null().to_numpy() & (late_us <= 0)
    days = pl.Series("days_late", np.maximum(late_us, 0).astype(np.float64)) / _DAY_US
    return orders.hstack([days, pl.Series("on_time_in_full", complete)])


FAMILY = Service()
