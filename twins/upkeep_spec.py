"""What keeps a machine from working now and then: breakdowns and preventive maintenance."""

from __future__ import annotations

from typing import Literal

from twins.distribution_spec import DistributionSpec
from twins.hours_spec import ShiftSpec
from twins.spec_base import NonNegative, Positive, Spec

Clock = Literal["calendar", "use"]


class FailureSpec(Spec):
    """Breakdowns: up for ``time_to_failure``, down for ``time_to_repair``."""

    time_to_failure: DistributionSpec
    time_to_repair: DistributionSpec
    clock: Clock = "calendar"
    """``calendar``: the time to failure runs always; ``use``: only while the machine works."""


class MaintenanceSpec(Spec):
    """Preventive maintenance: so long after the last one, in a window, with a crew."""

    every_h: Positive
    clock: Clock = "calendar"
    """``use``: ``every_h`` are hours of work."""
    first_h: NonNegative | None = None
    """Hours of the same clock from the start to the first; default: ``every_h``."""
    duration: DistributionSpec
    window: tuple[ShiftSpec, ...] = ()
    """Local hours of the week in which it may begin; empty: at any time."""
    overdue_h: Positive | None = None
    """So long after it fell due it waits no longer for its window or for the work on the machine;
    default: it waits."""
