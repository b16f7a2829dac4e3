"""How figures read: numbers, intervals, dates and ages as a plant manager would write them."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from analytics.statistics import Interval

MINUS = "−"  # a true minus sign


_SHORT = frozenset({"3d", "cnc", "co2", "fdm", "mig", "pcb", "pnp", "sla", "tig"})
"""Words that are written in capitals."""


def words(name: str) -> str:
    """An id of a machine or process as words: ``mig_welding`` is ``MIG welding``."""
    parts = name.split("_")
    return " ".join(part.upper() if part.partition("-")[0] in _SHORT else part for part in parts)


def number(value: float, decimals: int | None = None, *, sign: bool = False) -> str:
    """A number with thousands separated: no decimals from 100 on, one from 10 on, two below.

    Parameters
    ----------
    decimals
        Fixed number of them, so that an estimate and its half-width agree.
    sign
        Write ``+`` before what is positive.
    """
    if not math.isfinite(value):
        return "–"
    places = _decimals(value) if decimals is None else decimals
    rounded = round(value, places)
    text = f"{abs(rounded):,.{places}f}"
    if places and decimals is None:
        text = text.rstrip("0").rstrip(".")
    if rounded < 0:
        return MINUS + text
    return f"+{text}" if sign and rounded > 0 else text


def _decimals(value: float) -> int:
    size = abs(value)
    if size >= 100.0:
        return 0
    return 1 if size >= 10.0 else 2


def spread(interval: Interval, *, sign: bool = False) -> str:
    """``12.3 ± 0.4``; the estimate alone where there is no interval or no spread."""
    if not interval.has_bounds or interval.half_width < 5e-4:
        return number(interval.estimate, sign=sign)
    size = max(abs(interval.estimate), interval.half_width)
    places = _decimals(size)
    half = number(interval.half_width, places)
    return f"{number(interval.estimate, places, sign=sign)} ± {half}"


def between(interval: Interval) -> str:
    """``12 to 34``."""
    return f"{number(interval.low)} to {number(interval.high)}"


def percent(share: float) -> str:
    """``93.4 %``, full and empty shares without decimals."""
    if not math.isfinite(share):
        return "–"
    value = 100.0 * share
    return f"{value:.0f} %" if value in {0.0, 100.0} else f"{value:.1f} %"


def moment(when: datetime) -> str:
    """``Mon 22 Feb 14:00``: in UTC, as all times of an answer."""
    return f"{when:%a} {when.day} {when:%b} {when:%H:%M}"


def day(when: datetime) -> str:
    """``Mon 22 Feb``."""
    return f"{when:%a} {when.day} {when:%b}"


def duration(seconds: float) -> str:
    """``45 s``, ``12 min``, ``6.5 h``, ``3.2 d``."""
    if math.isinf(seconds):
        return "never heard"
    if not math.isfinite(seconds):
        return "unknown"
    span = timedelta(seconds=seconds)
    if span < timedelta(minutes=2):
        return f"{seconds:.0f} s"
    if span < timedelta(hours=2):
        return f"{span / timedelta(minutes=1):.0f} min"
    if span < timedelta(days=2):
        return f"{span / timedelta(hours=1):.1f} h"
    return f"{span / timedelta(days=1):.1f} d"
