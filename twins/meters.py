"""What is integrated over values: counts across resets, time in each state, energy of a power.

An integral needs its values in the order of device time. Values wait here until the reorder window
has passed over them and are then settled for good, in order and one after the other: float sums are
thus the same to the bit however the stream was cut, and whatever came late inside the window.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import numpy.typing as npt

from twins.keys import Ints, Meter, grown
from twins.latest import NEVER
from twins.states import MachineState

Floats = npt.NDArray[np.float64]
STATES = len(MachineState)

# Values are sorted in when so many have gathered: sorting for each small batch would cost more than
# the batch. When they are settled makes no difference to the result.
_GATHER = 4096


@dataclass(frozen=True)
class Accounts:
    """Integrals by number of the value, up to and including ``base_time``.

    ``total`` is a count, or an energy in kW·us. ``state_us`` has one column for each machine state.
    """

    first_time: Ints
    base_time: Ints
    base_value: Floats
    total: Floats
    resets: Ints
    state_us: Ints

    @classmethod
    def empty(cls) -> Self:
        """Of no values."""
        zeros = np.zeros(0, np.int64)
        nothing = np.zeros(0, np.float64)
        return cls(zeros, zeros, nothing, nothing, zeros, np.zeros((0, STATES), np.int64))

    def reserved(self, size: int) -> Self:
        """With room for numbers below ``size``."""
        return replace(
            self,
            first_time=grown(self.first_time, size, NEVER),
            base_time=grown(self.base_time, size, NEVER),
            base_value=grown(self.base_value, size, np.nan),
            total=grown(self.total, size),
            resets=grown(self.resets, size),
            state_us=grown(self.state_us, size),
        )

    def copy(self) -> Self:
        """Arrays of its own."""
        return replace(self, **{name: array.copy() for name, array in vars(self).items()})

    def settle(self, meter: npt.NDArray[np.uint8], number: Ints, time: Ints, value: Floats) -> None:
        """Run the integrals through values sorted by number and time, one for each time."""
        if not len(number):
            return
        first = np.diff(number, prepend=-1) != 0
        before = np.empty_like(time)
        before[1:] = time[:-1]
        before[first] = self.base_time[number[first]]
        held = np.empty_like(value)
        held[1:] = value[:-1]
        held[first] = self.base_value[number[first]]

        opening = before == NEVER
        self.first_time[number[opening]] = time[opening]
        kind = np.where(opening, Meter.NONE, meter[number])
        lasted = time - before
        # np.add.at adds one element after the other, in order.
        with np.errstate(over="ignore", invalid="ignore"):
            rows = kind == Meter.COUNT
            fell = rows & (value < held)
            # After a reset the device counted from zero to the new value.
            grew = np.where(fell, value, value - held)
            np.add.at(self.total, number[rows], grew[rows])
            np.add.at(self.resets, number[fell], 1)
            rows = (kind == Meter.ENERGY) & ~np.isnan(held)
            np.add.at(self.total, number[rows], held[rows] * lasted[rows])
        rows = kind == Meter.TIME
        np.add.at(self.state_us, (number[rows], held[rows].astype(np.int64)), lasted[rows])

        last = np.append(first[1:], True)
        self.base_time[number[last]] = time[last]
        self.base_value[number[last]] = value[last]


@dataclass(frozen=True)
class Waiting:
    """Values the window has not passed yet, sorted by number and time, one for each time."""

    number: Ints
    time: Ints
    value: Floats
    source: Ints

    @classmethod
    def empty(cls) -> Self:
        """None."""
        zeros = np.zeros(0, np.int64)
        return cls(zeros, zeros, np.zeros(0, np.float64), zeros)

    def __len__(self) -> int:
        return len(self.number)

    def where(self, rows: Ints) -> Self:
        """The rows of some indices."""
        return type(self)(
            self.number.take(rows),
            self.time.take(rows),
            self.value.take(rows),
            self.source.take(rows),
        )

    def by_number(self) -> Self:
        """Sorted by number alone, those of one number in the order they stand."""
        # Numbers below 2**16 are sorted in linear time.
        narrow = self.number.max(initial=0) < 1 << 16
        number = self.number.astype(np.uint16) if narrow else self.number
        return self.where(np.argsort(number, kind="stable"))

    def merged(self, others: list[Self], rank: Ints) -> Self:
        """With ``others``, told later; of equal times one stands, by the rule of ``latest``."""
        parts = [self, *others]
        whole = type(self)(
            np.concatenate([part.number for part in parts]),
            np.concatenate([part.time for part in parts]),
            np.concatenate([part.value for part in parts]),
            np.concatenate([part.source for part in parts]),
        )
        # Mostly the times of each number are in order already.
        ordered = whole.by_number()
        same, ahead = np.diff(ordered.number) == 0, np.diff(ordered.time)
        others_tie = same & (ahead == 0) & (np.diff(ordered.source) != 0)
        if ((same & (ahead < 0)) | others_tie).any():
            by = (rank[ordered.source], ordered.time, ordered.number)
            ordered = ordered.where(np.lexsort(by))
        stands = np.ones(len(ordered), np.bool_)
        stands[:-1] = (np.diff(ordered.number) != 0) | (np.diff(ordered.time) != 0)
        return ordered if stands.all() else ordered.where(np.flatnonzero(stands))


class Meters:
    """The integrals of one site.

    Parameters
    ----------
    window_us
        Reorder window: how far behind the newest value of its kind a value may come.
    """

    def __init__(self, window_us: int) -> None:
        self.window_us = window_us
        self.settled = Accounts.empty()
        self.waiting = Waiting.empty()
        self._gathered: list[Waiting] = []
        self._rows = 0

    def reserve(self, size: int) -> None:
        """Make room for numbers below ``size``."""
        if size > len(self.settled.total):
            self.settled = self.settled.reserved(size)

    def add(self, number: Ints, time: Ints, value: Floats, source: int) -> bool:
        """Take rows of one source in; ``True`` when it is time to settle."""
        if len(number):
            self._gathered.append(Waiting(number, time, value, np.full(len(number), source)))
            self._rows += len(number)
        return self._rows >= max(_GATHER, 2 * len(self.waiting))

    def settle(self, meter: npt.NDArray[np.uint8], newest: Ints, rank: Ints) -> None:
        """Sort in what has gathered and settle what the window has passed.

        Parameters
        ----------
        meter
            What is integrated, by number.
        newest
            Newest time told, by number.
        rank
            Place of each source in the alphabet.
        """
        if self._gathered:
            self.waiting = self.waiting.merged(self._gathered, rank)
            self._gathered, self._rows = [], 0
        waiting = self.waiting
        passed = waiting.time < newest[waiting.number] - self.window_us
        if passed.any():
            done = waiting.where(np.flatnonzero(passed))
            self.settled.settle(meter, done.number, done.time, done.value)
            self.waiting = waiting.where(np.flatnonzero(~passed))

    def now(self, meter: npt.NDArray[np.uint8]) -> Accounts:
        """The integrals up to the newest value, those that may still be reordered included."""
        accounts = self.settled.copy()
        waiting = self.waiting
        accounts.settle(meter, waiting.number, waiting.time, waiting.value)
        return accounts
