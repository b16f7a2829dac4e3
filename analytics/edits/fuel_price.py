"""The price of fuel follows a path."""

from __future__ import annotations

from itertools import pairwise
from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from analytics.edits.base import Edit, Level, LeverGroup, listed
from analytics.edits.prices import PriceStep
from federation.topology.model import ClusterSpec, Moment
from twins.spec_base import Identifier, NonNegative, Spec


class FuelStep(Spec):
    """A price from a moment on."""

    at: Moment
    factor: NonNegative
    """On the price that the genset's description gives."""


class FuelPrice(Edit):
    """From ``start`` to ``end`` fuel costs the usual price times the factor of the last step.

    The answer charges what is burnt at the price of that time. How sources share the load does not
    depend on it: a genset runs where the grid is off, and for want of nothing cheaper.

    Parameters
    ----------
    region
        Only sites of this region (or country); default: all.
    steps
        Ascending, from ``start`` to before ``end``.
    """

    group: ClassVar[LeverGroup] = "Operate"
    level: ClassVar[Level] = "macro"

    kind: Literal["fuel_price"] = "fuel_price"
    region: Identifier | None = None
    steps: tuple[FuelStep, ...] = Field(min_length=1)

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
        """What it names that the cluster does not have."""
        regions = sorted({site.region_id for site in cluster.sites})
        if self.region is not None and self.region not in regions:
            return [f"no site lies in the region '{self.region}'; name one of {listed(regions)}"]
        return []

    def prices(self, cluster: ClusterSpec) -> tuple[PriceStep, ...]:
        """The steps of each site, each until the next."""
        ends = [*(step.at for step in self.steps[1:]), self.end]
        return tuple(
            PriceStep(site.id, step.at, end, step.factor)
            for site in cluster.sites
            if self.region in {None, site.region_id}
            for step, end in zip(self.steps, ends, strict=True)
        )
