"""Edits of quality, approvals, supply, machines and people, in a run of the kernel."""

from datetime import timedelta

import polars as pl
import pytest

from analytics.edits.errors import ScenarioError
from analytics.scenario import Scenario
from analytics.simulation.compile.live import arm_state
from analytics.simulation.extract import extract
from analytics.simulation.layout import HOUR_MS
from analytics.simulation.run import run
from analytics.study import Study
from federation.cut import planned
from tests.support.small_cluster import MONDAY, small_cluster

BENCH = {"id": "bench", "process": "bending", "unattended": True}


def hour(number):
    return MONDAY + timedelta(hours=number)


def site(name, machines, **more):
    place = {"id": name, "name": name, "country": "GH", "latitude_deg": 5.0, "longitude_deg": 0.0}
    return place | {"machines": machines} | more


def shop(
    *,
    sites=None,
    releases=(0, 0, 0),
    permissions=None,
    consumes=(),
    yield_fraction=1.0,
    inspection=None,
):
    """Orders of ten plates, an hour each, a lot each, released at these hours."""
    bend = {
        "id": "bend",
        "process": "bending",
        "unit_time_min": 60.0,
        "consumes": list(consumes),
        "yield_fraction": yield_fraction,
        "inspection": inspection,
    }
    plate = {
        "id": "plate",
        "name": "Plate",
        "root": {"id": "plate", "mass_kg": 1.0, "operations": [bend]},
        "permissions": permissions or [{"part": "plate", "site": "SHED"}],
    }
    book = [
        {
            "id": f"O-{number}",
            "product": "plate",
            "customer": "gate",
            "quantity": 10,
            "release": hour(release),
            "due": hour(400 + number),
        }
        for number, release in enumerate(releases, start=1)
    ]
    return small_cluster(
        lot_size=10,
        sites=sites or [site("SHED", [BENCH])],
        customers=[{"id": "gate", "name": "Gate", "country": "GH", "at_site": "SHED"}],
        links=[],
        products=[plate],
        orders=book,
        genset_hire=[],
    )


def told(cluster, *edits, hours=400):
    scenario = Scenario(id="shop", title="Shop", fork_at=MONDAY, edits=edits)
    model, state = scenario.compile(planned(cluster))
    calm = model.with_run(1, 0, deterministic=True)
    arm_state(calm, state)
    run(calm, state, round(hours * HOUR_MS))
    return extract(calm, state)


def delivered_h(tables):
    moments = tables["orders"].column("delivered_at").to_pylist()
    return [
        None if moment is None else (moment - MONDAY) / timedelta(hours=1) for moment in moments
    ]


def late_orders(cluster, *edits, due):
    """Orders that are late, by response, when lateness is dear and they are due at these hours."""
    plate = cluster.products[0].model_copy(update={"lateness_cost_per_unit_day": 5.0})
    orders = tuple(
        order.model_copy(update={"due": hour(moment)})
        for order, moment in zip(cluster.orders, due, strict=True)
    )
    cluster = cluster.model_copy(update={"products": (plate,), "orders": orders})
    scenario = Scenario(id="shop", title="Shop", fork_at=MONDAY, edits=edits)
    study = Study(
        planned(cluster),
        scenario,
        ["stay", "greedy"],
        horizon_h=100.0,
        replications=1,
        engine="local",
    )
    rows = study.run().kpis.filter(pl.col("kpi") == "late_orders")
    found = dict(zip(rows["response"].to_list(), rows["value"].to_list(), strict=True))
    return {name: found[name] for name in ("undisturbed", "stay", "greedy")}


def edit(kind, start, end=None, **own):
    return {"kind": kind, "start": hour(start)} | ({} if end is None else {"end": hour(end)}) | own


def test_the_shop_works_off_its_orders_one_after_the_other():
    assert delivered_h(told(shop())) == [10.0, 20.0, 30.0]


def test_a_machine_that_is_bought_works_from_its_first_day():
    mill = {"id": "mill", "process": "cnc_milling"}
    bought = edit("added_machine", 50, site="SHED", machine=BENCH)
    assert delivered_h(told(shop(sites=[site("SHED", [mill])]), bought)) == [60.0, 70.0, 80.0]


