"""Fuel is short: deliveries bring less."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import ClassVar, Literal

from pydantic import Field

from analytics.edits.base import Change, Level, LeverGroup, share
from analytics.edits.place import AtPlace
from analytics.simulation.layout import P_FUEL_SHARE
from analytics.simulation.model import SimModel
from twins.spec import SiteSpec


class FuelShortage(AtPlace):
    """A delivery of fuel brings a share of its allocation.

    Parameters
    ----------
    site, region
        Exactly one of them.
    share
        Of the allocation; 0: nothing comes.
    """

    group: ClassVar[LeverGroup] = "Operate"
    level: ClassVar[Level] = "macro"
    lacks: ClassVar[str] = (
        "no fuel is delivered to the site; remove the edit or describe energy.genset.deliveries"
    )

    kind: Literal["fuel_shortage"] = "fuel_shortage"
    share: float = Field(ge=0.0, lt=1.0)

    def can_hit(self, site: SiteSpec) -> bool:
        """Whether fuel is delivered to the site."""
        return (
            site.energy is not None
            and site.energy.genset is not None
            and site.energy.genset.deliveries is not None
        )

    def during(self, model: SimModel, start: datetime, end: datetime) -> Iterator[Change]:
        """The changes while it holds."""
        return share(model, P_FUEL_SHARE, self.rows(model), start, end, self.share)
