"""The whole of a TwinState in a canonical form: what is hashed, and what a snapshot file holds.

Numbers of values and sources depend on the order in which they were first told, so the canonical
form names and sorts them.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from twins.latest import NEVER
from twins.lot_events import LotRecord, LotRow, parse
from twins.meters import STATES, Waiting
from twins.quarantine import Reason

if TYPE_CHECKING:
    from twins.fold import TwinState
    from twins.keys import Ints

Parts = Mapping[str, pa.Table]

_NAMES = (("asset", pa.string()), ("signal", pa.string()))
_SCHEMAS = {
    "values": pa.schema(
        [
            *_NAMES,
            ("time", pa.int64()),
            ("value", pa.float64()),
            ("text", pa.string()),
            ("quality", pa.uint8()),
            ("source", pa.string()),
            ("rows", pa.int64()),
            ("late", pa.int64()),
        ]
    ),
    "settled": pa.schema(
        [
            *_NAMES,
            ("first_time", pa.int64()),
            ("base_time", pa.int64()),
            ("base_value", pa.float64()),
            ("total", pa.float64()),
            ("resets", pa.int64()),
            ("state_us", pa.list_(pa.int64(), STATES)),
        ]
    ),
    # Many rows: they name their value and source by the row in "values" and in "sources".
    "waiting": pa.schema(
        [
            ("of", pa.int64()),
            ("time", pa.int64()),
            ("value", pa.float64()),
            ("source", pa.int64()),
        ]
    ),
    "lots": pa.schema(
        [
            ("lot", pa.string()),
            ("number", pa.int64()),
            ("time", pa.int64()),
            ("source", pa.string()),
            ("quality", pa.uint8()),
            ("event", pa.string()),
        ]
    ),
    "sources": pa.schema([("source", pa.string()), ("newest", pa.int64())]),
    "counts": pa.schema([("what", pa.string()), ("rows", pa.int64())]),
}
_ACCEPTED = "accepted"


def parts(state: TwinState) -> Parts:
    """The settled state as tables, rows sorted by name."""
    names, latest, settled = state.keys.names, state.latest, state.meters.settled
    sources = list(state.sources)

    def table(part: str, *columns: object) -> pa.Table:
        schema = _SCHEMAS[part]
        return pa.table(
            [pa.array(c, f.type, from_pandas=True) for c, f in zip(columns, schema, strict=True)],
            schema=schema,
        )

    def named(keys: Ints) -> tuple[list[str], list[str]]:
        return [names[key][0] for key in keys.tolist()], [names[key][1] for key in keys.tolist()]

    told = _by_name(np.flatnonzero(latest.rows > 0), names)
    values = table(
        "values",
        *named(told),
        latest.time[told],
        latest.value[told],
        [latest.text[key] for key in told.tolist()],
        latest.quality[told],
        [sources[source] for source in latest.source[told].tolist()],
        latest.rows[told],
        latest.late[told],
    )
    opened = _by_name(np.flatnonzero(settled.first_time != NEVER), names)
    accounts = table(
        "settled",
        *named(opened),
        settled.first_time[opened],
        settled.base_time[opened],
        settled.base_value[opened],
        settled.total[opened],
        settled.resets[opened],
        settled.state_us[opened].tolist(),
    )
    heard = sorted((name, time) for name, time in state.sources.items() if time != NEVER)
    waiting = _renumbered(
        state.meters.waiting,
        _places(told, len(names)),
        _places([sources.index(name) for name, _ in heard], len(sources)),
    )
    ahead = table("waiting", waiting.number, waiting.time, waiting.value, waiting.source)
    lots = table("lots", *_columns([_lot(row) for row in state.lots], 6))
    counts = [(_ACCEPTED, state.accepted)]
    counts += sorted((reason.name, rows) for reason, rows in state.quarantined.items())
    return {
        "values": values,
        "settled": accounts,
        "waiting": ahead,
        "lots": lots,
        "sources": table("sources", *_columns(heard, 2)),
        "counts": table("counts", *_columns(counts, 2)),
    }


def digest(of: Parts) -> str:
    """SHA-256 over the content of canonical parts, hexadecimal; independent of Arrow's layout."""
    sha = hashlib.sha256()
    for part in sorted(of):
        sha.update(f"{part}:{of[part].num_rows};".encode())
        for name, column in zip(of[part].column_names, of[part].columns, strict=True):
            sha.update(f"{name};".encode())
            for piece in _content(column.combine_chunks()):
                sha.update(piece)
    return sha.hexdigest()


