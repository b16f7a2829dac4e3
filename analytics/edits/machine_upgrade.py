"""A machine is made faster."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import ClassVar, Literal

from pydantic import Field

from analytics.edits.base import Change, Level, LeverGroup, share
from analytics.edits.investment import Investment
from analytics.edits.work_centre import centre_problems
from analytics.simulation.layout import P_SPEED
from analytics.simulation.model import SimModel
from federation.topology.model import ClusterSpec
from twins.spec_base import Identifier


class MachineUpgrade(Investment):
    """A work centre works faster from ``start`` on: a better tool, a new control, a faster unit.

    Parameters
    ----------
    site, machine
        The work centre.
    speed_factor
        Of its usual speed.
    """

    group: ClassVar[LeverGroup] = "Invest"
    level: ClassVar[Level] = "micro"

    kind: Literal["machine_upgrade"] = "machine_upgrade"
    site: Identifier
    machine: Identifier
    speed_factor: float = Field(gt=1.0, le=20.0)

    def check(self, cluster: ClusterSpec) -> list[str]:
        """What it names that the cluster does not have."""
        return centre_problems(cluster, self.site, self.machine)

    def changes(self, model: SimModel) -> Iterator[Change]:
        """What really happens."""
        row = model.names.group_row[self.site, self.machine]
        return share(model, P_SPEED, [row], self.start, self.end, self.speed_factor)

    def believed(self, model: SimModel, now: datetime) -> Iterator[Change]:
        """What is believed at ``now`` to have happened and to come."""
        return self.changes(model) if self.known_from <= now else iter(())
