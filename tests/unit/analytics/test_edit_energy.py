"""Edits of a site's sources, in a run of the kernel: kilowatt-hours and money by hand."""

from datetime import timedelta

import pytest

from analytics.edits.errors import ScenarioError
from analytics.scenario import Scenario
from analytics.simulation.compile.live import arm_state
from analytics.simulation.extract import extract
from analytics.simulation.layout import HOUR_MS, PL_PER_L
from analytics.simulation.run import run
from federation.cut import planned
from tests.support.small_cluster import MONDAY, small_cluster

BASE_KW = 4.0
BATTERY = {
    "capacity_kwh": 20.0,
    "charge_kw": 10.0,
    "discharge_kw": 10.0,
    "charge_efficiency": 1.0,
    "discharge_efficiency": 1.0,
    "soc_min_fraction": 0.0,
    "reserve_fraction": 0.0,
}


def hour(number):
    return MONDAY + timedelta(hours=number)


def site(**energy):
    grid = {"limit_kw": 50.0, "tariff_per_kwh": 0.2}
    buses = [{"id": "main", "base_load_kw": BASE_KW}]
    return {
        "id": "SHED",
        "name": "Shed",
        "country": "GH",
        "latitude_deg": 5.0,
        "longitude_deg": 0.0,
        "machines": [{"id": "brake", "process": "bending"}],
        "energy": {"buses": buses, "grid": grid} | energy,
    }


def shed(**energy):
    return small_cluster(
        sites=[site(**energy)], customers=[], links=[], products=[], orders=[], genset_hire=[]
    )


def scenario_of(*edits):
    return Scenario(id="energy", title="Energy", fork_at=MONDAY, edits=edits)


def energy_of(*edits, hours, **energy):
    model, state = scenario_of(*edits).compile(planned(shed(**energy)))
    calm = model.with_run(1, 0, deterministic=True)
    arm_state(calm, state)
    run(calm, state, round(hours * HOUR_MS))
    (row,) = extract(calm, state)["energy"].to_pylist()
    return row


def edit(kind, start, end=None, **own):
    window = {"start": hour(start)} | ({} if end is None else {"end": hour(end)})
    return {"kind": kind, "site": "SHED"} | window | own


BLACK = edit("grid_outage", 2, 10)
INVERTER = {"power_kw": 20.0}


def test_a_battery_that_is_bought_carries_the_base_load_once_it_is_there():
    """It comes two hours before the grid is back: of eight dark hours it carries two."""
    bought = edit("added_battery", 8, battery=BATTERY, inverter=INVERTER)
    without = energy_of(BLACK, hours=12)
    assert without["unserved_kwh"] == pytest.approx(8 * BASE_KW)
    told = energy_of(BLACK, bought, hours=10)
    assert told["unserved_kwh"] == pytest.approx(6 * BASE_KW, abs=0.01)
    assert told["discharge_kwh"] == pytest.approx(2 * BASE_KW, abs=0.01)


def test_a_battery_from_the_fork_on_carries_what_it_holds():
    bought = edit("added_battery", 0, battery=BATTERY, inverter=INVERTER)
    told = energy_of(BLACK, bought, hours=10)
    assert told["discharge_kwh"] == pytest.approx(20.0, abs=0.01)
    assert told["unserved_kwh"] == pytest.approx(8 * BASE_KW - 20.0, abs=0.02)


def test_a_battery_takes_the_place_of_another_at_the_fork_only():
    old = INVERTER | {"battery": BATTERY | {"capacity_kwh": 4.0}}
    now = edit("added_battery", 0, battery=BATTERY)
    told = energy_of(edit("grid_outage", 0, 8), now, hours=8, inverter=old)
    assert told["discharge_kwh"] == pytest.approx(4.0, abs=0.01)  # the charge of the old one
    with pytest.raises(ScenarioError, match="let it start at the fork"):
        energy_of(edit("added_battery", 3, battery=BATTERY), hours=1, inverter=old)


def test_pv_that_is_bought_gives_what_old_pv_of_its_size_would_give():
    whole = energy_of(hours=48, inverter=INVERTER | {"pv": {"peak_kw": 3.0}})
    half = energy_of(hours=48, inverter=INVERTER | {"pv": {"peak_kw": 1.0}})
    late = edit("added_pv", 24, pv={"peak_kw": 2.0})
    told = energy_of(late, hours=48, inverter=INVERTER | {"pv": {"peak_kw": 1.0}})
    assert half["pv_available_kwh"] < told["pv_available_kwh"] < whole["pv_available_kwh"]
    first = energy_of(late, hours=24, inverter=INVERTER | {"pv": {"peak_kw": 1.0}})
    before = energy_of(hours=24, inverter=INVERTER | {"pv": {"peak_kw": 1.0}})
    assert first["pv_available_kwh"] == pytest.approx(before["pv_available_kwh"], rel=1e-4)


def test_low_sun_takes_its_share_of_the_pv():
    usual = energy_of(hours=24, inverter=INVERTER | {"pv": {"peak_kw": 3.0}})
    hazy = energy_of(
        edit("low_sun", 0, 24, share=0.4), hours=24, inverter=INVERTER | {"pv": {"peak_kw": 3.0}}
    )
    assert hazy["pv_available_kwh"] == pytest.approx(0.4 * usual["pv_available_kwh"], rel=1e-4)


def test_two_hazes_multiply_and_end_apart():
    pv = INVERTER | {"pv": {"peak_kw": 3.0}}
    haze, dust = edit("low_sun", 0, 24, share=0.5), edit("low_sun", 0, 48, share=0.4)
    both = energy_of(haze, dust, hours=24, inverter=pv)
    usual = energy_of(hours=24, inverter=pv)
    assert both["pv_available_kwh"] == pytest.approx(0.2 * usual["pv_available_kwh"], rel=1e-4)
    again = energy_of(dust, haze, hours=24, inverter=pv)
    assert again == both


def test_the_base_load_is_bounded_by_a_grid_that_is():
    """Of 4 kW a connection of 50 kW gives 2.5 at 5 %, for six hours."""
    told = energy_of(edit("grid_limit", 6, 12, share=0.05), hours=24)
    assert told["unserved_kwh"] == pytest.approx(6 * (BASE_KW - 2.5), abs=0.01)
    assert energy_of(edit("grid_limit", 6, 12, share=0.5), hours=24)["unserved_kwh"] == 0.0


def test_electricity_costs_what_its_path_says():
    steps = [{"at": hour(6), "factor": 2.0}, {"at": hour(12), "factor": 0.5}]
    told = energy_of(edit("tariff_path", 6, 18, steps=steps), hours=24)
    paid = (6 * 1.0 + 6 * 2.0 + 6 * 0.5 + 6 * 1.0) * BASE_KW * 0.2
    assert told["grid_cost"] == pytest.approx(paid, rel=1e-6)


def test_a_genset_that_is_bought_comes_with_its_tank():
    genset = {"rated_kw": 20.0, "tank_l": 100.0, "fuel_on_hand_l": 60.0}
    bought = scenario_of(edit("added_genset", 4, genset=genset))
    model, state = bought.compile(planned(shed()))
    assert state.site["fuel_pl"][0] == 60 * PL_PER_L
    assert model.site["genset_mw"][0] == 20_000_000
    absent = [(row["time_ms"] / HOUR_MS, row["value"]) for row in model.primitive]
    assert absent == [(0, 1), (4, -1)]
    short = scenario_of(edit("fuel_shortage", 2, 9, share=0.2))
    with pytest.raises(ScenarioError, match="no fuel is delivered"):
        short.check(shed())
