"""Zones: places between which goods move freely, and the legs that join or limit them."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from federation.hours import HOUR_MS, WEEK_MS
from federation.routes import Leg, legs, place_ids
from federation.topology.model import ClusterSpec

Ints = npt.NDArray[np.int64]
_DAYS = 7
_WEEK_H = WEEK_MS / HOUR_MS


@dataclass(frozen=True, slots=True)
class Passage:
    """A way from zone to zone.

    Parameters
    ----------
    start, end
        Zones.
    leg
        Row of the leg whose weekly capacity it takes; -1: none is limited.
    """

    start: int
    end: int
    leg: int


@dataclass(frozen=True, slots=True)
class Zones:
    """How the places hang together.

    Parameters
    ----------
    of
        int64[places]: zone of each place.
    passages
        Ways between zones.
    reach
        bool[zones, zones]: whether goods get from one to the other at all; each reaches itself.
    """

    of: Ints
    passages: tuple[Passage, ...]
    reach: npt.NDArray[np.bool_]


class Ground:
    """Places and legs of a cluster, to be asked again and again with other legs closed.

    Links that are kept for expedited lots do not count.

    Parameters
    ----------
    cluster
        Places and links.
    closed
        Ids of links that are closed whatever else happens.

    Attributes
    ----------
    places : tuple of str
    legs : tuple of Leg
    capacity_kg : float64[legs]
        Most that can be moved in a week; infinite without a limit.
    """

    def __init__(self, cluster: ClusterSpec, closed: Collection[str] = ()) -> None:
        self.places = place_ids(cluster)
        self.place_row = {place: row for row, place in enumerate(self.places)}
        self.legs: tuple[Leg, ...] = legs(cluster)
        self._start = np.array([self.place_row[leg.start] for leg in self.legs], dtype=np.int64)
        self._end = np.array([self.place_row[leg.end] for leg in self.legs], dtype=np.int64)
        shut = [leg.link.expedited or leg.link.id in closed for leg in self.legs]
        self._shut = np.array(shut, dtype=np.bool_)
        forbidden = [leg.link.dangerous_goods == "forbidden" for leg in self.legs]
        self._forbidden = np.array(forbidden, dtype=np.bool_)
        self.capacity_kg = np.array([weekly_capacity_kg(leg) for leg in self.legs])
        self.limited = bool(np.isfinite(self.capacity_kg).any())
        self._out: dict[str, list[int]] = {}
        self._in: dict[str, list[int]] = {}
        self._of_link: dict[str, list[int]] = {}
        for row, leg in enumerate(self.legs):
            self._out.setdefault(leg.start, []).append(row)
            self._in.setdefault(leg.end, []).append(row)
            self._of_link.setdefault(leg.link.id, []).append(row)
        self._known: dict[tuple[frozenset[int], bool], Zones] = {}

    def leaving(self, place: str) -> frozenset[int]:
        """Rows of the legs that start at a place."""
        return frozenset(self._out.get(place, ()))

    def over(self, links: Collection[str]) -> frozenset[int]:
        """Rows of the legs of some links."""
        return frozenset(row for link in links for row in self._of_link[link])

    def parts(
        self,
        closed: frozenset[int],
        lost: frozenset[str] = frozenset(),
        before: tuple[frozenset[int], frozenset[str]] = (frozenset(), frozenset()),
    ) -> bool:
        """Whether some place may no longer be reached from where it could; in doubt: yes.

        Nothing leaves a lost place, but goods can still come there. Asked is for a way round each
        closed leg, and round the lost places from each place before them to each place behind; with
        all of these there, no other way is lost either.

        Parameters
        ----------
        closed, lost
            Legs and places that are taken away now.
        before
            Those that are away already.
        """
        around: dict[str, set[str]] = {}
        shut, away = closed | before[0], lost | before[1]
        behind = self._neighbours(lost, self._out, forward=True)
        for start in self._neighbours(lost, self._in, forward=False) - away:
            around.setdefault(start, set()).update(behind - {start})
        for row in closed:
            leg = self.legs[row]
            if not self._shut[row] and leg.start not in away:
                around.setdefault(leg.start, set()).add(leg.end)
        kinds = (False, True) if self._forbidden.any() else (False,)
        return any(
            not self._reaches(start, ends, shut, away, dangerous=dangerous)
            for start, ends in around.items()
            for dangerous in kinds
        )

    def _neighbours(
        self, lost: frozenset[str], rows: dict[str, list[int]], *, forward: bool
    ) -> set[str]:
        """Places next to the lost ones over open legs."""
        found: set[str] = set()
        for place in lost:
            for row in rows.get(place, ()):
                if not self._shut[row]:
                    found.add(self.legs[row].end if forward else self.legs[row].start)
        return found

    def _reaches(
        self,
        start: str,
        ends: set[str],
        closed: frozenset[int],
        lost: frozenset[str],
        *,
        dangerous: bool,
    ) -> bool:
        left = set(ends)
        seen, waiting = {start}, deque([start])
        while left and waiting:
            for row in self._out.get(waiting.popleft(), ()):
                end = self.legs[row].end
                barred = row in closed or self._shut[row] or (dangerous and self._forbidden[row])
                if barred or end in seen:
                    continue
                seen.add(end)
                left.discard(end)
                if end not in lost:
                    waiting.append(end)
        return not left

    def zones(self, closed: frozenset[int] = frozenset(), *, dangerous: bool = False) -> Zones:
        """The zones while further legs are closed."""
        key = (closed, dangerous and bool(self._forbidden.any()))
        if key not in self._known:
            if len(self._known) > 64:
                self._known.clear()
            self._known[key] = self._zones(*key)
        return self._known[key]

    def _zones(self, closed: frozenset[int], dangerous: bool) -> Zones:
        from scipy.sparse import csr_array
        from scipy.sparse.csgraph import breadth_first_order, connected_components

        usable = ~self._shut
        if closed:
            usable[list(closed)] = False
        if dangerous:
            usable &= ~self._forbidden
        free = usable & np.isinf(self.capacity_kg)
        count = len(self.places)
        ones = np.ones(int(free.sum()))
        graph = csr_array((ones, (self._start[free], self._end[free])), shape=(count, count))
        zones, of = connected_components(graph, directed=True, connection="strong")
        found: dict[Passage, None] = {}
        apart = usable & (of[self._start] != of[self._end])
        for row in np.flatnonzero(apart).tolist():
            start, end = int(of[self._start[row]]), int(of[self._end[row]])
            found[Passage(start, end, -1 if free[row] else row)] = None
        ends = np.array([(one.start, one.end) for one in found], dtype=np.int64).reshape(-1, 2)
        joined = csr_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(zones, zones))
        reach = np.eye(zones, dtype=np.bool_)
        for zone in range(zones) if len(ends) else ():
            order = breadth_first_order(joined, zone, return_predecessors=False)
            reach[zone, order] = True
        return Zones(of.astype(np.int64), tuple(found), reach)


def weekly_capacity_kg(leg: Leg) -> float:
    """Most that a leg can move in a week; infinite where nothing limits it.

    A timetable has so many departures. A vehicle is away for twice the mean journey at least.
    """
    link = leg.link
    if link.capacity_kg is None:
        return float("inf")
    trips = float("inf") if link.consolidation_h is not None else _DAYS * len(set(link.departures))
    if link.vehicles is not None:
        trips = min(trips, link.vehicles * _WEEK_H / (2.0 * leg.travel_h))
    return trips * link.capacity_kg
