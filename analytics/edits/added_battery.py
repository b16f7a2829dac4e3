"""A battery for a site."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from analytics.edits.at_site import AtSite
from analytics.edits.base import Change, Level, LeverGroup
from analytics.edits.errors import ScenarioError
from analytics.simulation.layout import P_BATTERY_ABSENT
from analytics.simulation.model import SimModel
from federation.snapshot import ClusterSnapshot
from twins.energy_spec import BatterySpec, InverterSpec
from twins.spec import SiteSpec


class AddedBattery(AtSite):
    """A battery behind the inverter, from ``start`` on, charged as its description says.

    Parameters
    ----------
    battery
        As in ``sites/*.yaml``. Where the site has one, it takes its place, at the fork at latest.
    inverter
        Comes with it in the place of the site's, at the fork; PV stays. Default: the site's.
    """

    group: ClassVar[LeverGroup] = "Invest"
    level: ClassVar[Level] = "micro"

    kind: Literal["added_battery"] = "added_battery"
    battery: BatterySpec
    inverter: InverterSpec | None = None

    def problems(self, site: SiteSpec) -> list[str]:
        """Why the site cannot have it."""
        if site.energy is None:
            return [f"{site.id} has no energy section, so it lacks no power; describe its energy"]
        if self.inverter is None and site.energy.inverter is None:
            return [f"{site.id} has no inverter for a battery; give inverter too"]
        buses = {bus.id for bus in site.energy.buses}
        unknown = sorted(set(self.inverter.backs_up) - buses) if self.inverter else []
        if unknown:
            known = ", ".join(sorted(buses))
            return [f"inverter.backs_up names the bus '{unknown[0]}'; name one of {known}"]
        return []

    def changed(self, site: SiteSpec) -> SiteSpec:
        """The site with it."""
        assert site.energy is not None  # noqa: S101 - seen by problems
        there = site.energy.inverter
        inverter = self.inverter or there
        assert inverter is not None  # noqa: S101 - seen by problems
        pv = inverter.pv or (there.pv if there is not None else None)
        inverter = inverter.model_copy(update={"battery": self.battery, "pv": pv})
        energy = site.energy.model_copy(update={"inverter": inverter})
        return site.model_copy(update={"energy": energy})

    def transform(self, snapshot: ClusterSnapshot) -> ClusterSnapshot:
        """The snapshot with the site as it is once all is there.

        Raises
        ------
        ScenarioError
            When a battery or an inverter would be replaced after the fork.
        """
        energy = snapshot.cluster.site(self.site).energy
        there = energy.inverter if energy is not None else None
        replaced = there is not None and (there.battery is not None or self.inverter is not None)
        if replaced and self.start > snapshot.taken_at:
            raise ScenarioError(
                f"{self.site} has what the new battery or inverter takes the place of; "
                "let it start at the fork or before"
            )
        return super().transform(snapshot)

    def absences(self, model: SimModel, *, known: bool) -> Iterator[Change]:
        """That it is not there before ``start`` and from ``end`` on."""
        return self.there(model, P_BATTERY_ABSENT, [model.names.site_row[self.site]], known=known)
