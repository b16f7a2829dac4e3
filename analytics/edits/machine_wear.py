"""A machine is worn: it works more slowly."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import ClassVar, Literal

from pydantic import Field

from analytics.edits.base import Change, Disruption, Level, LeverGroup
from analytics.edits.work_centre import centre_problems, drifting
from analytics.simulation.layout import P_SPEED
from analytics.simulation.model import SimModel
from federation.topology.model import ClusterSpec
from twins.spec_base import Identifier, NonNegative


class MachineWear(Disruption):
    """A work centre works at a share of its usual speed; what has begun goes on as it was begun.

    Parameters
    ----------
    site, machine
        The work centre.
    speed_share
        Of its usual speed, when it has worn all the way.
    drift_h
        It wears in equal steps from ``start`` on; 0: at once.
    """

    group: ClassVar[LeverGroup] = "Operate"
    level: ClassVar[Level] = "micro"

    kind: Literal["machine_wear"] = "machine_wear"
    site: Identifier
    machine: Identifier
    speed_share: float = Field(ge=0.05, lt=1.0)
    drift_h: NonNegative = 0.0

    def check(self, cluster: ClusterSpec) -> list[str]:
        """What it names that the cluster does not have."""
        return centre_problems(cluster, self.site, self.machine)

    def during(self, model: SimModel, start: datetime, end: datetime) -> Iterator[Change]:
        """The changes while it holds."""
        centre = (self.site, self.machine)
        return drifting(model, P_SPEED, centre, start, end, self.speed_share, self.drift_h)
