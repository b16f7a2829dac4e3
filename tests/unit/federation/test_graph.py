from datetime import UTC, datetime, timedelta

import pytest

from federation.cut import Cutter, planned
from federation.graph import build_graph
from twins.work import LotState

NOON = datetime(2027, 1, 6, 12, tzinfo=UTC)


def test_places_are_nodes_and_directions_of_links_are_edges(cluster):
    graph = build_graph(planned(cluster))
    assert dict(graph.nodes(data="kind")) == {"A": "site", "B": "site", "clinic": "customer"}
    assert sorted(graph.edges(keys=True)) == [
        ("A", "B", "A-B"),
        ("A", "B", "A-B-air"),
        ("B", "A", "A-B"),
        ("B", "clinic", "B-clinic"),
        ("clinic", "B", "B-clinic"),
    ]
    assert graph.edges["A", "B", "A-B"]["travel_h"] == 9.0


def test_nodes_show_what_the_twins_told(cluster, reading):
    lot = {
        "event": 1,
        "operation": 0,
        "quantity": 4,
        "good": 0,
        "attempt": 0,
        "waiting": 0,
        "since": NOON - timedelta(hours=1),
    }
    told = reading(
        [
            ("laser-1", "machine.state", NOON, 3.0, None),
            ("laser-2", "machine.state", NOON, 7.0, None),
            ("site", "battery.soc_kwh", NOON, 5.0, None),
            ("site", "fuel.level_l", NOON, 12.0, None),
            ("site", "grid.available", NOON, 0.0, None),
            ("site", "genset.running", NOON, 1.0, None),
        ],
        [
            lot | {"lot": "ORD-1/01/body", "state": int(LotState.QUEUED), "place": "A"},
            lot
            | {
                "lot": "ORD-1/02/body",
                "state": int(LotState.TRANSIT),
                "place": "A",
                "link": "A-B",
                "consignment": "C-1",
                "eta": NOON,
            },
        ],
    )
    graph = build_graph(Cutter(cluster).cut(NOON + timedelta(seconds=5), {"A": told}))
    site = graph.nodes["A"]
    assert site["machines"] == {"laser-1": "run", "laser-2": "no_power"}
    assert site["states"] == {"run": 1, "no_power": 1}
    assert (site["soc_kwh"], site["soc_fraction"], site["fuel_l"]) == (5.0, 0.25, 12.0)
    assert (site["grid_available"], site["genset_running"]) == (False, True)
    assert (site["queue"], site["age_s"]) == (1, 5.0)
    assert graph.edges["A", "B", "A-B"]["in_transit"] == 1
    assert graph.edges["B", "A", "A-B"]["in_transit"] == 0


def test_closed_legs_are_marked(cluster):
    graph = build_graph(planned(cluster), closed={0})
    closed = {
        edge
        for *edge, shut in graph.edges(keys=True, data="closed")
        if shut
        for edge in [tuple(edge)]
    }
    assert closed == {("A", "B", "A-B")}


def test_a_graph_is_new_every_time(cluster):
    snapshot = planned(cluster)
    build_graph(snapshot).remove_node("A")
    assert "A" in build_graph(snapshot)
    assert build_graph(snapshot).nodes["A"]["age_s"] == pytest.approx(float("inf"))
