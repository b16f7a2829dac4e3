"""Quality and flow: rework, quarantine and lots lost to full buffers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from analytics.kpis.base import BY_SITE, Figure, Kpi, Run, Setting, total


@dataclass(frozen=True)
class Quality:
    """Loops of rework, stock that is held, demand that is turned away."""

    id: str = "quality"
    kpis: tuple[Kpi, ...] = (
        Kpi("rework_loops", "lots sent back for rework", "1", "less", BY_SITE),
        Kpi("quarantine_unit_h", "units in quarantine x time", "h", "less", BY_SITE),
        Kpi("lots_held", "lots in quarantine at the horizon", "1"),
        Kpi("lots_lost", "lots turned away by full buffers", "1"),
        Kpi("units_lost", "units turned away by full buffers", "1"),
    )

    def measure(self, run: Run, setting: Setting) -> Iterator[Figure]:
        """Read the operations where it was found out, and the lots at the horizon."""
        operations = run.tables["operations"].with_columns(
            held_unit_h=pl.col("held_h") * pl.col("quantity")
        )
        yield Figure("rework_loops", total(operations, "reworks"))
        yield Figure("quarantine_unit_h", total(operations, "held_unit_h"))
        for site in setting.cluster.sites:
            own = operations.filter(pl.col("site") == site.id)
            yield Figure("rework_loops", total(own, "reworks"), "site", site.id)
            yield Figure("quarantine_unit_h", total(own, "held_unit_h"), "site", site.id)
        lots = run.tables["lots"]
        yield Figure("lots_held", float(lots.filter(pl.col("state") == "held").height))
        lost = lots.filter(pl.col("state") == "lost")
        yield Figure("lots_lost", float(lost.height))
        yield Figure("units_lost", total(lost, "quantity"))


FAMILY = Quality()
