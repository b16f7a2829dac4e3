"""People in pools, and the tools that a site has a limited number of."""

from __future__ import annotations

from pydantic import Field

from twins.hours_spec import ShiftSpec
from twins.spec_base import Identifier, NonNegative, Spec


class PoolSpec(Spec):
    """People who can stand in for one another.

    Where a site has pools, a machine with operators runs only with people of one of them. What they
    are paid is said by ``SiteSpec.labour``.
    """

    id: Identifier
    headcount: int = Field(ge=1, le=100_000)
    skills: dict[Identifier, int] = Field(default_factory=dict)
    """Process to level, 1 (helper) to 4 (master); a process that is not listed they cannot do."""
    shifts: tuple[ShiftSpec, ...] = ()
    """Local hours; empty: the hours of the site. Outside the site's hours nobody works."""
    minimum_call_in_h: NonNegative = 0.0
    """Called in outside regular hours, they are paid for at least so long."""


class ToolSpec(Spec):
    """A tool or fixture that operations need, so many of them at the site."""

    id: Identifier
    count: int = Field(default=1, ge=1, le=10_000)
