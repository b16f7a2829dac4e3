"""PV for a site."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from analytics.edits.at_site import AtSite
from analytics.edits.base import Change, Level, LeverGroup, at
from analytics.edits.investment import FOR_GOOD
from analytics.edits.merging import ends
from analytics.simulation.layout import P_PV_SHARE, PPM
from analytics.simulation.model import SimModel
from twins.energy_spec import PvSpec
from twins.spec import SiteSpec


class AddedPv(AtSite):
    """Peak power more behind the site's inverter, from ``start`` on.

    Parameters
    ----------
    pv
        As in ``sites/*.yaml``. Where the site has PV, its peak power is added to that, in the same
        plane and as clear.
    """

    group: ClassVar[LeverGroup] = "Invest"
    level: ClassVar[Level] = "micro"

    kind: Literal["added_pv"] = "added_pv"
    pv: PvSpec

    def problems(self, site: SiteSpec) -> list[str]:
        """Why the site cannot have it."""
        if site.energy is None or site.energy.inverter is None:
            return [f"{site.id} has no inverter for PV; describe energy.inverter of the site"]
        return []

    def changed(self, site: SiteSpec) -> SiteSpec:
        """The site with it."""
        assert site.energy is not None  # noqa: S101 - seen by problems
        assert site.energy.inverter is not None  # noqa: S101 - seen by problems
        there = site.energy.inverter.pv
        peak_kw = self.pv.peak_kw + (there.peak_kw if there is not None else 0.0)
        pv = (there or self.pv).model_copy(update={"peak_kw": peak_kw})
        inverter = site.energy.inverter.model_copy(update={"pv": pv})
        energy = site.energy.model_copy(update={"inverter": inverter})
        return site.model_copy(update={"energy": energy})

    def absences(self, model: SimModel, *, known: bool) -> Iterator[Change]:
        """That only the old PV gives power before ``start`` and from ``end`` on."""
        row = model.names.site_row[self.site]
        site = model.cluster.site(self.site) if model.cluster is not None else None
        energy = site.energy if site is not None else None
        pv = energy.inverter.pv if energy is not None and energy.inverter is not None else None
        whole_kw = pv.peak_kw if pv is not None else self.pv.peak_kw
        old = round(PPM * (1.0 - self.pv.peak_kw / whole_kw))
        yield (0, P_PV_SHARE, row, old)
        if known:
            yield (at(model, self.start), P_PV_SHARE, row, ends(old))
        if known and self.end < FOR_GOOD:
            yield (at(model, self.end), P_PV_SHARE, row, old)
