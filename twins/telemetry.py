"""The telemetry batch: what one source of one site told, in one piece."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

import pyarrow as pa

from twins.errors import TelemetryError

Row = tuple[str, str, int, float | None, str | None, int]
"""asset, signal, time in microseconds of the Unix epoch, value, text, quality"""

_NAMES = pa.dictionary(pa.int32(), pa.string())

SCHEMA = pa.schema(
    [
        pa.field("asset", _NAMES),
        pa.field("signal", _NAMES),
        pa.field("time", pa.timestamp("us", tz="UTC"), metadata={"description": "device time"}),
        pa.field("value", pa.float64(), metadata={"unit": "by signal, see twins.signals"}),
        pa.field("text", pa.string()),
        pa.field("quality", pa.uint8(), metadata={"description": "twins.telemetry.Quality"}),
    ]
)
"""Columns of a batch. States travel as their codes in ``value``."""


class Quality(IntEnum):
    """How far a value can be trusted."""

    GOOD = 0
    UNCERTAIN = 1
    STALE = 2
    BAD = 3


@dataclass(frozen=True)
class TelemetryBatch:
    """Telemetry of one source, known by ``(site, source, source_epoch, sequence)``.

    Parameters
    ----------
    site
        Id of the site.
    source
        Who tells: a gateway, an adapter, an emulated plant.
    source_epoch
        The source's life: a source that starts without its memory takes a higher one.
    sequence
        Number of the batch in that life, from 1 without gaps.
    table
        Rows after ``SCHEMA``; columns of like types (plain strings, other integers) are converted.

    Raises
    ------
    TelemetryError
        When a column is missing or of another nature, or the batch does not say whose it is.
    """

    site: str
    source: str
    source_epoch: int
    sequence: int
    table: pa.RecordBatch

    def __post_init__(self) -> None:
        where = f"batch {self.sequence} of source '{self.source}' at site '{self.site}'"
        if not self.site or not self.source:
            raise TelemetryError(
                "the batch does not say whose it is", where=where, remedy="name its site and source"
            )
        if self.sequence < 1 or self.source_epoch < 0:
            raise TelemetryError(
                f"sequence {self.sequence} in epoch {self.source_epoch} cannot be",
                where=where,
                remedy="number the batches from 1, and the lives of a source from 0",
            )
        if self.table.schema != SCHEMA:
            object.__setattr__(self, "table", conform(self.table, where))

    @property
    def rows(self) -> int:
        """Number of rows."""
        return int(self.table.num_rows)


def build_batch(
    site: str, source: str, source_epoch: int, sequence: int, rows: Iterable[Row]
) -> TelemetryBatch:
    """A batch of ``rows`` in the order given."""
    columns = tuple(zip(*rows, strict=True)) or ((),) * len(SCHEMA)
    assets, signals, times, values, texts, qualities = columns
    table = pa.RecordBatch.from_arrays(
        [
            pa.array(assets, pa.string()).dictionary_encode(),
            pa.array(signals, pa.string()).dictionary_encode(),
            pa.array(times, pa.int64()).cast(SCHEMA.field("time").type),
            pa.array(values, pa.float64()),
            pa.array(texts, pa.string()),
            pa.array(qualities, pa.uint8()),
        ],
        schema=SCHEMA,
    )
    return TelemetryBatch(site, source, source_epoch, sequence, table)


def conform(table: pa.RecordBatch | pa.Table, where: str = "telemetry") -> pa.RecordBatch:
    """``table`` in the columns and types of ``SCHEMA``; other columns are dropped.

    Raises
    ------
    TelemetryError
        When a column is missing or cannot be converted.
    """
    if not isinstance(table, pa.RecordBatch | pa.Table):
        raise TelemetryError(
            f"a {type(table).__name__} is no telemetry",
            where=where,
            remedy="give a pyarrow RecordBatch, see twins.telemetry.build_batch",
        )
    missing = [name for name in SCHEMA.names if name not in table.schema.names]
    if missing:
        raise TelemetryError(
            f"columns are missing: {', '.join(missing)}",
            where=where,
            remedy=f"a batch has the columns {', '.join(SCHEMA.names)}",
        )
    arrays = []
    for field in SCHEMA:
        column = table.column(field.name)
        if isinstance(column, pa.ChunkedArray):
            column = column.combine_chunks()
        if isinstance(column, pa.ChunkedArray):  # of no or several chunks that do not combine
            column = pa.concat_arrays(column.chunks) if column.chunks else pa.array([], column.type)
        try:
            arrays.append(_cast(column, field.type))
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
            raise TelemetryError(
                f"the column '{field.name}' is {column.type}, not {field.type} ({error})",
                where=where,
                remedy="convert it before sending",
            ) from error
    return pa.RecordBatch.from_arrays(arrays, schema=SCHEMA)


def _cast(column: pa.Array, target: pa.DataType) -> pa.Array:
    if column.type == target:
        return column
    if pa.types.is_dictionary(target):
        if pa.types.is_dictionary(column.type):
            column = column.dictionary_decode()
        return column.cast(target.value_type).dictionary_encode()
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_timestamp(target) and not pa.types.is_timestamp(column.type):
        # A bare integer does not say its unit, and text not its zone.
        raise pa.ArrowInvalid("a time is a timestamp column with a time zone")
    if pa.types.is_timestamp(column.type) and column.type.tz is None:
        raise pa.ArrowInvalid("the timestamps have no time zone")
    return column.cast(target)
