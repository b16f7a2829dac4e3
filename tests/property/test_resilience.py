"""Drawn clusters: losses are exact, never shrink with a further loss, and figures stay in range."""

import itertools

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from federation.resilience.concentration import process_concentration
from federation.resilience.flows import Distances, shortest
from federation.resilience.plan import Planner
from federation.resilience.shape import network_shape
from federation.resilience.shop import Shop
from federation.resilience.survival import Survey
from federation.resilience.throughput import throughputs
from federation.resilience.value import Worth, country_imports, site_values, supply_distances
from federation.resilience.zones import Ground
from federation.topology.model import ClusterSpec
from tests.support.networks import at, link, network, order, part, product, site

PROCESSES = ("cutting", "bending", "assembly")
SITES = "ABCDE"
SHEET = {"id": "sheet", "unit": "kg", "price": 1.0}


@st.composite
def clusters(draw):
    """Five sites, any links among them, up to three products of one or two parts."""
    sites = []
    for name in SITES:
        processes = draw(st.sets(st.sampled_from(PROCESSES), min_size=1))
        machines = [
            {"id": p, "process": p, "count": draw(st.integers(1, 2))} for p in sorted(processes)
        ]
        stock = [{"material": "sheet", "on_hand": 9.0}]
        country = draw(st.sampled_from(["NG", "GH"]))
        sites.append(site(name, *machines, country=country, stock=stock))
    pairs = draw(st.lists(st.sampled_from(list(itertools.permutations(SITES, 2))), max_size=8))
    links = [
        link(
            start,
            end,
            km=float(draw(st.integers(1, 9)) * 10),
            id=f"L{number}",
            two_way=draw(st.booleans()),
            dangerous_goods=draw(st.sampled_from(["allowed", "forbidden"])),
            capacity_kg=draw(st.sampled_from([None, None, None, 5.0])),
        )
        for number, (start, end) in enumerate(pairs)
    ]
    goods, orders = [], []
    for number in range(draw(st.integers(1, 3))):
        goods.append(_product(draw, f"P{number}"))
        wanting = draw(st.sets(st.sampled_from(["g-A", "g-B"]), min_size=1))
        orders += [order(f"P{number}", gate, draw(st.integers(1, 120))) for gate in wanting]
    gates = [at("g-A", "A", sites[0]["country"]), at("g-B", "B", sites[1]["country"])]
    return network(sites, links, goods, gates, orders, materials=[SHEET])


def _product(draw, name):
    minutes = st.integers(1, 12).map(lambda number: number * 10.0)
    steps = st.lists(st.tuples(st.sampled_from(PROCESSES), minutes), min_size=1, max_size=2)
    used = {"consumes": [{"material": "sheet", "quantity_per_unit": 0.5}]}
    components = []
    permissions = {name: draw(st.sets(st.sampled_from(SITES), min_size=1))}
    if draw(st.booleans()):
        components.append(_part(f"{name}-part", draw(steps), **used))
        permissions[f"{name}-part"] = draw(st.sets(st.sampled_from(SITES), min_size=1))
    whole = _part(name, draw(steps), *components, **used)
    if draw(st.booleans()):
        whole["dangerous_goods"] = "9"
    return product(whole, {key: sorted(where) for key, where in permissions.items()})


def _part(name, steps, *components, **values):
    found = part(name, steps, *components, **values)
    for number, operation in enumerate(found["operations"]):
        operation["id"] = f"{operation['id']}-{number}"
    return found


def planner_of(cluster: ClusterSpec, closed=()) -> Planner:
    return Planner(Shop(cluster), Ground(cluster, closed))


def from_scratch(planner, events, survey):
    """The best that is left, by one programme for everything."""
    sites = [row for row, one in enumerate(planner.shop.sites)
             if any(e.kind == "site" and e.id == one.id for e in events)]  # fmt: skip
    closed = frozenset(row for event in events for row in survey._legs(event))
    return float(planner.best(planner.disturbed(sites, closed)).units.sum())


@given(clusters(), st.data())
@settings(max_examples=60)
def test_a_loss_is_that_of_the_best_plan_and_a_further_loss_takes_no_less(cluster, data):
    """R12, R15: exact against one whole programme, in range, monotone under removal."""
    planner = planner_of(cluster)
    survey = Survey(planner)
    events = survey.events()
    chosen = data.draw(st.lists(st.sampled_from(events), min_size=1, max_size=3, unique=True))
    before = 0.0
    for count in range(1, len(chosen) + 1):
        loss = survey.loss(*chosen[:count])
        left = from_scratch(planner, chosen[:count], survey)
        assert loss.units == pytest.approx(survey.total - left, abs=1e-4)
        assert loss.units >= before - 1e-4
        assert 0.0 <= loss.share <= 1.0 + 1e-9
        assert loss.stranded <= loss.units + 1e-4
        before = loss.units
        reached = planner.deliverable(survey_state(planner, chosen[:count], survey))
        for row, entry in enumerate(planner.shop.demand):
            name = planner.shop.products[entry.product].id
            if name in loss.gone:
                assert not reached[row]


