"""Service: what customers get by when. Orders open at the fork and due before the horizon count.

Lateness is counted until the horizon, so what is still undelivered there stands beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.kpis.base import Figure, Kpi, Run, Setting, micros, summed, total
from analytics.run_table import RunTable

_DAYS_PER_US = 1.0 / 86_400_000_000


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
        orders, days_late, in_full = due_orders(run, setting)
        late = days_late[~in_full]
        yield Figure("orders_due", float(len(orders)))
        yield Figure("late_orders", float(len(late)))
        yield Figure("on_time_in_full_orders", float(len(orders) - len(late)))
        yield Figure("late_order_days", summed(late))
        yield Figure("worst_order_days", float(late.max(initial=0.0)))
        names = orders.picked(~in_full).texts("order")
        for order, days in sorted(zip(names, late.tolist(), strict=True)):
            yield Figure("late_order_days", days, "order", str(order))
        due, by_due = total(orders, "quantity"), total(orders, "on_time_quantity")
        yield Figure("units_due", due)
        yield Figure("units_by_due", by_due)
        yield Figure("late_units", due - by_due)
        yield Figure("late_unit_days", total(orders, "late_unit_days"))
        missing = orders.picked(orders.moments("delivered_at")[1])
        yield Figure("undelivered_orders", float(len(missing)))
        units = total(missing, "quantity") - total(missing, "delivered_quantity")
        yield Figure("undelivered_units", units)


def due_orders(
    run: Run, setting: Setting
) -> tuple[RunTable, npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """Orders due before the horizon, the days by which each is late, and which are in full."""
    orders = run.tables["orders"]
    horizon = micros(setting.horizon_end)
    orders = orders.picked(orders.moments("due")[0] < horizon)
    due, (delivered, never) = orders.moments("due")[0], orders.moments("delivered_at")
    late_us = np.where(never, horizon, delivered) - due
    days_late = np.maximum(late_us, 0) * _DAYS_PER_US
    return orders, days_late, ~never & (late_us <= 0)


FAMILY = Service()
