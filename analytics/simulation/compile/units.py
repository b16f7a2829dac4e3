"""Specification units to the integers of the kernel, and moments to milliseconds from the fork."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from analytics.simulation.layout import HOUR_MS, PL_PER_L, PPM, UJ_PER_KWH, WEEK_MS

MINUTE_MS = 60_000
NS_PER_MIN = 60_000_000_000

_MILLISECOND = timedelta(milliseconds=1)
_MONDAY = datetime(1970, 1, 5, tzinfo=UTC)


def milliwatts(kw: float) -> int:
    """KW to mW."""
    return round(kw * 1_000_000)


def microjoules(kwh: float) -> int:
    """KWh to uJ."""
    return round(kwh * UJ_PER_KWH)


def picolitres(litres: float) -> int:
    """L to pL."""
    return round(litres * PL_PER_L)


def fuel_rate(l_per_h: float) -> int:
    """L/h to pL/ms."""
    return round(l_per_h * PL_PER_L / HOUR_MS)


def milli(quantity: float) -> int:
    """A quantity in the material's unit to thousandths of it."""
    return round(quantity * 1000.0)


def ppm(fraction: float) -> int:
    """A fraction to millionths."""
    return round(fraction * PPM)


def hours(value: float) -> int:
    """Hours to ms."""
    return round(value * HOUR_MS)


def minutes(value: float) -> int:
    """Minutes to ms."""
    return round(value * MINUTE_MS)


def seconds(value: float) -> int:
    """Seconds to ms."""
    return round(value * 1000.0)


def moment_ms(moment: datetime, fork: datetime) -> int:
    """Milliseconds from the fork, rounded down; negative before it."""
    return (moment - fork) // _MILLISECOND


def past_ms(moment: datetime | None, fork: datetime) -> int:
    """Ms from the fork of what has happened; the fork itself where nobody said when."""
    return 0 if moment is None else min(moment_ms(moment, fork), 0)


def week_offset_ms(moment: datetime) -> int:
    """Milliseconds since Monday 00:00 UTC."""
    return ((moment - _MONDAY) // _MILLISECOND) % WEEK_MS
