"""Links, one row per direction, with their timetables and customs hours."""

from __future__ import annotations

import numpy as np

from analytics.simulation import layout
from analytics.simulation.compile import units
from analytics.simulation.compile.calendars import CalendarTable
from analytics.simulation.compile.dists import DistTable
from analytics.simulation.compile.errors import CompileError
from analytics.simulation.keys import stable_key
from analytics.simulation.model import Ints, Records
from analytics.simulation.names import Names
from federation.hours import clock_ms
from federation.routes import Leg, legs
from federation.topology.model import ClusterSpec


def compile_links(
    cluster: ClusterSpec, names: Names, dists: DistTable, calendars: CalendarTable
) -> tuple[Records, Ints]:
    """``LINK_C`` and the timetable.

    The hours of a border post are in the local time of the link's start, whatever the direction.

    Raises
    ------
    CompileError
        When a link leads to an unknown place, or its border post never opens.
    """
    offsets = {site.id: site.utc_offset_h for site in cluster.sites}
    offsets |= {c.id: c.utc_offset_h for c in cluster.customers if c.at_site is None}
    rows = legs(cluster)
    table = np.zeros(len(rows), layout.LINK_C)
    timetable: list[int] = []
    for number, leg in enumerate(rows):
        link = leg.link
        for place in (leg.start, leg.end):
            if place not in names.place_row:
                raise CompileError(
                    f"link '{link.id}' leads to '{place}', which is no place; "
                    f"name one of {', '.join(names.places)}"
                )
        row = table[number : number + 1]
        row["key"] = stable_key(f"{link.id}>{leg.end}")
        row["start"], row["end"] = names.place_row[leg.start], names.place_row[leg.end]
        row["drive_ms"] = units.hours(link.drive_h)
        row["border_ms"] = units.hours(link.border_h)
        row["night_ban"] = int(not link.night_driving)
        row["utc_offset_ms"] = units.hours(offsets[leg.start])
        row["customs_calendar"] = calendars.opening(link.customs, offsets[link.start])
        if link.customs is not None and link.customs.open >= link.customs.close:
            raise CompileError(
                f"link '{link.id}': the border post never opens: customs.open is not before "
                "customs.close; correct one of them"
            )
        departures = sorted({clock_ms(departure) for departure in link.departures})
        if not departures:
            raise CompileError(f"link '{link.id}' has no departures; give at least one time")
        row["first_departure"], row["departures"] = len(timetable), len(departures)
        timetable.extend(departures)
        row["dist"] = dists.factor("lognormal", link.travel_time_cv)
        if link.travel_time is not None:
            row["dist"] = dists.relative(link.travel_time)
        _loading(row, leg)
    return table, np.array(timetable, dtype=np.int64)


def _loading(row: Records, leg: Leg) -> None:
    """What a link has of consolidation, vehicles, capacity and papers."""
    link = leg.link
    row["consolidation_ms"] = units.hours(link.consolidation_h or 0.0)
    row["vehicles"] = link.vehicles or 0
    row["capacity_g"] = round((link.capacity_kg or 0.0) * 1000.0)
    row["papers_ms"] = units.hours(link.papers_h)
    row["dangerous_ms"] = units.hours(leg.papers_h(dangerous=True))
    used = ("consolidation_ms", "vehicles", "capacity_g", "papers_ms", "dangerous_ms")
    row["features"] = int(any(row[name][0] != 0 for name in used))
