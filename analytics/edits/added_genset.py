"""A genset for a site that has none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from analytics.edits.at_site import AtSite
from analytics.edits.base import Change, Level, LeverGroup
from analytics.simulation.layout import P_GENSET_ABSENT
from analytics.simulation.model import SimModel
from twins.energy_spec import GensetSpec
from twins.spec import SiteSpec


class AddedGenset(AtSite):
    """A genset with its tank, from ``start`` on.

    Parameters
    ----------
    genset
        As in ``sites/*.yaml``.
    """

    group: ClassVar[LeverGroup] = "Invest"
    level: ClassVar[Level] = "micro"

    kind: Literal["added_genset"] = "added_genset"
    genset: GensetSpec

    def problems(self, site: SiteSpec) -> list[str]:
        """Why the site cannot have it."""
        if site.energy is None:
            return [f"{site.id} has no energy section, so it lacks no power; describe its energy"]
        if site.energy.genset is not None:
            return [f"{site.id} has a genset already; change its figures or choose another site"]
        buses = {bus.id for bus in site.energy.buses}
        unknown = sorted(set(self.genset.backs_up) - buses)
        if unknown:
            known = ", ".join(sorted(buses))
            return [f"genset.backs_up names the bus '{unknown[0]}'; name one of {known}"]
        return []

    def changed(self, site: SiteSpec) -> SiteSpec:
        """The site with it."""
        assert site.energy is not None  # noqa: S101 - seen by problems
        energy = site.energy.model_copy(update={"genset": self.genset})
        return site.model_copy(update={"energy": energy})

    def absences(self, model: SimModel, *, known: bool) -> Iterator[Change]:
        """That it is not there before ``start`` and from ``end`` on."""
        return self.there(model, P_GENSET_ABSENT, [model.names.site_row[self.site]], known=known)
