"""Rules of the battery: what each does by hand, and E10: against the optimum of an LP (HiGHS)."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.sparse import lil_matrix

from analytics.simulation.compile.tariffs import week_of_bands
from analytics.simulation.extract import extract
from analytics.simulation.layout import DAY_MS, P_GRID_OFF, UJ_PER_KWH
from analytics.simulation.run import run
from analytics.validation.one_site import HOUR, build, compile_one, energy_rows
from federation.topology.model import ClusterSpec
from twins.energy_spec import (
    BatterySpec,
    BusSpec,
    EnergySpec,
    GensetSpec,
    GridSpec,
    InverterSpec,
    PvSpec,
)
from twins.spec import MachineSpec
from twins.tariff_spec import TariffBandSpec

NIGHT = TariffBandSpec(id="night", price_per_kwh=0.1, start="00:00", end="08:00")
EVENING = TariffBandSpec(id="evening", price_per_kwh=0.4, start="16:00", end="24:00")


TINY = {
    "capacity_kwh": 1.2,
    "charge_kw": 0.2,
    "discharge_kw": 0.2,
    "charge_efficiency": 0.9,
    "discharge_efficiency": 0.8,
}


LOSSLESS = {
    "capacity_kwh": 6.0,
    "charge_kw": 0.5,
    "discharge_kw": 0.2,
    "charge_efficiency": 1.0,
    "discharge_efficiency": 1.0,
}


def battery_of(**values: float) -> BatterySpec:
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
    return build(
        EnergySpec(
            buses=(BusSpec(id="main", base_load_kw=load_kw),),
            grid=GridSpec(limit_kw=50.0, tariff_per_kwh=base_price, bands=bands),
            inverter=InverterSpec(
                power_kw=10.0,
                battery=battery_of(**values),
                pv=PvSpec(peak_kw=pv_kw) if pv_kw else None,
            ),
            dispatch=rule,
        )
    )


def cost_of_rule(cluster: ClusterSpec, days: int) -> tuple[float, float, np.ndarray]:
    """Price of the energy over the grid, charge at the end in kWh, and PV by half-hour in kW."""
    model, state = compile_one(cluster)
    run(model, state, days * DAY_MS)
    cost = extract(model, state)["energy"].to_pylist()[0]["grid_cost"]
    pv = model.pv[0, : 48 * days] / 1e6
    return cost, float(state.site["soc_uj"][0]) / UJ_PER_KWH, pv


def optimum(cluster: ClusterSpec, days: int, pv: np.ndarray, soc_end: float) -> float:
    """Least price of the same days with the sun and the load known: an LP in half-hours.

    Per half-hour: grid, charge and discharge at the bus, PV used; charge of the battery at its end.
    The battery keeps its reserve and ends with at least ``soc_end``.
    """
    site = cluster.sites[0]
    battery = site.energy.inverter.battery
    load = site.energy.buses[0].base_load_kw
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
    bounds = [(0.0, site.energy.grid.limit_kw)] * steps
    bounds += [(0.0, battery.charge_kw)] * steps + [(0.0, battery.discharge_kw)] * steps
    bounds += [(0.0, min(value, 10.0)) for value in pv]
    bounds += [(lowest, battery.capacity_kwh)] * (steps - 1)
    bounds += [(max(lowest, soc_end), battery.capacity_kwh)]
    objective = np.zeros(5 * steps)
    objective[grid] = price * width
    found = linprog(objective, A_eq=equations.tocsr(), b_eq=right, bounds=bounds, method="highs")
    assert found.success
    return float(found.fun)


def test_e10_where_the_tariff_rule_is_optimal_it_costs_what_the_lp_costs() -> None:
    """Two prices, no sun: fill at night, empty in the evening. Abs. difference below 1e-6.

    The network is tiny because the kernel leaves each bound of the battery a millisecond of power
    early: at 0.2 kW that is 6e-8 kWh. Its efficiencies make the power at the cells whole mW, to
    which the kernel rounds it.
    """
    cluster = cluster_of("tariff", load_kw=0.3, **TINY)
    cost, soc_end, pv = cost_of_rule(cluster, days=2)
    least = optimum(cluster, 2, pv, soc_end)
    without = 2 * 0.3 * (8 * 0.1 + 8 * 0.2 + 8 * 0.4)
    assert abs(cost - least) < 1e-6
    assert least < without - 0.1


def test_e10_where_self_consumption_is_optimal_it_costs_what_the_lp_costs() -> None:
    """One price, and a battery that takes all surplus: no kWh of the sun is lost."""
    cluster = cluster_of(
        "self_consumption",
        load_kw=0.1,
        pv_kw=0.4,
        bands=(),
        **LOSSLESS,
    )
    cost, soc_end, pv = cost_of_rule(cluster, days=2)
    assert abs(cost - optimum(cluster, 2, pv, soc_end)) < 1e-6


@pytest.mark.parametrize("rule", ["backup", "self_consumption", "tariff"])
@pytest.mark.parametrize("load_kw", [0.5, 1.7, 4.0])
@pytest.mark.parametrize("pv_kw", [0.0, 3.0, 9.0])
def test_e10_no_rule_costs_less_than_the_optimum(rule: str, load_kw: float, pv_kw: float) -> None:
    cluster = cluster_of(rule, load_kw=load_kw, pv_kw=pv_kw, initial_soc_fraction=0.6)
    cost, soc_end, pv = cost_of_rule(cluster, days=2)
    assert cost >= optimum(cluster, 2, pv, soc_end) - 1e-6


def test_the_tariff_rule_leaves_something_to_the_optimum_where_the_sun_fills_the_battery() -> None:
    """It buys at night what the sun would have given: dearer than the LP by more than a cent."""
    cluster = cluster_of("tariff", load_kw=0.5, pv_kw=9.0)
    cost, soc_end, pv = cost_of_rule(cluster, days=2)
    assert cost > optimum(cluster, 2, pv, soc_end) + 0.01


def test_self_consumption_serves_before_the_grid_and_is_charged_by_the_sun_alone() -> None:
    """12 kWh, reserve 3 kWh, 0.95: 4.275 h at 2 kW from full; then the grid, which never fills."""
    cluster = cluster_of("self_consumption", load_kw=2.0, bands=(), initial_soc_fraction=1.0)
    model, state = compile_one(cluster)
    run(model, state, 24 * HOUR)
    rows = energy_rows(state)
    first = rows["time_ms"][rows["grid_mw"] > 0][0]
    assert first / HOUR == pytest.approx(9.0 * 0.95 / 2.0, abs=1e-5)
    assert np.all(rows["charge_mw"] == 0)
    assert state.site["grid_uj"][0] + state.site["discharge_uj"][0] == 48 * UJ_PER_KWH


def test_a_cycle_charging_genset_runs_full_up_to_the_set_point_and_then_rests() -> None:
    """2 kW without grid. The genset of 6 kW gives its 6 until 0.8 of 12 kWh are full."""
    cluster = build(
        EnergySpec(
            buses=(BusSpec(id="main", base_load_kw=2.0),),
            grid=GridSpec(limit_kw=50.0),
            inverter=InverterSpec(
                power_kw=10.0, transfer_time_s=0.0, battery=battery_of(charge_kw=5.0)
            ),
            genset=GensetSpec(rated_kw=6.0, start_time_s=0.0, tank_l=500.0, fuel_on_hand_l=500.0),
            dispatch="cycle_charging",
        )
    )
    model, state = compile_one(cluster, [(0, P_GRID_OFF, 0, 1)])
    run(model, state, 24 * HOUR)
    rows = energy_rows(state)
    running = rows["genset_mw"] > 0
    assert set(rows["genset_mw"][running].tolist()) == {6_000_000}
    off = rows[~running & (rows["time_ms"] > 0)]
    assert off["soc_uj"][0] / UJ_PER_KWH == pytest.approx(9.6, abs=1e-5)
    # 3 kWh to 9.6 kWh at 4 kW x 0.95, then from 9.6 kWh down to 3.6 kWh at 2 kW / 0.95
    assert off["time_ms"][0] / HOUR == pytest.approx(6.6 / 3.8, abs=1e-5)
    again = rows[running & (rows["time_ms"] > off["time_ms"][0])]
    assert again["soc_uj"][0] / UJ_PER_KWH == pytest.approx(3.6, abs=1e-5)
    assert state.site["served_uj"][0] == 48 * UJ_PER_KWH


def test_cycle_charging_keeps_machines_running_through_the_start_of_the_genset() -> None:
    """The genset starts a twentieth above the reserve, so that its 30 s cut nothing off."""
    cluster = build(
        EnergySpec(
            grid=GridSpec(limit_kw=50.0),
            inverter=InverterSpec(
                power_kw=10.0,
                transfer_time_s=0.0,
                battery=battery_of(initial_soc_fraction=1.0, discharge_kw=5.0),
            ),
            genset=GensetSpec(rated_kw=6.0, tank_l=500.0, fuel_on_hand_l=500.0),
            dispatch="cycle_charging",
        ),
        machine=MachineSpec(id="m", process="work", run_kw=3.0),
        lots=96,
    )
    model, state = compile_one(cluster, [(0, P_GRID_OFF, 0, 1)])
    run(model, state, 48 * HOUR)
    assert state.machine["good_units"][0] == 96
    assert state.op["attempts"].sum() == 0
    assert state.site["genset_uj"][0] > 0
