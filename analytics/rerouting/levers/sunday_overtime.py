"""Overtime on Sundays at the sites that lose hours, until the lost hours are made up."""

from __future__ import annotations

from dataclasses import dataclass

from analytics.rerouting.intervals import Interval, Intervals, both, length, merged, without
from analytics.rerouting.levers.base import LeverPlan, table
from analytics.rerouting.outlook import calendar_hours
from analytics.rerouting.problem import ReroutingProblem
from analytics.simulation.compile.calendars import overtime_hours
from analytics.simulation.layout import DAY_MS, HOUR_MS, P_CALENDAR
from federation.hours import regular_hours
from federation.topology.model import ClusterSpec


@dataclass(frozen=True, slots=True)
class SundayOvertime:
    """Work the first shift on Sundays.

    A site is chosen when one of its attended work centres loses hours by what is believed to come.
    It works as many Sundays as make up for the hours that the worst of them loses, the first one
    after the notice that its people are due. Sundays that people have been told stay. The wages are
    those of the calendar's hours outside the regular ones, and are booked as labour.
    """

    def offered(self, cluster: ClusterSpec) -> bool:
        """Whether a site has Sundays off: overtime hours that are not regular ones."""
        return any(overtime_hours(site) != regular_hours(site) for site in cluster.sites)

    def act(self, problem: ReroutingProblem, before: LeverPlan) -> LeverPlan:
        """The Sundays of all sites, earlier ones included."""
        rows: list[tuple[int, int, int, int]] = []
        for site in range(len(problem.model.site)):
            told = _told(before, site)
            new = _sundays(problem, site, told)
            for begin, end in merged((*told, *new)):
                rows.append((begin, P_CALENDAR, site, 2 * site + 1))
                rows.append((end, P_CALENDAR, site, 2 * site))
        return LeverPlan(table(rows))


def _told(before: LeverPlan, site: int) -> Intervals:
    """Hours that were promised before."""
    mine = before.primitives[before.primitives["entity"] == site]
    begins = mine["time_ms"][mine["value"] == 2 * site + 1].tolist()
    ends = mine["time_ms"][mine["value"] == 2 * site].tolist()
    return tuple(zip(sorted(begins), sorted(ends), strict=True))


def _sundays(problem: ReroutingProblem, site: int, told: Intervals) -> Intervals:
    """Overtime that makes up for the hours that are believed to be lost."""
    lost = _lost_ms(problem, site)
    if lost <= 0:
        return ()
    labour = problem.cluster.sites[site].labour
    notice = labour.overtime_notice_h if labour is not None else 0.0
    since = problem.now_ms + max(1, int(notice * HOUR_MS))
    told_ahead = both(told, ((since, problem.until_ms),))
    found: list[Interval] = []
    # What people have been told already makes up for a part.
    lost -= length(told_ahead)
    for begin, end in without(_extra(problem, site), told):
        # Where the notice ends in the middle of a Sunday, nobody is called in for the rest of it.
        if lost > 0 and begin >= since:
            found.append((begin, end))
            lost -= end - begin
    return tuple(found)


def _extra(problem: ReroutingProblem, site: int) -> Intervals:
    """Overtime that the calendar of a site allows within the horizon, whole days."""
    begin = problem.now_ms - DAY_MS
    regular = calendar_hours(problem.model, 2 * site, begin, problem.until_ms)
    return without(calendar_hours(problem.model, 2 * site + 1, begin, problem.until_ms), regular)


def _lost_ms(problem: ReroutingProblem, site: int) -> int:
    """Hours that the worst attended work centre of a site is believed to lose, as ms."""
    model, outlook = problem.model, problem.outlook
    hours = calendar_hours(model, 2 * site, problem.now_ms, problem.until_ms)
    worst = 0
    first, count = (int(model.site[name][site]) for name in ("first_group", "groups"))
    for group in range(first, first + count):
        row = model.group[group]
        if int(row["unattended"]) == 1:
            continue
        closed = outlook.closed(group, edits_only=True)
        lost = length(both(hours, closed))
        machines = range(
            int(row["first_machine"]), int(row["first_machine"]) + int(row["machines"])
        )
        standing = without(hours, closed)
        apart = sum(
            length(both(standing, outlook.machine_down(machine, edits_only=True)))
            for machine in machines
        )
        worst = max(worst, lost + apart // len(machines))
    return worst
