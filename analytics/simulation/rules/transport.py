"""Journeys: departures by timetable, night bans, and border posts with hours."""

from __future__ import annotations

from typing import Any

from analytics.simulation.cache import rule
from analytics.simulation.layout import DAY_MS, FOREVER, HOUR_MS, NONE
from analytics.simulation.rules.calendar import next_open

DAWN_MS = 6 * HOUR_MS
DUSK_MS = 20 * HOUR_MS


@rule
def next_departure(rules: Any, link: Any, timetable: Any, time_ms: int) -> int:
    """First departure of a link (a row of ``LINK_C``) from ``time_ms``; none listed: at once."""
    if link.departures == 0:
        return time_ms
    offset = rules.scalar[0].week_offset_ms + link.utc_offset_ms
    midnight = time_ms - (time_ms + offset) % DAY_MS
    for day in range(2):
        for at in range(link.first_departure, link.first_departure + link.departures):
            moment = midnight + day * DAY_MS + timetable[at]
            if moment >= time_ms:
                return int(moment)
    return FOREVER


@rule
def papers_ms(link: Any, dangerous: int) -> int:
    """Time from the dock until a lot's papers are ready."""
    if dangerous == 1:
        return int(max(link.papers_ms, link.dangerous_ms))
    return int(link.papers_ms)


@rule
def leave_ms(rules: Any, link: Any, timetable: Any, ready_ms: int, not_before_ms: int) -> int:
    """When a consignment leaves whose first lot is ready at ``ready_ms``.

    After the consolidation window, else at the first departure of the timetable.
    """
    moment = max(ready_ms + link.consolidation_ms, not_before_ms)
    if link.consolidation_ms > 0:
        return int(moment)
    return next_departure(rules, link, timetable, moment)


@rule
def drive(rules: Any, link: Any, time_ms: int, drive_ms: int) -> int:
    """End of ``drive_ms`` of driving; under a night ban wheels turn from 06:00 to 20:00."""
    if link.night_ban == 0:
        return time_ms + drive_ms
    offset = rules.scalar[0].week_offset_ms + link.utc_offset_ms
    while True:
        day = (time_ms + offset) % DAY_MS
        if day < DAWN_MS:
            time_ms += DAWN_MS - day
            day = DAWN_MS
        elif day >= DUSK_MS:
            time_ms += DAY_MS - day + DAWN_MS
            day = DAWN_MS
        if drive_ms <= DUSK_MS - day:
            return time_ms + drive_ms
        drive_ms -= DUSK_MS - day
        time_ms += DUSK_MS - day


@rule
def journey_end(rules: Any, link: Any, depart_ms: int, factor: float) -> int:
    """Arrival of what leaves at ``depart_ms``; ``factor`` stretches driving and border hours.

    With a border, half of the driving comes before it; the border hours begin when the post is
    open, and goods are released in open hours only.
    """
    drive_ms = int(link.drive_ms * factor)
    border_ms = int(link.border_ms * factor)
    if border_ms == 0:
        return drive(rules, link, depart_ms, drive_ms)
    time_ms = drive(rules, link, depart_ms, drive_ms // 2)
    if link.customs_calendar != NONE:
        time_ms = next_open(rules, link.customs_calendar, time_ms)
    time_ms += border_ms
    if link.customs_calendar != NONE:
        time_ms = next_open(rules, link.customs_calendar, time_ms)
    return drive(rules, link, time_ms, drive_ms - drive_ms // 2)
