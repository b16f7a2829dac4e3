"""People: how busy the pools are, and what waited for them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from analytics.kpis.base import BY_SITE, Figure, Kpi, Run, Setting, total
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

    def measure(self, run: Run, setting: Setting) -> Iterator[Figure]:
        """Sum pools and machines over the cluster and by site."""
        for kpi, value in _figures(run, None).items():
            yield Figure(kpi, value)
        for site in setting.cluster.sites:
            for kpi, value in _figures(run, site.id).items():
                yield Figure(kpi, value, "site", site.id)


def _figures(run: Run, site: str | None) -> dict[str, float | None]:
    def there(table: str) -> pl.DataFrame:
        frame = run.tables[table]
        return frame if site is None else frame.filter(pl.col("site") == site)

    pools, machines = there("people"), there("machines")
    hands = pools.filter(pl.col("kind") == "people")
    available, worked = total(hands, "available_h"), total(hands, "worked_h")
    return {
        "people_available_h": available,
        "people_worked_h": worked,
        "people_utilisation": worked / available if available > 0.0 else None,
        "no_operator_h": total(machines, "no_operator_h"),
        "crew_wait_h": total(pools, "waiting_h"),
        "maintenance_h": total(machines, "maintenance_h"),
        "call_in_cost": total(there("labour"), "call_in_cost"),
    }


FAMILY = People()
