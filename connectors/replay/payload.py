"""Parquet recordings of telemetry: tables to rows and back. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import pyarrow as pa

from connectors.errors import RecordingError
from connectors.mapping import Row, TagMap
from twins.telemetry import Quality, TelemetryBatch

RECORDING = pa.schema(
    [
        ("site", pa.string()),
        ("asset", pa.string()),
        ("signal", pa.string()),
        ("time", pa.timestamp("us", tz="UTC")),
        ("value", pa.float64()),
        ("text", pa.string()),
        ("quality", pa.uint8()),
    ]
)
"""Columns of a recording as ``record`` writes it: the telemetry batch and its site."""

_CANONICAL = ("asset", "signal", "time", "value", "text", "quality")
_TAGGED = ("tag", "time")
_TEXT_COLUMNS = ("site", "asset", "signal", "tag", "text")


def record(batches: Iterable[TelemetryBatch]) -> pa.Table:
    """The rows of batches as a recording, in their order."""
    tables = []
    for batch in batches:
        rows = pa.Table.from_batches([batch.table])
        site = pa.array([batch.site] * rows.num_rows, pa.string())
        tables.append(rows.add_column(0, "site", site).select(RECORDING.names).cast(RECORDING))
    return pa.concat_tables(tables) if tables else RECORDING.empty_table()


def check_columns(names: Iterable[str], path: str, *, tagged: bool) -> None:
    """Refuse a file that is no recording.

    Raises
    ------
    RecordingError
        When a column is missing.
    """
    present = set(names)
    wanted = _TAGGED if tagged else _CANONICAL
    missing = [name for name in wanted if name not in present]
    if tagged and not present & {"value", "text"}:
        missing.append("value")
    if missing:
        raise RecordingError(
            f"{path}: a Parquet file, but no recording of telemetry: it has no column "
            f"{', '.join(missing)} (columns: {', '.join(sorted(present))}); "
            "record with the columns asset, signal, time, value, text, quality, or give a tag map"
        )


def rows_of(
    table: pa.Table, site: str, tags: TagMap | None, skipped: Counter[str], path: str
) -> Iterator[Row]:
    """The rows of one piece of a recording, as they stand.

    Parameters
    ----------
    table
        With the columns that ``check_columns`` asks for.
    site
        Rows of other sites are left out and counted.
    tags
        Where the recording has tags instead of assets and signals.
    skipped
        Counts what became no row, by reason.
    path
        Of the file, for messages.

    Raises
    ------
    RecordingError
        When a column cannot be read as what it must be.
    """
    columns = _columns(table, path)
    for position in range(table.num_rows):
        get = {name: values[position] for name, values in columns.items()}
        if get.get("site", site) != site:
            skipped["row of another site"] += 1
        elif get["time"] is None:
            skipped["row without a time"] += 1
        elif tags is None:
            quality = Quality.GOOD if get["quality"] is None else get["quality"]
            yield Row(get["asset"], get["signal"], get["time"], get["value"], get["text"], quality)
        elif get["tag"] not in tags:
            skipped["tag not mapped"] += 1
        else:
            said = get.get("value")
            said = get.get("text") if said is None else said
            quality = get.get("quality")
            yield tags.row(
                get["tag"], get["time"], said, Quality.GOOD if quality is None else quality
            )


def _columns(table: pa.Table, path: str) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for name in (*_TEXT_COLUMNS, "time", "value", "quality"):
        if name not in table.schema.names:
            continue
        kind = RECORDING.field(name).type if name in RECORDING.names else pa.string()
        try:
            column = table.column(name).cast(kind)
        except pa.ArrowException as error:
            raise RecordingError(
                f"{path}: column '{name}' is {table.schema.field(name).type}, which cannot be read "
                f"as {kind} ({error}); write it as {kind}"
            ) from error
        found[name] = (column.cast(pa.int64()) if name == "time" else column).to_pylist()
    return found
