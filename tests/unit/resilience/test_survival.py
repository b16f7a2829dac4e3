"""What losses take away, by hand: 48 hours a week, an hour a unit."""

import pytest

from federation.resilience.plan import Planner
from federation.resilience.shop import Shop
from federation.resilience.survival import Event, Survey
from federation.resilience.zones import Ground
from tests.support.networks import at, link, network, order, part, product, site

TOWN = {"id": "town", "name": "Town", "country": "NG", "latitude_deg": 1.0, "longitude_deg": 1.0}


def survey(cluster, closed=(), **options):
    return Survey(Planner(Shop(cluster, **options), Ground(cluster, closed)))


def lost(found, *events):
    return found.loss(*(Event(kind, name) for kind, name in events))


def twins(quantity, **links):
    """Two saws, one bench; a unit is an hour at a saw and half an hour at the bench."""
    goods = product(part("W", [("cutting", 60.0), ("assembly", 30.0)]), {"W": ["A", "B", "C"]})
    return network(
        [site("A", "cutting"), site("B", "cutting"), site("C", "assembly")],
        [link("A", "C", **links), link("B", "C")],
        [goods],
        [at("gate", "C")],
        [order("W", "gate", quantity)],
    )


def test_what_the_other_site_can_take_over_is_not_lost():
    """R12, R13: of 60 units a week one saw makes 48; 12 are lost for want of hours."""
    found = survey(twins(60))
    assert found.total == pytest.approx(60.0)
    half = lost(found, ("site", "A"))
    assert half.units == pytest.approx(12.0)
    assert half.share == pytest.approx(0.2)
    assert (half.stranded, half.gone, half.cut_off) == (0.0, (), ())
    assert half.products == (("W", pytest.approx(12.0)),)
    assert lost(survey(twins(40)), ("site", "A")).units == 0.0


def test_a_single_point_of_failure_takes_all_and_is_named():
    """R12: a named single point of failure is returned."""
    bench = lost(survey(twins(60)), ("site", "C"))
    assert (bench.units, bench.stranded) == (pytest.approx(60.0), pytest.approx(60.0))
    assert (bench.share, bench.gone) == (pytest.approx(1.0), ("W",))


def test_a_link_is_lost_as_its_site_is_when_it_is_the_only_one():
    found = survey(twins(60))
    assert lost(found, ("link", "A-C")).units == pytest.approx(12.0)
    both = lost(found, ("link", "A-C"), ("link", "B-C"))
    assert (both.units, both.gone) == (pytest.approx(60.0), ("W",))
    assert lost(found, ("site", "A"), ("link", "A-C")).units == pytest.approx(12.0)


def test_what_customers_collect_at_a_lost_gate_still_comes_but_nothing_passes_through():
    goods = product(part("W", [("cutting", 60.0)]), {"W": ["A"]})
    row = network(
        [site("A", "cutting"), site("B"), site("C")],
        [link("A", "B"), link("B", "C")],
        [goods],
        [at("gate-b", "B"), at("gate-c", "C")],
        [order("W", "gate-b", 10), order("W", "gate-c", 20)],
    )
    hub = lost(survey(row), ("site", "B"))
    assert hub.units == pytest.approx(20.0)
    assert hub.cut_off == (("W", "gate-c"),)
    assert hub.gone == ()


def test_the_gate_of_a_lost_site_is_cut_off_with_the_last_road_to_it():
    goods = product(part("W", [("cutting", 60.0)]), {"W": ["A"]})
    two = network(
        [site("A", "cutting"), site("B")],
        [link("A", "B", two_way=False)],
        [goods],
        [at("gate", "B")],
        [order("W", "gate", 10)],
    )
    assert lost(survey(two), ("site", "B")).units == 0.0
    assert lost(survey(two), ("site", "B"), ("link", "A-B")).units == pytest.approx(10.0)
    assert lost(survey(two), ("link", "A-B"), ("site", "B")).units == pytest.approx(10.0)


