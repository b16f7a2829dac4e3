"""The price of carbon follows a path."""

from __future__ import annotations

from itertools import pairwise
from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from analytics.edits.base import Edit, Level, LeverGroup
from analytics.edits.prices import PriceStep
from federation.topology.model import ClusterSpec, Moment
from twins.spec_base import NonNegative, Spec


class CarbonStep(Spec):
    """A price from a moment on."""

    at: Moment
    price_per_t: NonNegative
    """In the reporting currency per tonne of CO2e."""


class CarbonPrice(Edit):
    """From ``start`` to ``end`` a tonne of CO2e costs what the last step before says.

    The answer charges what is emitted at the price of that time, and policies weigh it as far as it
    is known. Before the first step and from ``end`` on the price of the cluster holds.

    Parameters
    ----------
    steps
        Ascending, from ``start`` to before ``end``.
    """

    group: ClassVar[LeverGroup] = "Operate"
    level: ClassVar[Level] = "macro"

    kind: Literal["carbon_price"] = "carbon_price"
    steps: tuple[CarbonStep, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _steps_ascend(self) -> Self:
        if any(after.at <= before.at for before, after in pairwise(self.steps)):
            raise ValueError(
                "the steps do not ascend in time; sort them and give each its own time"
            )
        if self.steps[0].at < self.start or self.steps[-1].at >= self.end:
            raise ValueError("a step lies outside start to end; move it, or start and end")
        return self

    def check(self, cluster: ClusterSpec) -> list[str]:
        """Nothing: it names nothing of the cluster."""
        del cluster
        return []

    def prices(self, cluster: ClusterSpec) -> tuple[PriceStep, ...]:
        """The steps, each until the next."""
        del cluster  # it is the same price everywhere
        ends = [*(step.at for step in self.steps[1:]), self.end]
        return tuple(
            PriceStep("", step.at, end, step.price_per_t)
            for step, end in zip(self.steps, ends, strict=True)
        )
