"""Rules of the battery: what each does by hand, and E10: against the optimum of an LP (HiGHS)."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.simulation.layout import P_GRID_OFF, UJ_PER_KWH
from analytics.simulation.run import run
from analytics.validation.dispatch import battery_of, cluster_of, cost_of_rule, optimum
from analytics.validation.one_site import HOUR, build, compile_one, energy_rows
from twins.energy_spec import (
    BusSpec,
    EnergySpec,
    GensetSpec,
    GridSpec,
    InverterSpec,
)
from twins.spec import MachineSpec


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
