"""What a lot did, as atomic events with a number: the place of a lot is that of its highest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, NamedTuple

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from twins.traveller import Count, Traveller
from twins.work import LotState


class LotEvent(BaseModel):
    """One event of a lot: everything about it after the event.

    Parameters
    ----------
    state
        Where the lot is in its life.
    operation
        Position in its routing: the number of finished operations.
    site
        Id of the place it is at: a site or a customer's place.
    quantity, good
        Units in the lot; units found good so far.
    attempt
        How often the operation has begun anew.
    machine
        Work unit it is on: at work, or finished and blocked there; of work that was laid aside the
        one it was begun on.
    link, consignment, eta
        The journey, when it travels, and its believed arrival.
    waiting
        Component lots it waits for.
    until
        When its time in quarantine ends, where that is known.
    traveller
        What it carries along while it is in process; ``None``: not told.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    state: LotState
    operation: Count
    site: Annotated[str, Field(min_length=1)]
    quantity: Count
    good: Count
    attempt: Count
    machine: str | None
    link: str | None
    consignment: str | None
    eta: AwareDatetime | None
    waiting: Count
    until: AwareDatetime | None = None
    traveller: Traveller | None = None

    def text(self) -> str:
        """The compact JSON that travels; what came later into the format stands there if told."""
        untold = {name for name in _LATER if getattr(self, name) is None}
        return self.model_dump_json(exclude=untold)


_LATER = ("until", "traveller")


def parse(text: str | None) -> LotEvent | None:
    """The event in ``text``; ``None`` when it is none."""
    if not text:
        return None
    try:
        return LotEvent.model_validate_json(text)
    except ValidationError:
        return None


@dataclass(frozen=True, slots=True)
class LotRecord:
    """The newest event of a lot and how it was told."""

    number: int
    time_us: int
    source: str
    quality: int
    event: LotEvent


class LotRow(NamedTuple):
    """One accepted row of a batch."""

    lot: str
    record: LotRecord


class LotBook:
    """The newest event of each lot of one site."""

    def __init__(self) -> None:
        self._records: dict[str, LotRecord] = {}

    def __len__(self) -> int:
        return len(self._records)

    def __iter__(self) -> Iterator[LotRow]:
        """All lots by name."""
        for lot in sorted(self._records):
            yield LotRow(lot, self._records[lot])

    def get(self, lot: str) -> LotRecord | None:
        """The newest event of ``lot``."""
        return self._records.get(lot)

    def fold(self, row: LotRow) -> bool:
        """Take an event in; ``False`` when a newer one is known.

        The number is the order, whatever the times say. Equal numbers: the later time, then the
        source that comes last in the alphabet, then what was told later stands.
        """
        known = self._records.get(row.lot)
        if known is not None and _rank(row.record) < _rank(known):
            return False
        self._records[row.lot] = row.record
        return True


def _rank(record: LotRecord) -> tuple[int, int, str]:
    return record.number, record.time_us, record.source
