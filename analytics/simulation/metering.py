"""Metering: grid energy by band, export, and the quarter-hours of the demand charge.

Booked in integers whenever flows are integrated, so that it is exact at every trace level.
"""

from __future__ import annotations

from typing import Any

from analytics.simulation.cache import compiled, rule
from analytics.simulation.layout import DAY_MS, PPM

QUARTER_MS = 900_000


@compiled
def meter(energy: Any, site: int, begin: int, now: int) -> None:
    """Book what the flows of a site were from ``begin`` to ``now``, ms from the fork."""
    c = energy.site_c[site]
    s = energy.site[site]
    span = now - begin
    s.export_uj += s.export_now_mw * span
    bought = s.grid_now_mw * span
    change = s.tariff_change_ppm
    extra = bought // PPM * change + bought % PPM * change // PPM
    if c.bands > 0:
        energy.band[s.band].grid_uj += bought
        energy.band[s.band].surcharge_uj += extra
    else:
        s.surcharge_uj += extra
    if c.demand == 0:
        return
    end = begin + QUARTER_MS - (begin + c.quarter_phase_ms) % QUARTER_MS
    if now < end:
        s.quarter_uj += bought
        return
    s.quarter_uj += s.grid_now_mw * (end - begin)
    s.month_peak_uj = max(s.month_peak_uj, s.quarter_uj)
    if now - end >= QUARTER_MS:
        s.month_peak_uj = max(s.month_peak_uj, s.grid_now_mw * QUARTER_MS)
    s.highest_uj = max(s.highest_uj, s.month_peak_uj)
    s.quarter_uj = s.grid_now_mw * ((now - end) % QUARTER_MS)


@rule
def month_end(epoch_ms: int) -> int:
    """First moment of the next month of the Gregorian calendar, ms since 1970 in local time.

    Days to months after Hinnant's ``civil_from_days``: years begin in March, so that the leap day
    is their last.
    """
    days = epoch_ms // DAY_MS + 719_468
    era = days // 146_097
    of_era = days - era * 146_097
    year = (of_era - of_era // 1_460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    month = (5 * of_year + 2) // 153 + 1
    first = (153 * month + 2) // 5
    if month == 12:  # February: the next year begins
        year += 1
        first = 0
    start = era * 146_097 + year * 365 + year // 4 - year // 100 + first
    return int((start - 719_468) * DAY_MS)
