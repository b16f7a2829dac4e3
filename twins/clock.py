"""The injected clock: the one place that reads the wall clock for everybody else."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol, runtime_checkable

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@runtime_checkable
class Clock(Protocol):
    """Tells the time."""

    def now_us(self) -> int:
        """Microseconds of the Unix epoch."""

    def now(self) -> datetime:
        """The same moment, in UTC."""


class SystemClock:
    """The machine's clock."""

    def now_us(self) -> int:
        """Microseconds of the Unix epoch."""
        return time.time_ns() // 1000

    def now(self) -> datetime:
        """The same moment, in UTC."""
        return to_datetime(self.now_us())


class ManualClock:
    """A clock that moves only when told: for tests, replays and emulated plants.

    Parameters
    ----------
    start
        First reading: microseconds of the Unix epoch, or a datetime with its UTC offset.
    """

    def __init__(self, start: int | datetime = 0) -> None:
        self._now_us = _us(start)

    def now_us(self) -> int:
        """Microseconds of the Unix epoch."""
        return self._now_us

    def now(self) -> datetime:
        """The same moment, in UTC."""
        return to_datetime(self._now_us)

    def set(self, moment: int | datetime) -> None:
        """Move to ``moment``.

        Raises
        ------
        ValueError
            When that is in the past of this clock.
        """
        target = _us(moment)
        if target < self._now_us:
            raise ValueError(
                f"the clock stands at {self.now().isoformat()} and does not go back; "
                "use a new ManualClock for an earlier moment"
            )
        self._now_us = target

    def advance(self, seconds: float) -> None:
        """Move ``seconds`` (at least 0) forward."""
        self.set(self._now_us + round(seconds * 1e6))


def to_datetime(time_us: int) -> datetime:
    """The moment in UTC, exact to the microsecond."""
    return EPOCH + timedelta(microseconds=time_us)


def to_us(moment: datetime) -> int:
    """Microseconds of the Unix epoch, exact.

    Raises
    ------
    ValueError
        When ``moment`` has no UTC offset.
    """
    if moment.tzinfo is None:
        raise ValueError(
            f"the time {moment.isoformat()} has no UTC offset; write "
            f"{moment.isoformat()}+00:00 if it is in UTC"
        )
    return (moment - EPOCH) // timedelta(microseconds=1)


def _us(moment: int | datetime) -> int:
    return to_us(moment) if isinstance(moment, datetime) else moment
