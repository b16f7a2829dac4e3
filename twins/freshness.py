"""How old a value is, and what that does to its quality.

Sources report by exception: what they do not mention has not changed. So a machine that has run for
four hours is as well known as one that changed a second ago, provided that its source still speaks.
A value is stale when its source has been silent for longer than the catalogue allows the signal.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from twins.signals import CATALOGUE
from twins.telemetry import Quality

if TYPE_CHECKING:
    from twins.fold import TwinState


@dataclass(frozen=True)
class Freshness:
    """How current a site's values are at one moment.

    Parameters
    ----------
    values
        Number of last values.
    stale
        Values that are stale or worse.
    silence_s
        Seconds since the newest device time of the whole site; ``None`` before the first row.
    """

    values: int
    stale: int
    silence_s: float | None

    @property
    def fresh(self) -> bool:
        """Something is known, and nothing of it is stale."""
        return self.values > 0 and self.stale == 0


def judged(values: pa.Table, state: TwinState, now_us: int) -> pa.Table:
    """The table ``values`` of a state, with the quality as of ``now_us`` and two more columns.

    ``age_s`` is the time since the value was taken, ``silence_s`` since its source spoke last.
    Clocks of devices may run ahead, so neither is below 0.
    """
    heard = pa.array([state.sources[name] for name in values["source"].to_pylist()], pa.int64())
    silence = np.maximum(now_us - heard.to_numpy(), 0) / 1e6
    age = np.maximum(now_us - values["time"].cast(pa.int64()).to_numpy(), 0) / 1e6
    limits = [CATALOGUE[signal].stale_after_s for signal in values["signal"].to_pylist()]
    told = values["quality"].to_numpy()
    quality = np.where(
        silence > np.array(limits, np.float64), np.maximum(told, Quality.STALE), told
    )
    seconds = {"unit": "s"}
    return (
        values.set_column(
            values.schema.get_field_index("quality"),
            values.schema.field("quality"),
            pa.array(quality, pa.uint8()),
        )
        .append_column(pa.field("age_s", pa.float64(), metadata=seconds), pa.array(age))
        .append_column(pa.field("silence_s", pa.float64(), metadata=seconds), pa.array(silence))
    )


def freshness(values: pa.Table, state: TwinState, now_us: int) -> Freshness:
    """Sum up a judged table of values."""
    newest = state.last_time_us
    return Freshness(
        values.num_rows,
        int((values["quality"].to_numpy() >= Quality.STALE).sum()),
        None if newest is None else max(now_us - newest, 0) / 1e6,
    )
