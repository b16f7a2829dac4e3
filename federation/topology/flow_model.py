"""Rules for the flow of lots: limits of work in process, rework, inspection and quarantine."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from twins.distribution_spec import DistributionSpec
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


class ReworkSpec(Spec):
    """Lots that fail at an operation go back to an earlier one, or to the same, and on from there.

    Rework takes the units that the lot has, and no new material.
    """

    to: Identifier
    """Operation that it begins with."""
    probability: float = Field(default=0.0, ge=0.0, lt=1.0)
    """Per lot and visit, found out as the operation ends; an inspection may find out later."""
    at_most: int | None = Field(default=None, ge=1)
    """Loops of a lot; one that fails once more is scrapped and begun anew. Default: any number."""
    site: Identifier | None = None
    work_centre: Identifier | None = None
    """Owner of the rework: where the operation ``to`` is done again. Default: where it was done."""

    @model_validator(mode="after")
    def _whole_owner(self) -> Self:
        if (self.site is None) != (self.work_centre is None):
            raise ValueError("the owner of a rework is a site and a work_centre; give both or none")
        return self


class InspectionSpec(Spec):
    """After the operation the lot is held in quarantine, then released or rejected."""

    hold: DistributionSpec | None = None
    """Time in quarantine. Default: none beyond the certificate."""
    until_certified: bool = False
    """Held at least until ``certified_at`` of the permission of the site and part."""
    reject_probability: float = Field(default=0.0, ge=0.0, lt=1.0)
    """Per lot and visit, found out as the hold ends."""
    on_reject: Literal["scrap", "rework"] = "scrap"

    @model_validator(mode="after")
    def _has_an_effect(self) -> Self:
        if self.hold is None and not self.until_certified and self.reject_probability == 0.0:
            raise ValueError(
                "the inspection has no effect; give hold, until_certified or reject_probability"
            )
        return self