def survey_state(planner, events, survey):
    situation = survey.base
    for event in events:
        situation = survey.after(situation, event)
    return situation.state


@given(clusters())
@settings(max_examples=40)
def test_shares_add_up_and_values_are_those_of_what_is_sold(cluster):
    """R23: value added over all sites is sale value less material; shares and indices in range."""
    planner = planner_of(cluster)
    shop = planner.shop
    for row in process_concentration(shop):
        assert sum(row.shares) == pytest.approx(1.0 if row.sites else 0.0)
        assert (1.0 / len(row.sites) - 1e-9 <= row.hhi <= 1.0) if row.sites else row.hhi == 0.0
    units = planner.best(planner.undisturbed()).units
    distances = Distances(planner)
    flow = shortest(planner, distances, units)
    worth = Worth(shop)
    values = site_values(shop, worth, flow)
    sold = sum(units[row] * worth.price[entry.product] for row, entry in enumerate(shop.demand))
    added = sum(row.value_added for row in values)
    assert added == pytest.approx(sold - sum(row.material for row in values), abs=1e-3)
    for row in country_imports(shop, worth, flow):
        assert -1e-6 <= row.dependence <= 1.0 + 1e-6
    for row in supply_distances(shop, distances, flow):
        assert row.tonne_km_per_unit >= 0.0


@given(clusters())
@settings(max_examples=40)
def test_the_limits_of_a_throughput_prove_it(cluster):
    """Their shares add up to one: no more can be had without one of them."""
    planner = planner_of(cluster)
    for found in throughputs(planner, list(range(len(planner.shop.products)))):
        if found.missing is None:
            assert found.units > 0.0
            assert sum(limit.share for limit in found.limits) == pytest.approx(1.0, abs=1e-5)
        else:
            assert (found.units, found.limits) == (0.0, ())


@given(st.data())
@settings(max_examples=40)
def test_the_throughput_of_a_chain_is_the_maximum_flow(data):
    """One step after the other, no machine twice: networkx finds the same maximum and its cut."""
    steps = [f"p{number}" for number in range(data.draw(st.integers(1, 3)))]
    sites, graph = [], nx.DiGraph()
    for number, name in enumerate(SITES):
        process = data.draw(st.sampled_from(steps))
        count = data.draw(st.integers(1, 4))
        sites.append(site(name, {"id": process, "process": process, "count": count}))
        graph.add_edge((number, "in"), (number, "out"), capacity=48.0 * count)
        at_ = steps.index(process)
        if at_ == 0:
            graph.add_edge("source", (number, "in"))
        if at_ == len(steps) - 1:
            graph.add_edge((number, "out"), "sink")
    ways = data.draw(st.sets(st.sampled_from(list(itertools.permutations(range(5), 2)))))
    one_way = [link(SITES[a], SITES[b], id=f"{a}-{b}", two_way=False) for a, b in sorted(ways)]
    roads = nx.DiGraph(sorted(ways))
    roads.add_nodes_from(range(5))
    for a, b in itertools.product(range(5), repeat=2):
        first, second = (steps.index(sites[n]["machines"][0]["process"]) for n in (a, b))
        if second == first + 1 and nx.has_path(roads, a, b):
            graph.add_edge((a, "out"), (b, "in"))
    graph.add_nodes_from(["source", "sink"])
    goods = product(part("W", [(step, 60.0) for step in steps]), {"W": list(SITES)})
    anywhere = network(sites, one_way, [goods])
    (found,) = throughputs(planner_of(anywhere), [0])
    assert found.units == pytest.approx(nx.maximum_flow_value(graph, "source", "sink"), abs=1e-6)


@given(clusters())
@settings(max_examples=40)
def test_cut_points_are_those_whose_removal_leaves_more_parts(cluster):
    """R15: by the definition."""
    shape = network_shape(cluster)
    graph = nx.Graph((one.start, one.end) for one in cluster.links)
    graph.add_nodes_from(SITES)
    for name in SITES:
        rest = graph.subgraph(set(SITES) - {name})
        alone = graph.degree(name) == 0
        more = nx.number_connected_components(rest) > nx.number_connected_components(graph) - alone
        assert (name in shape.articulation) is more
    assert sum(shape.parts) == len(SITES)
    assert np.isfinite(shape.mean_hops)
