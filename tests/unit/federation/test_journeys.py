"""Routes between places, by hand: times with departures and borders, prices, and why none."""

from datetime import UTC, datetime

import pytest

from federation.borders import borders, closed_links
from federation.errors import NotInClusterError, RouteError
from federation.journeys import ROUTE_SCHEMA, best_routes
from federation.topology.model import ClusterSpec

MONDAY = datetime(2027, 1, 4, tzinfo=UTC)


def changed(cluster, number, **values):
    links = list(cluster.links)
    links[number] = links[number].model_copy(update=values)
    return cluster.model_copy(update={"links": tuple(links)})


def test_waiting_for_departures_and_the_border_count(cluster):
    found = best_routes(cluster, "A", "clinic", ready=MONDAY)
    air, road = found.routes
    # By air 08:00 to 13:00, then the van of 17:00; by road 3 h and 6 h of border, the same van.
    assert air.links == ("A-B-air", "B-clinic")
    assert [ride.depart.hour for ride in air.rides] == [8, 17]
    assert air.arrive == road.arrive == datetime(2027, 1, 4, 17, 30, tzinfo=UTC)
    assert air.hours == 17.5
    evening = best_routes(cluster, "A", "clinic", ready=MONDAY.replace(hour=12), count=1)
    assert evening.routes[0].arrive == datetime(2027, 1, 5, 8, 30, tzinfo=UTC)


def test_a_route_costs_by_mass_but_at_least_the_minimum_charge_papers_and_vehicles(cluster):
    priced = changed(
        cluster, 0, cost_per_t=40.0, minimum_charge=25.0, papers_cost=7.0, emission_kg_per_t=60.0
    )
    (light,) = best_routes(priced, "A", "B", mass_kg=500, closed=["A-B-air"]).routes
    assert (light.cost, light.emission_kg, light.distance_km) == (32.0, 30.0, 100.0)
    (heavy,) = best_routes(priced, "A", "B", mass_kg=2000, closed=["A-B-air"]).routes
    assert (heavy.cost, heavy.emission_kg) == (87.0, 120.0)
    hired = changed(cluster, 0, vehicles=1, vehicle_cost_per_h=10.0)
    (there_and_back,) = best_routes(hired, "A", "B", closed=["A-B-air"]).routes
    assert there_and_back.cost == 10.0 * 2 * 9.0


def test_the_cheapest_with_vehicles_that_wait_is_not_the_one_that_looks_cheapest(cluster):
    """At night the vehicle on the road stands still and is paid."""
    road = changed(
        cluster, 0, vehicles=1, vehicle_cost_per_h=1.0, night_driving=False, departures=("19:00",)
    )
    both = changed(road, 1, cost_per_t=25.0)
    cheapest = best_routes(both, "A", "B", by="cost").routes
    assert [route.links for route in cheapest] == [("A-B-air",), ("A-B",)]
    assert cheapest[1].cost > 25.0 > 2 * 9.0


def test_criteria_rank_differently_and_parallel_links_are_two_routes(cluster):
    both = changed(changed(cluster, 0, cost_per_t=10.0), 1, cost_per_t=90.0)
    assert [r.links for r in best_routes(both, "A", "B").routes] == [("A-B-air",), ("A-B",)]
    assert [r.links for r in best_routes(both, "A", "B", by="cost").routes] == [
        ("A-B",),
        ("A-B-air",),
    ]


def test_a_closed_border_removes_its_links(cluster):
    """R57: closing a border edge removes it from what is feasible."""
    assert borders(cluster) == {"GH:TG": ("A-B", "A-B-air")}
    assert closed_links(cluster, ["TG:GH"]) == {"A-B", "A-B-air"}
    shut = best_routes(cluster, "A", "clinic", closed=["GH:TG"])
    assert shut.routes == ()
    assert shut.no_way.kind == "closed"
    assert shut.no_way.links == ("A-B",)
    assert shut.no_way.reason == "every way leads over what is closed, the shortest over A-B"


