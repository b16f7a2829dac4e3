"""The clock of the tariff: bands of the week, ends of months, and when held work is tried again."""

from __future__ import annotations

from typing import Any

from analytics.simulation import slots
from analytics.simulation.cache import compiled
from analytics.simulation.heap import arm
from analytics.simulation.layout import FOREVER, WEEK_MS
from analytics.simulation.lots import mark_all_groups, mark_site
from analytics.simulation.metering import month_end
from analytics.simulation.power import settle


@compiled
def tariff_event(agenda: Any, energy: Any, shop: Any, rules: Any, scratch: Any, site: int) -> None:
    """The band of a site's tariff changes, a month ends, or held work is looked at again."""
    c = energy.site_c[site]
    s = energy.site[site]
    now = agenda.clock[0].now_ms
    settle(energy, site, now)
    moment = FOREVER
    if c.bands > 0:
        week = (now + rules.scalar[0].week_offset_ms) % WEEK_MS
        for row in range(c.first_band, c.first_band + c.bands):
            band = energy.band_c[row]
            if band.open_ms <= week < band.close_ms:
                if s.band != row and c.dispatch > 0:
                    mark_site(energy, scratch, site)
                s.band = row
                moment = now + band.close_ms - week
    if c.demand == 1:
        if s.month_ms <= now:
            if s.month_ms > 0:
                s.billed_peak_uj += s.month_peak_uj
                s.month_peak_uj = 0
            offset = rules.scalar[0].fork_epoch_ms + c.utc_offset_ms
            s.month_ms = month_end(now + offset) - offset
        moment = min(moment, s.month_ms)
    if s.wake_ms > 0:
        if s.wake_ms <= now:
            s.wake_ms = 0
            mark_all_groups(energy, shop, scratch, site)
        else:
            moment = min(moment, s.wake_ms)
    arm(agenda, agenda.bases[slots.TARIFF] + site, moment)
