"""What is believed to stand in the way of work at a place: stoppages, hours, closed ways."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from analytics.rerouting.intervals import Interval, Intervals, both
from analytics.rerouting.problem import ReroutingProblem
from analytics.simulation.layout import NONE
from analytics.wording import moment


@dataclass(frozen=True, slots=True)
class Hindrance:
    """Why something does not work for a time.

    Parameters
    ----------
    requirement
        ``site``, ``machine``, ``energy``, ``calendar`` or ``route``.
    reason
        In words, with its times.
    for_good
        Whether it lasts to the end of the horizon.
    """

    requirement: str
    reason: str
    for_good: bool


class Hindrances:
    """The same of all places of one problem.

    Parameters
    ----------
    problem
        What is believed.
    """

    def __init__(self, problem: ReroutingProblem) -> None:
        self._problem = problem

    def at(self, group: int, since_ms: int, until_ms: int) -> Hindrance | None:
        """The first stoppage of a work centre between two moments; one for good goes first."""
        found = [
            (span, requirement, words)
            for requirement, words, spans in self._stoppages(group)
            for span in spans
            if span[0] < until_ms and span[1] > since_ms
        ]
        if not found:
            return None
        end = self._problem.until_ms
        span, requirement, words = min(
            found, key=lambda one: (one[0][1] < end or one[0][0] > since_ms, one[0])
        )
        return Hindrance(requirement, f"{words} {self._span(span)}", span[1] >= end)

    def shut(self, group: int, since_ms: int) -> Hindrance | None:
        """Why a work centre never works from a moment to the end of the horizon."""
        problem = self._problem
        if any(end > since_ms for _, end in problem.outlook.working(group)):
            return None
        stops = self.at(group, since_ms, since_ms + 1)
        if stops is not None and stops.for_good:
            return stops
        site = problem.model.names.sites[problem.sites[group]]
        reason = (
            f"nobody works at {site} between {self._moment(since_ms)} and the end of the horizon"
        )
        return Hindrance("calendar", reason, for_good=True)

    def no_way(self, lot: int, start: int, end: int, since_ms: int) -> Hindrance | None:
        """Why a lot gets from one place to another at no time from a moment on."""
        problem, names = self._problem, self._problem.model.names
        model, state = problem.model, problem.state
        block = int(model.lot["dangerous"][lot]) + 2 * int(state.lot["express"][lot])
        places = [*names.sites, *(customer.id for customer in problem.cluster.customers)]
        way = f"from {_name(places, start)} to {_name(places, end)}"
        hops, place = state.next_hop, start
        while place != end:
            link = int(hops[place, end + block * len(hops)])
            if link == NONE:
                return Hindrance("route", f"no way leads {way}", for_good=True)
            for span in problem.outlook.link_closed[link]:
                if span[0] <= since_ms and span[1] >= problem.until_ms:
                    row = _name(places, int(model.link["start"][link]))
                    after = _name(places, int(model.link["end"][link]))
                    reason = f"the way {way} is closed between {row} and {after} {self._span(span)}"
                    return Hindrance("route", reason, for_good=True)
            place = int(model.link["end"][link])
        return None

    def _stoppages(self, group: int) -> Iterator[tuple[str, str, Intervals]]:
        problem, outlook = self._problem, self._problem.outlook
        names, row = problem.model.names, problem.model.group[group]
        site_id, work_centre = names.groups[group]
        yield "site", f"{site_id} stands", outlook.site_down[int(row["site"])]
        yield "energy", f"{site_id} has no power for {work_centre}", outlook.powerless(group)
        first, count = int(row["first_machine"]), int(row["machines"])
        down = outlook.machine_down(first)
        for machine in range(first + 1, first + count):
            down = both(down, outlook.machine_down(machine)) if down else down
        yield "machine", f"{work_centre} at {site_id} stands", down

    def _span(self, span: Interval) -> str:
        begin, end = span
        since = "" if begin <= self._problem.now_ms else f"from {self._moment(begin)} "
        if end >= self._problem.until_ms:
            return f"{since}to the end of the horizon"
        return f"{since}until {self._moment(end)}"

    def _moment(self, time_ms: int) -> str:
        return moment(self._problem.model.fork_at + timedelta(milliseconds=time_ms))


def _name(places: list[str], place: int) -> str:
    return places[place] if 0 <= place < len(places) else "where it is"
