"""Edits of the order book and of the ways: what is wanted, believed and open when."""

from datetime import timedelta

import numpy as np
import pytest

from analytics.edits.errors import ScenarioError
from analytics.scenario import Scenario
from analytics.simulation.belief import believe
from analytics.simulation.compile.live import arm_state
from analytics.simulation.extract import extract
from analytics.simulation.layout import DAY_MS, P_LINK_CLOSED, P_SITE_DOWN
from analytics.simulation.run import run
from federation.cut import planned
from federation.topology.product_model import ProductSpec
from tests.support.small_cluster import MONDAY, small_cluster

ORDER = ("order", "quantity")


def day(number):
    return MONDAY + timedelta(days=number)


def scenario(*edits):
    return Scenario(id="test", title="Test", fork_at=MONDAY, edits=edits)


def drop(**values):
    window = {"start": day(3), "end": day(14), "announced_at": day(1)}
    return {"kind": "demand_drop", "product": "lamp", "factor": 0.2} | window | values


@pytest.fixture(scope="module")
def snapshot():
    return planned(small_cluster())


def delivered(model, state):
    run(model, state, 20 * DAY_MS)
    orders = extract(model, state)["orders"]
    return dict(zip(*(orders.column(name).to_pylist() for name in ORDER), strict=True))


def test_a_drop_gives_up_whole_lots_and_nobody_waits_for_them(snapshot):
    """ORD-3 is 16 + 4 lamps; of 16 to give up the last lot goes first, then the other."""
    model, state = scenario(drop()).compile(snapshot)
    gone = [model.names.lots[row] for row, _ in model.dropped]
    assert gone == [f"ORD-3/{n}/{part}" for n in ("01", "02") for part in ("shell", "lens", "lamp")]
    calm = model.with_run(1, 0, deterministic=True)
    arm_state(calm, state)
    assert delivered(calm, state) == {"ORD-1": 40, "ORD-2": 10}
    assert state.clock["open_lots"][0] == 0


def test_half_an_order_is_given_up_to_within_a_lot(snapshot):
    model, _ = scenario(drop(factor=0.7)).compile(snapshot)
    assert {model.names.lots[row].split("/")[1] for row, _ in model.dropped} == {"02"}


def test_lots_are_believed_wanted_until_the_drop_is_known(snapshot):
    told = scenario(drop())
    model, state = told.compile(snapshot)
    rows = [row for row, _ in model.dropped]
    before, view = believe(model, state, told.beliefs(model, 0))
    assert np.isin(rows, before.release_order).all()
    assert view.clock["open_lots"][0] == state.clock["open_lots"][0] + 2
    state.clock["now_ms"] = DAY_MS
    after, _ = believe(model, state, told.beliefs(model, DAY_MS))
    assert not np.isin(rows, after.release_order).any()
    assert (after.known_ms[rows] > 99 * DAY_MS).all()


def test_a_variant_that_is_withdrawn_takes_its_orders_with_it(snapshot):
    rule = {
        "kind": "variant_rule",
        "product": "lamp",
        "variant": "NG-plug",
        "start": MONDAY,
        "end": day(14),
    }
    told = scenario(rule)
    model, _ = told.compile(snapshot)
    assert {model.names.orders[model.lot["order"][row]] for row, _ in model.dropped} == {"ORD-1"}
    (lots,) = told.affected(snapshot)
    assert len(lots) == 9  # three lots of three parts
    allowed = told.replace(edits=(rule | {"markets": ("NG",)},))
    assert allowed.compile(snapshot)[0].dropped == ()


def test_a_variant_may_take_the_place_of_another():
    variants = [{"id": "NG-plug", "markets": ["NG"]}, {"id": "world", "markets": ["NG", "GH"]}]
    lamp, plate = small_cluster().products
    lamp = ProductSpec.model_validate(lamp.model_dump() | {"variants": variants})
    cluster = small_cluster(products=[lamp, plate])
    rule = {
        "kind": "variant_rule",
        "product": "lamp",
        "variant": "NG-plug",
        "instead": "world",
        "start": MONDAY,
        "end": day(14),
    }
    changed = scenario(rule).transform(planned(cluster))
    assert [order.variant for order in changed.cluster.orders] == ["world", None, None]
    assert changed.tables["orders"].column("variant").to_pylist() == ["world", None, None]
    with pytest.raises(ScenarioError, match="there is no variant 'moon'"):
        scenario(rule | {"instead": "moon"}).compile(planned(cluster))


