"""AlternativeSpec: a work centre that may do an operation, with times of its own."""

from __future__ import annotations

from typing import Self

from pydantic import model_validator

from twins.spec_base import Identifier, NonNegative, Spec


class AlternativeSpec(Spec):
    """A work centre that may do an operation in its own time.

    The speed factor of its machines holds here too. Where an operation names alternatives, no
    other work centre does it.
    """

    site: Identifier
    work_centre: Identifier
    unit_time_min: NonNegative = 0.0
    cycle_time_min: NonNegative = 0.0
    setup_time_min: NonNegative = 0.0

    @model_validator(mode="after")
    def _takes_time(self) -> Self:
        if self.unit_time_min == 0.0 and self.cycle_time_min == 0.0:
            raise ValueError("the alternative takes no time; give unit_time_min or cycle_time_min")
        return self
