"""What happens to a machine at a transfer and in an outage; a dry tank; power to the milliwatt."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.simulation.layout import (
    FOREVER,
    P_GRID_OFF,
    PL_PER_L,
    UJ_PER_KWH,
)
from analytics.simulation.run import run
from analytics.validation.energy import battery, on_genset
from analytics.validation.one_site import HOUR, build, compile_one, energy_rows
from tests.support.shop_floor import MINUTE, Job, finished, shop, simulate, step
from twins.energy_spec import (
    BusSpec,
    EnergySpec,
    GensetSpec,
    GridSpec,
    InverterSpec,
)
from twins.spec import MachineSpec
from twins.states import MachineState


def test_the_tank_is_dry_when_litres_over_rate_say() -> None:
    """23.175 L at 23.175 L/h last one hour from the start of the genset."""
    model, state = on_genset(60.0, fuel_l=23.175)
    run(model, state, 5 * HOUR)
    assert state.site["dry_ms"][0] == pytest.approx(HOUR, abs=2)
    assert 0 <= state.site["fuel_pl"][0] < PL_PER_L / 1000
    assert state.machine["state"][0] == MachineState.NO_POWER


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
                power_kw=50.0, transfer_time_s=transfer_s, battery=battery(capacity_kwh=100.0)
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
    store = battery(capacity_kwh=8.0, reserve_fraction=0.3, soc_min_fraction=0.1)
    cluster = build(
        EnergySpec(
            buses=(BusSpec(id="main", base_load_kw=1.234),),
            grid=GridSpec(limit_kw=7.5),
            inverter=InverterSpec(power_kw=4.0, battery=store),
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


def test_a_genset_below_its_minimum_load_is_not_refused_and_follows_the_load_up_and_down() -> None:
    """A set of 10 kW that gives at least 5: one machine of 2 kW, three, two, none, one again."""
    genset = GensetSpec(
        rated_kw=10.0,
        minimum_load_fraction=0.5,
        start_time_s=60.0,
        tank_l=500.0,
        fuel_on_hand_l=500.0,
    )
    energy = EnergySpec(grid=GridSpec(limit_kw=50.0), genset=genset)
    jobs = [Job([step(30.0)], release_h=hour) for hour in (0.0, 0.25, 0.25, 3.0)]
    machine = {"id": "m", "count": 3, "run_kw": 2.0, "idle_kw": 0.1}
    cluster = shop([machine], jobs, energy=energy.model_dump())
    _, state = simulate(cluster, until_h=10.0, changes=[(0, P_GRID_OFF, 0, 1)])
    assert finished(state) == [31.0, 45.0, 45.0, 211.0]
    held = {row["time_ms"] / MINUTE: row for row in energy_rows(state)}  # the last of each moment
    told = [
        (minute, *(float(row[name]) / 1e6 for name in ("served_mw", "genset_mw", "dumped_mw")))
        for minute, row in held.items()
    ]
    assert told == [
        (1.0, 2.0, 5.0, 3.0),
        (15.0, 6.0, 6.0, 0.0),
        (31.0, 4.1, 5.0, pytest.approx(0.9)),
        (45.0, 0.0, 0.0, 0.0),
        (181.0, 2.0, 5.0, 3.0),
        (211.0, 0.0, 0.0, 0.0),
    ]