def test_lots_of_a_product_with_a_minimum_are_given_up_and_added_as_they_are_cut():
    """20 lamps in lots of 12, at least 8: 12 + 8. Of 8 to give up the second goes."""
    lamp = small_cluster().product("lamp").model_dump() | {"lot_size": 12, "minimum_lot": 8}
    plate = small_cluster().product("plate").model_dump()
    snapshot = planned(small_cluster(products=[lamp, plate]))
    model, _ = scenario(drop(factor=0.6)).compile(snapshot)
    assert {model.names.lots[row] for row, _ in model.dropped} == {
        f"ORD-3/02/{part}" for part in ("shell", "lens", "lamp")
    }
    window = {"product": "lamp", "customer": "gate", "start": MONDAY, "end": day(14)}
    surge = scenario({"kind": "demand_surge", "factor": 1.5} | window)
    lots = surge.transform(snapshot).tables["lots"].to_pylist()
    added = [row["quantity"] for row in lots if row["lot"].startswith("ORD-3-surge")]
    assert added == [10] * 3
    with pytest.raises(ScenarioError, match="ORD-3-surge is for 2 of lamp, below its minimum lot"):
        scenario({"kind": "demand_surge", "factor": 1.1} | window).transform(snapshot)


def test_a_surge_may_mean_one_customer_and_two_surges_add_up(snapshot):
    surge = {"kind": "demand_surge", "factor": 2.0, "start": MONDAY, "end": day(14)}
    changed = scenario(surge | {"customer": "gate"}).transform(snapshot)
    assert [order.id for order in changed.cluster.orders][3:] == ["ORD-3-surge"]
    twice = scenario(surge | {"customer": "gate"}, surge | {"customer": "gate", "factor": 1.5})
    added = {order.id: order.quantity for order in twice.transform(snapshot).cluster.orders[3:]}
    assert sorted(added.values()) == [10, 20]
    assert set(added) == {"ORD-3-surge", "ORD-3-surge-2"}


def test_a_border_closes_every_link_over_it_in_both_directions(snapshot):
    border = {"kind": "border_closed", "country": "GH", "other": "NG"}
    told = scenario(border | {"start": day(1), "end": day(3)})
    model, _ = told.compile(snapshot)
    rows = told.primitives(model)
    assert set(rows["kind"]) == {P_LINK_CLOSED}
    assert set(rows["entity"]) == set(model.names.link_rows["N-S"])
    assert rows["time_ms"].tolist() == [DAY_MS, DAY_MS, 3 * DAY_MS, 3 * DAY_MS]
    flights = told.replace(edits=(told.edits[0].replace(modes=("air",)),))
    with pytest.raises(ScenarioError, match="no link by air leads from GH to NG"):
        flights.compile(snapshot)


def test_a_region_stands_with_its_roads(snapshot):
    flood = {"kind": "region_down", "region": "sahel", "start": day(1), "end": day(2)}
    told = scenario(flood | {"roads": True})
    model, _ = told.compile(snapshot)
    rows = told.primitives(model)
    assert set(rows["entity"][rows["kind"] == P_SITE_DOWN]) == {model.names.site_row["NORTH"]}
    assert set(rows["entity"][rows["kind"] == P_LINK_CLOSED]) == {0, 1, 2, 3}


def test_goods_take_a_new_link_from_the_day_it_is_open(snapshot):
    road = {
        "id": "fast",
        "start": "NORTH",
        "end": "SOUTH",
        "mode": "air",
        "distance_km": 900.0,
        "drive_h": 2.0,
    }
    told = scenario({"kind": "added_link", "link": road, "start": day(2), "end": day(5)})
    model, state = told.compile(snapshot)
    old, new = model.names.link_rows["N-S"][0], model.names.link_rows["fast"][0]
    assert [moment for moment, _ in told.ways(model)] == [0, 2 * DAY_MS, 5 * DAY_MS]
    assert [int(hops[0, 1]) for _, hops in told.ways(model)] == [old, new, old]
    assert state.next_hop[0, 1] == old
    assert told.primitives(model)["time_ms"].tolist() == [
        0,
        0,
        *[2 * DAY_MS] * 2,
        *[5 * DAY_MS] * 2,
    ]


def test_a_new_link_is_no_way_for_dangerous_goods_that_it_forbids():
    air = {"start": "NORTH", "end": "SOUTH", "mode": "air", "distance_km": 900.0, "drive_h": 2.0}
    air |= {"id": "fast", "dangerous_goods": "forbidden"}
    sheet, *others = (material.model_dump() for material in small_cluster().materials)
    snapshot = planned(small_cluster(materials=[sheet | {"dangerous_goods": "9"}, *others]))
    told = scenario({"kind": "added_link", "link": air, "start": day(2), "end": day(5)})
    model, state = told.compile(snapshot)
    old, new = model.names.link_rows["N-S"][0], model.names.link_rows["fast"][0]
    places = len(state.next_hop)
    for moment, hops in told.ways(model):
        assert hops.shape == state.next_hop.shape == (places, 2 * places)
        assert hops[0, 1] == (new if moment == 2 * DAY_MS else old)
        assert hops[0, places + 1] == old
