"""Regular hours of a week, in local time."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from twins.calendar_spec import TimeOfDay, Weekday
from twins.spec_base import Spec


class ShiftSpec(Spec):
    """Regular hours: local time, the same on each of the ``days``."""

    days: tuple[Weekday, ...] = Field(min_length=1)
    start: TimeOfDay
    end: TimeOfDay

    @model_validator(mode="after")
    def _opens(self) -> Self:
        if self.start >= self.end:
            raise ValueError(
                "the shift never opens: start is not before end; "
                "a shift over midnight is two shifts"
            )
        return self
