"""Candidates from what a run was short of, by hand-made tables."""

from datetime import timedelta

import pytest

from analytics.investing import prices
from analytics.investing.generate import generated
from analytics.investing.ways import missing_link
from federation.topology.load import load_cluster
from federation.topology.model import ClusterSpec, ExchangeRateSpec
from tests.support.metal_cluster import START, cluster_data
from tests.support.run_tables import table_of
from twinfed.investing import known_candidates
from twinfed.samples import sample


@pytest.fixture(scope="module")
def harmattan():
    return load_cluster(sample("harmattan"))


def tables(**rows):
    names = ("bottlenecks", "machines", "energy", "operations")
    return {name: table_of(name, *rows.get(name, ())) for name in names}


def made(cluster, **rows):
    found = generated(cluster, tables(**rows), cluster.start)
    assert [one.id for one in found if one.edit.check(cluster)] == []
    return {one.id: one for one in found}


def test_nothing_short_nothing_to_buy(harmattan):
    assert made(harmattan) == {}


def test_a_machine_more_stands_where_lots_wait_behind_working_ones(harmattan):
    site = next(one for one in harmattan.sites if one.id == "WA-IBA")
    first, second = site.machines[0], site.machines[1]
    rows = [
        {"site": "WA-IBA", "work_centre": first.id, "behind_work_h": 3.0},
        {"site": "WA-IBA", "work_centre": second.id, "behind_work_h": 30.0},
    ]
    found = made(harmattan, bottlenecks=rows)
    assert list(found) == [f"machine:WA-IBA:{second.id}", f"machine:WA-IBA:{first.id}"]
    edit = found[f"machine:WA-IBA:{second.id}"].edit
    assert (edit.machine.process, edit.machine.count) == (second.process, 1)
    assert edit.capital_cost == prices.machine_price(second.process).usd
    assert edit.upkeep_per_year == pytest.approx(0.05 * edit.capital_cost)
    assert found[f"machine:WA-IBA:{second.id}"].basis.startswith("assumption: ")


def test_power_that_is_missing_asks_for_a_battery_and_a_genset(harmattan):
    dark = [{"site": "WA-KAD", "machine": "m", "lost_to_power_h": 12.0}]
    found = made(harmattan, machines=dark)
    battery = found["battery:WA-KAD"]
    energy = harmattan.site("WA-KAD").energy
    there = energy.inverter.battery if energy.inverter is not None else None
    before_kwh = there.capacity_kwh if there is not None else 0.0
    more_kwh = battery.edit.battery.capacity_kwh - before_kwh
    assert battery.capital_cost >= prices.BATTERY_KWH.usd * more_kwh > 0.0
    assert "IRENA" in battery.basis
    assert ("genset:WA-KAD" in found) == (energy.genset is None)


def test_who_pays_most_for_the_grid_and_has_an_inverter_may_have_pv(harmattan):
    able = [
        site.id
        for site in harmattan.sites
        if site.energy is not None and site.energy.inverter is not None
    ]
    rows = [{"site": site, "grid_cost": 1.0 + at} for at, site in enumerate(able)]
    found = made(harmattan, energy=rows)
    assert list(found) == [f"pv:{site}" for site in reversed(able[-2:])]


def test_people_are_asked_for_in_the_pool_that_lots_wait_for():
    data = cluster_data()
    data["sites"][0]["pools"] = [
        {"id": "welders", "headcount": 1, "skills": {"mig_welding": 3}},
        {"id": "benders", "headcount": 1, "skills": {"bending": 2, "laser_cutting": 2}},
    ]
    cluster = ClusterSpec.model_validate(data)
    row = {"site": "North", "work_centre": "brake", "no_operator_h": 9.0}
    (one,) = made(cluster, bottlenecks=[row]).values()
    assert (one.id, one.edit.people) == ("people:North:benders", 1)
    assert one.edit.upkeep_per_year == 2.0 * 2_000.0  # a working year at the site's wage


def test_investments_of_the_scenarios_that_travel_with_a_cluster_are_candidates(harmattan):
    found = {
        one.id: one for one in known_candidates(harmattan, sample("harmattan"), harmattan.start)
    }
    assert {"battery:WA-KAD", "site:GH-KUM"} <= set(found)
    assert found["battery:WA-KAD"].basis.startswith("assumption: lithium iron phosphate")
    assert {one.edit.start for one in found.values()} == {harmattan.start}
    assert known_candidates(harmattan, None, harmattan.start) == ()


def _operation(lot, site, part, step=0):
    row = {"lot": lot, "order": "O-000", "product": "P", "part": part, "site": site}
    return {**row, "operation": step, "quantity": 16, "start": START, "work_centre": "cell"}


def test_a_road_is_missed_where_goods_are_reloaded_on_the_way():
    data = cluster_data(orders=1)
    data["customers"][0]["at_site"] = "South"
    for slow in data["links"]:
        slow["drive_h"] = 20
    far = ClusterSpec.model_validate(data)
    rows = [
        _operation("O-000/01/enclosure", "North", "enclosure"),
        _operation("O-000/01/box", "North", "box"),
    ]
    link, tonnes = missing_link(far, table_of("operations", *rows))
    # The boxes go from North by way of Port to South: 16 of 3 kg.
    assert {link.start, link.end} == {"North", "South"}
    assert tonnes == pytest.approx(0.048)
    # 5.6 degrees along a meridian are 622.7 km by air.
    assert link.distance_km == pytest.approx(1.3 * 622.7, rel=1e-3)
    assert link.cost_per_t == pytest.approx(0.25 * link.distance_km)


def test_no_road_is_missed_where_the_way_round_is_as_fast_or_nobody_reloads():
    cluster = ClusterSpec.model_validate(cluster_data(orders=1))
    rows = [
        _operation("O-000/01/enclosure", "North", "enclosure"),
        _operation("O-000/01/box", "Port", "box"),
    ]
    assert missing_link(cluster, table_of("operations", *rows)) is None


def test_prices_are_in_the_reporting_currency():
    data = cluster_data()
    plain = ClusterSpec.model_validate({**data, "currency": "EUR"})
    assert prices.in_currency(plain) == (
        1.0,
        "; a USD is taken for one EUR: the cluster has no rate",
    )
    rate = ExchangeRateSpec(currency="USD", rate=0.9, date=(START - timedelta(days=3)).date())
    rated = plain.model_copy(update={"exchange_rates": (rate,)})
    assert prices.in_currency(rated)[0] == 0.9
    row = {"site": "North", "work_centre": "brake", "behind_work_h": 9.0}
    (one,) = made(rated, bottlenecks=[row]).values()
    assert one.capital_cost == pytest.approx(0.9 * prices.MACHINES["bending"])
