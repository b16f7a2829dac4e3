"""Which representation a client asked for, and tables in each of them. Pure."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

JSON = "application/json"
ARROW_STREAM = "application/vnd.apache.arrow.stream"
PARQUET = "application/vnd.apache.parquet"
TABULAR = (JSON, ARROW_STREAM, PARQUET)


def choose(accept: str | None, offered: Sequence[str]) -> str | None:
    """The offered media type that ``accept`` likes best, the first one among equals.

    Parameters
    ----------
    accept
        The ``Accept`` header; ``None`` or empty takes anything.
    offered
        Media types, the preferred one first.

    Returns
    -------
    str or None
        ``None`` when nothing offered is acceptable (RFC 9110 section 12.5.1).
    """
    if not accept or not accept.strip():
        return offered[0]
    ranges = [_range(part) for part in accept.split(",") if part.strip()]
    best, best_weight = None, 0.0
    for media_type in offered:
        matching = [entry for entry in ranges if _matches(entry[0], media_type)]
        # The most specific range that matches decides.
        weight = max(matching, key=lambda entry: _specificity(entry[0]))[1] if matching else 0.0
        if weight > best_weight:
            best, best_weight = media_type, weight
    return best


def encode(table: pa.Table, media_type: str) -> bytes:
    """``table`` as an Arrow stream, a Parquet file or JSON (``{"columns", "rows"}``)."""
    if media_type == ARROW_STREAM:
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table)
        stream: bytes = sink.getvalue().to_pybytes()
        return stream
    if media_type == PARQUET:
        buffer = io.BytesIO()
        pq.write_table(table, buffer, compression="zstd")
        return buffer.getvalue()
    document = {"columns": columns_of(table), "rows": list(plain(table.to_pylist()))}
    return json.dumps(document, allow_nan=False).encode()


def columns_of(table: pa.Table) -> list[dict[str, str]]:
    """Name, type and unit of each column."""
    found = []
    for field in table.schema:
        column = {"name": field.name, "type": str(field.type)}
        unit = (field.metadata or {}).get(b"unit")
        if unit is not None:
            column["unit"] = unit.decode()
        found.append(column)
    return found


def plain(rows: Iterable[Any]) -> Iterable[Any]:
    """Values that JSON can hold: times in ISO 8601, what is not a number as null."""
    return (_plain(row) for row in rows)


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(item) for item in value]
    return value


def _range(part: str) -> tuple[str, float]:
    media, *parameters = (piece.strip() for piece in part.split(";"))
    weight = 1.0
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            try:
                weight = min(1.0, max(0.0, float(value)))
            except ValueError:
                weight = 0.0
    return media.lower(), weight


def _matches(pattern: str, media_type: str) -> bool:
    if pattern in {"*/*", media_type}:
        return True
    return pattern.endswith("/*") and media_type.startswith(pattern[:-1])


def _specificity(pattern: str) -> int:
    return 0 if pattern == "*/*" else 1 if pattern.endswith("/*") else 2
