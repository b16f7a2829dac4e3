"""People: how busy the pools are, and what waited for them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from analytics.kpis.base import BY_SITE, Figure, Kpi, Run, Setting, SiteFigures, sums_by_site, total
from analytics.run_table import RunTable
from analytics.tables import MONEY


@dataclass(frozen=True)
class People:
    """Hours of people in pools, machine-hours that waited for operators and for repair crews.

    The utilisation is the sum of the hours worked over the sum of the hours available.
    """

    id: str = "people"
    kpis: tuple[Kpi, ...] = (
        Kpi("people_available_h", "hours of people in pools", "h", None, scopes=BY_SITE),
        Kpi("people_worked_h", "hours worked by people in pools", "h", None, scopes=BY_SITE),
        Kpi("people_utilisation", "utilisation of people in pools", "1", None, scopes=BY_SITE),
        Kpi("no_operator_h", "machine-hours without operator", "h", scopes=BY_SITE),
        Kpi("crew_wait_h", "machine-hours waiting for a repair crew", "h", scopes=BY_SITE),
        Kpi("maintenance_h", "machine-hours in maintenance", "h", scopes=BY_SITE),
        Kpi("call_in_cost", "call-ins paid beyond overtime", MONEY, scopes=BY_SITE),
    )

    def measure(self, run: Run, setting: Setting) -> Iterator[Figure | SiteFigures]:
        """Sum pools and machines over the cluster and by site."""
        pools, machines, labour = (run.tables[name] for name in ("people", "machines", "labour"))
        hands = pools.picked(pools.named("kind", "people"))
        of: dict[str, tuple[RunTable, str]] = {
            "people_available_h": (hands, "available_h"),
            "people_worked_h": (hands, "worked_h"),
            "no_operator_h": (machines, "no_operator_h"),
            "crew_wait_h": (pools, "waiting_h"),
            "maintenance_h": (machines, "maintenance_h"),
            "call_in_cost": (labour, "call_in_cost"),
        }
        sums = {kpi: total(*source) for kpi, source in of.items()}
        for kpi, value in sums.items():
            yield Figure(kpi, value)
        available, worked = sums["people_available_h"], sums["people_worked_h"]
        yield Figure("people_utilisation", worked / available if available > 0.0 else None)
        at = {
            kpi: sums_by_site(table, table.numbers(column), setting)
            for kpi, (table, column) in of.items()
        }
        for kpi, values in at.items():
            yield SiteFigures(kpi, values)
        hours = at["people_available_h"]
        used = np.full(len(hours), np.nan)
        np.divide(at["people_worked_h"], hours, out=used, where=hours > 0.0)
        yield SiteFigures("people_utilisation", used)


FAMILY = People()
