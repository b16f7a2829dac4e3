"""What the twins hand to the federation: readings of their sites, and their values. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

import pyarrow as pa

from federation.tables import SCHEMAS, table


class Reading(Protocol):
    """What a twin says of its site."""

    @property
    def tables(self) -> Mapping[str, pa.Table]:
        """``values``, judged as of ``taken_at_us``, and ``lots``: see ``twins.state_tables``."""

    @property
    def revision(self) -> int:
        """Position of the journal."""

    @property
    def state_hash(self) -> str:
        """Hash of the folded state."""

    @property
    def last_time_us(self) -> int | None:
        """Device time of the youngest value, in microseconds of the Unix epoch."""

    @property
    def taken_at_us(self) -> int:
        """When it was read."""


class Observed(NamedTuple):
    """The last value of one signal."""

    time_us: int
    value: float | None
    text: str | None
    quality: int
    heard_us: int
    """Device time of the last word of its source: what is not mentioned has not changed."""


Values = Mapping[str, Mapping[str, Observed]]
"""asset -> signal -> last value"""

NOTHING = Observed(0, None, None, 0, 0)
"""Stands for a signal that was never told."""


def values_of(reading: Reading | None) -> Values:
    """The last values of a reading by asset and signal; empty without a reading."""
    found: dict[str, dict[str, Observed]] = {}
    if reading is None:
        return found
    rows = times_as_integers(reading.tables["values"])
    columns = (rows.column(name).to_pylist() for name in _VALUE_COLUMNS)
    for asset, signal, time_us, value, text, quality, silence_s in zip(*columns, strict=True):
        heard_us = reading.taken_at_us - round(silence_s * 1e6)
        seen = Observed(time_us, value, text, quality, heard_us)
        found.setdefault(asset, {})[signal] = seen
    return found


_VALUE_COLUMNS = ("asset", "signal", "time_us", "value", "text", "quality", "silence_s")


def times_as_integers(rows: pa.Table) -> pa.Table:
    """Times as microseconds since the epoch (Python datetimes cost ten times as much to make)."""
    renamed = ["time_us" if name == "time" else name for name in rows.schema.names]
    columns = [
        column.cast(pa.int64()) if pa.types.is_timestamp(column.type) else column
        for column in rows.columns
    ]
    return pa.table(columns, names=renamed)


def integer(value: float | None, default: int | None = None) -> int | None:
    """``value`` as a whole number, ``default`` where there is none."""
    return default if value is None else round(value)


def flag(told: Mapping[str, Observed], signal: str) -> bool | None:
    """A state of two codes; ``None`` where it was never told."""
    seen = told.get(signal)
    return None if seen is None or seen.value is None else bool(seen.value)


def rows_table(name: str, rows: list[dict[str, Any]]) -> pa.Table:
    """A snapshot table from one dict per row; what a dict lacks is null."""
    return table(
        name, {column: [row.get(column) for row in rows] for column in SCHEMAS[name].names}
    )
