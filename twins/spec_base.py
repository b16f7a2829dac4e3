"""The common base of every specification: frozen, strict about keys, figures with provenance."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

Identifier = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=64)]
"""A stable name: letters, digits, ``_``, ``-`` and ``.``; starts with a letter or a digit."""

Fraction = Annotated[float, Field(ge=0.0, le=1.0, allow_inf_nan=False)]
NonNegative = Annotated[float, Field(ge=0.0, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0.0, allow_inf_nan=False)]


def _three_lengths(size: tuple[float, ...]) -> tuple[float, ...]:
    if len(size) != 3:
        raise ValueError(f"{len(size)} lengths are no size; write three, such as [600, 400, 25]")
    return size


SizeMm = Annotated[
    tuple[Positive, ...],
    AfterValidator(_three_lengths),
    Field(json_schema_extra={"minItems": 3, "maxItems": 3}),
]
"""Length, width and height of a box in mm, in any order."""


class Spec(BaseModel):
    """Base of all specifications: immutable data whose figures say where they come from.

    A figure is documented by the nearest note: an entry of ``notes`` with its field's name, else
    the object's own ``source`` or ``assumption``, else those of the object that holds it.

    Parameters
    ----------
    source
        Where the figures of this object come from.
    assumption
        Why the figures of this object are believed when no source is known.
    notes
        Field name to ``"source: ..."`` or ``"assumption: ..."`` where one field differs from the
        rest.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    source: str | None = None
    assumption: str | None = None
    notes: dict[str, str] = Field(default_factory=dict)
