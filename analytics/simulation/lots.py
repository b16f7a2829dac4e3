"""Lots: their states, and the marks of what must be looked at when one has changed."""

from __future__ import annotations

from typing import Any

from analytics.simulation.cache import compiled, inlined

# twins.work.LotState, as plain integers for the compiler
PLANNED = 0
WAITING = 1
QUEUED = 2
RUNNING = 3
DOCK = 4
TRANSIT = 5
JOINED = 6
DELIVERED = 7
LOST = 8
BLOCKED = 9
HELD = 10

# status of a gate
FORBIDDEN = 0
APPROVED = 1
ARTICLE_NEEDED = 2
ARTICLE_RUNNING = 3
ARTICLE_PENDING = 4


@inlined
def mark_group(energy: Any, shop: Any, scratch: Any, group: int) -> None:
    """Have a work centre looked at in this time step."""
    if shop.group[group].dirty == 1:
        return
    shop.group[group].dirty = 1
    site = shop.group_c[group].site
    if energy.site_c[site].ideal_power == 1:
        scratch.groups[0] += 1
        scratch.groups[scratch.groups[0]] = group
    else:
        mark_site(energy, scratch, site)


@inlined
def mark_site(energy: Any, scratch: Any, site: int) -> None:
    """Have a site's power balanced in this time step."""
    if energy.site[site].dirty == 0:
        energy.site[site].dirty = 1
        scratch.sites[0] += 1
        scratch.sites[scratch.sites[0]] = site


@compiled
def mark_all_groups(energy: Any, shop: Any, scratch: Any, site: int) -> None:
    """Have every work centre of a site looked at in this time step."""
    first = energy.site_c[site].first_group
    for group in range(first, first + energy.site_c[site].groups):
        mark_group(energy, shop, scratch, group)
    if energy.site_c[site].ideal_power == 0:
        mark_site(energy, scratch, site)


@inlined
def put(agenda: Any, work: Any, rules: Any, lot: int, state: int, link: int, machine: int) -> None:
    """Set a lot's state; a change gets the next event number and a row of the trace.

    What stays as it is keeps its age, also from before the fork.
    """
    record = work.lot[lot]
    if record.state == state and record.link == link and state != RUNNING:
        return
    record.state = state
    record.link = link
    record.event += 1
    record.since_ms = agenda.clock[0].now_ms
    if rules.scalar[0].trace_level == 2:
        row = agenda.clock[0].lot_rows
        agenda.clock[0].lot_rows = row + 1
        entry = work.trace[row]
        entry.time_ms = agenda.clock[0].now_ms
        entry.lot = lot
        entry.event = record.event
        entry.state = state
        entry.op = record.op
        entry.place = record.place
        entry.link = link
        entry.machine = machine
        entry.units = record.units
