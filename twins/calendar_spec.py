"""Hours and days: weekdays, times of day, holidays, and published rosters of the public grid."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from twins.spec_base import Spec

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
TimeOfDay = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$|^24:00$")]
"""Local time ``HH:MM``; ``24:00`` is the end of the day."""

FIRST_DAY, LAST_DAY = date(1971, 1, 1), date(2199, 12, 31)
"""Days that can be named: what is counted from a fork stays within the simulator's integers."""
LONGEST_HOLIDAY = timedelta(days=366)


class HolidaySpec(Spec):
    """Whole days, local time, on which nobody works or a border post is closed."""

    day: date = Field(ge=FIRST_DAY, le=LAST_DAY)
    until: date | None = Field(default=None, ge=FIRST_DAY, le=LAST_DAY)
    """Last day of a longer closure; default: the one day."""
    name: str = ""

    @property
    def days(self) -> tuple[date, date]:
        """First and last day."""
        return self.day, self.until or self.day

    @model_validator(mode="after")
    def _has_an_end(self) -> Self:
        if self.until is not None and self.until < self.day:
            raise ValueError("the holiday ends before it begins; until must not lie before day")
        if self.until is not None and self.until - self.day > LONGEST_HOLIDAY:
            raise ValueError("the holiday lasts longer than a year; correct until")
        return self


class OpeningSpec(Spec):
    """Hours in which a counter is open: of a border post, or of a supplier."""

    open: TimeOfDay = "07:00"
    close: TimeOfDay = "19:00"
    closed_days: tuple[Weekday, ...] = ("sun",)
    holidays: tuple[HolidaySpec, ...] = ()


class RosterHoursSpec(Spec):
    """Hours of a roster without supply: local time, the same on each of the ``days``."""

    days: tuple[Weekday, ...] = Field(min_length=1)
    start: TimeOfDay
    end: TimeOfDay

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.start >= self.end:
            raise ValueError(
                "the hours without supply are empty: start is not before end; "
                "an outage over midnight is two entries"
            )
        return self


class RosterSpec(Spec):
    """A published load-shedding roster: while it holds, it replaces the usual outages."""

    first: date = Field(ge=FIRST_DAY, le=LAST_DAY)
    last: date = Field(ge=FIRST_DAY, le=LAST_DAY)
    """Last day on which it holds."""
    off: tuple[RosterHoursSpec, ...] = Field(min_length=1)
    """Hours of the week in which the grid is off."""

    @model_validator(mode="after")
    def _has_an_end(self) -> Self:
        if self.last < self.first:
            raise ValueError("the roster ends before it begins; last must not lie before first")
        return self