def test_a_closed_border_takes_its_links_and_all_borders_leave_what_is_made_at_home():
    """R57: what survives without any border is what the country makes for itself."""
    goods = product(part("W", [("cutting", 60.0)]), {"W": ["A", "B"]})
    pair = network(
        [site("A", "cutting"), site("B", "cutting", country="GH"), site("C", country="BJ")],
        [link("A", "B"), link("B", "C"), link("A", "C")],
        [goods],
        [at("home", "A"), at("abroad", "C", "BJ")],
        [order("W", "home", 60), order("W", "abroad", 30)],
    )
    found = survey(pair)
    assert [event.id for event in found.events() if event.kind == "border"] == [
        "BJ:GH",
        "BJ:NG",
        "GH:NG",
    ]
    assert lost(found, ("border", "GH:NG")).units == 0.0  # by way of BJ
    every = lost(found, ("all_borders", "*"))
    assert every.units == pytest.approx(12.0 + 30.0)
    assert every.stranded == pytest.approx(30.0)
    assert every.cut_off == (("W", "abroad"),)


def test_dangerous_goods_are_stranded_where_the_only_way_left_forbids_them():
    kind = {"dangerous_goods": "9"}
    goods = product({**part("W", [("cutting", 60.0)]), **kind}, {"W": ["A"]})
    two = network(
        [site("A", "cutting"), site("B")],
        [link("A", "B"), link("A", "B", id="bridge", dangerous_goods="forbidden")],
        [goods],
        [at("gate", "B")],
        [order("W", "gate", 10)],
    )
    assert lost(survey(two), ("link", "bridge")).units == 0.0
    road = lost(survey(two), ("link", "A-B"))
    assert (road.units, road.gone) == (pytest.approx(10.0), ("W",))
    harmless = network(
        [site("A", "cutting"), site("B")],
        [link("A", "B"), link("A", "B", id="bridge", dangerous_goods="forbidden")],
        [product(part("W", [("cutting", 60.0)]), {"W": ["A"]})],
        [at("gate", "B")],
        [order("W", "gate", 10)],
    )
    assert lost(survey(harmless), ("link", "A-B")).units == 0.0


def test_others_make_room_for_a_product_that_has_nowhere_else_to_go():
    """W is made at A or B, V at B or C: when A is lost W needs B, and V moves to C."""
    goods = [
        product(part("W", [("cutting", 60.0)]), {"W": ["A", "B"]}),
        product(part("V", [("cutting", 60.0)]), {"V": ["B", "C"]}),
    ]
    sites = [site(name, "cutting") for name in "ABC"]
    ring = network(
        sites,
        [link("A", "B"), link("B", "C"), link("C", "A")],
        goods,
        [at("gate", "C")],
        [order("W", "gate", 48), order("V", "gate", 48)],
    )
    assert lost(survey(ring), ("site", "A")).units == 0.0
    assert lost(survey(ring), ("site", "A"), ("site", "C")).units == pytest.approx(48.0)


def test_a_site_that_needs_a_first_article_counts_unless_told_otherwise():
    goods = product(part("W", [("cutting", 60.0)]), {"W": ["A"]})
    goods["permissions"].append(
        {"part": "W", "site": "B", "status": "first_article", "approver": "A"}
    )
    pair = network(
        [site("A", "cutting"), site("B", "cutting")],
        [link("A", "B")],
        [goods],
        [at("gate", "B")],
        [order("W", "gate", 10)],
    )
    assert lost(survey(pair), ("site", "A")).units == 0.0
    assert lost(survey(pair, approved_only=True), ("site", "A")).gone == ("W",)


