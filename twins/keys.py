"""The values a site can tell, numbered: (asset, signal) to the index of its place in arrays."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from twins.assets import Assets
from twins.quarantine import Reason
from twins.signals import CATALOGUE, LOT_EVENT, MACHINE_STATE, Signal, SignalKind

Ints = npt.NDArray[np.int64]

# The first numbers stand for rows that have no value of their own, so that every row has a number
# and nothing has to be masked before a lookup.
LOT = 0
_REFUSED = (Reason.UNKNOWN_ASSET, Reason.UNKNOWN_SIGNAL, Reason.WRONG_ASSET)
FIRST = 1 + len(_REFUSED)
"""Number of the first (asset, signal)."""

_KINDS = {kind: number for number, kind in enumerate(SignalKind)}
GAUGE, COUNTER, STATE, TEXT = (
    _KINDS[kind]
    for kind in (SignalKind.GAUGE, SignalKind.COUNTER, SignalKind.STATE, SignalKind.TEXT)
)

_UNRESOLVED = -1
_LUT_CELLS = 1 << 22
_LUTS = 16


class Meter(IntEnum):
    """What is integrated over a value."""

    NONE = 0
    COUNT = 1
    """Increments of a counter across resets."""
    TIME = 2
    """Time in each machine state."""
    ENERGY = 3
    """Energy of a power in kW that holds until the next value."""


class Keys:
    """The numbers of the values of one site, given in the order of first appearance.

    Parameters
    ----------
    assets
        What is known at the site.

    Attributes
    ----------
    names
        Number to (asset, signal); the reserved ones are empty.
    kind, codes, carries_text, lists, meter, reason
        By number: kind of the signal, number of codes of a state, whether a text may stand beside
        the number, whether the text is a list, what is integrated, why a row of a reserved number
        is refused.
    """

    def __init__(self, assets: Assets) -> None:
        self.assets = assets
        self.names: list[tuple[str, str]] = []
        self.kind = np.zeros(0, np.uint8)
        self.codes = np.zeros(0, np.int64)
        self.carries_text = np.zeros(0, np.bool_)
        self.lists = np.zeros(0, np.bool_)
        self.meter = np.zeros(0, np.uint8)
        self.reason = np.zeros(0, np.uint8)
        self._numbers: dict[tuple[str, str], int] = {}
        self._luts: dict[tuple[tuple[str | None, ...], tuple[str | None, ...]], Ints] = {}
        self._add(("", ""), CATALOGUE[LOT_EVENT], Reason.NONE)
        for reason in _REFUSED:
            self._add(("", ""), None, reason)

    def __len__(self) -> int:
        return len(self.names)

    def find(self, asset: str, signal: str) -> int | None:
        """The number of a value, if it was ever told."""
        return self._numbers.get((asset, signal))

    def number(self, asset: str | None, signal: str | None) -> int:
        """The number of a value, given anew where needed; a reserved one where it cannot be."""
        known = self._numbers.get((asset or "", signal or ""))
        if known is not None:
            return known
        asset_class = self.assets.classify(asset) if asset else None
        if asset is None or asset_class is None:
            return 1 + _REFUSED.index(Reason.UNKNOWN_ASSET)
        entry = CATALOGUE.get(signal or "")
        if entry is None:
            return 1 + _REFUSED.index(Reason.UNKNOWN_SIGNAL)
        if asset_class not in entry.assets:
            return 1 + _REFUSED.index(Reason.WRONG_ASSET)
        if entry.name == LOT_EVENT:
            return LOT
        number = self._numbers[asset, entry.name] = len(self.names)
        self._add((asset, entry.name), entry, Reason.NONE)
        return number

    def of(self, table: pa.RecordBatch) -> Ints:
        """The number of every row of a batch.

        Only the pairs that occur are looked up by name, once; all rows after that are one lookup in
        an array by their dictionary codes.
        """
        assets, asset_of = _codes(table.column("asset"))
        signals, signal_of = _codes(table.column("signal"))
        pairs = asset_of * len(signals) + signal_of
        cells = len(assets) * len(signals)
        if cells > _LUT_CELLS:
            unique, inverse = np.unique(pairs, return_inverse=True)
            found = np.fromiter(
                (self.number(*_names(pair, assets, signals)) for pair in unique.tolist()),
                np.int64,
                len(unique),
            )
            return np.asarray(found[inverse])
        lut = self._luts.get((assets, signals))
        if lut is None:
            if len(self._luts) >= _LUTS:
                self._luts.clear()
            lut = self._luts[assets, signals] = np.full(cells, _UNRESOLVED, np.int64)
        numbers: Ints = lut[pairs]
        open_rows = numbers == _UNRESOLVED
        if open_rows.any():
            for pair in np.unique(pairs[open_rows]).tolist():
                lut[pair] = self.number(*_names(pair, assets, signals))
            numbers = lut[pairs]
        return numbers

    def _add(self, name: tuple[str, str], signal: Signal | None, reason: Reason) -> None:
        number = len(self.names)
        self.names.append(name)
        if number >= len(self.kind):
            for column in ("kind", "codes", "carries_text", "lists", "meter", "reason"):
                setattr(self, column, grown(getattr(self, column), number + 1))
        self.reason[number] = reason
        if signal is not None:
            self.kind[number] = _KINDS[signal.kind]
            self.codes[number] = signal.codes
            self.carries_text[number] = signal.carries_text or signal.kind is SignalKind.TEXT
            self.lists[number] = signal.list_of != ""
            self.meter[number] = _meter(signal)


def grown(array: npt.NDArray[Any], size: int, fill: float = 0) -> npt.NDArray[Any]:
    """``array`` with room for ``size`` rows and as many again; new rows hold ``fill``."""
    room = np.full((2 * size, *array.shape[1:]), fill, array.dtype)
    room[: len(array)] = array
    return room


def _meter(signal: Signal) -> Meter:
    if signal.name == MACHINE_STATE:
        return Meter.TIME
    if signal.kind is SignalKind.COUNTER and signal.name != LOT_EVENT:
        return Meter.COUNT
    return Meter.ENERGY if signal.unit == "kW" else Meter.NONE


def _codes(column: pa.DictionaryArray) -> tuple[tuple[str | None, ...], Ints]:
    """Words of a dictionary column, closed by ``None`` for its nulls, and the code of every row."""
    words = (*column.dictionary.to_pylist(), None)
    indices = column.indices
    if indices.null_count:
        indices = indices.fill_null(len(words) - 1)
    return words, indices.to_numpy(zero_copy_only=False).astype(np.int64)


def _names(
    pair: int, assets: tuple[str | None, ...], signals: tuple[str | None, ...]
) -> tuple[str | None, str | None]:
    asset, signal = divmod(pair, len(signals))
    return assets[asset], signals[signal]
