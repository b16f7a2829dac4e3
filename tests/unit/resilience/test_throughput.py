"""The most of a product alone, its minimum cut, and why there is none."""

import networkx as nx
import pytest

from federation.resilience.plan import Planner
from federation.resilience.shop import Shop
from federation.resilience.throughput import throughputs
from federation.resilience.zones import Ground
from tests.support.networks import at, link, network, order, part, product, site


def throughput(cluster, **options):
    planner = Planner(Shop(cluster, **options), Ground(cluster))
    (found,) = throughputs(planner, [0])
    return found


def line(minutes, counts):
    """A routing over one site for each step, with so many machines."""
    steps = [(f"step{n}", minute) for n, minute in enumerate(minutes)]
    sites = [
        site(f"S{n}", {"id": f"step{n}", "process": f"step{n}", "count": count})
        for n, count in enumerate(counts)
    ]
    roads = [link(f"S{n}", f"S{n + 1}") for n in range(len(counts) - 1)]
    everywhere = [one["id"] for one in sites]
    goods = [product(part("W", steps), {"W": everywhere})]
    return network(sites, roads, goods, [at("gate", everywhere[-1])], [order("W", "gate", 1)])


def test_the_slowest_step_limits_and_is_the_whole_cut():
    """10 min at one machine, 30 at two, 12 at one: the second gives 192 units a week."""
    found = throughput(line([10.0, 30.0, 12.0], [1, 2, 1]))
    assert found.units == pytest.approx(48.0 * 2 / 0.5)
    assert [(limit.kind, limit.site, limit.id) for limit in found.limits] == [
        ("machine", "S1", "step1")
    ]
    assert found.limits[0].share == pytest.approx(1.0)
    assert found.missing is None


def test_a_cut_through_several_sites_is_the_maximum_flow_of_networkx():
    """Two saws of different speed before two benches, one of which only one saw reaches."""
    fast = {"id": "cutting", "process": "cutting", "speed_factor": 2.0}
    sites = [
        site("A", fast),
        site("B", "cutting"),
        site("C", "assembly"),
        site("D", {"id": "assembly", "process": "assembly", "count": 2}),
    ]
    one_way = {"two_way": False}
    roads = [
        link("A", "C", **one_way),
        link("A", "D", **one_way),
        link("B", "D", **one_way),
        link("C", "D", **one_way),
    ]
    goods = product(part("W", [("cutting", 40.0), ("assembly", 60.0)]), {"W": ["A", "B", "C", "D"]})
    found = throughput(network(sites, roads, [goods], [at("gate", "D")], [order("W", "gate", 1)]))

    graph = nx.DiGraph()
    for name, hours, units in [("A", 48, 3.0), ("B", 48, 1.5), ("C", 48, 1.0), ("D", 96, 1.0)]:
        graph.add_edge(f"{name}-in", f"{name}-out", capacity=hours * units)
    for start, end in [("A", "C"), ("A", "D"), ("B", "D")]:
        graph.add_edge(f"{start}-out", f"{end}-in")
    graph.add_edge("source", "A-in")
    graph.add_edge("source", "B-in")
    graph.add_edge("C-out", "sink")
    graph.add_edge("D-out", "sink")
    value, (near, far) = nx.minimum_cut(graph, "source", "sink")
    assert found.units == pytest.approx(value) == 144.0
    cut = {a[0] for a, b in graph.edges if a in near and b in far}
    assert {limit.site for limit in found.limits} == cut == {"C", "D"}
    assert sum(limit.share for limit in found.limits) == pytest.approx(1.0)


def test_an_assembly_waits_for_its_scarcest_part():
    whole = part(
        "W",
        [("assembly", 6.0)],
        part("lid", [("cutting", 20.0)]),
        part("box", [("bending", 60.0)]),
    )
    goods = product(whole, {name: ["A"] for name in ("W", "lid", "box")})
    found = throughput(
        network([site("A", "assembly", "cutting", "bending")], [], [goods], [at("gate", "A")])
    )
    assert found.units == pytest.approx(48.0)
    assert [limit.id for limit in found.limits] == ["bending"]
    assert found.wanted == 0.0


def test_a_link_can_be_the_cut_and_rejected_units_take_hours_too():
    goods = product(part("W", [("cutting", 30.0)], mass_kg=5.0, yield_fraction=0.8), {"W": ["A"]})
    van = {"capacity_kg": 10.0, "departures": ["08:00"]}
    by_van = network([site("A", "cutting"), site("B")], [link("A", "B", **van)], [goods],
                     [at("gate", "B")], [order("W", "gate", 1)])  # fmt: skip
    found = throughput(by_van)
    assert found.units == pytest.approx(7 * 10.0 / 5.0)
    assert [(limit.kind, limit.site, limit.id) for limit in found.limits] == [("link", "A", "A-B")]
    at_home = throughput(network([site("A", "cutting")], [], [goods], [at("gate", "A")]))
    assert at_home.units == pytest.approx(48.0 / 0.5 * 0.8)


def test_ovens_setups_and_alternatives_take_their_own_times():
    oven = {"id": "coating", "process": "coating", "batch_capacity_units": 20}
    baked = part("W", [("coating", 0.0)], unit_time_min=0.0, cycle_time_min=60.0)
    goods = [product(baked, {"W": ["A"]})]
    assert throughput(network([site("A", oven)], [], goods)).units == pytest.approx(48.0 * 20)
    slow = part("W", [("cutting", 5.0)], setup_time_min=50.0)  # lots of ten: 10 min a unit
    goods = [product(slow, {"W": ["A"]})]
    assert throughput(network([site("A", "cutting")], [], goods)).units == pytest.approx(288.0)
    named = part("W", [("cutting", 5.0)])
    del named["operations"][0]["unit_time_min"]
    named["operations"][0]["alternatives"] = [
        {"site": "A", "work_centre": "cutting", "unit_time_min": 20.0},
        {"site": "B", "work_centre": "cutting", "unit_time_min": 60.0},
    ]
    goods = [product(named, {"W": ["A", "B"]})]
    sites = [site("A", "cutting"), site("B", "cutting")]
    assert throughput(network(sites, [link("A", "B")], goods)).units == pytest.approx(192.0)


def test_people_can_be_the_cut():
    crew = {"id": "crew", "headcount": 1, "skills": {"cutting": 1}}
    two = {"id": "cutting", "process": "cutting", "count": 2}
    goods = [product(part("W", [("cutting", 60.0)]), {"W": ["A"]})]
    found = throughput(network([site("A", two, pools=[crew])], [], goods))
    assert found.units == pytest.approx(48.0)
    assert [(limit.kind, limit.id) for limit in found.limits] == [("people", "crew")]


def test_a_product_nobody_can_make_says_which_step_lacks_a_site():
    goods = product(part("W", [("cutting", 6.0), ("welding", 6.0)]), {"W": ["A"]})
    found = throughput(network([site("A", "cutting")], [], [goods], [at("gate", "A")]))
    assert (found.units, found.limits) == (0.0, ())
    assert found.missing == "no site qualifies for W/welding (welding)"


def test_a_product_that_reaches_nobody_says_that_no_way_leads_on():
    goods = product(part("W", [("cutting", 6.0)]), {"W": ["A"]})
    apart = network([site("A", "cutting"), site("B")], [], [goods], [at("gate", "B")])
    found = throughput(apart)
    assert (found.units, found.missing) == (0.0, "no way leads from where it begins to who gets it")
