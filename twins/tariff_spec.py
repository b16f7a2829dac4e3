"""What energy over the public grid costs by time of use, by its peak, and what is paid for PV."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from twins.calendar_spec import TimeOfDay, Weekday
from twins.spec_base import Identifier, NonNegative, Positive, Spec

BASE_BAND = "base"
"""Name of the hours that no band covers; they cost the grid's ``tariff_per_kwh``."""


class TariffBandSpec(Spec):
    """Hours of the local week with a price of their own.

    A band of several windows is written as several entries with one ``id`` and one price.
    """

    id: Identifier
    price_per_kwh: NonNegative
    days: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    start: TimeOfDay = "00:00"
    end: TimeOfDay = "24:00"

    @model_validator(mode="after")
    def _opens(self) -> Self:
        if self.start >= self.end:
            raise ValueError(
                "the band never begins: start is not before end; "
                "a band over midnight is two entries with one id"
            )
        if self.id == BASE_BAND:
            raise ValueError(
                f"'{BASE_BAND}' names the hours that no band covers; choose another id"
            )
        return self


class ExportSpec(Spec):
    """PV surplus that the public grid takes; without it, surplus is curtailed."""

    limit_kw: Positive
    price_per_kwh: NonNegative = 0.0
    """What the grid pays."""


class PvShiftSpec(Spec):
    """Heavy operations begin when the sun carries them.

    An operation on a machine of more than ``heavy_kw`` begins only while PV power that no other
    load uses covers ``fraction`` of its running power; unless its lot has no slack left to its due
    date, or has waited for ``longest_wait_h``.
    """

    heavy_kw: NonNegative
    fraction: float = Field(default=1.0, gt=0.0, le=1.0)
    longest_wait_h: NonNegative = 12.0


def overlap(bands: tuple[TariffBandSpec, ...]) -> tuple[int, int] | None:
    """Positions of the first two bands that claim the same hour."""
    for later, band in enumerate(bands):
        for earlier, other in enumerate(bands[:later]):
            same_day = set(band.days) & set(other.days)
            if same_day and band.start < other.end and other.start < band.end:
                return earlier, later
    return None
