"""Pools of people, repair crews and tools, and which pools can serve a work centre."""

from __future__ import annotations

import numpy as np

from analytics.simulation import features, layout
from analytics.simulation.compile import units
from analytics.simulation.compile.calendars import CalendarTable
from analytics.simulation.layout import NONE, PPM
from analytics.simulation.model import Ints, Records
from analytics.simulation.people import CREW_POOL, PEOPLE_POOL, TOOL_POOL
from federation.topology.model import ClusterSpec
from federation.topology.requirements import can_serve


def pool_ids(cluster: ClusterSpec) -> tuple[tuple[str, str, str], ...]:
    """``(site, kind, id)`` of each row of ``POOL_C``: people, then crews, then tools of a site."""
    found: list[tuple[str, str, str]] = []
    for site in cluster.sites:
        found += [(site.id, "people", pool.id) for pool in site.pools]
        if site.repair_crews is not None:
            found.append((site.id, "crew", "crews"))
        found += [(site.id, "tool", tool.id) for tool in site.tools]
    return tuple(found)


def tool_numbers(cluster: ClusterSpec) -> dict[str, int]:
    """Number, from 1, of each tool that a site keeps or an operation needs."""
    tools = {tool.id for site in cluster.sites for tool in site.tools}
    for product in cluster.products:
        for part in product.parts:
            tools.update(step.tool for step in part.operations if step.tool is not None)
    return {tool: number for number, tool in enumerate(sorted(tools), start=1)}


def compile_pools(
    cluster: ClusterSpec, site_c: Records, group: Records, calendars: CalendarTable
) -> tuple[Records, Ints]:
    """``POOL_C`` and the abilities; sets the fields of sites and work centres that name them."""
    tools = tool_numbers(cluster)
    rows: list[tuple[int, int, int, int, int, int]] = []
    abilities: list[int] = []
    at = 0
    for place, site in enumerate(cluster.sites):
        first = len(rows)
        for pool in site.pools:
            calendar = NONE
            if pool.shifts:
                calendar = calendars.weekly(pool.shifts, site.utc_offset_h)
            shortest = units.hours(pool.minimum_call_in_h)
            rows.append((place, PEOPLE_POOL, pool.headcount * PPM, calendar, 0, shortest))
        if site.repair_crews is not None:
            rows.append((place, CREW_POOL, site.repair_crews * PPM, NONE, 0, 0))
            site_c["crew"][place] = len(rows)
        rows += [
            (place, TOOL_POOL, tool.count * PPM, NONE, tools[tool.id], 0) for tool in site.tools
        ]
        site_c["first_pool"][place], site_c["pools"][place] = first, len(rows) - first
        if len(rows) > first and site_c["ideal_power"][place] == 1:
            site_c["ideal_power"][place] = 2
        for machine in site.machines:
            work_centre = group[at : at + 1]
            at += 1
            if site.tools:
                work_centre["features"] |= features.TOOLS
            if not site.pools or machine.unattended or machine.operators == 0.0:
                continue
            able = [first + n for n, pool in enumerate(site.pools) if can_serve(pool, machine)]
            work_centre["features"] |= features.PEOPLE
            work_centre["first_ability"], work_centre["abilities"] = len(abilities), len(able)
            abilities += able
    return np.array(rows, dtype=layout.POOL_C), np.array(abilities, dtype=np.int64)