def encode(of: Parts) -> bytes:
    """Canonical parts as consecutive Arrow IPC streams."""
    sink = io.BytesIO()
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    for part, schema in _SCHEMAS.items():
        labelled = schema.with_metadata({"part": part})
        with pa.ipc.new_stream(sink, labelled, options=options) as writer:
            writer.write_table(of[part].replace_schema_metadata({"part": part}))
    return sink.getvalue()


def decode(data: bytes) -> Parts:
    """The parts in ``data``.

    Raises
    ------
    ValueError
        When ``data`` is something else.
    """
    source = pa.BufferReader(data)
    found = {}
    for part, schema in _SCHEMAS.items():
        table = pa.ipc.open_stream(source).read_all().replace_schema_metadata(None)
        if table.schema != schema:
            raise ValueError(f"the part '{part}' has other columns")
        found[part] = table
    return found


def restore(state: TwinState, of: Parts) -> None:
    """Bring an empty state to what ``of`` holds."""
    columns = {part: table.to_pydict() for part, table in of.items()}
    for name, newest in zip(*columns["sources"].values(), strict=True):
        state.source(name)
        state.sources[name] = newest
    values, settled, waiting = (columns[part] for part in ("values", "settled", "waiting"))

    def numbers(part: Mapping[str, list[str]]) -> Ints:
        pairs = zip(part["asset"], part["signal"], strict=True)
        found = [state.keys.number(asset, signal) for asset, signal in pairs]
        return np.array(found, np.int64)

    told = numbers(values)
    state.reserve()
    latest, accounts = state.latest, state.meters.settled
    for column in ("time", "quality", "rows", "late"):
        getattr(latest, column)[told] = values[column]
    latest.value[told] = _floats(values["value"])
    latest.source[told] = [state.source(name) for name in values["source"]]
    for key, text in zip(told.tolist(), values["text"], strict=True):
        latest.text[key] = text
    opened = numbers(settled)
    for column in ("first_time", "base_time", "total", "resets"):
        getattr(accounts, column)[opened] = settled[column]
    accounts.base_value[opened] = _floats(settled["base_value"])
    if len(opened):
        accounts.state_us[opened] = settled["state_us"]
    heard = [state.source(name) for name in columns["sources"]["source"]]
    ahead = Waiting(
        np.array(waiting["of"], np.int64),
        np.array(waiting["time"], np.int64),
        _floats(waiting["value"]),
        np.array(waiting["source"], np.int64),
    )
    state.meters.waiting = _renumbered(ahead, told, np.array(heard, np.int64))
    for lot, number, time, source, quality, text in zip(*columns["lots"].values(), strict=True):
        event = parse(text)
        if event is None:
            raise ValueError(f"the event of the lot '{lot}' cannot be read")
        state.lots.fold(LotRow(lot, LotRecord(number, time, source, quality, event)))
    for what, rows in zip(*columns["counts"].values(), strict=True):
        if what == _ACCEPTED:
            state.accepted = rows
        else:
            state.quarantined[Reason[what]] = rows


def _by_name(keys: Ints, names: list[tuple[str, str]]) -> Ints:
    return np.array(sorted(keys.tolist(), key=names.__getitem__), np.int64)


def _places(keys: Ints | list[int], size: int) -> Ints:
    """Number to its place in ``keys``."""
    places = np.zeros(size, np.int64)
    places[keys] = np.arange(len(keys))
    return places


def _renumbered(waiting: Waiting, numbers: Ints, sources: Ints) -> Waiting:
    """The same rows under other numbers, sorted by them; those of one number stay in order."""
    if not len(waiting):
        return waiting
    other = replace(waiting, number=numbers[waiting.number], source=sources[waiting.source])
    return other.by_number()


def _lot(row: LotRow) -> tuple[str, int, int, str, int, str]:
    record = row.record
    return (
        row.lot,
        record.number,
        record.time_us,
        record.source,
        record.quality,
        record.event.text(),
    )


def _columns(rows: Sequence[tuple[object, ...]], width: int) -> tuple[list[object], ...]:
    return tuple(list(column) for column in zip(*rows, strict=True)) or ([],) * width


def _floats(values: list[float | None]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array([np.nan if value is None else value for value in values], np.float64)


def _content(array: pa.Array) -> Iterator[bytes]:
    if pa.types.is_fixed_size_list(array.type):
        array = array.flatten()
    if pa.types.is_string(array.type):
        words = [None if word is None else word.encode() for word in array.to_pylist()]
        sizes = [-1 if word is None else len(word) for word in words]
        yield np.array(sizes, "<i8").tobytes()
        yield b"".join(word or b"" for word in words)
    else:
        if array.null_count:
            yield array.is_null().to_numpy(zero_copy_only=False).tobytes()
            array = array.fill_null(0)
        numbers = array.to_numpy(zero_copy_only=False)
        yield numbers.astype(numbers.dtype.newbyteorder("<")).tobytes()
