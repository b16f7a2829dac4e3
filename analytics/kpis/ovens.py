"""Ovens: how full they are when they run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from analytics.kpis.base import BY_SITE, Figure, Kpi, Run, Setting

_LOAD = ["site", "work_centre", "machine", "start"]


@dataclass(frozen=True)
class Ovens:
    """Units in the loads of ovens over the room that their cycles had."""

    id: str = "ovens"
    kpis: tuple[Kpi, ...] = (
        Kpi("oven_fill", "room of ovens used when they run", "1", "more", BY_SITE),
    )

    def measure(self, run: Run, setting: Setting) -> Iterator[Figure]:
        """What began together on an oven is a load; one above its room takes several cycles."""
        room = {
            (site.id, machine.id): machine.batch_capacity_units
            for site in setting.cluster.sites
            for machine in site.machines
            if machine.batch_capacity_units is not None
        }
        used = dict.fromkeys((site for site, _ in room), 0)
        had = dict(used)
        if room:
            centres = [centre for _, centre in room]
            baked = run.tables["operations"].filter(pl.col("work_centre").is_in(centres))
            loads = baked.group_by(_LOAD).agg(pl.col("units").sum())
            for site, centre, _, _, units in loads.iter_rows():
                capacity = room.get((site, centre))
                if capacity is not None:
                    used[site] += units
                    had[site] += -(-units // capacity) * capacity
        yield Figure("oven_fill", _share(sum(used.values()), sum(had.values())))
        for site in used:
            yield Figure("oven_fill", _share(used[site], had[site]), "site", site)


def _share(used: int, had: int) -> float | None:
    return used / had if had else None


FAMILY = Ovens()
