"""The price of grid electricity follows a path."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from analytics.edits.base import Change, Level, LeverGroup, share
from analytics.edits.fuel_price import FuelStep
from analytics.edits.place import AtPlace
from analytics.simulation.layout import P_TARIFF
from analytics.simulation.model import SimModel
from twins.spec import SiteSpec


class TariffPath(AtPlace):
    """Grid electricity costs the usual price times the factor of the last step.

    Bands by time of use are multiplied alike.

    Parameters
    ----------
    site, region
        Exactly one of them.
    steps
        Ascending, from ``start`` to before ``end``.
    """

    group: ClassVar[LeverGroup] = "Operate"
    level: ClassVar[Level] = "macro"
    lacks: ClassVar[str] = "the site has no public grid; remove the edit or describe energy.grid"

    kind: Literal["tariff_path"] = "tariff_path"
    steps: tuple[FuelStep, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _steps_ascend(self) -> Self:
        if any(after.at <= before.at for before, after in pairwise(self.steps)):
            raise ValueError("the steps do not ascend in time; sort them, each at its own time")
        if self.steps[0].at < self.start or self.steps[-1].at >= self.end:
            raise ValueError("a step lies outside start to end; move it, or start and end")
        return self

    def can_hit(self, site: SiteSpec) -> bool:
        """Whether the site is on the public grid."""
        return site.energy is not None and site.energy.grid is not None

    def during(self, model: SimModel, start: datetime, end: datetime) -> Iterator[Change]:
        """The changes while it holds; the last step holds until the end."""
        del start
        stops = [*(step.at for step in self.steps[1:]), end]
        for step, stop in zip(self.steps, stops, strict=True):
            if step.at < min(stop, end):
                rows = self.rows(model)
                yield from share(model, P_TARIFF, rows, step.at, min(stop, end), step.factor)
