"""Lists that telemetry tells as one text: deliveries to come, absences, vehicles that are out.

Such a list is told whole each time it changes, so that the newest text is the whole truth.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

Amount = Annotated[float, Field(gt=0.0, allow_inf_nan=False)]


class Entry(BaseModel):
    """One entry of such a list."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Delivery(Entry):
    """Something that was ordered and has not come.

    Parameters
    ----------
    quantity
        In the material's unit; litres of fuel.
    ordered
        When the order was taken, or will be.
    expected
        When it comes, where that is known.
    """

    quantity: Amount
    ordered: AwareDatetime
    expected: AwareDatetime | None = None


class Absence(Entry):
    """People of a pool who are not there though its hours and headcount say so.

    Parameters
    ----------
    people
        How many; a half works half of the time.
    until
        When they are expected back, where that is known.
    """

    people: Amount
    until: AwareDatetime | None = None


class Away(Entry):
    """A vehicle of a link that is not at its start.

    Parameters
    ----------
    back
        When it is expected at the start.
    consignment
        What it left with.
    """

    back: AwareDatetime
    consignment: str | None = None


KINDS: Mapping[str, TypeAdapter[Any]] = MappingProxyType(
    {
        "deliveries": TypeAdapter(tuple[Delivery, ...]),
        "absences": TypeAdapter(tuple[Absence, ...]),
        "vehicles": TypeAdapter(tuple[Away, ...]),
    }
)
"""What a list is of, by the name that the signal catalogue uses."""


def text_of(entries: Sequence[Entry]) -> str:
    """The compact JSON that travels."""
    return "[" + ",".join(entry.model_dump_json(exclude_none=True) for entry in entries) + "]"


def entries_in(kind: str, text: str | None) -> tuple[Any, ...] | None:
    """The entries of a list of a kind; of an empty text none, ``None`` when it is no such list."""
    if not text:
        return ()
    try:
        found: tuple[Any, ...] = KINDS[kind].validate_json(text)
    except ValidationError:
        return None
    return found