def test_dangerous_goods_go_where_they_may(cluster):
    forbidding = changed(cluster, 2, dangerous_goods="forbidden")
    assert best_routes(forbidding, "A", "clinic").routes
    none = best_routes(forbidding, "A", "clinic", dangerous=True)
    assert (none.no_way.kind, none.no_way.links) == ("dangerous_goods", ("B-clinic",))
    papers = changed(
        cluster, 1, dangerous_goods="papers", dangerous_papers_h=10.0, dangerous_cost=5.0
    )
    (harmless,) = best_routes(papers, "A", "B", count=1).routes
    careful = best_routes(papers, "A", "B", dangerous=True).routes[1]
    assert (harmless.links, harmless.cost) == (("A-B-air",), 0.0)
    assert (careful.links, careful.cost) == (("A-B-air",), 5.0)


def test_a_link_kept_for_expedited_lots_is_taken_by_them_alone(cluster):
    kept = changed(cluster, 1, expedited=True)
    assert [r.links for r in best_routes(kept, "A", "B").routes] == [("A-B",)]
    faster = best_routes(kept, "A", "B", expedited=True)
    assert [r.links for r in faster.routes] == [("A-B-air",), ("A-B",)]
    alone = kept.model_copy(update={"links": kept.links[1:]})
    none = best_routes(alone, "A", "B").no_way
    assert (none.kind, none.links) == ("expedited", ("A-B-air",))


def test_places_that_no_link_joins_are_a_named_outcome(cluster):
    lonely = cluster.model_copy(update={"links": cluster.links[2:]})
    none = best_routes(lonely, "A", "clinic")
    assert (none.routes, none.no_way.kind) == ((), "disconnected")
    assert none.table().num_rows == 0


def test_the_same_place_is_there_already_and_a_customer_at_a_site_is_its_gate(cluster):
    here = best_routes(cluster, "A", "A", ready=MONDAY)
    assert [(route.rides, route.arrive) for route in here.routes] == [((), MONDAY)]
    gate = ClusterSpec.model_validate(
        {
            **cluster.model_dump(mode="json"),
            "customers": [{"id": "gate", "name": "G", "country": "TG", "at_site": "B"}],
            "links": cluster.model_dump(mode="json")["links"][:1],
            "orders": [],
        }
    )
    assert best_routes(gate, "A", "gate").destination == "B"


def test_the_table_has_a_row_for_each_leg(cluster):
    table = best_routes(cluster, "A", "clinic").table()
    assert table.schema.equals(ROUTE_SCHEMA)
    assert table.select(["route", "leg", "link"]).to_pylist() == [
        {"route": 1, "leg": 1, "link": "A-B-air"},
        {"route": 1, "leg": 2, "link": "B-clinic"},
        {"route": 2, "leg": 1, "link": "A-B"},
        {"route": 2, "leg": 2, "link": "B-clinic"},
    ]


@pytest.mark.parametrize(
    ("question", "error", "words"),
    [
        ({"origin": "AA"}, NotInClusterError, "no place 'AA'"),
        ({"closed": ["A-C"]}, NotInClusterError, "no link 'A-C'; known: A-B, A-B-air"),
        ({"closed": ["GH:NG"]}, NotInClusterError, "borders that links cross: GH:TG"),
        ({"closed": ["GH:GH"]}, NotInClusterError, "no link leads over the border"),
        ({"by": "beauty"}, RouteError, "choose one of time, cost, carbon"),
        ({"count": 0}, RouteError, "ask for 1 to 100"),
        ({"mass_kg": 0.0}, RouteError, "above 0"),
        ({"ready": datetime(2027, 1, 4)}, RouteError, "UTC offset"),  # noqa: DTZ001
    ],
)
def test_a_question_that_means_nothing_is_refused_with_the_remedy(cluster, question, error, words):
    asked = {"origin": "A", "destination": "B", **question}
    with pytest.raises(error, match=words):
        best_routes(cluster, **asked)
