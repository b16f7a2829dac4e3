"""Value added, imports and supply distance, by hand."""

import pytest

from federation.cut import planned
from federation.resilience.flows import Distances, scheduled, shortest
from federation.resilience.plan import Planner
from federation.resilience.report import resilience
from federation.resilience.shop import Shop
from federation.resilience.value import Worth, country_imports, site_values, supply_distances
from federation.resilience.zones import Ground
from federation.schedule import Schedule
from federation.topology.model import ClusterSpec
from tests.support.networks import at, link, network, order, part, product, site
from twins.work import ScheduleEntry, lot_id

SHEET = {"id": "sheet", "unit": "kg", "price": 2.0}


def two_countries(price=50.0, sites_of_cut=("A",), units=20):
    """Cut in Nigeria (20 min), assembled in Ghana (60 min) for a customer there; 5 kg of sheet."""
    body = part(
        "body",
        [("cutting", 20.0)],
        mass_kg=4.0,
        consumes=[{"material": "sheet", "quantity_per_unit": 5.0}],
    )
    goods = product(
        part("W", [("assembly", 60.0)], body, mass_kg=4.5),
        {"W": ["C"], "body": sites_of_cut},
        price=price,
    )
    stock = [{"material": "sheet", "on_hand": 1000.0}]
    return network(
        [
            site("A", "cutting", country="NG", stock=stock),
            site("B", "cutting", country="GH", stock=stock),
            site("C", "assembly", country="GH"),
            site("D", country="GH"),
        ],
        [link("A", "C", 300.0), link("B", "C", 50.0), link("C", "D", 40.0)],
        [goods],
        [at("gate", "D", "GH")],
        [order("W", "gate", units)],
        materials=[SHEET],
    )


def on_shortest(cluster):
    planner = Planner(Shop(cluster), Ground(cluster))
    distances = Distances(planner)
    units = planner.best(planner.undisturbed()).units
    return planner.shop, distances, shortest(planner, distances, units)


def test_value_added_is_shared_by_hours_and_adds_up_to_sales_less_material():
    """R23: 50 - 10 of material = 40 a unit, a quarter of it for 20 of the 80 minutes."""
    shop, _, flow = on_shortest(two_countries())
    values = {row.site: row for row in site_values(shop, Worth(shop), flow)}
    assert values["A"].value_added == pytest.approx(20 * 10.0)
    assert values["C"].value_added == pytest.approx(20 * 30.0)
    assert values["A"].material == pytest.approx(20 * 10.0)
    assert (values["A"].share, values["B"].share) == (pytest.approx(0.25), 0.0)
    added = sum(row.value_added for row in values.values())
    material = sum(row.material for row in values.values())
    assert added == pytest.approx(20 * 50.0 - material)


def test_value_added_may_be_negative_and_rejects_that_give_material_back_count():
    shop, _, flow = on_shortest(two_countries(price=4.0))
    assert sum(row.value_added for row in site_values(shop, Worth(shop), flow)) == pytest.approx(
        20 * (4.0 - 10.0)
    )
    data = two_countries().model_dump(mode="json")
    step = data["products"][0]["root"]["components"][0]["operations"][0]
    step["yield_fraction"] = 0.5
    step["recovers"] = [{"material": "sheet", "quantity_per_unit": 3.0}]
    worth = Worth(Shop(ClusterSpec.model_validate(data)))
    # two are begun for a good one: 2 x 5 kg less 3 kg of the rejected one, at 2 a kg
    assert worth.material.tolist() == [pytest.approx(14.0), 0.0]


def test_supply_distance_is_mass_times_way_and_shrinks_with_a_source_near_by():
    """R24: 4 kg over 300 km and 4.5 kg over 40 km; from the site next door 50 km."""
    shop, distances, flow = on_shortest(two_countries())
    (far,) = supply_distances(shop, distances, flow)
    assert far.tonne_km_per_unit == pytest.approx((4.0 * 300.0 + 4.5 * 40.0) / 1000.0)
    assert far.tonne_km == pytest.approx(20 * far.tonne_km_per_unit)
    shop, distances, flow = on_shortest(two_countries(sites_of_cut=("A", "B")))
    (near,) = supply_distances(shop, distances, flow)
    assert near.tonne_km_per_unit == pytest.approx((4.0 * 50.0 + 4.5 * 40.0) / 1000.0)
    assert near.tonne_km_per_unit < far.tonne_km_per_unit


