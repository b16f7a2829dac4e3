"""E3, E5, E6 and E8 of the reference, and what happens to a machine at a transfer."""

from __future__ import annotations

import math

import numpy as np
import pytest

from analytics.simulation.layout import (
    FOREVER,
    P_GRID_OFF,
    PL_PER_L,
    UJ_PER_KWH,
)
from analytics.simulation.run import run
from tests.validation.one_site import HOUR, build, compile_one, energy_rows
from twins.energy_spec import (
    BatterySpec,
    BusSpec,
    EnergySpec,
    GensetSpec,
    GridSpec,
    InverterSpec,
)
from twins.spec import MachineSpec, ShiftSpec
from twins.states import MachineState

OFF = [(0, P_GRID_OFF, 0, 1)]


def _battery(**values: float) -> BatterySpec:
    defaults = {"capacity_kwh": 10.0, "charge_kw": 5.0, "discharge_kw": 5.0}
    ends = {"soc_min_fraction": 0.0, "reserve_fraction": 0.0, "initial_soc_fraction": 1.0}
    return BatterySpec.model_validate({**defaults, **ends, **values})


def test_e3_four_hours_at_two_kilowatts_give_back_seven_point_two_kilowatt_hours() -> None:
    """E3: 10 kWh, both efficiencies sqrt(0.9), empty: +7.58947 kWh, then 3.6 h at 2 kW out."""
    efficiency = math.sqrt(0.9)
    battery = _battery(
        charge_kw=2.0,
        discharge_kw=2.0,
        charge_efficiency=efficiency,
        discharge_efficiency=efficiency,
        initial_soc_fraction=0.0,
    )
    cluster = build(
        EnergySpec(
            buses=(BusSpec(id="main", base_load_kw=2.0),),
            grid=GridSpec(limit_kw=100.0),
            inverter=InverterSpec(power_kw=10.0, battery=battery, transfer_time_s=0.0),
        )
    )
    model, state = compile_one(cluster, [(4 * HOUR, P_GRID_OFF, 0, 1)])
    run(model, state, 4 * HOUR - 1)
    run(model, state, 4 * HOUR)
    assert state.site["soc_uj"][0] / UJ_PER_KWH == pytest.approx(7.58947, abs=1e-5)
    run(model, state, 24 * HOUR)
    assert state.site["discharge_uj"][0] / UJ_PER_KWH == pytest.approx(7.2, abs=1e-5)
    dead = energy_rows(state)
    dead = dead[(dead["served_mw"] == 0) & (dead["time_ms"] > 4 * HOUR)]
    assert dead["time_ms"][0] / HOUR == pytest.approx(7.6, abs=1e-5)


def test_e5_a_battery_rides_through_for_capacity_above_minimum_times_efficiency_over_load() -> None:
    """E5: 10 kWh, 20 % minimum, 0.95, 3 kW: 2.53333 h."""
    battery = _battery(soc_min_fraction=0.2, reserve_fraction=0.2, discharge_efficiency=0.95)
    cluster = build(
        EnergySpec(
            buses=(BusSpec(id="main", base_load_kw=3.0),),
            grid=GridSpec(limit_kw=100.0),
            inverter=InverterSpec(power_kw=10.0, battery=battery, transfer_time_s=0.0),
        )
    )
    model, state = compile_one(cluster, OFF)
    run(model, state, 24 * HOUR)
    rows = energy_rows(state)
    assert rows["time_ms"][rows["served_mw"] == 0][0] / HOUR == pytest.approx(2.53333, abs=1e-5)
    assert state.site["soc_uj"][0] / UJ_PER_KWH == pytest.approx(2.0, abs=1e-5)
    assert state.site["soc_uj"][0] >= model.site["soc_min_uj"][0]


@pytest.mark.parametrize(("load_kw", "litres_per_hour"), [(60.0, 23.175), (25.0, 14.565)])
def test_e6_the_genset_burns_what_its_line_says(load_kw: float, litres_per_hour: float) -> None:
    """E6: F0 = 0.08415, F1 = 0.246, 100 kW."""
    model, state = _on_genset(load_kw, fuel_l=1000.0)
    run(model, state, HOUR)
    start = state.site["fuel_used_pl"][0]
    run(model, state, 3 * HOUR)
    used = (state.site["fuel_used_pl"][0] - start) / PL_PER_L
    one_picolitre_per_ms = 3.6e-6  # L/h: the grid that the rate is floored to
    assert litres_per_hour - one_picolitre_per_ms <= used / 2.0 <= litres_per_hour


def test_the_tank_is_dry_when_litres_over_rate_say() -> None:
    """23.175 L at 23.175 L/h last one hour from the start of the genset."""
    model, state = _on_genset(60.0, fuel_l=23.175)
    run(model, state, 5 * HOUR)
    assert state.site["dry_ms"][0] == pytest.approx(HOUR, abs=2)
    assert 0 <= state.site["fuel_pl"][0] < PL_PER_L / 1000
    assert state.machine["state"][0] == MachineState.NO_POWER


def _on_genset(load_kw: float, fuel_l: float):
    """A machine of ``load_kw`` on a genset that starts at once, with work for days."""
    cluster = build(
        EnergySpec(
            grid=GridSpec(limit_kw=200.0),
            genset=GensetSpec(
                rated_kw=100.0, start_time_s=0.0, tank_l=2000.0, fuel_on_hand_l=fuel_l
            ),
        ),
        machine=MachineSpec(id="m", process="work", run_kw=load_kw),
        lots=200,
    )
    return compile_one(cluster, OFF)


