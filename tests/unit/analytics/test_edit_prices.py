"""Prices and investments: what they add to the cost of an answer, by hand."""

from datetime import timedelta

import pytest

from analytics.edits.investment import Investment
from analytics.scenario import Scenario
from analytics.simulation.layout import HOUR_MS, PL_PER_L
from analytics.simulation.run import run
from analytics.study import Study
from federation.cut import planned
from tests.support.small_cluster import MONDAY, small_cluster
from twins.energy_spec import GensetSpec

LOAD_KW, RATED_KW = 5.0, 20.0
LITRES_PER_H = 0.08415 * RATED_KW + 0.246 * LOAD_KW
"""The fuel curve of Skarstein and Uhlen at base load and machine."""


def hour(number):
    return MONDAY + timedelta(hours=number)


def island():
    """One site off the grid, where a genset carries a base load and a print of 100 h."""
    site = {
        "id": "ISLE",
        "name": "Isle",
        "country": "GH",
        "latitude_deg": 5.0,
        "longitude_deg": 0.0,
        "machines": [
            {"id": "printer", "process": "3d_printing_fdm", "run_kw": 3.0, "unattended": True}
        ],
        "labour": {"headcount": 2, "wage_per_h": 3.0},
        "energy": {
            "buses": [{"id": "main", "base_load_kw": LOAD_KW - 3.0}],
            "genset": {
                "rated_kw": RATED_KW,
                "tank_l": 500.0,
                "fuel_on_hand_l": 500.0,
                "fuel_price_per_l": 1.5,
                "start_time_s": 0.0,
            },
        },
    }
    part = {
        "id": "boat",
        "mass_kg": 90.0,
        "operations": [{"id": "print", "process": "3d_printing_fdm", "unit_time_min": 6000.0}],
    }
    boat = {
        "id": "boat",
        "name": "Boat",
        "root": part,
        "permissions": [{"part": "boat", "site": "ISLE"}],
    }
    order = {
        "id": "O",
        "product": "boat",
        "customer": "quay",
        "quantity": 1,
        "release": MONDAY,
        "due": MONDAY + timedelta(days=9),
    }
    return small_cluster(
        sites=[site],
        customers=[{"id": "quay", "name": "Quay", "country": "GH", "at_site": "ISLE"}],
        products=[boat],
        orders=[order],
        links=[],
        genset_hire=[],
        carbon_price_per_t=20.0,
    )


def fuel_l(hours, *edits):
    """In the tank after so many hours; a delivery of 40 L is ordered at once and takes an hour."""
    cluster = island()
    energy = cluster.sites[0].energy
    tank = {"tank_l": 100.0, "fuel_on_hand_l": 60.0}
    tank["deliveries"] = {"lead_h": 1.0, "allocation_l": 40.0, "every_h": 48.0}
    genset = GensetSpec.model_validate(energy.genset.model_dump() | tank)
    site = cluster.sites[0].model_copy(
        update={"energy": energy.model_copy(update={"genset": genset})}
    )
    scenario = Scenario(id="fuel", title="Fuel", fork_at=MONDAY, edits=edits)
    model, state = scenario.compile(planned(cluster.model_copy(update={"sites": (site,)})))
    run(model.with_run(1, 0, deterministic=True), state, hours * HOUR_MS)
    return state.site["fuel_pl"][0] / PL_PER_L


def test_less_fuel_comes_while_it_is_short():
    short = {"kind": "fuel_shortage", "site": "ISLE", "share": 0.2}
    assert fuel_l(10) == pytest.approx(60 + 40 - 10 * LITRES_PER_H, abs=0.01)
    held = short | {"start": MONDAY, "end": hour(5)}
    assert fuel_l(10, held) == pytest.approx(60 + 8 - 10 * LITRES_PER_H, abs=0.01)
    over = short | {"start": hour(3), "end": hour(5)}
    assert fuel_l(10, over) == pytest.approx(60 + 40 - 10 * LITRES_PER_H, abs=0.01)


def answer(*edits, hours=24):
    scenario = Scenario(id="paths", title="Paths", fork_at=MONDAY, edits=edits)
    study = Study(
        planned(island()), scenario, "stay", horizon_h=hours, replications=1, engine="local"
    )
    rows = study.run().kpis
    return {
        (row["response"], row["kpi"]): row["value"]
        for row in rows.iter_rows(named=True)
        if row["scope"] == "cluster"
    }


def test_fuel_costs_what_its_path_says_while_it_is_burnt():
    steps = [{"at": hour(6), "factor": 2.0}, {"at": hour(12), "factor": 3.0}]
    told = answer({"kind": "fuel_price", "start": hour(6), "end": hour(18), "steps": steps})
    usual = 24 * LITRES_PER_H * 1.5
    assert told["undisturbed", "energy_cost"] == pytest.approx(usual, rel=1e-6)
    dearer = (6 * 1.0 + 6 * 2.0) * LITRES_PER_H * 1.5
    assert told["stay", "energy_cost"] == pytest.approx(usual + dearer, rel=1e-6)
    assert told["stay", "extra_energy_cost"] == pytest.approx(dearer, rel=1e-6)


def test_carbon_costs_what_its_path_says_while_it_is_emitted():
    steps = [{"at": hour(6), "price_per_t": 100.0}, {"at": hour(12), "price_per_t": 0.0}]
    told = answer({"kind": "carbon_price", "start": hour(6), "end": hour(18), "steps": steps})
    tonnes_per_h = LITRES_PER_H * 2.66155 / 1000.0
    assert told["undisturbed", "carbon_cost"] == pytest.approx(24 * tonnes_per_h * 20.0, rel=1e-6)
    priced = (6 * 20.0 + 6 * 100.0 + 6 * 0.0 + 6 * 20.0) * tonnes_per_h
    assert told["stay", "carbon_cost"] == pytest.approx(priced, rel=1e-6)


def test_an_investment_is_charged_by_the_year_from_the_day_it_is_there():
    site = {
        "id": "NEW",
        "name": "New",
        "country": "GH",
        "latitude_deg": 6.0,
        "longitude_deg": 0.0,
        "machines": [{"id": "brake", "process": "bending"}],
        "labour": {"headcount": 4, "wage_per_h": 2.5},
    }
    edit = {
        "kind": "added_site",
        "site": site,
        "start": hour(48),
        "capital_cost": 100_000.0,
        "life_years": 10.0,
        "interest_fraction": 0.08,
        "upkeep_per_year": 1000.0,
    }
    told = answer(edit, hours=96)
    annuity = 100_000.0 * 0.08 / (1 - 1.08**-10)
    assert annuity == pytest.approx(14_902.95, abs=0.01)
    assert told["stay", "capital_cost"] == pytest.approx((annuity + 1000.0) * 2 / 365.25)
    assert told["undisturbed", "capital_cost"] == 0.0
    # Four people, 8 h on Wednesday and on Thursday; nobody is paid before the site opens.
    assert told["stay", "extra_labour_cost"] == pytest.approx(4 * 16 * 2.5)


def test_without_interest_the_capital_is_spread_evenly():
    bought = Investment(kind="any", start=MONDAY, capital_cost=5000.0, life_years=5.0)
    assert bought.cost_per_year == 1000.0


def test_an_order_that_nobody_wants_any_more_is_neither_due_nor_late():
    drop = {"kind": "demand_drop", "factor": 0.0, "start": MONDAY, "end": hour(24)}
    told = answer(drop, hours=240)
    assert told["undisturbed", "orders_due"] == 1.0
    assert told["stay", "orders_due"] == 0.0
    assert told["stay", "energy_cost"] == 0.0
