"""Service: what customers get by when. Orders open at the fork and due before the horizon count.

Lateness is counted until the horizon, so what is still undelivered there stands beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from analytics.kpis.base import Figure, Kpi, Run, Setting, total

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
        late = orders.filter(~pl.col("on_time_in_full"))
        yield Figure("orders_due", float(orders.height))
        yield Figure("late_orders", float(late.height))
        yield Figure("on_time_in_full_orders", float(orders.height - late.height))
        yield Figure("late_order_days", total(late, "days_late"))
        worst = late.get_column("days_late").max() if late.height else 0.0
        yield Figure("worst_order_days", float(worst))  # type: ignore[arg-type]
        for order, days in late.sort("order").select("order", "days_late").iter_rows():
            yield Figure("late_order_days", days, "order", order)
        due, by_due = total(orders, "quantity"), total(orders, "on_time_quantity")
        yield Figure("units_due", due)
        yield Figure("units_by_due", by_due)
        yield Figure("late_units", due - by_due)
        yield Figure("late_unit_days", total(orders, "late_unit_days"))
        missing = orders.filter(pl.col("delivered_at").is_null())
        yield Figure("undelivered_orders", float(missing.height))
        units = total(missing, "quantity") - total(missing, "delivered_quantity")
        yield Figure("undelivered_units", units)


def due_orders(run: Run, setting: Setting) -> pl.DataFrame:
    """Orders due before the horizon, with ``on_time_in_full`` and ``days_late``."""
    ready = pl.col("delivered_at").fill_null(setting.horizon_end)
    days = (ready - pl.col("due")).dt.total_microseconds().cast(pl.Float64) / _DAY_US
    complete = pl.col("delivered_at").is_not_null() & (pl.col("delivered_at") <= pl.col("due"))
    return (
        run.tables["orders"]
        .filter(pl.col("due") < setting.horizon_end)
        .with_columns(days_late=days.clip(lower_bound=0.0), on_time_in_full=complete)
    )


FAMILY = Service()
