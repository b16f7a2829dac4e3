"""Ovens: how full they are when they run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from analytics.kpis.base import BY_SITE, Figure, Kpi, Run, Setting
from analytics.run_table import RunTable


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
        for (site, centre, _, _), units in _loads(run.tables["operations"], room).items():
            used[site] += units
            had[site] += -(-units // room[site, centre]) * room[site, centre]
        yield Figure("oven_fill", _share(sum(used.values()), sum(had.values())))
        for site in used:
            yield Figure("oven_fill", _share(used[site], had[site]), "site", site)


def _loads(
    operations: RunTable, room: Mapping[tuple[str, str], int]
) -> dict[tuple[str, str, str | None, int], int]:
    """Units that began at a moment on each oven: site, work centre, machine, moment."""
    found: dict[tuple[str, str, str | None, int], int] = defaultdict(int)
    if room:
        places = ("site", "work_centre", "machine")
        baked = operations.named("work_centre", *{centre for _, centre in room})
        operations = operations.picked(baked, (*places, "start", "units"))
        columns = (operations.texts(name) for name in places)
        moments, units = operations.moments("start")[0], operations.numbers("units")
        for site, centre, machine, start, count in zip(
            *columns, moments.tolist(), units.tolist(), strict=True
        ):
            if (site, centre) in room:
                found[str(site), str(centre), machine, start] += count
    return found


def _share(used: int, had: int) -> float | None:
    return used / had if had else None


FAMILY = Ovens()
