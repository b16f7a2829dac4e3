"""A border is closed: nothing goes from one country to the other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from analytics.edits.base import Change, Disruption, Level, LeverGroup, listed, pair
from analytics.simulation.layout import P_LINK_CLOSED
from analytics.simulation.model import SimModel
from federation.borders import border_links, countries
from federation.topology.model import ClusterSpec

Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
"""ISO 3166-1 alpha-2."""


class BorderClosed(Disruption):
    """Nothing departs on any link between two countries, in either direction, flights included.

    What is on the way arrives.

    Parameters
    ----------
    country, other
        The two countries.
    modes
        Only links of these modes; empty: all. A closed road border may leave the air open.
    """

    group: ClassVar[LeverGroup] = "Sell"
    level: ClassVar[Level] = "macro"

    kind: Literal["border_closed"] = "border_closed"
    country: Country
    other: Country
    modes: tuple[Literal["rigid", "artic", "van", "rail", "sea", "air"], ...] = ()

    @model_validator(mode="after")
    def _two_countries(self) -> Self:
        if self.country == self.other:
            raise ValueError("country and other are the same; a border lies between two countries")
        return self

    def check(self, cluster: ClusterSpec) -> list[str]:
        """What it names that the cluster does not have."""
        known = sorted(set(countries(cluster).values()))
        for country in (self.country, self.other):
            if country not in known:
                return [f"no place lies in the country '{country}'; name one of {listed(known)}"]
        if not self.links(cluster):
            what = f"no link{self._by()} leads from {self.country} to {self.other}"
            return [f"{what}; name two neighbours, or other modes"]
        return []

    def links(self, cluster: ClusterSpec) -> list[str]:
        """Ids of the links over the border."""
        return border_links(cluster, self.country, self.other, self.modes)

    def during(self, model: SimModel, start: datetime, end: datetime) -> Iterator[Change]:
        """The changes while it holds."""
        links = self.links(model.cluster) if model.cluster is not None else []
        rows = [row for link in links for row in model.names.link_rows[link]]
        return pair(model, P_LINK_CLOSED, rows, start, end)

    def _by(self) -> str:
        return f" by {' or '.join(self.modes)}" if self.modes else ""
