"""AgreementSpec: what a site agrees to without being asked."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from twins.spec_base import NonNegative, Spec

Change = Literal["gains", "losses", "shifts"]
"""What a new plan does to a site: it brings operations, takes them away, or changes their dates."""


class AgreementSpec(Spec):
    """Which changes of the shared schedule a site agrees to by itself; all others it is asked.

    A change is agreed to when every kind of change in it is listed and no limit is passed. Without
    anything listed a person answers each time.
    """

    auto_accept: Annotated[tuple[Change, ...], Field(max_length=3)] = ()
    """``gains``: operations that come from other sites; ``losses``: operations that go to others,
    or that nobody does any more; ``shifts``: operations that stay and begin or end at another
    time."""
    max_extra_h: NonNegative | None = None
    """With ``gains``: largest machine hours that one plan may bring more than it takes away;
    ``None``: any."""
    max_shift_h: NonNegative | None = None
    """With ``shifts``: largest change of a start or finish; ``None``: any."""

    @model_validator(mode="after")
    def _limits_limit_something(self) -> Self:
        if len(set(self.auto_accept)) != len(self.auto_accept):
            raise ValueError("auto_accept names a kind of change twice; name it once")
        for limit, kind in (("max_extra_h", "gains"), ("max_shift_h", "shifts")):
            if getattr(self, limit) is not None and kind not in self.auto_accept:
                raise ValueError(
                    f"{limit} limits nothing: {kind} are not agreed to without asking; add {kind} "
                    f"to auto_accept, or remove {limit}"
                )
        return self
