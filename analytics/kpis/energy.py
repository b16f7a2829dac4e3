"""Energy: balances by site, diesel, how long fuel lasts, autonomy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.kpis.base import BY_SITE, Figure, Kpi, Run, Setting, SiteFigures, micros, total
from analytics.remember import by_identity
from twins.spec import SiteSpec

_HOUR_US = 3_600_000_000
_SUMS = (
    Kpi("load_kwh", "energy wanted", "kW.h", None, BY_SITE),
    Kpi("served_kwh", "energy served", "kW.h", None, BY_SITE),
    Kpi("unserved_kwh", "energy not served", "kW.h", "less", BY_SITE),
    Kpi("pv_kwh", "energy from PV", "kW.h", "more", BY_SITE),
    Kpi("grid_kwh", "energy from the grid", "kW.h", None, BY_SITE),
    Kpi("discharge_kwh", "energy from batteries", "kW.h", None, BY_SITE),
    Kpi("charge_kwh", "energy into batteries", "kW.h", None, BY_SITE),
    Kpi("genset_kwh", "energy from gensets", "kW.h", None, BY_SITE),
    Kpi("dumped_kwh", "energy dumped", "kW.h", "less", BY_SITE),
    Kpi("export_kwh", "PV energy to the grid", "kW.h", "more", BY_SITE),
    Kpi("rewarm_kwh", "energy of warming up after losses of power", "kW.h", "less", BY_SITE),
    Kpi("grid_off_h", "hours without grid", "h", None, BY_SITE),
    Kpi("fuel_l", "diesel", "L", "less", BY_SITE),
)


@dataclass(frozen=True)
class Energy:
    """Sums of the energy table, the hour that a tank ran dry, autonomy at the fork."""

    id: str = "energy"
    kpis: tuple[Kpi, ...] = (
        *_SUMS,
        Kpi("demand_peak_kw", "highest quarter-hour over the grid", "kW", "less", ("site",)),
        Kpi("dry_after_h", "hours until the tank is dry", "h", "more", ("site",)),
        Kpi("autonomy_h", "autonomy of the base load at the fork", "h", "more", ("site",)),
    )

    def measure(self, run: Run, setting: Setting) -> Iterator[Figure | SiteFigures]:
        """Sum over the sites; a tank that never ran dry has no ``dry_after_h``."""
        energy = run.tables["energy"]
        for kpi in _SUMS:
            yield Figure(kpi.id, total(energy, kpi.id))
        there = setting.site_rows(energy.names("site"))  # of each site one row
        for kpi in _SUMS:
            yield SiteFigures(kpi.id, energy.numbers(kpi.id), there)
        yield SiteFigures("demand_peak_kw", energy.numbers("demand_peak_kw"), there)
        moments, never = energy.moments("fuel_dry_at")
        dry_h = np.where(never, np.nan, (moments - micros(setting.fork_at)) / _HOUR_US)
        yield SiteFigures("dry_after_h", dry_h, there)
        yield SiteFigures("autonomy_h", _autonomies(setting)[there], there)


@by_identity(64)
def _autonomies(setting: Setting) -> npt.NDArray[np.float64]:
    """float64[sites]: ``autonomy_h`` of each site of the cluster, NaN where there is none."""
    found = [autonomy_h(site, setting) for site in setting.cluster.sites]
    return np.array(found, dtype=np.float64)


def autonomy_h(site: SiteSpec, setting: Setting) -> float | None:
    """How long battery and fuel at the fork carry the base load, without grid and sun.

    Each counts for the buses it backs up: the battery down to its lowest charge, fuel after the
    genset's curve.

    Returns
    -------
    float or None
        Hours; ``None`` where there is nothing that backs up a base load.
    """
    energy = site.energy
    if energy is None:
        return None
    base = {bus.id: bus.base_load_kw for bus in energy.buses}
    hours: list[float] = []
    if energy.inverter is not None and energy.inverter.battery is not None:
        battery = energy.inverter.battery
        load = sum(base[bus] for bus in energy.inverter.backs_up)
        stored = setting.soc_kwh.get(site.id, battery.initial_soc_fraction * battery.capacity_kwh)
        usable = max(stored - battery.soc_min_fraction * battery.capacity_kwh, 0.0)
        if load > 0.0:
            hours.append(usable * battery.discharge_efficiency / load)
    if energy.genset is not None:
        genset = energy.genset
        load = sum(base[bus] for bus in genset.backs_up)
        output = max(load, genset.minimum_load_fraction * genset.rated_kw)
        idle_l_per_h = genset.fuel_intercept_l_per_kwh * genset.rated_kw
        litres_per_h = idle_l_per_h + genset.fuel_slope_l_per_kwh * output
        if load > 0.0 and litres_per_h > 0.0:
            hours.append(setting.fuel_l.get(site.id, genset.fuel_on_hand_l) / litres_per_h)
    return sum(hours) if hours else None


FAMILY = Energy()
