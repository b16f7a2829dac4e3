"""Calendars that never open: holidays that take every shift, grids that are never on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from federation.hours import (
    WEEK_MS,
    Interval,
    Spans,
    clock_ms,
    closures,
    days_ms,
    local_shifts,
    merge,
    opening_hours,
    weekday_ms,
)
from federation.topology.files import Folder
from federation.topology.problems import Problem
from twins.calendar_spec import RosterSpec

WEEKS = 53
"""So far from the cluster's start is looked: what is closed for a year is taken to stay closed."""


def closed_problems(folder: Folder) -> Iterator[Problem]:
    """Sites, suppliers, border posts and grids that are closed for a year from the start."""
    start = folder.start
    for site in folder.sites:
        spec = site.spec
        shifts = local_shifts(spec.shifts)
        if shifts and not _opens(shifts, closures(spec.holidays, 0.0, start)):
            what = f"{spec.id} never opens: its holidays take every shift of a year"
            yield site.problem(("holidays",), "never-open", what, "correct holidays or shifts")
        for number, stock in enumerate(spec.stock):
            hours = stock.supplier.hours if stock.supplier is not None else None
            usual = opening_hours(hours, 0.0) if hours is not None else ()
            if hours and usual and not _opens(usual, closures(hours.holidays, 0.0, start)):
                what = "the supplier never opens: holidays take every day of a year"
                at = ("stock", number, "supplier", "hours", "holidays")
                yield site.problem(at, "never-open", what, "correct the holidays")
        grid = spec.energy.grid if spec.energy is not None else None
        if grid is not None and _never_on(grid.roster, start):
            what = f"the public grid of {spec.id} is never on: its roster takes every hour"
            remedy = "correct the roster, or remove the grid"
            yield site.problem(("energy", "grid", "roster"), "never-open", what, remedy)
    for link in folder.links:
        customs = link.spec.customs
        usual = opening_hours(customs, 0.0) if customs is not None else ()
        if customs and usual and not _opens(usual, closures(customs.holidays, 0.0, start)):
            what = "the border post never opens: holidays take every day of a year"
            yield link.problem(("customs", "holidays"), "never-open", what, "correct the holidays")


def _opens(week: Iterable[Interval], closed: Spans) -> bool:
    """Whether some of the hours of a week are left in some week.

    Places are near enough to UTC for a year: local hours are counted from the start as if in UTC.
    """
    hours = list(week)
    return any(
        not any(first <= begin + at and end + at <= last for first, last in closed)
        for at in range(0, WEEKS * WEEK_MS, WEEK_MS)
        for begin, end in hours
    )


def _never_on(roster: Iterable[RosterSpec], start: datetime) -> bool:
    """Whether rosters without an hour of supply hold one after the other for a year."""
    dark = merge(
        days_ms(entry.first, entry.last, 0.0, start) for entry in roster if _without_supply(entry)
    )
    year = timedelta(weeks=WEEKS) // timedelta(milliseconds=1)
    return any(begin <= 0 and year <= end for begin, end in dark)


def _without_supply(entry: RosterSpec) -> bool:
    week = merge(
        (weekday_ms(day) + clock_ms(hours.start), weekday_ms(day) + clock_ms(hours.end))
        for hours in entry.off
        for day in hours.days
    )
    return week == ((0, WEEK_MS),)
