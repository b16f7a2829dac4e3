"""Machines stop working."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import ClassVar, Literal

from analytics.edits.base import Change, Disruption, Level, LeverGroup, listed, pair
from analytics.simulation.layout import P_MACHINE_DOWN
from analytics.simulation.model import SimModel
from federation.topology.model import ClusterSpec
from twins.spec_base import Identifier


class MachineDown(Disruption):
    """A work unit of ``site`` is down, or all units of the work centre called ``machine``."""

    group: ClassVar[LeverGroup] = "Operate"
    level: ClassVar[Level] = "micro"

    kind: Literal["machine_down"] = "machine_down"
    site: Identifier
    machine: Identifier

    def check(self, cluster: ClusterSpec) -> list[str]:
        """What it names that the cluster does not have."""
        sites = {site.id: site for site in cluster.sites}
        if self.site not in sites:
            return [f"there is no site '{self.site}'; name one of {listed(sites)}"]
        machines = sites[self.site].machines
        units = {unit for machine in machines for unit in machine.unit_ids}
        centres = [machine.id for machine in machines]
        if self.machine in units or self.machine in centres:
            return []
        known = listed(sorted({*centres, *units}))
        return [f"{self.site} has no machine '{self.machine}'; name one of {known}"]

    def during(self, model: SimModel, start: datetime, end: datetime) -> Iterator[Change]:
        """The changes while it holds."""
        return pair(model, P_MACHINE_DOWN, self._rows(model), start, end)

    def _rows(self, model: SimModel) -> range:
        group = model.names.group_row.get((self.site, self.machine))
        if group is None:
            unit = model.names.machine_row[self.site, self.machine]
            return range(unit, unit + 1)
        first = int(model.group["first_machine"][group])
        return range(first, first + int(model.group["machines"][group]))
