"""A process drifts: fewer units pass."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import ClassVar, Literal

from pydantic import Field

from analytics.edits.base import Change, Disruption, Level, LeverGroup, listed, share
from analytics.simulation.layout import P_YIELD
from analytics.simulation.model import SimModel
from federation.topology.model import ClusterSpec
from twins.spec_base import Identifier, NonNegative

_STEPS = 8
"""In which a drift is taken."""


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
        sites = {site.id: site for site in cluster.sites}
        if self.site not in sites:
            return [f"there is no site '{self.site}'; name one of {listed(sites)}"]
        centres = [machine.id for machine in sites[self.site].machines]
        if self.machine in centres:
            return []
        known = listed(centres)
        return [f"{self.site} has no work centre '{self.machine}'; name one of {known}"]

    def during(self, model: SimModel, start: datetime, end: datetime) -> Iterator[Change]:
        """The changes while it holds."""
        row = model.names.group_row[self.site, self.machine]
        steps = _STEPS if self.drift_h > 0.0 else 1
        step = timedelta(hours=self.drift_h / _STEPS)
        for number in range(1, steps + 1):
            begin = start + (number - 1) * step
            close = end if number == steps else min(begin + step, end)
            held = 1.0 - (1.0 - self.yield_share) * number / steps
            if begin < close:
                yield from share(model, P_YIELD, [row], begin, close, held)
