"""The sun gives less: harmattan haze, cloud, dust on the panels."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import ClassVar, Literal

from pydantic import Field

from analytics.edits.base import Change, Level, LeverGroup, share
from analytics.edits.place import AtPlace
from analytics.simulation.layout import P_PV_SHARE
from analytics.simulation.model import SimModel
from twins.spec import SiteSpec


class LowSun(AtPlace):
    """PV gives a share of what it would have given.

    Parameters
    ----------
    site, region
        Exactly one of them.
    share
        Of the PV power.
    """

    group: ClassVar[LeverGroup] = "Operate"
    level: ClassVar[Level] = "macro"
    lacks: ClassVar[str] = "the site has no PV; remove the edit or describe energy.inverter.pv"

    kind: Literal["low_sun"] = "low_sun"
    share: float = Field(ge=0.0, lt=1.0)

    def can_hit(self, site: SiteSpec) -> bool:
        """Whether the site has PV."""
        return (
            site.energy is not None
            and site.energy.inverter is not None
            and site.energy.inverter.pv is not None
        )

    def during(self, model: SimModel, start: datetime, end: datetime) -> Iterator[Change]:
        """The changes while it holds."""
        return share(model, P_PV_SHARE, self.rows(model), start, end, self.share)
