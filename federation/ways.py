"""Ways between places in the order of their value. Pure.

Routes are those of Yen (1971): simple paths in the order of their value, each found as the best way
off an earlier one. Places are joined by legs, so that two links between the same places are two
routes. For time the value of a leg depends on when it is reached; since a later start never arrives
earlier, the best way leg by leg is the best way (Kaufman and Smith 1993).
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection, Iterator

from federation.routes import Leg

Path = tuple[int, ...]
"""Rows of legs."""


class Ways:
    """Ways over open legs with a value that grows from leg to leg.

    Parameters
    ----------
    legs
        All directions of all links.
    usable
        Rows that may be taken.
    extended
        Value after a leg, from its row and the value before it. It must not fall in the latter.
    least
        A bound below of what a row adds to the value.
    """

    def __init__(
        self,
        legs: tuple[Leg, ...],
        usable: Collection[int],
        extended: Callable[[int, int], int],
        least: Callable[[int], int],
    ) -> None:
        self._legs = legs
        self._extended = extended
        self._least = least
        self._leaving: dict[str, list[int]] = {}
        self._arriving: dict[str, list[int]] = {}
        for row in sorted(usable):
            self._leaving.setdefault(legs[row].start, []).append(row)
            self._arriving.setdefault(legs[row].end, []).append(row)

    def ranked(self, origin: str, destination: str, value: int) -> Iterator[Path]:
        """All simple paths, the best first; the order of equal ones is the same everywhere.

        Parameters
        ----------
        origin, destination
            Two places.
        value
            At the origin.
        """
        bound = self._bounds(destination)
        first = self._best(origin, destination, value, frozenset(), frozenset(), bound)
        if first is None:
            return
        found: list[Path] = []
        waiting = [first]
        seen = {first[2]}
        while waiting:
            _, _, path = heapq.heappop(waiting)
            yield path
            found.append(path)
            spent, place = value, origin
            visited: list[str] = []
            for at in range(len(path)):
                banned = frozenset(other[at] for other in found if other[:at] == path[:at])
                visited.append(place)
                spur = self._best(place, destination, spent, frozenset(visited), banned, bound)
                if spur is not None:
                    whole = path[:at] + spur[2]
                    if whole not in seen:
                        seen.add(whole)
                        heapq.heappush(waiting, (spur[0], len(whole), whole))
                spent, place = self._extended(path[at], spent), self._legs[path[at]].end

    def _bounds(self, destination: str) -> dict[str, int]:
        """Least value from each place to the destination; places that do not reach it are left out.

        It steers the search (A*): a place is worth a look when its value and this bound are.
        """
        known: dict[str, int] = {}
        waiting = [(0, destination)]
        while waiting:
            value, place = heapq.heappop(waiting)
            if place in known:
                continue
            known[place] = value
            for row in self._arriving.get(place, ()):
                if self._legs[row].start not in known:
                    heapq.heappush(waiting, (value + self._least(row), self._legs[row].start))
        return known

    def _best(
        self,
        start: str,
        destination: str,
        value: int,
        visited: frozenset[str],
        banned: frozenset[int],
        bound: dict[str, int],
    ) -> tuple[int, int, Path] | None:
        """Value, number of legs and rows of the best way from ``start`` that avoids the visited."""
        if start not in bound:
            return None
        waiting: list[tuple[int, int, Path, int, str]] = [
            (value + bound[start], 0, (), value, start)
        ]
        settled: set[str] = set()
        while waiting:
            _, count, path, here, place = heapq.heappop(waiting)
            if place == destination:
                return here, count, path
            if place in settled:
                continue
            settled.add(place)
            for row in self._leaving.get(place, ()):
                end = self._legs[row].end
                if row in banned and not path:
                    continue
                if end in settled or end in visited or end not in bound:
                    continue
                after = self._extended(row, here)
                entry = (after + bound[end], count + 1, (*path, row), after, end)
                heapq.heappush(waiting, entry)
        return None
