"""A site may draw less from the public grid."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import ClassVar, Literal

from pydantic import Field

from analytics.edits.base import Change, Level, LeverGroup, share
from analytics.edits.place import AtPlace
from analytics.simulation.layout import P_GRID_LIMIT
from analytics.simulation.model import SimModel
from twins.spec import SiteSpec


class GridLimit(AtPlace):
    """The grid gives a site, or each site of a region, at most a share of its connection.

    Parameters
    ----------
    site, region
        Exactly one of them.
    share
        Of the power of the connection.
    """

    group: ClassVar[LeverGroup] = "Operate"
    level: ClassVar[Level] = "macro"
    lacks: ClassVar[str] = "the site has no public grid; remove the edit or describe energy.grid"

    kind: Literal["grid_limit"] = "grid_limit"
    share: float = Field(ge=0.0, lt=1.0)

    def can_hit(self, site: SiteSpec) -> bool:
        """Whether the site is on the public grid."""
        return site.energy is not None and site.energy.grid is not None

    def during(self, model: SimModel, start: datetime, end: datetime) -> Iterator[Change]:
        """The changes while it holds."""
        return share(model, P_GRID_LIMIT, self.rows(model), start, end, self.share)
