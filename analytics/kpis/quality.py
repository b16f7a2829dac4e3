"""Quality and flow: rework, quarantine, shared lots, and lots lost to full buffers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from analytics.kpis.base import (
    BY_SITE,
    Figure,
    Kpi,
    Run,
    Setting,
    SiteFigures,
    summed,
    sums_by_site,
    total,
)


@dataclass(frozen=True)
class Quality:
    """Loops of rework, stock that is held, demand that is turned away."""

    id: str = "quality"
    kpis: tuple[Kpi, ...] = (
        Kpi("rework_loops", "lots sent back for rework", "1", "less", BY_SITE),
        Kpi("quarantine_unit_h", "units in quarantine x time", "h", "less", BY_SITE),
        Kpi("lot_shares", "shares of lots that several machines worked on", "1", None),
        Kpi("lots_held", "lots in quarantine at the horizon", "1"),
        Kpi("lots_lost", "lots turned away by full buffers", "1"),
        Kpi("units_lost", "units turned away by full buffers", "1"),
    )

    def measure(self, run: Run, setting: Setting) -> Iterator[Figure | SiteFigures]:
        """Read the operations where it was found out, and the lots at the horizon."""
        operations = run.tables["operations"]
        of = {
            "rework_loops": operations.numbers("reworks"),
            "quarantine_unit_h": operations.numbers("held_h") * operations.numbers("quantity"),
        }
        for kpi, values in of.items():
            yield Figure(kpi, summed(values))
            yield SiteFigures(kpi, sums_by_site(operations, values, setting))
        yield Figure("lot_shares", total(run.tables["machines"], "shares"))
        lots = run.tables["lots"]
        yield Figure("lots_held", float(np.count_nonzero(lots.named("state", "held"))))
        lost = lots.picked(lots.named("state", "lost"))
        yield Figure("lots_lost", float(len(lost)))
        yield Figure("units_lost", total(lost, "quantity"))


FAMILY = Quality()
