"""The public grid fails, or is shared out by a published roster."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from analytics.edits.base import Change, Disruption, Level, LeverGroup, listed, pair
from analytics.simulation.layout import P_GRID_CALM, P_GRID_OFF
from analytics.simulation.model import SimModel
from federation.topology.model import ClusterSpec
from twins.spec_base import Fraction, Identifier, Positive


class GridOutage(Disruption):
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

    kind: Literal["grid_outage"] = "grid_outage"
    site: Identifier | None = None
    region: Identifier | None = None
    supply: Fraction = Field(default=0.0, lt=1.0)
    on_h: Positive | None = None
    off_h: Positive | None = None

    @model_validator(mode="after")
    def _place_and_roster_fit(self) -> Self:
        if (self.site is None) == (self.region is None):
            raise ValueError("name either a site or a region")
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

    def check(self, cluster: ClusterSpec) -> list[str]:
        """What it names that the cluster does not have."""
        sites = [site.id for site in cluster.sites]
        regions = sorted({site.region_id for site in cluster.sites})
        if self.site is not None and self.site not in sites:
            return [f"there is no site '{self.site}'; name one of {listed(sites)}"]
        if self.region is not None and self.region not in regions:
            return [f"no site lies in the region '{self.region}'; name one of {listed(regions)}"]
        if not self._sites(cluster):
            return ["the site has no public grid; remove the edit or describe energy.grid"]
        return []

    def _sites(self, cluster: ClusterSpec) -> list[str]:
        """Sites with a grid that it hits."""
        return [
            site.id
            for site in cluster.sites
            if (site.id == self.site or site.region_id == self.region)
            and site.energy is not None
            and site.energy.grid is not None
        ]

    def during(self, model: SimModel, start: datetime, end: datetime) -> Iterator[Change]:
        """The changes while it holds."""
        if model.cluster is None:
            return
        rows = [model.names.site_row[site] for site in self._sites(model.cluster)]
        if self.on_h is None or self.off_h is None:
            yield from pair(model, P_GRID_OFF, rows, start, end)
            return
        yield from pair(model, P_GRID_CALM, rows, start, end)
        off = start + timedelta(hours=self.on_h)
        while off < end:
            on = min(off + timedelta(hours=self.off_h), end)
            yield from pair(model, P_GRID_OFF, rows, off, on)
            off = on + timedelta(hours=self.on_h)
