"""The sample is what its description says: places, machines, energy, links, orders, scenarios."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from math import asin, cos, radians, sin, sqrt
from pathlib import Path

import pytest

from federation.topology.load import load_cluster
from federation.topology.model import ClusterSpec, LinkSpec
from federation.topology.yaml_source import read_yaml

HARMATTAN = Path(__file__).parents[3] / "configs" / "harmattan"


@pytest.fixture(scope="module")
def cluster() -> ClusterSpec:
    return load_cluster(HARMATTAN)


def week_of(cluster: ClusterSpec, moment: object) -> int:
    return (moment - cluster.start) // timedelta(days=7) + 1  # type: ignore[operator,no-any-return]


def test_ten_sites_in_five_countries(cluster: ClusterSpec) -> None:
    assert len(cluster.sites) == 10
    regions = Counter(site.region_id for site in cluster.sites)
    assert regions == {"nigeria": 4, "benin": 1, "togo": 1, "ghana": 2, "kenya": 2}
    units = Counter()
    for site in cluster.sites:
        for machine in site.machines:
            units[machine.id] += machine.count
    assert units["fdm_printer"] == 28
    assert units["press_brake"] == units["coating_oven"] == 2
    assert units["sewing"] == 8


def test_orders_are_split_over_customers_and_weeks_as_stated(cluster: ClusterSpec) -> None:
    totals: Counter[tuple[str, int]] = Counter()
    lanterns: Counter[str] = Counter()
    for order in cluster.orders:
        week = week_of(cluster, order.release)
        totals[order.product, week] += order.quantity
        if order.product == "P1" and week == 1:
            lanterns[order.customer] += order.quantity
    for week in range(1, 13):
        assert totals["P1", week] == (1280 if 6 <= week <= 9 else 800)
        assert (totals["P2", week], totals["P3", week], totals["P4", week]) == (60, 120, 40)
    assert max(week for _, week in totals) == 12
    assert lanterns == {"lagos": 360, "accra": 160, "abuja": 120, "nairobi": 160}


def test_a_tenth_of_the_units_is_in_rush_orders(cluster: ClusterSpec) -> None:
    for product in ("P1", "P2", "P3", "P4"):
        units, rush = 0, 0
        for order in cluster.orders:
            if order.product == product:
                days = (order.due.date() - order.release.date()).days
                assert days == 5 or 6 <= days <= 12
                units += order.quantity
                rush += order.quantity if days == 5 else 0
        assert rush == pytest.approx(units / 10, rel=0.01)


def great_circle_km(a: tuple[float, float], b: tuple[float, float]) -> float:
    lat1, lon1, lat2, lon2 = map(radians, (*a, *b))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * 6371 * asin(sqrt(half))


def test_links_follow_their_rules(cluster: ClusterSpec) -> None:
    places = {site.id: (site.latitude_deg, site.longitude_deg) for site in cluster.sites}
    for customer in cluster.customers:
        if customer.latitude_deg is not None and customer.longitude_deg is not None:
            places[customer.id] = (customer.latitude_deg, customer.longitude_deg)
    rates = {"rigid": (0.225, 0.36362), "artic": (0.1125, 0.078)}
    for link in cluster.links:
        straight = great_circle_km(places[link.start], places[link.end])
        assert link.minimum_charge == 25
        if link.mode == "air":
            assert link.distance_km == pytest.approx(straight, rel=0.02)
            assert link.emission_kg_per_t == pytest.approx(link.distance_km * 0.5313, rel=0.01)
            continue
        assert link.distance_km == pytest.approx(1.3 * straight, rel=0.02)
        assert link.drive_h == pytest.approx(link.distance_km / 45, abs=0.6)
        cost, emission = rates[link.mode]
        border = {"LOS-COO": 30, "COO-LFW": 20, "LFW-ACC": 20}.get(link.id, 0)
        assert link.cost_per_t == pytest.approx(link.distance_km * cost + border, abs=1)
        assert link.emission_kg_per_t == pytest.approx(link.distance_km * emission, abs=1)


def in_nigeria(cluster: ClusterSpec, link: LinkSpec) -> bool:
    countries = {site.id: site.country for site in cluster.sites}
    countries |= {customer.id: customer.country for customer in cluster.customers}
    return "NG" in (countries[link.start], countries[link.end])


def test_no_wheel_turns_by_night_in_nigeria_and_borders_have_hours(cluster: ClusterSpec) -> None:
    for link in cluster.links:
        if link.mode != "air":
            assert link.night_driving != in_nigeria(cluster, link)
        crosses = link.id in {"LOS-COO", "COO-LFW", "LFW-ACC"}
        assert (link.border_h > 0, link.customs is not None) == (crosses, crosses)


def test_enclosures_at_takoradi_need_a_first_article(cluster: ClusterSpec) -> None:
    for product, part in (("P1", "enclosure"), ("P2", "enclosure")):
        found = [p for p in cluster.product(product).permissions if p.part == part]
        status = {p.site: (p.status, p.approval_h, p.approver) for p in found}
        assert status["WA-TKD"] == ("first_article", 4, "WA-IBA")
        assert status["WA-KAD"][0] == "approved"


def test_material_covers_the_order_book(cluster: ClusterSpec) -> None:
    """By the end of each week the sites have had as much of a material as the orders took."""
    wanted: Counter[tuple[str, int]] = Counter()
    for order in cluster.orders:
        week = week_of(cluster, order.release)
        for part in cluster.product(order.product).parts:
            for number, step in enumerate(part.operations):
                started = 1.0
                for later in part.operations[number:]:
                    started /= later.yield_fraction
                for flow in step.consumes:
                    units = order.quantity * started * flow.quantity_per_unit
                    wanted[flow.material, week] += units  # type: ignore[assignment]
    for material in cluster.materials:
        stocks = [s for site in cluster.sites for s in site.stock if s.material == material.id]
        total = sum(stock.on_hand for stock in stocks)
        for week in range(1, 13):
            total += sum(stock.weekly_receipt for stock in stocks) - wanted[material.id, week]
            assert total >= 0, (material.id, week)


def test_a_genset_for_kaduna_is_five_days_away(cluster: ClusterSpec) -> None:
    (hire,) = cluster.genset_hire
    assert (hire.site, hire.lead_h, hire.genset.rated_kw) == ("WA-KAD", 5 * 24, 16)


@pytest.mark.parametrize(
    "name",
    [
        "nigeria-grid-collapse",
        "kaduna-short-outage",
        "lagos-cotonou-border",
        "accra-pnp-down",
        "peak-demand",
    ],
)
def test_five_scenarios_are_shipped(name: str) -> None:
    document, problems = read_yaml(HARMATTAN / "scenarios" / f"{name}.yaml")
    assert document is not None
    assert problems == []
    assert document.data["id"] == name
    assert document.data["edits"]
