"""The last value of everything a site tells, by device time.

Equal times: the source that comes last in the alphabet stands, and of one source what it told
later. The order in which the telemetry of several sources arrived therefore never matters.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from twins.keys import Ints, grown

NEVER = -(2**62)
"""Time of what was never told; far before all times that pass inspection."""


class Latest:
    """Last values by number of the value (``twins.keys``), as arrays.

    Attributes
    ----------
    time, value, quality, source, text
        The last value; ``value`` NaN and ``text`` ``None``: null.
    rows, late
        Rows folded, and rows refused for lateness.
    """

    def __init__(self) -> None:
        self.time = np.zeros(0, np.int64)
        self.value = np.zeros(0, np.float64)
        self.quality = np.zeros(0, np.uint8)
        self.source = np.zeros(0, np.int64)
        self.rows = np.zeros(0, np.int64)
        self.late = np.zeros(0, np.int64)
        self.text: list[str | None] = []

    def reserve(self, size: int) -> None:
        """Make room for numbers below ``size``."""
        if size > len(self.time):
            self.time = grown(self.time, size, NEVER)
            self.value = grown(self.value, size, np.nan)
            for name in ("quality", "source", "rows", "late"):
                setattr(self, name, grown(getattr(self, name), size))
            self.text.extend([None] * (len(self.time) - len(self.text)))

    def late_rows(self, number: Ints, time: Ints, window_us: int) -> npt.NDArray[np.bool_] | None:
        """Rows more than the window behind the newest time told before them; ``None``: none.

        Each row is judged as if it had come alone, so the cut into batches does not matter.
        """
        if not len(time):
            return None
        late: npt.NDArray[np.bool_] = time < self.time[number] - window_us
        if not in_order(time) and int(time.max()) - int(time.min()) > window_us:
            # Only here can a row of the batch make a later one of the same batch late.
            order = np.argsort(number, kind="stable")
            starts = np.flatnonzero(np.diff(number[order], prepend=-1))
            for rows in np.split(order, starts[1:]):
                newest = np.maximum.accumulate(time[rows])
                late[rows[1:]] |= time[rows[1:]] < newest[:-1] - window_us
        if not late.any():
            return None
        self.late += np.bincount(number[late], minlength=len(self.late))
        return late

    def fold(
        self,
        number: Ints,
        time: Ints,
        value: npt.NDArray[np.float64],
        quality: npt.NDArray[np.uint8],
        source: int,
        rank: Ints,
    ) -> tuple[Ints, Ints]:
        """Take rows of one source in.

        Parameters
        ----------
        number, time, value, quality
            The rows, in the order told.
        source, rank
            Number of the source; place of each source in the alphabet.

        Returns
        -------
        changed, row
            Numbers whose last value is new, and the row of each. Their texts are the caller's.
        """
        size = len(self.time)
        self.rows += np.bincount(number, minlength=size)
        last = np.full(size, -1, np.int64)
        # Of repeated indices numpy keeps the last: the newest row, of equal times the later told.
        if in_order(time):
            last[number] = np.arange(len(number))
        else:
            order = np.argsort(time, kind="stable")
            last[number[order]] = order
        told = np.flatnonzero(last >= 0)
        row = last[told]
        known = self.time[told]
        tie = rank[source] >= rank[self.source[told]]
        wins = (time[row] > known) | ((time[row] == known) & tie)
        told, row = told[wins], row[wins]
        self.time[told] = time[row]
        self.value[told] = value[row]
        self.quality[told] = quality[row]
        self.source[told] = source
        return told, row

    def set_texts(self, number: Ints, row: Ints, texts: pa.Array) -> None:
        """Keep the texts of new last values, given as rows of a text column."""
        for key, text in zip(number.tolist(), texts.take(pa.array(row)).to_pylist(), strict=True):
            self.text[key] = text


def in_order(time: Ints) -> bool:
    """Times never fall."""
    return bool((time[1:] >= time[:-1]).all())