def test_a_machine_that_is_rented_is_paid_by_the_hour_and_leaves():
    mill = {"id": "mill", "process": "cnc_milling"}
    rent = edit("rented_capacity", 50, 65, site="SHED", machine=BENCH, price_per_h=9.0)
    cluster = shop(sites=[site("SHED", [mill])])
    assert delivered_h(told(cluster, rent)) == [60.0, None, None]
    scenario = Scenario(id="rent", title="Rent", fork_at=MONDAY, edits=(rent,))
    assert scenario.costs(MONDAY, hour(100)) == {"capital": 0.0, "hire": 15 * 9.0}
    assert scenario.costs(MONDAY, hour(55))["hire"] == 5 * 9.0
    longer = scenario.replace(edits=(scenario.edits[0].replace(minimum_h=24.0),))
    assert longer.costs(MONDAY, hour(100))["hire"] == 24 * 9.0


def test_a_cell_that_moves_works_here_then_there_then_here():
    """It leaves at 11 for 30 h and takes 5 h each way: the second lot waits for its return."""
    sites = [site("SHED", [BENCH]), site("YARD", [{"id": "mill", "process": "cnc_milling"}])]
    cluster = shop(sites=sites, releases=(0, 12))
    move = edit("moved_cell", 11, 41, site="SHED", machine="bench", to="YARD", downtime_h=5.0)
    tables = told(cluster, move | {"moving_cost": 300.0})
    assert delivered_h(tables) == [10.0, 56.0]
    scenario = Scenario(id="move", title="Move", fork_at=MONDAY, edits=(move,))
    model, _ = scenario.compile(planned(cluster))
    there = model.names.machine_row["YARD", "bench"]
    rows = model.primitive[model.primitive["entity"] == there]
    assert [(row["time_ms"] / HOUR_MS, row["value"]) for row in rows] == [(0, 1), (16, -1), (41, 1)]
    assert delivered_h(told(cluster)) == [10.0, 22.0]


DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def staffed(people):
    """Two benches with an operator each, round the clock."""
    benches = {"id": "bench", "process": "bending", "count": 2}
    pool = {"id": "crew", "headcount": people, "skills": {"bending": 2}}
    shifts = [{"days": DAYS, "start": "00:00", "end": "24:00"}]
    return shop(sites=[site("SHED", [benches], pools=[pool], shifts=shifts)])


def test_where_people_are_missing_fewer_machines_run():
    assert delivered_h(told(staffed(2))) == [10.0, 10.0, 20.0]
    ill = edit("staff_absence", 0, 100, site="SHED", share=0.5)
    assert delivered_h(told(staffed(2), ill)) == [10.0, 20.0, 30.0]
    late = edit("staff_absence", 40, 100, site="SHED", pool="crew", share=0.5)
    assert delivered_h(told(staffed(2), late)) == [10.0, 10.0, 20.0]


def test_who_is_trained_joins_when_ready():
    """Two are trained from hour 12 on and ready at 14 and 16: the third lot begins at 14."""
    assert delivered_h(told(staffed(1))) == [10.0, 20.0, 30.0]
    course = edit("trained_people", 12, site="SHED", pool="crew", people=2, ramp_h=4.0)
    assert delivered_h(told(staffed(1), course)) == [10.0, 20.0, 24.0]


def test_work_moves_to_a_machine_that_is_bought_where_a_response_moves_it():
    """Three lots of ten hours: the second bench takes one, and the last is done at 20, not 30."""
    bought = edit("added_machine", 0, site="SHED", machine=BENCH | {"id": "second"})
    late = late_orders(shop(), bought, due=(20, 20, 20))
    assert late == {"undisturbed": 1.0, "stay": 1.0, "greedy": 0.0}


def test_less_of_a_material_comes_while_its_supplier_fails():
    """Ten sheets lie there, twenty come on Mondays at 07:00: the third lot waits a week."""
    stock = [{"material": "sheet", "on_hand": 10.0, "weekly_receipt": 20.0}]
    needs = [{"material": "sheet", "quantity_per_unit": 1.0}]
    cluster = shop(sites=[site("SHED", [BENCH], stock=stock)], consumes=needs)
    assert delivered_h(told(cluster)) == [10.0, 20.0, 30.0]
    short = edit("supplier_failure", 0, 24, material="sheet", share=0.5)
    assert delivered_h(told(cluster, short)) == [10.0, 20.0, 7 * 24 + 7 + 10.0]
    later = edit("supplier_failure", 24, 48, material="sheet", share=0.5)
    assert delivered_h(told(cluster, later)) == [10.0, 20.0, 30.0]


def test_a_drift_of_quality_makes_more_units_fail():
    """While half as many pass, 20 units are begun for a lot of 10 that is released."""
    drift = edit("quality_drift", 5, 15, site="SHED", machine="bench", yield_share=0.5)
    cluster = shop(releases=(0, 10, 20))
    assert delivered_h(told(cluster)) == [10.0, 20.0, 30.0]
    assert delivered_h(told(cluster, drift)) == [10.0, 30.0, 40.0]


