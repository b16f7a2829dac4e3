"""Published load-shedding rosters as timed changes of the grid, over the horizon."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import numpy as np

from analytics.simulation import layout
from analytics.simulation.layout import DAY_MS, P_GRID_CALM, P_GRID_OFF
from analytics.simulation.model import Records
from analytics.simulation.names import Names
from federation.hours import WEEKDAYS, Interval, clock_ms, days_ms, merge
from federation.topology.model import ClusterSpec
from twins.calendar_spec import RosterSpec

Change = tuple[int, int, int, int]


def published_changes(
    cluster: ClusterSpec, names: Names, fork: datetime, horizon_ms: int
) -> Records:
    """``PRIMITIVE_C`` of all rosters from the fork to the horizon, sorted.

    While a roster holds, it replaces the background outages of its site. Hours of two rosters that
    overlap or adjoin are one outage.
    """
    rows: list[Change] = []
    for site in cluster.sites:
        grid = site.energy.grid if site.energy is not None else None
        if grid is None:
            continue
        row, offset = names.site_row[site.id], site.utc_offset_h
        holding = (days_ms(roster.first, roster.last, offset, fork) for roster in grid.roster)
        off = (span for roster in grid.roster for span in _off(roster, offset, fork, horizon_ms))
        rows += _pairs(P_GRID_CALM, row, holding, horizon_ms)
        rows += _pairs(P_GRID_OFF, row, off, horizon_ms)
    return np.array(sorted(rows), dtype=layout.PRIMITIVE_C)


def _pairs(kind: int, site: int, spans: Iterator[Interval], horizon_ms: int) -> Iterator[Change]:
    """+1 at the beginning of each span, -1 at its end; what began before the fork holds from 0."""
    for begin, end in merge(spans):
        if end > 0 and begin < horizon_ms:
            yield max(begin, 0), kind, site, 1
            yield end, kind, site, -1


def _off(
    roster: RosterSpec, utc_offset_h: float, fork: datetime, horizon_ms: int
) -> Iterator[Interval]:
    """Hours without supply of a roster that reach beyond the fork, in ms from it."""
    first, until = days_ms(roster.first, roster.last, utc_offset_h, fork)
    day = max(-first // DAY_MS, 0)  # days that are over at the fork
    midnight = first + day * DAY_MS
    date = roster.first + timedelta(days=day)
    while midnight < min(until, horizon_ms):
        weekday = WEEKDAYS[date.weekday()]
        for hours in roster.off:
            if weekday in hours.days:
                yield midnight + clock_ms(hours.start), midnight + clock_ms(hours.end)
        midnight += DAY_MS
        date += timedelta(days=1)
