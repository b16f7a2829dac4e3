"""Finds the rows of a batch that go to quarantine. Pure: the same verdict at every replay."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from twins.keys import COUNTER, GAUGE, LOT, STATE, TEXT, Ints, Keys
from twins.lot_events import LotEvent, parse
from twins.quarantine import FUTURE_TOLERANCE_S, Reason
from twins.signals import CATALOGUE
from twins.telemetry import Quality
from twins.under_way import entries_in

# 0001-01-01 and 9999-12-31: outside, a time cannot even be shown.
_FIRST_US, _LAST_US = -62_135_596_800_000_000, 253_402_300_799_999_999


class Inspected(NamedTuple):
    """A batch as arrays, with the reason for each row.

    ``value`` holds NaN for null. ``has_text`` is ``None`` when no row carries one. ``events`` are
    the parsed events of the accepted lot rows, by row.
    """

    number: Ints
    time: Ints
    value: npt.NDArray[np.float64]
    quality: npt.NDArray[np.uint8]
    has_text: npt.NDArray[np.bool_] | None
    reason: npt.NDArray[np.uint8]
    events: dict[int, LotEvent]


def inspect(table: pa.RecordBatch, keys: Keys, received_at_us: int) -> Inspected:
    """Judge every row of a batch against the catalogue and the moment it was received.

    Parameters
    ----------
    table
        A batch after ``twins.telemetry.SCHEMA``.
    keys
        Numbers of the site's values; new ones are added.
    received_at_us
        The journaled moment of reception, microseconds of the Unix epoch.
    """
    number = keys.of(table)
    reason = keys.reason[number]
    kind = keys.kind[number]
    time, no_time = _column(table, "time", pa.int64(), 0)
    value, no_value = _column(table, "value", None, np.nan)
    quality, no_quality = _column(table, "quality", None, 0)
    text = table.column("text")
    has_text = None if text.null_count == len(text) else text.is_valid().to_numpy(False)

    outside = (time < _FIRST_US) | (time > _LAST_US)
    _mark(reason, outside if no_time is None else outside | no_time, Reason.NO_TIME)
    _mark(reason, time > received_at_us + round(FUTURE_TOLERANCE_S * 1e6), Reason.FUTURE)
    _mark(
        reason, _wrong_kind(kind, no_value, has_text, keys.carries_text[number]), Reason.WRONG_KIND
    )
    finite = np.isfinite(value)
    _mark(reason, ~finite if no_value is None else ~finite & ~no_value, Reason.NOT_A_NUMBER)
    _mark(reason, (kind == COUNTER) & (value < 0.0), Reason.NEGATIVE_COUNT)
    states = kind == STATE
    if states.any():
        codes = keys.codes[number]
        wrong = (value < 0) | (value >= codes) | (value != np.floor(value))
        _mark(reason, states & wrong, Reason.UNKNOWN_CODE)
    bad = quality > Quality.BAD
    _mark(reason, bad if no_quality is None else bad | no_quality, Reason.UNKNOWN_QUALITY)
    _mark_bad_lists(table, keys, number, reason)
    events = _events(table, number, value, reason)
    return Inspected(number, time, value, quality, has_text, reason, events)


def _wrong_kind(
    kind: npt.NDArray[np.uint8],
    no_value: npt.NDArray[np.bool_] | None,
    has_text: npt.NDArray[np.bool_] | None,
    carries_text: npt.NDArray[np.bool_],
) -> npt.NDArray[np.bool_]:
    words: npt.NDArray[np.bool_] = kind == TEXT
    wrong = words
    if no_value is not None:
        wrong = (words & ~no_value) | (~words & (kind != GAUGE) & no_value)
    return wrong if has_text is None else wrong | (has_text & ~carries_text)


def _mark_bad_lists(
    table: pa.RecordBatch, keys: Keys, number: Ints, reason: npt.NDArray[np.uint8]
) -> None:
    rows = np.flatnonzero(keys.lists[number] & (reason == Reason.NONE))
    if not len(rows):
        return
    texts = table.column("text").take(pa.array(rows)).to_pylist()
    for row, text in zip(rows.tolist(), texts, strict=True):
        kind = CATALOGUE[keys.names[int(number[row])][1]].list_of
        if entries_in(kind, text) is None:
            reason[row] = Reason.BAD_LIST


def _events(
    table: pa.RecordBatch,
    number: Ints,
    value: npt.NDArray[np.float64],
    reason: npt.NDArray[np.uint8],
) -> dict[int, LotEvent]:
    rows = np.flatnonzero((number == LOT) & (reason == Reason.NONE))
    if not len(rows):
        return {}
    events = {}
    texts = table.column("text").take(pa.array(rows)).to_pylist()
    for row, text, count in zip(rows.tolist(), texts, value[rows].tolist(), strict=True):
        event = parse(text) if count.is_integer() and count < 2**53 else None
        if event is None:
            reason[row] = Reason.BAD_LOT_EVENT
        else:
            events[row] = event
    return events


def _mark(reason: npt.NDArray[np.uint8], wrong: npt.NDArray[np.bool_], why: Reason) -> None:
    if wrong.any():
        reason[wrong & (reason == Reason.NONE)] = why


def _column(
    table: pa.RecordBatch, name: str, kind: pa.DataType | None, fill: float
) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_] | None]:
    """A column without nulls, and where they were; ``None`` when there were none."""
    column = table.column(name)
    if kind is not None:
        column = column.view(kind)
    if not column.null_count:
        return column.to_numpy(zero_copy_only=True), None
    missing = column.is_null().to_numpy(zero_copy_only=False)
    return column.fill_null(fill).to_numpy(zero_copy_only=False), missing