def test_a_slow_drift_takes_eight_steps():
    """At hour 10 the fourth step of eight begins, half of the way to one half."""
    drift = edit("quality_drift", 7, 15, site="SHED", machine="bench", yield_share=0.5, drift_h=8)
    tables = told(shop(releases=(0, 10)), drift)
    begun = tables["operations"].column("units").to_pylist()
    assert begun[0] == 10
    assert begun[1] in {13, 14}  # 10 / 0.75, rounded by the lot's key


def test_a_worn_machine_works_more_slowly_from_the_next_lot_on():
    wear = edit("machine_wear", 5, 25, site="SHED", machine="bench", speed_share=0.5)
    assert delivered_h(told(shop(), wear)) == [10.0, 30.0, 40.0]


def test_a_machine_wears_in_eight_steps():
    """At hour 10 half of the way to one half is gone: ten hours take 10 / 0.75."""
    wear = edit("machine_wear", 7, 15, site="SHED", machine="bench", speed_share=0.5, drift_h=8)
    assert delivered_h(told(shop(releases=(0, 10)), wear)) == [10.0, pytest.approx(23.333, 1e-3)]


def test_a_machine_that_is_made_faster_stays_so_and_is_paid_by_the_year():
    faster = edit("machine_upgrade", 5, site="SHED", machine="bench", speed_factor=2.0)
    assert delivered_h(told(shop(), faster | {"capital_cost": 8766.0})) == [10.0, 15.0, 20.0]
    paid = Scenario(
        id="f",
        title="F",
        fork_at=MONDAY,
        edits=(faster | {"capital_cost": 8766.0, "life_years": 1},),
    )
    assert paid.costs(MONDAY, hour(100)) == {"capital": pytest.approx(95.0)}


def test_worn_and_faster_together_are_multiplied():
    both = (
        edit("machine_upgrade", 0, site="SHED", machine="bench", speed_factor=2.0),
        edit("machine_wear", 0, 400, site="SHED", machine="bench", speed_share=0.25),
    )
    assert delivered_h(told(shop(), *both)) == [20.0, 40.0, 60.0]


def test_work_moves_away_from_a_machine_that_is_worn():
    """All three lots are at the first bench, which takes a hundred hours a lot when worn.

    The first is about to start and stays.
    """
    sites = [site("SHED", [BENCH, BENCH | {"id": "second"}])]
    wear = edit("machine_wear", 0, 400, site="SHED", machine="bench", speed_share=0.1)
    assert late_orders(shop(sites=sites), wear, due=(60, 60, 60)) == {
        "undisturbed": 0.0,
        "stay": 3.0,
        "greedy": 1.0,
    }


def test_an_approval_that_takes_longer_holds_the_lots_behind_the_first():
    """The first article is done at hour 10 and approved 4 h later; with the delay 20 h later."""
    permission = {
        "part": "plate",
        "site": "SHED",
        "status": "first_article",
        "approval_h": 4.0,
        "approver": "SHED",
    }
    cluster = shop(permissions=[permission])
    assert delivered_h(told(cluster)) == [14.0, 24.0, 34.0]
    late = edit("certification_delay", 5, 100, product="plate", delay_h=16.0)
    assert delivered_h(told(cluster, late)) == [30.0, 40.0, 50.0]


def test_a_certificate_that_comes_later_keeps_lots_in_quarantine():
    """Expected at hour 25, it comes at hour 37; a delay that is over by then counts no more."""
    permission = {"part": "plate", "site": "SHED", "certified_at": hour(25)}
    cluster = shop(permissions=[permission], inspection={"until_certified": True})
    assert delivered_h(told(cluster)) == [25.0, 25.0, 30.0]
    late = edit("certification_delay", 5, 100, product="plate", delay_h=12.0)
    assert delivered_h(told(cluster, late)) == [37.0, 37.0, 37.0]
    over = edit("certification_delay", 5, 28, product="plate", delay_h=12.0)
    assert delivered_h(told(cluster, over)) == [28.0, 28.0, 30.0]


def test_an_approval_that_nobody_waits_for_cannot_be_late():
    late = Scenario(
        id="late",
        title="Late",
        fork_at=MONDAY,
        edits=(edit("certification_delay", 5, 100, product="plate", delay_h=12.0),),
    )
    with pytest.raises(ScenarioError, match="needs a first article or a certificate"):
        late.check(shop())
