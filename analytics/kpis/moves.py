"""Moves: what is made elsewhere than the schedule at the fork said, and what travels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from analytics.kpis.base import Figure, Kpi, Run, Setting, total


@dataclass(frozen=True)
class Moves:
    """Lots and operations moved to another site, consignments, border crossings."""

    id: str = "moves"
    kpis: tuple[Kpi, ...] = (
        Kpi("lots_moved", "lots moved", "1", None),
        Kpi("operations_moved", "operations moved", "1", None, ("cluster", "site")),
        Kpi("sites_gaining", "sites that gain work", "1", None),
        Kpi("consignments", "consignments", "1", None),
        Kpi("border_crossings", "border crossings", "1", None),
        Kpi("mass_moved_t", "mass carried", "t", None),
    )

    def measure(self, run: Run, setting: Setting) -> Iterator[Figure]:
        """Compare the sites of operations begun after the fork with the schedule at the fork."""
        moved = moved_operations(run, setting)
        yield Figure("lots_moved", float(moved.get_column("lot").n_unique()))
        yield Figure("operations_moved", float(moved.height))
        gained = Counter(moved.get_column("site").to_list())
        yield Figure("sites_gaining", float(len(gained)))
        for site in setting.cluster.sites:
            yield Figure("operations_moved", float(gained[site.id]), "site", site.id)
        transports = run.tables["transports"]
        yield Figure("consignments", float(transports.height))
        yield Figure("border_crossings", float(total(transports, "border")))
        yield Figure("mass_moved_t", total(transports, "mass_kg") / 1000.0)


def moved_operations(run: Run, setting: Setting) -> pl.DataFrame:
    """Operations begun at another site than planned at the fork, with ``planned_site``."""
    joined = run.tables["operations"].join(setting.planned, on=["lot", "operation"])
    return joined.filter(joined.get_column("site") != joined.get_column("planned_site"))


FAMILY = Moves()
