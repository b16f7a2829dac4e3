"""A process drifts: fewer units pass."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import ClassVar, Literal

from pydantic import Field

from analytics.edits.base import Change, Disruption, Level, LeverGroup
from analytics.edits.work_centre import centre_problems, drifting
from analytics.simulation.layout import P_YIELD
from analytics.simulation.model import SimModel
from federation.topology.model import ClusterSpec
from twins.spec_base import Identifier, NonNegative


class QualityDrift(Disruption):
    """A work centre passes a share of the units that it would have passed.

    Parameters
    ----------
    site, machine
        The work centre.
    yield_share
        Of its usual yield, when it has drifted all the way.
    drift_h
        It drifts there in equal steps from ``start`` on; 0: at once.
    """

    group: ClassVar[LeverGroup] = "Make"
    level: ClassVar[Level] = "micro"

    kind: Literal["quality_drift"] = "quality_drift"
    site: Identifier
    machine: Identifier
    yield_share: float = Field(gt=0.0, lt=1.0)
    drift_h: NonNegative = 0.0

    def check(self, cluster: ClusterSpec) -> list[str]:
        """What it names that the cluster does not have."""
        return centre_problems(cluster, self.site, self.machine)

    def during(self, model: SimModel, start: datetime, end: datetime) -> Iterator[Change]:
        """The changes while it holds."""
        centre = (self.site, self.machine)
        return drifting(model, P_YIELD, centre, start, end, self.yield_share, self.drift_h)
