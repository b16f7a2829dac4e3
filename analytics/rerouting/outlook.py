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
from analytics.simulation.model import Ints, Records, SimModel, SimState
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
        changes = self._by_entity.get((kind, entity), ())
        if not changes and count <= 0:
            return ()
        found: list[Interval] = []
        since = self.from_ms
        for time_ms, value in changes:
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

    @cached_property
    def _may_stand(self) -> set[int]:
        """Machines that stand or may come to stand; most never do, and are not asked further."""
        machine = self._state.machine
        stands = (machine["failed"] > 0) | (machine["upkeep"] == UNDER_WAY)
        stands |= (machine["absent"] > 0) | (machine["down"] > 0)
        kinds = (P_MACHINE_DOWN, P_MACHINE_ABSENT)
        later = {entity for kind, entity in self._by_entity if kind in kinds}
        return later | set(np.flatnonzero(stands).tolist())

    @property
    def standing(self) -> Ints:
        """int64: rows of the machines that stand at some time for a reason of their own."""
        return np.array(sorted(self._may_stand), dtype=np.int64)

    def machine_down(self, machine: int, *, edits_only: bool = False) -> Intervals:
        """When one machine stands for a breakdown or an edit, its site apart."""
        if machine not in self._may_stand:
            return ()
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
        site = self._sites[group]
        off = self.edited_off[site] if edits_only else self.grid_off[site]
        if not off:
            return ()
        model = self._model
        own, with_hired = _backed_up(model.site, model.hired, model.bus, model.group)[group]
        if own:
            return ()
        if with_hired:
            off = without(off, self.hired[site])
        rewarm = int(model.group["rewarm_ms"][group])
        return merged((begin, end + rewarm) for begin, end in off)

    @cached_property
    def _sites(self) -> list[int]:
        """Site of each work centre."""
        sites: list[int] = self._model.group["site"].tolist()
        return sites

    def closed(self, group: int, *, edits_only: bool = False) -> Intervals:
        """When a work centre cannot work, its hours and single machines apart."""
        powerless = self.powerless(group, edits_only=edits_only)
        down = self.site_down[self._sites[group]]
        return merged((*down, *powerless)) if powerless else down

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
        site = self._sites[group]
        unattended = int(self._model.group["unattended"][group]) == 1
        hours: Intervals = ((self.from_ms, self.to_ms),) if unattended else self.hours[site]
        return without(hours, self.closed(group))

    def _slot(self, kind: int, entity: int) -> int:
        """When something under way is believed to end."""
        time_ms = int(self._state.slot["time_ms"][int(self._model.bases[kind]) + entity])
        return min(time_ms, self.to_ms) if time_ms < FOREVER else self.to_ms


@by_identity()
def _backed_up(
    site_c: Records, hired_c: Records, bus_c: Records, group_c: Records
) -> list[tuple[bool, bool]]:
    """Whether a work centre runs without the grid: from its own sources, and with a hired one.

    The sources carry the base loads of the buses that share them beside one machine.
    """
    found: list[tuple[bool, bool]] = []
    for group in group_c:
        site, bus = site_c[group["site"]], bus_c[group["bus"]]
        own = 0
        if bus["on_inverter"] == 1 and site["battery_uj"] > 0:
            own += min(int(site["inverter_mw"]), int(site["discharge_mw"]))
        if bus["on_genset"] == 1:
            own += int(site["genset_mw"])
        hired = int(hired_c["genset_mw"][group["site"]]) if bus["on_hired_genset"] == 1 else 0
        rows = bus_c[site["first_bus"] : site["first_bus"] + site["buses"]]
        like = (rows["on_inverter"] == bus["on_inverter"]) & (rows["on_genset"] == bus["on_genset"])
        need = int(rows["base_mw"][like].sum()) + int(group["run_mw"])
        ideal = bool(site["ideal_power"] != 0)
        found.append((ideal or own >= need, own + hired >= need))
    return found


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
