"""E10: what a dispatch rule costs where it is optimal, against a linear programme (HiGHS)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from analytics.simulation.compile.tariffs import week_of_bands
from analytics.simulation.extract import extract
from analytics.simulation.layout import DAY_MS, UJ_PER_KWH
from analytics.simulation.run import run
from analytics.validation.case import Case, Figure
from analytics.validation.one_site import HOUR, build, compile_one
from federation.topology.model import ClusterSpec
from twins.energy_spec import BatterySpec, BusSpec, EnergySpec, GridSpec, InverterSpec, PvSpec
from twins.tariff_spec import TariffBandSpec

NIGHT = TariffBandSpec(id="night", price_per_kwh=0.1, start="00:00", end="08:00")
EVENING = TariffBandSpec(id="evening", price_per_kwh=0.4, start="16:00", end="24:00")

TINY: dict[str, Any] = {
    "capacity_kwh": 1.2,
    "charge_kw": 0.2,
    "discharge_kw": 0.2,
    "charge_efficiency": 0.9,
    "discharge_efficiency": 0.8,
}
"""The kernel leaves each bound of the battery a millisecond of power early: at 0.2 kW that is 6e-8
kWh. These efficiencies make the power at the cells whole mW, to which the kernel rounds it."""

LOSSLESS: dict[str, Any] = {
    "capacity_kwh": 6.0,
    "charge_kw": 0.5,
    "discharge_kw": 0.2,
    "charge_efficiency": 1.0,
    "discharge_efficiency": 1.0,
}
DAYS = 2
EQUAL = 1e-6
"""By how much the reference lets the two objectives differ."""


def battery_of(**values: float) -> BatterySpec:
    """A battery of 12 kWh with a reserve of a quarter."""
    usual = {"capacity_kwh": 12.0, "charge_kw": 2.0, "discharge_kw": 2.0}
    bounds = {"soc_min_fraction": 0.0, "reserve_fraction": 0.25, "initial_soc_fraction": 0.25}
    return BatterySpec.model_validate({**usual, **bounds, **values})


def cluster_of(
    rule: str,
    *,
    load_kw: float,
    pv_kw: float = 0.0,
    bands: tuple[TariffBandSpec, ...] = (NIGHT, EVENING),
    base_price: float = 0.2,
    **values: float,
) -> ClusterSpec:
    """One site with a steady load, a battery and a dispatch rule."""
    energy: dict[str, Any] = {
        "buses": (BusSpec(id="main", base_load_kw=load_kw),),
        "grid": GridSpec(limit_kw=50.0, tariff_per_kwh=base_price, bands=bands),
        "inverter": InverterSpec(
            power_kw=10.0,
            battery=battery_of(**values),
            pv=PvSpec(peak_kw=pv_kw) if pv_kw else None,
        ),
        "dispatch": rule,
    }
    return build(EnergySpec.model_validate(energy))


def cost_of_rule(cluster: ClusterSpec, days: int) -> tuple[float, float, npt.NDArray[np.float64]]:
    """Price of the energy over the grid, charge at the end in kWh, and PV by half-hour in kW."""
    model, state = compile_one(cluster)
    run(model, state, days * DAY_MS)
    cost = float(extract(model, state)["energy"].to_pylist()[0]["grid_cost"])
    pv = model.pv[0, : 48 * days] / 1e6
    return cost, float(state.site["soc_uj"][0]) / UJ_PER_KWH, pv


def optimum(cluster: ClusterSpec, days: int, pv: npt.NDArray[np.float64], soc_end: float) -> float:
    """Least price of the same days with the sun and the load known: an LP in half-hours.

    Per half-hour: grid, charge and discharge at the bus, PV used; charge of the battery at its end.
    The battery keeps its reserve and ends with at least ``soc_end``.
    """
    from scipy.optimize import linprog
    from scipy.sparse import lil_matrix

    site = cluster.sites[0]
    energy = site.energy
    assert energy is not None and energy.inverter is not None  # noqa: S101, PT018 - as made above
    battery, connection = energy.inverter.battery, energy.grid
    assert battery is not None and connection is not None  # noqa: S101, PT018
    load = energy.buses[0].base_load_kw
    steps, width = 48 * days, 0.5
    price = np.zeros(steps)
    for start, end, _, value in week_of_bands(site):
        for step in range(steps):
            if start <= step * HOUR // 2 < end:
                price[step] = value
    grid, charge, discharge, sun, soc = (np.arange(steps) + k * steps for k in range(5))
    equations = lil_matrix((2 * steps, 5 * steps))
    right = np.zeros(2 * steps)
    for step in range(steps):
        equations[step, grid[step]] = equations[step, discharge[step]] = 1.0
        equations[step, sun[step]] = 1.0
        equations[step, charge[step]] = -1.0
        right[step] = load
        row = steps + step
        equations[row, soc[step]] = 1.0
        equations[row, charge[step]] = -battery.charge_efficiency * width
        equations[row, discharge[step]] = width / battery.discharge_efficiency
        if step:
            equations[row, soc[step - 1]] = -1.0
    right[steps] = battery.initial_soc_fraction * battery.capacity_kwh
    lowest = battery.reserve_fraction * battery.capacity_kwh
    bounds = [(0.0, connection.limit_kw)] * steps
    bounds += [(0.0, battery.charge_kw)] * steps + [(0.0, battery.discharge_kw)] * steps
    bounds += [(0.0, min(float(value), 10.0)) for value in pv]
    bounds += [(lowest, battery.capacity_kwh)] * (steps - 1)
    bounds += [(max(lowest, soc_end), battery.capacity_kwh)]
    objective = np.zeros(5 * steps)
    objective[grid] = price * width
    found = linprog(objective, A_eq=equations.tocsr(), b_eq=right, bounds=bounds, method="highs")
    return float(found.fun)


def against_the_optimum(name: str, cluster: ClusterSpec) -> Figure:
    """What the rule costs, and the least that the same days can cost."""
    cost, soc_end, pv = cost_of_rule(cluster, DAYS)
    return Figure(name, optimum(cluster, DAYS, pv, soc_end), cost, resolution=EQUAL)


def dispatch_rules() -> Sequence[Figure]:
    """E10: two prices without sun, and one price with a battery that takes all surplus."""
    tariff = cluster_of("tariff", load_kw=0.3, **TINY)
    sun = cluster_of("self_consumption", load_kw=0.1, pv_kw=0.4, bands=(), **LOSSLESS)
    return (
        against_the_optimum("cost of two days, tariff rule", tariff),
        against_the_optimum("cost of two days, self-consumption rule", sun),
    )


CASES = (
    Case(
        "E10", "Dispatch rules where they are optimal", "linear programme (HiGHS)", dispatch_rules
    ),
)
