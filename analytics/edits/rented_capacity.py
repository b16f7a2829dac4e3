"""A machine is rented for some time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import ClassVar, Literal, Self

from pydantic import model_validator

from analytics.edits.added_machine import AddedMachine
from analytics.edits.base import Level, LeverGroup
from analytics.edits.investment import FOR_GOOD
from twins.spec_base import NonNegative


class RentedCapacity(AddedMachine):
    """A work centre is rented from ``start`` to ``end``, at a price by the hour.

    Parameters
    ----------
    price_per_h
        For all its units together, whether they work or not.
    minimum_h
        Paid at least, however early it is given back.
    notice_h
        It must be ordered so long before: ``announced_at`` is the order, where it is given.
    """

    group: ClassVar[LeverGroup] = "Operate"
    level: ClassVar[Level] = "meso"

    kind: Literal["rented_capacity"] = "rented_capacity"  # type: ignore[assignment]
    price_per_h: NonNegative
    minimum_h: NonNegative = 0.0
    notice_h: NonNegative = 0.0

    @model_validator(mode="after")
    def _is_ordered_in_time(self) -> Self:
        if self.end == FOR_GOOD:
            raise ValueError("end is missing; say until when it is rented")
        notice = timedelta(hours=self.notice_h)
        if self.announced_at is not None and self.start - self.announced_at < notice:
            raise ValueError(
                "announced_at leaves less than notice_h before start; order it earlier"
            )
        return self

    def costs(self, since: datetime, until: datetime) -> Mapping[str, float]:
        """Rent of the time from ``since`` to ``until``, the minimum booking included."""
        paid_until = max(self.end, self.start + timedelta(hours=self.minimum_h))
        paid = min(paid_until, until) - max(self.start, since)
        rent = self.price_per_h * max(paid / timedelta(hours=1), 0.0)
        return {**super().costs(since, until), "hire": rent}
