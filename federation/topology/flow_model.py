"""Rules for the flow of lots: limits of work in process."""

from __future__ import annotations

from pydantic import Field

from twins.spec_base import Identifier, Spec


class ConwipSpec(Spec):
    """At most so many lots of a part in process (CONWIP): the others are released when one is done.

    A lot is in process from its release until it is joined or delivered or, where a site is named,
    until it leaves that site. Its components are released with it.
    """

    product: Identifier
    part: Identifier | None = None
    """Default: what the customer gets."""
    site: Identifier | None = None
    """Counts the lots that begin at this site; default: the whole cluster."""
    lots: int = Field(ge=1)
