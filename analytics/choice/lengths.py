"""A scenario with another length of its outage: what is still on then ends, or goes on longer."""

from __future__ import annotations

from datetime import datetime, timedelta

from analytics.edits.base import Disruption
from analytics.scenario import Scenario

HOUR = timedelta(hours=1)


def disruptions(scenario: Scenario) -> tuple[Disruption, ...]:
    """The edits that are over at some time, and of which one may hope that it is soon."""
    return tuple(edit for edit in scenario.edits if isinstance(edit, Disruption))


def begin_of(scenario: Scenario) -> datetime:
    """First begin of its disruptions.

    Raises
    ------
    ValueError
        Without one.
    """
    return min(edit.start for edit in disruptions(scenario))


def length_h(scenario: Scenario) -> float:
    """Hours from the first begin of its disruptions to their last end.

    Raises
    ------
    ValueError
        Without one.
    """
    return (max(edit.end for edit in disruptions(scenario)) - begin_of(scenario)) / HOUR


def with_length(scenario: Scenario, hours: float) -> Scenario:
    """The scenario in which all disruptions are over after so many hours.

    What would begin later does not happen; what would still be on ends then, and those that end
    last go on until then where the length grows. What is hoped for stays as it is, so that an end
    that was not announced before is news when it comes. Edits of other kinds stay.

    Raises
    ------
    ValueError
        Without a disruption.
    """
    end = begin_of(scenario) + timedelta(seconds=round(hours * 3600.0))
    last = max(edit.end for edit in disruptions(scenario))
    edits = []
    for edit in scenario.edits:
        if not isinstance(edit, Disruption):
            edits.append(edit)
        elif edit.start < end:
            until = end if edit.end > end or edit.end == last else edit.end
            edits.append(_until(edit, until))
    return scenario.replace(edits=tuple(edits))


def _until(edit: Disruption, end: datetime) -> Disruption:
    if end == edit.end:
        return edit
    announced = edit.end_announced_at
    return edit.replace(
        end=end, end_announced_at=None if announced is None else min(announced, end)
    )
