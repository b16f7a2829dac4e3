"""What is believed about the time to come: when sites, machines, grids and links can be used.

It is read from the believed model's timed changes and from what holds at the moment, nothing else.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from analytics.remember import by_identity
from analytics.rerouting.intervals import Interval, Intervals, merged, without
from analytics.simulation import slots
from analytics.simulation.layout import (
    FOREVER,
    P_CALENDAR,
    P_GRID_OFF,
    P_HIRED_GENSET,
    P_LINK_CLOSED,
    P_MACHINE_ABSENT,
    P_MACHINE_DOWN,
    P_SITE_DOWN,
    WEEK_MS,
)
from analytics.simulation.model import Records, SimModel, SimState
from analytics.simulation.upkeep import UNDER_WAY, WAITS_FOR_CREW


class Outlook:
    """Believed availability from ``from_ms`` to ``to_ms``.

    Parameters
    ----------
    model, state
        The believed model, and the state at ``from_ms``.
    from_ms, to_ms
        Ms from the fork.
    """

    def __init__(self, model: SimModel, state: SimState, from_ms: int, to_ms: int) -> None:
        self._model = model
        self._state = state
        self.from_ms = from_ms
        self.to_ms = to_ms

    @cached_property
    def _by_entity(self) -> dict[tuple[int, int], list[tuple[int, int]]]:
        """The same by kind and entity: time, value."""
        found: dict[tuple[int, int], list[tuple[int, int]]] = {}
        for time_ms, what, which, value in self._changes:
            found.setdefault((what, which), []).append((time_ms, value))
        return found

    @cached_property
    def _changes(self) -> list[tuple[int, int, int, int]]:
        """Timed changes that have not happened yet: time, kind, entity, value."""
        rows = self._model.primitive[int(self._state.clock["next_primitive"][0]) :]
        rows = rows[rows["time_ms"] < self.to_ms]
        return [tuple(row) for row in rows.tolist()]

    def held(self, kind: int, entity: int, count: int) -> Intervals:
        """When a counted change holds, given that ``count`` reasons hold now."""
        found: list[Interval] = []
        since = self.from_ms
        for time_ms, value in self._by_entity.get((kind, entity), ()):
            if count > 0:
                found.append((since, time_ms))
            count += value
            since = max(time_ms, self.from_ms)
        if count > 0:
            found.append((since, self.to_ms))
        return merged(found)

    @cached_property
    def grid_off(self) -> tuple[Intervals, ...]:
        """By site: when there is no public grid, by an edit or an outage under way."""
        return tuple(self._grid_off(site) for site in range(len(self._model.site)))

    @cached_property
    def edited_off(self) -> tuple[Intervals, ...]:
        """By site: when there is no public grid by an edit."""
        counts = self._state.site["grid_off"].tolist()
        return tuple(self.held(P_GRID_OFF, site, counts[site]) for site in range(len(counts)))

    def _grid_off(self, site: int) -> Intervals:
        off = self.edited_off[site]
        if int(self._state.site["outage"][site]) == 1:
            back = self._slot(slots.GRID, site)
            off = merged((*off, (self.from_ms, back)))
        return off

    @cached_property
    def site_down(self) -> tuple[Intervals, ...]:
        """By site: when all of it stands."""
        down = self._state.site["down"].tolist()
        return tuple(self.held(P_SITE_DOWN, site, down[site]) for site in range(len(down)))

    @cached_property
    def hired(self) -> tuple[Intervals, ...]:
        """By site: when a hired genset is there."""
        there = self._state.site["hired"].tolist()
        return tuple(self.held(P_HIRED_GENSET, site, there[site]) for site in range(len(there)))

    @cached_property
    def link_closed(self) -> tuple[Intervals, ...]:
        """By direction of a link."""
        closed = self._state.link["closed"].tolist()
        return tuple(self.held(P_LINK_CLOSED, link, closed[link]) for link in range(len(closed)))

    def machine_down(self, machine: int, *, edits_only: bool = False) -> Intervals:
        """When one machine stands for a breakdown or an edit, its site apart."""
        state = self._state.machine[machine]
        group = int(self._model.machine["group"][machine])
        site = int(self._model.group["site"][group])
        # The count of a machine holds its own breakdown, its maintenance, the edits that keep it
        # away and those of its site too.
        broken, stopped = int(state["failed"]) > 0, int(state["upkeep"]) == UNDER_WAY
        absent = int(state["absent"])
        others = int(broken) + int(stopped) + absent + int(self._state.site["down"][site])
        down = self.held(P_MACHINE_DOWN, machine, max(0, int(state["down"]) - others))
        down = merged((*down, *self.held(P_MACHINE_ABSENT, machine, absent)))
        if broken and not edits_only:
            repaired = self._slot(slots.FAILURE, machine)
            if int(state["failed"]) == WAITS_FOR_CREW:
                repair = self._model.dist[int(self._model.group["repair_dist"][group])]
                repaired = self.from_ms + int(repair["mean"])
            down = merged((*down, (self.from_ms, repaired)))
        if stopped and not edits_only:
            down = merged((*down, (self.from_ms, self._slot(slots.MAINTENANCE, machine))))
        return down

    def powerless(self, group: int, *, edits_only: bool = False) -> Intervals:
        """When a work centre has no power: the grid is off and its backup cannot run it.

        The time to warm up again belongs to it. How long a backup lasts, and how many machines it
        carries at once, is left to the replay of a plan.

        Parameters
        ----------
        group
            Row of the work centre.
        edits_only
            Leave out a background outage that is under way.
        """
        row = self._model.group[group]
        site = int(row["site"])
        if int(self._model.site["ideal_power"][site]) != 0:
            return ()
        own, hired = self._backup_mw(site, self._model.bus[int(row["bus"])])
        need = self._base_mw(site, int(row["bus"])) + int(row["run_mw"])
        if own >= need:
            return ()
        off = self.edited_off[site] if edits_only else self.grid_off[site]
        if own + hired >= need:
            off = without(off, self.hired[site])
        rewarm = int(row["rewarm_ms"])
        return merged((begin, end + rewarm) for begin, end in off)

    def _backup_mw(self, site: int, bus: Records) -> tuple[int, int]:
        """What a bus can draw without the grid: from own sources, and from a hired one."""
        constant = self._model.site[site]
        own = 0
        if int(bus["on_inverter"]) == 1 and int(constant["battery_uj"]) > 0:
            own += min(int(constant["inverter_mw"]), int(constant["discharge_mw"]))
        if int(bus["on_genset"]) == 1:
            own += int(constant["genset_mw"])
        there = int(bus["on_hired_genset"]) == 1
        return own, int(self._model.hired["genset_mw"][site]) if there else 0

    def _base_mw(self, site: int, bus: int) -> int:
        """Base loads that the backup of a bus has to carry beside its machines."""
        first, count = (int(self._model.site[name][site]) for name in ("first_bus", "buses"))
        rows = self._model.bus[first : first + count]
        like = (rows["on_inverter"] == self._model.bus["on_inverter"][bus]) & (
            rows["on_genset"] == self._model.bus["on_genset"][bus]
        )
        return int(rows["base_mw"][like].sum())

    def closed(self, group: int, *, edits_only: bool = False) -> Intervals:
        """When a work centre cannot work, its hours and single machines apart."""
        site = int(self._model.group["site"][group])
        powerless = self.powerless(group, edits_only=edits_only)
        return merged((*self.site_down[site], *powerless))

    @cached_property
    def hours(self) -> tuple[Intervals, ...]:
        """By site: when its people work, overtime that is believed included."""
        return tuple(self._hours(site) for site in range(len(self._model.site)))

    def _hours(self, site: int) -> Intervals:
        row = int(self._state.site["calendar"][site])
        since = self.from_ms
        found: list[Interval] = []
        for time_ms, value in self._by_entity.get((P_CALENDAR, site), ()):
            found += calendar_hours(self._model, row, since, time_ms)
            row, since = value, max(time_ms, self.from_ms)
        found += calendar_hours(self._model, row, since, self.to_ms)
        return merged(found)

    def working(self, group: int) -> Intervals:
        """When a work centre can work."""
        site = int(self._model.group["site"][group])
        unattended = int(self._model.group["unattended"][group]) == 1
        hours: Intervals = ((self.from_ms, self.to_ms),) if unattended else self.hours[site]
        return without(hours, self.closed(group))

    def _slot(self, kind: int, entity: int) -> int:
        """When something under way is believed to end."""
        time_ms = int(self._state.slot["time_ms"][int(self._model.bases[kind]) + entity])
        return min(time_ms, self.to_ms) if time_ms < FOREVER else self.to_ms


def calendar_hours(model: SimModel, row: int, from_ms: int, to_ms: int) -> Intervals:
    """Open times of a calendar row between two moments, without its holidays."""
    offset = int(model.scalar["week_offset_ms"][0])
    return _calendar_hours(
        model.calendar, model.interval, model.closure, offset, row, from_ms, to_ms
    )


@by_identity(4096)
def _calendar_hours(
    calendar: Records,
    interval: Records,
    closure: Records,
    offset: int,
    row: int,
    from_ms: int,
    to_ms: int,
) -> Intervals:
    first, count = (int(calendar[name][row]) for name in ("first", "intervals"))
    week = interval[first : first + count]
    monday = (from_ms + offset) // WEEK_MS * WEEK_MS - offset
    starts = np.arange(monday, to_ms, WEEK_MS, dtype=np.int64)
    found: list[Interval] = []
    for start in starts.tolist():
        for opens, closes in week.tolist():
            begin, end = max(start + opens, from_ms), min(start + closes, to_ms)
            if begin < end:
                found.append((begin, end))
    first, count = (int(calendar[name][row]) for name in ("first_closure", "closures"))
    holidays: Intervals = tuple(closure[first : first + count].tolist())
    return without(merged(found), holidays)
