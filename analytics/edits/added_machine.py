"""Machines for a site."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from analytics.edits.at_site import AtSite
from analytics.edits.base import Change, Level, LeverGroup
from analytics.edits.extension import NewPermission, permission_problems, permitted
from analytics.simulation.layout import P_MACHINE_ABSENT
from analytics.simulation.model import SimModel
from federation.topology.model import ClusterSpec
from twins.spec import MachineSpec, SiteSpec


class AddedMachine(AtSite):
    """A work centre more, from ``start`` on. It takes and draws nothing before.

    Parameters
    ----------
    machine
        As in ``sites/*.yaml``.
    permissions
        What the site may make more than before.
    """

    group: ClassVar[LeverGroup] = "Invest"
    level: ClassVar[Level] = "meso"

    kind: Literal["added_machine"] = "added_machine"
    machine: MachineSpec
    permissions: tuple[NewPermission, ...] = ()

    def check(self, cluster: ClusterSpec) -> list[str]:
        """What it names that the cluster does not have, or has already."""
        problems = super().check(cluster)
        return problems or permission_problems(self.permissions, self.site, cluster)

    def enlarged(self, cluster: ClusterSpec) -> ClusterSpec:
        """The cluster with the site as it is once all is there, and what it may make."""
        larger = super().enlarged(cluster)
        products = permitted(larger.products, self.permissions, self.site)
        return larger.model_copy(update={"products": products})

    def problems(self, site: SiteSpec) -> list[str]:
        """Why the site cannot have it."""
        return machine_problems(self.machine, site)

    def changed(self, site: SiteSpec) -> SiteSpec:
        """The site with it."""
        return site.model_copy(update={"machines": (*site.machines, self.machine)})

    def absences(self, model: SimModel, *, known: bool) -> Iterator[Change]:
        """That it is not there before ``start`` and from ``end`` on."""
        rows = machine_rows(model, self.site, self.machine.id)
        return self.there(model, P_MACHINE_ABSENT, rows, known=known)


def machine_problems(machine: MachineSpec, site: SiteSpec) -> list[str]:
    """Why a site cannot have a work centre more, a sentence with the remedy each."""
    taken = {unit for known in site.machines for unit in (*known.unit_ids, known.id)}
    if taken & {machine.id, *machine.unit_ids}:
        return [f"{site.id} has a machine '{machine.id}' already; give the new one another id"]
    buses = [bus.id for bus in site.energy.buses] if site.energy else ["main"]
    if machine.bus not in buses:
        return [f"{site.id} has no bus '{machine.bus}'; name one of {', '.join(buses)}"]
    return []


def machine_rows(model: SimModel, site: str, centre: str) -> range:
    """Rows of the units of a work centre."""
    group = model.group[model.names.group_row[site, centre]]
    first = int(group["first_machine"])
    return range(first, first + int(group["machines"]))