def test_capacity_of_links_and_people_limits_what_is_delivered():
    """A van takes 100 kg on each of two departures a day: 1,400 units of 1 kg a week."""
    goods = product(part("W", [("cutting", 0.6)]), {"W": ["A"]})
    van = {"capacity_kg": 100.0, "departures": ["08:00", "17:00"]}
    thin = network(
        [site("A", "cutting"), site("B")],
        [link("A", "B", **van), link("A", "B", id="second", **van)],
        [goods],
        [at("gate", "B")],
        [order("W", "gate", 2000)],
    )
    found = survey(thin)
    assert found.total == pytest.approx(2000.0)
    assert lost(found, ("link", "second")).units == pytest.approx(600.0)
    crew = {"id": "crew", "headcount": 1, "skills": {"cutting": 1}}
    two = {"id": "cutting", "process": "cutting", "count": 2}
    manned = network(
        [site("A", two, pools=[crew]), site("B", "cutting")],
        [link("A", "B")],
        [product(part("W", [("cutting", 60.0)]), {"W": ["A", "B"]})],
        [at("gate", "B")],
        [order("W", "gate", 200)],
    )
    assert survey(manned).total == pytest.approx(48.0 + 48.0)  # two saws, one pair of hands
    assert lost(survey(manned), ("site", "B")).units == pytest.approx(48.0)


def test_demand_is_the_mean_week_or_one_week():
    weeks = [order("W", "gate", 10, week=1), order("W", "gate", 50, week=3)]
    shop = twins(0 + 1).model_copy(
        update={"orders": network([site("C")], orders=weeks, customers=[at("gate", "C")]).orders}
    )
    assert survey(shop).total == pytest.approx(20.0)  # 60 units in three weeks
    assert survey(shop, week=3).total == pytest.approx(50.0)
    assert Shop(shop, week=2).demand == ()


def test_without_orders_no_volume_is_lost_but_what_can_still_be_made_is_said():
    bare = twins(1).model_copy(update={"orders": ()})
    found = survey(bare)
    bench = lost(found, ("site", "C"))
    assert (found.total, bench.units, bench.share, bench.gone) == (0.0, 0.0, 0.0, ("W",))
    assert lost(found, ("site", "A")).gone == ()


def test_pairs_are_worse_than_the_worse_of_the_two_and_bounded_when_asked():
    """N-2 of all pairs, then only of the two that take most away alone."""
    found = survey(twins(60))
    singles = [found.loss(event) for event in found.events()]
    every = found.pairs(singles)
    assert (every.examined, every.possible, every.elements) == (10, 10, 5)
    by_name = {loss.name: loss for loss in every.losses}
    assert by_name["A + B"].gone == ("W",)
    assert by_name["A + A-C"].units == pytest.approx(12.0)
    assert [loss.units for loss in every.losses] == sorted(
        (loss.units for loss in every.losses), reverse=True
    )
    few = found.pairs(singles, most=1)
    assert (few.examined, few.possible, few.elements) == (1, 10, 2)
    assert "C" in {event.id for event in few.losses[0].events}
    assert found.pairs(singles, most=0).losses == ()


def test_a_cluster_of_one_site_loses_everything_with_it():
    alone = network(
        [site("A", "cutting")],
        [],
        [product(part("W", [("cutting", 60.0)]), {"W": ["A"]})],
        [at("gate", "A")],
        [order("W", "gate", 10)],
    )
    found = survey(alone)
    assert [event.kind for event in found.events()] == ["site"]
    assert lost(found, ("site", "A")).gone == ("W",)
    assert found.pairs([lost(found, ("site", "A"))]).possible == 0


def test_what_nobody_could_make_or_reach_before_is_no_loss():
    goods = [
        product(part("W", [("welding", 60.0)]), {"W": ["A"]}),
        product(part("V", [("cutting", 60.0)]), {"V": ["A"]}),
    ]
    apart = network(
        [site("A", "cutting"), site("B")],
        [],
        goods,
        [at("gate", "B")],
        [order("W", "gate", 10), order("V", "gate", 10)],
    )
    found = survey(apart)
    assert found.total == 0.0
    assert lost(found, ("site", "A")).gone == ("V",)
    assert lost(found, ("site", "A")).units == 0.0
