"""Routes: the clock of a link is the simulator's, and no better route is left out."""

import itertools
from datetime import UTC, datetime, timedelta

import networkx as nx
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.simulation.compile.snapshot import compile_snapshot
from analytics.simulation.rules.transport import journey_end, leave_ms, papers_ms
from analytics.simulation.world import Rules
from federation.cut import planned
from federation.journeys import best_routes
from federation.routes import legs
from federation.timetable import LegClock, from_ms, offsets_h, to_ms
from federation.topology.model import ClusterSpec
from tests.support.small_cluster import small_cluster

FORK = datetime(2027, 3, 3, 5, 30, tzinfo=UTC)

times_of_day = st.integers(0, 95).map(lambda q: f"{q // 4:02d}:{q % 4 * 15:02d}")
feasts = st.integers(0, 30).map(lambda day: {"day": f"2027-03-{day + 1:02d}"})


@st.composite
def links(draw):
    """A link with any timetable, border, night ban and papers."""
    link = {
        "id": "N-S",
        "start": "NORTH",
        "end": "SOUTH",
        "mode": "rigid",
        "distance_km": 100.0,
        "drive_h": draw(st.integers(1, 120)) / 4,
        "night_driving": draw(st.booleans()),
        "papers_h": draw(st.sampled_from([0.0, 3.5])),
        "dangerous_goods": "papers",
        "dangerous_papers_h": draw(st.sampled_from([0.0, 20.0])),
    }
    if draw(st.booleans()):
        link["consolidation_h"] = draw(st.integers(1, 40)) / 2
    else:
        link["departures"] = draw(st.lists(times_of_day, min_size=1, max_size=3))
    if draw(st.booleans()):
        link["border_h"] = draw(st.integers(1, 40)) / 2
        opening = draw(st.integers(0, 90))
        closing = draw(st.integers(opening + 1, 95))
        days = st.sets(st.sampled_from(["fri", "sat", "sun"]))
        link["customs"] = {
            "open": f"{opening // 4:02d}:{opening % 4 * 15:02d}",
            "close": f"{closing // 4:02d}:{closing % 4 * 15:02d}",
            "closed_days": sorted(draw(days)),
            "holidays": draw(st.lists(feasts, max_size=3)),
        }
    return link


@given(links(), st.integers(0, 20 * 24 * 60), st.booleans())
@settings(max_examples=60)
def test_goods_leave_and_arrive_when_they_do_in_the_simulator(link, minute, dangerous):
    cluster = small_cluster(links=[link])
    model, _ = compile_snapshot(planned(cluster, FORK))
    rules = Rules(
        model.scalar, model.dist, model.calendar, model.interval, model.closure, model.curve
    )
    ready = FORK + timedelta(minutes=minute)
    for row, leg in enumerate(legs(cluster)):
        constant = model.link[row]
        ready_ms = minute * 60_000 + papers_ms(constant, int(dangerous))
        depart_ms = leave_ms(rules, constant, model.timetable, ready_ms, 0)
        arrive_ms = journey_end(rules, constant, depart_ms, 1.0)
        clock = LegClock(leg, offsets_h(cluster), dangerous=dangerous)
        depart = clock.depart(to_ms(ready))
        assert from_ms(depart) == FORK + timedelta(milliseconds=int(depart_ms))
        assert from_ms(clock.arrive(depart)) == FORK + timedelta(milliseconds=int(arrive_ms))


@st.composite
def networks(draw):
    """Five sites and any links among them, some between the same two."""
    count = 5
    site = small_cluster().sites[1].model_dump(mode="json")
    sites = [{**site, "id": f"S{n}", "utc_offset_h": float(n % 3)} for n in range(count)]
    ends = st.tuples(st.integers(0, count - 1), st.integers(0, count - 1))
    pairs = draw(st.lists(ends.filter(lambda pair: pair[0] != pair[1]), max_size=9))
    found = [
        {
            **draw(links()),
            "id": f"L{n}",
            "start": f"S{a}",
            "end": f"S{b}",
            "two_way": draw(st.booleans()),
            "cost_per_t": draw(st.integers(0, 20)) * 10.0,
            "emission_kg_per_t": draw(st.integers(0, 20)) * 10.0,
            "dangerous_goods": draw(st.sampled_from(["allowed", "forbidden"])),
            "dangerous_papers_h": 0.0,
        }
        for n, (a, b) in enumerate(pairs)
    ]
    return ClusterSpec.model_validate(
        {
            "id": "net",
            "name": "Net",
            "start": "2027-03-01T00:00:00Z",
            "sites": sites,
            "links": found,
        }
    )


@given(networks(), st.sampled_from(["time", "cost", "carbon"]), st.booleans(), st.data())
@settings(max_examples=60)
def test_the_best_routes_are_those_of_all_routes(cluster, by, dangerous, data):
    shut = data.draw(st.sets(st.sampled_from([link.id for link in cluster.links] or ["-"])))
    closed = [link for link in shut if link != "-"]
    count = data.draw(st.integers(1, 6))
    found = best_routes(
        cluster, "S0", "S1", by=by, count=count, dangerous=dangerous, closed=closed, ready=FORK
    )
    value = {
        "time": lambda route: round(route.hours, 6),
        "cost": lambda route: round(route.cost, 6),
        "carbon": lambda route: round(route.emission_kg, 6),
    }[by]
    every = sorted(_all_values(cluster, by, dangerous, set(closed)))
    assert [value(route) for route in found.routes] == every[:count]
    assert (found.no_way is None) is bool(every)
    assert len({route.links for route in found.routes}) == len(found.routes)
    for route in found.routes:
        assert not set(route.links) & set(closed)
        places = [ride.start for ride in route.rides] + ["S1"]
        assert len(set(places)) == len(places)
        for before, after in itertools.pairwise(route.rides):
            assert before.end == after.start
            assert before.arrive <= after.depart


def _all_values(cluster, by, dangerous, closed):
    """Value of every simple path, by networkx's enumeration of a MultiDiGraph's paths."""
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(site.id for site in cluster.sites)
    rows = legs(cluster)
    for row, leg in enumerate(rows):
        forbidden = dangerous and leg.link.dangerous_goods == "forbidden"
        if leg.link.id not in closed and not forbidden:
            graph.add_edge(leg.start, leg.end, key=row)
    clocks = [LegClock(leg, offsets_h(cluster), dangerous=dangerous) for leg in rows]
    for path in nx.all_simple_edge_paths(graph, "S0", "S1"):
        moment, cost, carbon = to_ms(FORK), 0.0, 0.0
        for _, _, row in path:
            link = rows[row].link
            moment = clocks[row].arrive(clocks[row].depart(moment))
            cost += max(link.cost_per_t, link.minimum_charge)
            carbon += link.emission_kg_per_t
        hours = round((moment - to_ms(FORK)) / 3_600_000, 6)
        yield {"time": hours, "cost": round(cost, 6), "carbon": round(carbon, 6)}[by]
