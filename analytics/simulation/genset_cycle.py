"""Cycle charging: a genset that has to run does so at full load, up to a set point of the battery.

The rule of HOMER (Lambert, Gilman and Lilienthal 2006): surplus of the running genset charges the
battery, and once begun this goes on until the set point is reached.
"""

from __future__ import annotations

from typing import Any

from analytics.simulation.cache import compiled
from analytics.simulation.layout import NONE
from analytics.simulation.sources import (
    GENSET_OFF,
    GENSET_RUNNING,
    genset_mw,
    has_battery,
    has_fuel,
    shortage,
)


@compiled
def cycle_charge(energy: Any, scratch: Any, site: int) -> None:
    """Begin or end the charging of a site without grid, before its genset is looked at.

    It begins when the battery comes down to a twentieth above its reserve, or the genset was called
    by work. At the set point the genset goes on only where the battery cannot carry the load alone.
    """
    c = energy.site_c[site]
    s = energy.site[site]
    if s.on_grid == 1 or not has_battery(energy, site) or not has_fuel(energy, site):
        s.cycle = 0
        return
    if genset_mw(energy, site) == 0:
        s.cycle = 0
        return
    if s.cycle == 0:
        called = s.genset != GENSET_OFF and s.soc_uj < c.cycle_stop_uj
        if called or s.soc_uj <= c.soc_unlock_uj:
            s.cycle = 1
            s.genset_wanted = 1
        return
    s.genset_wanted = 1
    if s.soc_uj < c.cycle_stop_uj:
        return
    s.cycle = 0
    if s.genset != GENSET_RUNNING:
        return
    s.genset = GENSET_OFF
    alone = shortage(energy, scratch, site, NONE, 0) == 0
    if alone:
        s.genset_wanted = 0
    else:
        s.genset = GENSET_RUNNING
