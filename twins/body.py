"""A telemetry batch as an entry of the journal, and back."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from twins.errors import TelemetryError
from twins.journal import Entry, NewEntry
from twins.telemetry import SCHEMA, TelemetryBatch, conform

TELEMETRY = "telemetry"
"""Kind of the entries that hold a batch."""

_OPTIONS = pa.ipc.IpcWriteOptions(compression="zstd")


def stream_of(site: str) -> str:
    """The journal stream of a site."""
    return f"site/{site}"


def entry_of(batch: TelemetryBatch, received_at_us: int) -> NewEntry:
    """The entry that holds ``batch``: its table as an Arrow IPC stream, compressed with zstd."""
    times = pc.min_max(batch.table.column("time").view(pa.int64())).as_py()
    return NewEntry(
        stream_of(batch.site),
        TELEMETRY,
        batch.source,
        batch.source_epoch,
        batch.sequence,
        received_at_us,
        encoded(batch.table),
        batch.rows,
        times["min"],
        times["max"],
    )


def encoded(table: pa.RecordBatch) -> bytes:
    """The body of an entry."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=_OPTIONS) as writer:
        writer.write_batch(table)
    return bytes(sink.getvalue())


def batch_of(site: str, entry: Entry) -> TelemetryBatch:
    """The batch that ``entry`` holds.

    Raises
    ------
    TelemetryError
        When the body is elsewhere, or of a form this version does not know.
    """
    where = f"entry {entry.position} of stream '{entry.stream}'"
    if entry.body is None:
        raise TelemetryError(
            "its body was moved elsewhere", where=where, remedy="bring it back to replay it"
        )
    try:
        with pa.ipc.open_stream(pa.BufferReader(entry.body)) as reader:
            table = reader.read_next_batch()
    except (pa.ArrowInvalid, OSError, StopIteration) as error:
        raise TelemetryError(
            f"its body is no telemetry ({error})",
            where=where,
            remedy="install the version of twinfed that wrote it",
        ) from error
    if table.schema != SCHEMA:
        table = conform(table, where)
    return TelemetryBatch(site, entry.source, entry.source_epoch, entry.sequence, table)