def test_import_dependence_is_the_value_from_abroad_over_the_sale_value():
    """R57: material and cutting in Nigeria, 10 + 10 of 50 a unit."""
    shop, _, flow = on_shortest(two_countries())
    (row,) = country_imports(shop, Worth(shop), flow)
    assert (row.country, row.sale_value) == ("GH", pytest.approx(1000.0))
    assert row.imported_value == pytest.approx(20 * 20.0)
    assert row.dependence == pytest.approx(0.4)


def test_closing_a_border_removes_it_from_what_is_feasible():
    """R57: with the border closed the near source makes all, and nothing is imported."""
    cluster = two_countries(sites_of_cut=("A", "B"))
    report = resilience(planned(cluster), closed=["NG:GH"])
    assert report.closed == ("A-C",)
    assert [row.dependence for row in report.imports] == [0.0]
    only_abroad = resilience(planned(two_countries()), closed=["GH:NG"])
    assert only_abroad.served == 0.0
    assert only_abroad.import_dependence == 0.0


def test_hours_decide_how_much_comes_from_near_by():
    """B cuts three units an hour: 144 of 200 a week; the rest comes from A."""
    shop, distances, flow = on_shortest(two_countries(sites_of_cut=("A", "B"), units=200))
    assert flow.units == pytest.approx(48.0)  # the bench gives one an hour
    cluster = two_countries(sites_of_cut=("A", "B"), units=200)
    data = cluster.model_dump(mode="json")
    data["sites"][2]["machines"][0]["count"] = 10
    shop, distances, flow = on_shortest(ClusterSpec.model_validate(data))
    (row,) = supply_distances(shop, distances, flow)
    mean_km = (144 * 50.0 + 56 * 300.0) / 200
    assert row.tonne_km_per_unit == pytest.approx((4.0 * mean_km + 4.5 * 40.0) / 1000.0)


def test_a_first_article_is_taken_only_where_others_lack_the_hours():
    data = two_countries(sites_of_cut=("A", "B")).model_dump(mode="json")
    for permission in data["products"][0]["permissions"]:
        if permission["site"] == "B":
            permission.update(status="first_article", approver="A")
    shop, _, flow = on_shortest(ClusterSpec.model_validate(data))
    made = {
        shop.sites[at_].id: units
        for stream in flow.streams
        for (_, at_), units in stream.made.items()
    }
    assert "B" not in made


def test_where_ways_meet_what_goes_on_is_the_mean_of_what_came():
    """Half of the bodies from each country: 20 of 50 is imported for half of the units."""
    cluster = two_countries(sites_of_cut=("A", "B"), units=48)
    data = cluster.model_dump(mode="json")
    for at_ in (0, 1):
        data["sites"][at_]["machines"][0]["speed_factor"] = 1 / 6  # 24 units a week each
    shop, _, flow = on_shortest(ClusterSpec.model_validate(data))
    (row,) = country_imports(shop, Worth(shop), flow)
    assert row.dependence == pytest.approx(0.2)


def scheduled_at(cluster, where):
    """A schedule that cuts every lot at the site that ``where`` gives it."""
    entries = []
    for number in (1, 2):
        for name, place in (("body", where[number - 1]), ("W", "C")):
            lot = lot_id("W-gate-1", number, name)
            process = "cutting" if name == "body" else "assembly"
            entries.append(ScheduleEntry(lot, 0, place, process, number, None, None))
    return Schedule(1, {(e.lot, e.operation): e for e in entries})


def test_the_schedule_says_where_lots_are_made():
    """One lot of ten is cut in each country; the plan on the shortest ways stands beside it."""
    from federation.cut import Cutter

    cluster = two_countries(sites_of_cut=("A", "B"))
    schedule = scheduled_at(cluster, ["A", "B"])
    snapshot = Cutter(cluster).cut(cluster.start, schedule=schedule)
    report = resilience(snapshot)
    assert report.basis == "schedule"
    by = {(row.basis, row.product): row.tonne_km_per_unit for row in report.supply}
    assert by["schedule", "W"] == pytest.approx((4.0 * 175.0 + 4.5 * 40.0) / 1000.0)
    assert by["shortest", "W"] == pytest.approx((4.0 * 50.0 + 4.5 * 40.0) / 1000.0)
    dependence = {row.basis: row.dependence for row in report.imports}
    assert dependence == {"schedule": pytest.approx(0.2), "shortest": 0.0}
    planner = Planner(Shop(cluster), Ground(cluster))
    flow = scheduled(planner, snapshot)
    assert (flow.units, flow.left_out) == (pytest.approx(20.0), 0)
    assert scheduled(planner, planned(cluster)) is None
