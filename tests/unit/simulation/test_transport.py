"""Consolidation, vehicles, capacity, papers and dangerous goods, in whole runs of two places."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from analytics.simulation.belief import believe
from analytics.simulation.extract import extract
from analytics.simulation.layout import FOREVER, HOUR_MS, P_EXPRESS, P_LINK_CLOSED
from analytics.simulation.model import SimModel, SimState
from analytics.simulation.run import run
from analytics.validation.one_site import build, compile_one
from federation.routes import next_hops
from federation.topology.dangerous import dangerous_parts
from federation.topology.model import ClusterSpec, LinkSpec

ROAD: dict[str, Any] = {
    "id": "road",
    "start": "S",
    "end": "D",
    "mode": "van",
    "distance_km": 100.0,
    "drive_h": 3.0,
    "departures": ["12:00"],
}


def shop(
    *links: dict[str, Any], lots: int = 4, material_class: str | None = None, kg: float = 10.0
) -> ClusterSpec:
    """A lot of one unit every half an hour, driven to a customer at D."""
    data = build(None, lots=lots).model_dump(mode="json")
    data["customers"] = [
        {"id": "C", "name": "C", "country": "KE", "at_site": "S"},
        {"id": "D", "name": "D", "country": "KE", "latitude_deg": 1.0, "longitude_deg": 1.0},
    ]
    data["materials"] = [
        {"id": "cell", "unit": "piece", "price": 1.0, "dangerous_goods": material_class}
    ]
    data["sites"][0]["stock"] = [{"material": "cell", "on_hand": 1000.0}]
    root = data["products"][0]["root"]
    root["mass_kg"] = kg
    root["operations"][0]["consumes"] = [{"material": "cell", "quantity_per_unit": 1.0}]
    for order in data["orders"]:
        order["customer"] = "D"
    data["links"] = [dict(link) for link in links]
    return ClusterSpec.model_validate(data)


def after(
    cluster: ClusterSpec, *changes: tuple[int, int, int, int], until_ms: int = FOREVER
) -> tuple[SimModel, SimState]:
    model, state = compile_one(cluster, list(changes))
    run(model, state, until_ms)
    return model, state


def journeys(model: SimModel, state: SimState) -> list[tuple[float, float, int]]:
    """Hours of departure and arrival, and lots, of each consignment."""
    goods = state.consignment[: int(state.clock["consignments"][0])]
    return [
        (row["depart_ms"] / HOUR_MS, row["arrive_ms"] / HOUR_MS, int(row["lots"])) for row in goods
    ]


def window(**changes: Any) -> dict[str, Any]:
    return {**{k: v for k, v in ROAD.items() if k != "departures"}, **changes}


def test_a_consignment_leaves_so_long_after_its_first_lot_came() -> None:
    model, state = after(shop(window(consolidation_h=1.0), lots=6))
    # a lot comes every half an hour; the one that comes in the moment of the departure is in it
    goods = journeys(model, state)
    assert [row[0] for row in goods] == [1.5, 3.0]
    assert sum(row[2] for row in goods) == 6
    assert [row[1] for row in goods] == [4.5, 6.0]


def test_what_does_not_fit_waits_for_the_next_departure_in_order_of_rank() -> None:
    model, state = after(shop({**ROAD, "capacity_kg": 25.0}, lots=5))
    assert journeys(model, state) == [(12.0, 15.0, 2), (36.0, 39.0, 2), (60.0, 63.0, 1)]
    order = np.argsort(state.op["rank"])
    assert np.all(np.diff(state.lot["done_ms"][order]) >= 0)


def test_a_lot_above_the_capacity_leaves_alone() -> None:
    model, state = after(shop({**ROAD, "capacity_kg": 5.0}, lots=2))
    assert [row[2] for row in journeys(model, state)] == [1, 1]


def test_a_vehicle_is_away_for_the_journey_and_the_way_back() -> None:
    link = window(consolidation_h=0.25, vehicles=1, vehicle_cost_per_h=7.0)
    model, state = after(shop(link, lots=4))
    # leaves at 0.75 h with one lot, is back at 6.75 h and takes the other three
    assert journeys(model, state) == [(0.75, 3.75, 1), (6.75, 9.75, 3)]
    costs = extract(model, state)["transports"]["cost"].to_pylist()
    assert costs == [42.0, 42.0]


def test_two_vehicles_and_their_capacity() -> None:
    link = window(consolidation_h=2.5, vehicles=2, capacity_kg=10.0)
    model, state = after(shop(link, lots=4))
    departs = [row[0] for row in journeys(model, state)]
    assert departs == [3.0, 3.5, 9.0, 9.5]
    assert len(set(extract(model, state)["transports"]["consignment"].to_pylist())) == 4


def test_papers_are_waited_for_at_the_dock() -> None:
    link = {**ROAD, "departures": ["02:00", "12:00"], "papers_h": 1.0, "papers_cost": 30.0}
    model, state = after(shop(link, lots=4))
    # the papers of the lots of 0.5 h and 1 h are ready by 2 h
    assert journeys(model, state) == [(2.0, 5.0, 2), (12.0, 15.0, 2)]
    assert extract(model, state)["transports"]["cost"].to_pylist() == [30.0, 30.0]


def test_papers_go_on_when_the_schedule_is_made_anew() -> None:
    link = {**ROAD, "departures": ["02:00", "12:00"], "papers_h": 1.0}
    model, state = compile_one(shop(link, lots=2))
    run(model, state, int(1.25 * HOUR_MS))
    state.clock["replan"] = 1
    run(model, state)
    assert journeys(model, state) == [(2.0, 5.0, 2)]


def test_a_closed_link_lets_nothing_go_and_its_window_is_over_when_it_opens() -> None:
    closed = ((0, P_LINK_CLOSED, 0, 1), (10 * HOUR_MS, P_LINK_CLOSED, 0, -1))
    model, state = after(shop(window(consolidation_h=1.0), lots=3), *closed)
    assert journeys(model, state) == [(10.0, 13.0, 3)]


AIR = {**ROAD, "id": "air", "mode": "air", "drive_h": 1.0}


def test_dangerous_goods_go_round_a_link_that_forbids_them() -> None:
    links = (ROAD, {**AIR, "dangerous_goods": "forbidden"})
    model, state = after(shop(*links))
    assert journeys(model, state) == [(12.0, 13.0, 4)]
    cluster = shop(*links, material_class="9")
    assert dangerous_parts(cluster) == {("P", "thing"): "9"}
    model, state = after(cluster)
    assert journeys(model, state) == [(12.0, 15.0, 4)]
    assert state.next_hop.shape == (2, 4)


def test_papers_of_dangerous_goods_delay_and_cost() -> None:
    careful = {
        **AIR, "dangerous_goods": "papers", "dangerous_papers_h": 20.0, "dangerous_cost": 90.0,
    }  # fmt: skip
    model, state = after(shop(careful, lots=2, material_class="9"))
    assert journeys(model, state) == [(36.0, 37.0, 2)]
    assert extract(model, state)["transports"]["cost"].to_pylist() == [90.0]
    model, state = after(shop(careful, lots=2))
    assert journeys(model, state) == [(12.0, 13.0, 2)]
    assert extract(model, state)["transports"]["cost"].to_pylist() == [0.0]


def test_where_papers_take_long_the_road_is_faster() -> None:
    careful = {**AIR, "dangerous_goods": "papers", "dangerous_papers_h": 20.0}
    cluster = shop(ROAD, careful)
    assert next_hops(cluster)[0, 1] == 2
    assert next_hops(cluster, dangerous=True)[0, 1] == 0


def test_any_distribution_stretches_a_journey() -> None:
    shape = {"kind": "weibull", "mean_h": 5.0, "shape": 2.0, "cap_h": 10.0}
    model, state = after(shop({**ROAD, "travel_time": shape}, lots=1))
    ((depart, arrive, _),) = journeys(model, state)
    assert depart == 12.0
    assert 0.0 < arrive - depart <= 6.0
    assert arrive - depart != 3.0
    assert model.dist["mean"][model.link["dist"][0]] < 1.0
    with pytest.raises(ValidationError, match="contradict each other"):
        LinkSpec.model_validate({**ROAD, "travel_time": shape, "travel_time_cv": 0.5})


def test_a_planner_does_not_know_when_a_vehicle_is_back() -> None:
    link = window(consolidation_h=0.25, vehicles=1, travel_time_cv=0.8)
    model, state = compile_one(shop(link, lots=4))
    run(model, state, HOUR_MS)
    _, view = believe(model, state, model.primitive)
    row = view.consignment[0]
    assert row["arrive_ms"] != state.consignment["arrive_ms"][0]
    assert row["back_ms"] == 2 * row["arrive_ms"] - row["depart_ms"]
    assert view.slot["time_ms"][model.bases[22]] == row["back_ms"]


EXPRESS = {**AIR, "expedited": True, "departures": ["16:00"], "cost_per_t": 2000.0}


def sent(moment_h: float, *lots: int) -> list[tuple[int, int, int, int]]:
    return [(int(moment_h * HOUR_MS), P_EXPRESS, lot, 1) for lot in lots]


def test_nothing_takes_an_expedited_link_by_itself() -> None:
    model, state = after(shop(ROAD, EXPRESS))
    assert state.next_hop.shape == (2, 8)
    assert journeys(model, state) == [(12.0, 15.0, 4)]
    assert next_hops(shop(ROAD, EXPRESS))[0, 1] == 0
    assert next_hops(shop(ROAD, EXPRESS), expedited=True)[0, 1] == 2


def test_a_lot_that_is_sent_takes_it_also_from_the_dock_it_waits_at() -> None:
    """Lots 0 and 1 stand at the dock of the road, lot 2 is made later, lot 3 is not sent."""
    cluster = shop({**ROAD, "departures": ["18:00"]}, EXPRESS)
    model, state = after(cluster, *sent(2.0, 0, 1, 2))
    assert journeys(model, state) == [(16.0, 17.0, 3), (18.0, 21.0, 1)]
    assert extract(model, state)["transports"]["cost"].to_pylist() == [60.0, 0.0]


def test_what_is_on_the_road_stays_there() -> None:
    model, state = after(shop({**ROAD, "departures": ["03:30"]}, EXPRESS), *sent(4.0, 0, 1, 2, 3))
    assert journeys(model, state) == [(3.5, 6.5, 4)]


def test_dangerous_goods_go_round_an_expedited_link_that_forbids_them() -> None:
    cluster = shop(ROAD, {**EXPRESS, "dangerous_goods": "forbidden"}, material_class="9")
    model, state = after(cluster, *sent(0.0, 0, 1, 2, 3))
    assert journeys(model, state) == [(12.0, 15.0, 4)]