def test_e8_twenty_kilowatt_hours_a_day_make_exactly_eight_parts() -> None:
    """E8: 5 kW, 0.5 h a part, 20 kWh of battery a day filled over night."""
    cluster = build(
        EnergySpec(
            grid=GridSpec(limit_kw=100.0),
            inverter=InverterSpec(
                power_kw=50.0,
                transfer_time_s=0.0,
                battery=_battery(
                    capacity_kwh=20.0, charge_efficiency=1.0, discharge_efficiency=1.0
                ),
            ),
        ),
        machine=MachineSpec(id="m", process="work", run_kw=5.0),
        lots=100,
        shifts=(ShiftSpec(days=("mon", "tue", "wed", "thu", "fri"), start="08:00", end="20:00"),),
    )
    changes = []
    for day in range(5):
        changes.append(((24 * day + 7) * HOUR, P_GRID_OFF, 0, 1))
        changes.append(((24 * day + 21) * HOUR, P_GRID_OFF, 0, -1))
    model, state = compile_one(cluster, changes)
    for day in range(5):
        run(model, state, 24 * (day + 1) * HOUR)
        assert state.machine["good_units"][0] == 8 * (day + 1)


@pytest.mark.parametrize(
    ("ride_through_s", "transfer_s", "survives"),
    [(0.0, 0.02, False), (0.02, 0.02, False), (0.021, 0.02, True), (0.0, 0.0, True)],
)
def test_a_running_machine_survives_a_transfer_only_with_a_longer_ride_through(
    ride_through_s: float, transfer_s: float, survives: bool
) -> None:
    cluster = build(
        EnergySpec(
            grid=GridSpec(limit_kw=100.0),
            inverter=InverterSpec(
                power_kw=50.0, transfer_time_s=transfer_s, battery=_battery(capacity_kwh=100.0)
            ),
        ),
        machine=MachineSpec(id="m", process="work", run_kw=5.0, ride_through_s=ride_through_s),
        lots=1,
    )
    model, state = compile_one(cluster, [(HOUR // 4, P_GRID_OFF, 0, 1)])
    run(model, state, 10 * HOUR)
    assert state.op["attempts"][0] == (0 if survives else 1)
    assert state.machine["good_units"][0] == 1
    assert state.op["end_ms"][0] == HOUR // 2 + (0 if survives else round(transfer_s * 1000))


def test_without_backup_the_machine_loses_exactly_the_outage() -> None:
    cluster = build(
        EnergySpec(grid=GridSpec(limit_kw=100.0)),
        machine=MachineSpec(id="m", process="work", run_kw=5.0, rewarm_min=15.0),
        lots=10,
    )
    changes = [(HOUR, P_GRID_OFF, 0, 1), (3 * HOUR, P_GRID_OFF, 0, -1)]
    model, state = compile_one(cluster, changes)
    run(model, state, 10 * HOUR)
    assert state.machine_lost[0] == 2 * HOUR + HOUR // 4
    assert state.op["end_ms"].max() == 5 * HOUR + 2 * HOUR + HOUR // 4


def test_power_balances_to_the_last_milliwatt_in_every_row_of_the_trace() -> None:
    battery = _battery(capacity_kwh=8.0, reserve_fraction=0.3, soc_min_fraction=0.1)
    cluster = build(
        EnergySpec(
            buses=(BusSpec(id="main", base_load_kw=1.234),),
            grid=GridSpec(limit_kw=7.5),
            inverter=InverterSpec(power_kw=4.0, battery=battery),
            genset=GensetSpec(
                rated_kw=6.0, minimum_load_fraction=0.3, tank_l=40.0, fuel_on_hand_l=10.0
            ),
        ),
        machine=MachineSpec(id="m", process="work", count=3, run_kw=1.7, idle_kw=0.2),
        lots=200,
    )
    changes = []
    for start in range(2, 60, 7):
        changes.append((start * HOUR, P_GRID_OFF, 0, 1))
        changes.append(((start + 5) * HOUR, P_GRID_OFF, 0, -1))
    model, state = compile_one(cluster, changes)
    run(model, state, 70 * HOUR)
    rows = energy_rows(state)
    assert len(rows) > 50
    supply = rows["pv_mw"] + rows["grid_mw"] + rows["discharge_mw"] + rows["genset_mw"]
    use = rows["served_mw"] + rows["charge_mw"] + rows["dumped_mw"]
    assert np.array_equal(supply, use)
    assert not np.any((rows["charge_mw"] > 0) & (rows["discharge_mw"] > 0))
    assert np.all(rows["served_mw"] <= rows["load_mw"])
    site = state.site[0]
    assert site["pv_uj"] + site["grid_uj"] + site["discharge_uj"] + site["genset_uj"] == (
        site["served_uj"] + site["charge_uj"] + site["dumped_uj"]
    )
    start_uj = round(8.0 * UJ_PER_KWH)
    assert site["soc_uj"] == start_uj + site["soc_in_uj"] - site["soc_out_uj"]
    assert np.all(rows["soc_uj"] >= model.site["soc_min_uj"][0])
    assert np.all(rows["soc_uj"] <= model.site["battery_uj"][0])
    assert site["dry_ms"] < FOREVER
