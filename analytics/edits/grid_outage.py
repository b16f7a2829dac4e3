"""The public grid fails, or is shared out by a published roster."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from analytics.edits.base import Change, Level, LeverGroup, pair
from analytics.edits.place import AtPlace
from analytics.simulation.layout import P_GRID_CALM, P_GRID_OFF
from analytics.simulation.model import SimModel
from twins.spec import SiteSpec
from twins.spec_base import Fraction, Positive


class GridOutage(AtPlace):
    """The grid is off at a site, or at all sites of a region (or country).

    With a roster the grid is on for ``on_h``, then off for ``off_h``, again and again from the
    start; the roster replaces the usual outages of the place.

    Parameters
    ----------
    site, region
        Exactly one of them.
    supply
        Share of the time with power: 0 is off throughout; else ``on_h / (on_h + off_h)``.
    on_h, off_h
        The roster, where ``supply`` is above 0.
    """

    group: ClassVar[LeverGroup] = "Operate"
    level: ClassVar[Level] = "macro"
    lacks: ClassVar[str] = "the site has no public grid; remove the edit or describe energy.grid"

    kind: Literal["grid_outage"] = "grid_outage"
    supply: Fraction = Field(default=0.0, lt=1.0)
    on_h: Positive | None = None
    off_h: Positive | None = None

    @model_validator(mode="after")
    def _roster_fits(self) -> Self:
        if self.supply == 0.0:
            if self.on_h is not None or self.off_h is not None:
                raise ValueError(
                    "a roster needs supply above 0; set supply to on_h / (on_h + off_h)"
                )
        elif self.on_h is None or self.off_h is None:
            raise ValueError("supply above 0 needs the roster; give on_h and off_h")
        elif abs(self.on_h / (self.on_h + self.off_h) - self.supply) > 1e-3:
            raise ValueError("supply is not on_h / (on_h + off_h); correct one of them")
        return self

    def can_hit(self, site: SiteSpec) -> bool:
        """Whether the site is on the public grid."""
        return site.energy is not None and site.energy.grid is not None

    def during(self, model: SimModel, start: datetime, end: datetime) -> Iterator[Change]:
        """The changes while it holds."""
        rows = self.rows(model)
        if self.on_h is None or self.off_h is None:
            yield from pair(model, P_GRID_OFF, rows, start, end)
            return
        yield from pair(model, P_GRID_CALM, rows, start, end)
        off = start + timedelta(hours=self.on_h)
        while off < end:
            on = min(off + timedelta(hours=self.off_h), end)
            yield from pair(model, P_GRID_OFF, rows, off, on)
            off = on + timedelta(hours=self.on_h)
