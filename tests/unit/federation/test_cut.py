from datetime import UTC, datetime, timedelta

import pytest

from federation.cut import Cutter, planned
from federation.tables import SCHEMAS
from federation.topology.model import OrderSpec
from twins.states import MachineState
from twins.work import LotState

NOON = datetime(2027, 1, 6, 12, tzinfo=UTC)
BODY, LAMP = "ORD-1/01/body", "ORD-1/01/lamp"


def event(lot: str, number: int, state: LotState, place: str, **more: object) -> dict[str, object]:
    return {
        "lot": lot,
        "event": number,
        "state": int(state),
        "operation": 0,
        "place": place,
        "quantity": 4,
        "good": 0,
        "attempt": 0,
        "waiting": 0,
        "since": NOON - timedelta(hours=1),
        **more,
    }


def row(table, **key):
    (found,) = [r for r in table.to_pylist() if all(r[name] == key[name] for name in key)]
    return found


def test_before_any_telemetry_it_is_the_planned_cluster(cluster):
    snapshot = planned(cluster)
    assert snapshot.taken_at == cluster.start
    assert snapshot.revisions == {"A": 0, "B": 0}
    lots = snapshot.tables["lots"].to_pylist()
    assert [lot["lot"] for lot in lots] == [BODY, LAMP, "ORD-1/02/body", "ORD-1/02/lamp"]
    assert {lot["state"] for lot in lots} == {int(LotState.PLANNED)}
    assert [lot["quantity"] for lot in lots] == [4, 4, 2, 2]
    assert [lot["waiting"] for lot in lots] == [0, 1, 0, 1]
    site = row(snapshot.tables["sites"], site="A")
    assert (site["grid_available"], site["soc_kwh"], site["fuel_l"]) == (True, 10.0, 45.0)
    assert (site["age_s"], site["last_time"], site["genset_running"]) == (None, None, False)
    other = row(snapshot.tables["sites"], site="B")
    assert (other["grid_available"], other["soc_kwh"], other["fuel_l"]) == (True, None, None)
    machines = snapshot.tables["machines"].to_pylist()
    assert [m["machine"] for m in machines] == ["laser-1", "laser-2", "bench"]
    assert {m["state"] for m in machines} == {int(MachineState.UNKNOWN)}
    assert snapshot.tables["stock"].to_pylist() == [
        {"site": "A", "material": "sheet", "quantity": 40.0, "reserved": 0.0}
    ]
    assert [
        (a["site"], a["part"], a["status"]) for a in snapshot.tables["approvals"].to_pylist()
    ] == [
        ("A", "body", 1),
        ("B", "lamp", 2),
    ]
    assert snapshot.tables["transports"].num_rows == 0
    assert snapshot.schedule_version == 0


def test_every_table_has_its_schema_before_and_after_telemetry(cluster, reading):
    told = reading(
        [("laser-1", "machine.state", NOON, 3.0, None)],
        [event(BODY, 5, LotState.TRANSIT, "A", link="A-B", consignment="C-1", eta=NOON)],
    )
    for snapshot in (planned(cluster), Cutter(cluster).cut(NOON, {"A": told})):
        assert {name: table.schema for name, table in snapshot.tables.items()} == dict(SCHEMAS)


def test_machines_energy_stock_and_gates_are_as_told(cluster, reading):
    told = reading(
        [
            ("laser-2", "machine.state", NOON - timedelta(hours=2), 3.0, None),
            ("laser-2", "job.lot", NOON - timedelta(hours=2), None, BODY),
            ("laser-2", "job.operation", NOON - timedelta(hours=2), 0.0, None),
            ("laser-2", "job.remaining_h", NOON - timedelta(minutes=1), 0.25, None),
            ("laser-2", "part.good", NOON - timedelta(hours=3), 12.0, None),
            ("laser-2", "part.scrap", NOON - timedelta(hours=3), 1.0, None),
            ("site", "grid.available", NOON - timedelta(hours=5), 0.0, None),
            ("site", "battery.soc_kwh", NOON, 7.5, None),
            ("site", "fuel.level_l", NOON, 31.0, None),
            ("site", "genset.running", NOON, 1.0, None),
            ("material:sheet", "stock.quantity", NOON, 12.5, None),
            ("material:sheet", "stock.reserved", NOON, 2.5, None),
            ("material:resin", "stock.quantity", NOON, 3.0, None),
            ("gate:lamp/body", "approval.status", NOON, 4.0, BODY),
        ],
        revision=9,
    )
    snapshot = Cutter(cluster).cut(NOON + timedelta(seconds=30), {"A": told})
    machine = row(snapshot.tables["machines"], machine="laser-2")
    untold = {name: value for name, value in machine.items() if value is None}
    assert {name: value for name, value in machine.items() if name not in untold} == {
        "site": "A",
        "work_centre": "laser",
        "machine": "laser-2",
        "state": int(MachineState.RUN),
        "since": NOON - timedelta(hours=2),
        "lot": BODY,
        "operation": 0,
        "remaining_h": 0.225,  # a minute and a half has been worked since
        "good": 12,
        "scrap": 1,
        "age_s": 30.0,
        "quality": 0,
    }
    assert {"family", "powered", "failure", "upkeep"} < set(untold)
    site = row(snapshot.tables["sites"], site="A")
    assert site["revision"] == snapshot.revisions["A"] == 9
    assert site["state_hash"] == "hash-9"
    assert (site["grid_available"], site["grid_since"]) == (False, NOON - timedelta(hours=5))
    assert (site["soc_kwh"], site["fuel_l"], site["genset_running"]) == (7.5, 31.0, True)
    assert [tuple(r.values()) for r in snapshot.tables["stock"].to_pylist()] == [
        ("A", "sheet", 12.5, 2.5),
        ("A", "resin", 3.0, 0.0),
    ]
    gate = row(snapshot.tables["approvals"], site="A", part="body")
    assert (gate["status"], gate["lot"]) == (4, BODY)


def test_a_lot_is_where_its_highest_event_says_whichever_site_told_it(cluster, reading):
    behind = reading(
        [], [event(BODY, 3, LotState.DOCK, "A"), event(LAMP, 1, LotState.WAITING, "B")]
    )
    ahead = reading(
        [], [event(BODY, 6, LotState.JOINED, "B"), event(LAMP, 2, LotState.QUEUED, "B")]
    )
    cutter = Cutter(cluster)
    one = cutter.cut(NOON, {"A": behind, "B": ahead})
    other = cutter.cut(NOON, {"B": ahead, "A": behind})
    for snapshot in (one, other):
        lots = snapshot.tables["lots"].to_pylist()
        assert [lot["lot"] for lot in lots].count(BODY) == 1
        assert (lots[0]["place"], lots[0]["event"]) == ("B", 6)
        assert (lots[1]["state"], lots[1]["event"]) == (int(LotState.QUEUED), 2)


def test_an_event_told_again_counts_with_its_later_time(cluster, reading):
    first = event(LAMP, 2, LotState.WAITING, "B", quantity=4)
    again = first | {"quantity": 5, "since": NOON}
    for order in ((first, again), (again, first)):
        told = {site: reading([], [row]) for site, row in zip("AB", order, strict=True)}
        lots = Cutter(cluster).cut(NOON, told).tables["lots"].to_pylist()
        assert lots[1]["units"] == 5


def test_a_lot_waits_for_its_components_that_are_not_yet_joined(cluster, reading):
    told = reading(
        [], [event(BODY, 6, LotState.JOINED, "B"), event(LAMP, 1, LotState.WAITING, "B")]
    )
    lots = Cutter(cluster).cut(NOON, {"B": told}).tables["lots"].to_pylist()
    assert [lot["waiting"] for lot in lots] == [0, 0, 0, 1]


def test_sites_of_different_ages_are_marked_each_with_its_own(cluster, reading):
    fresh = reading([("laser-1", "machine.state", NOON, 1.0, None)])
    stale = reading([("bench", "machine.state", NOON - timedelta(hours=9), 1.0, None)])
    snapshot = Cutter(cluster).cut(NOON, {"A": fresh, "B": stale})
    assert (snapshot.age_s("A"), snapshot.age_s("B")) == (0.0, 9 * 3600.0)
    assert planned(cluster).age_s("A") == float("inf")
    with pytest.raises(KeyError):
        snapshot.age_s("nowhere")


def test_delivered_lots_count_for_their_order(cluster, reading):
    told = reading(
        [],
        [
            event(LAMP, 9, LotState.DELIVERED, "clinic", good=4),
            event(BODY, 9, LotState.JOINED, "B", good=4),
        ],
    )
    (order,) = Cutter(cluster).cut(NOON, {"B": told}).tables["orders"].to_pylist()
    assert order["delivered_quantity"] == 4
    assert order["lateness_cost_per_unit_day"] == 0.5
    assert order["due"] == datetime(2027, 1, 15, tzinfo=UTC)


def test_lots_under_way_make_the_transports(cluster, reading):
    travel = {"link": "A-B", "consignment": "C-7", "eta": NOON + timedelta(hours=8)}
    told = reading(
        [],
        [
            event("ORD-1/02/body", 4, LotState.TRANSIT, "A", **travel),
            event(BODY, 4, LotState.TRANSIT, "A", **travel),
        ],
    )
    assert Cutter(cluster).cut(NOON, {"A": told}).tables["transports"].to_pylist() == [
        {
            "consignment": "C-7",
            "link": "A-B",
            "lots": [BODY, "ORD-1/02/body"],
            "depart": NOON - timedelta(hours=1),
            "eta": NOON + timedelta(hours=8),
        }
    ]


def test_a_lot_of_no_order_is_named_in_the_warnings(cluster, reading):
    told = reading([], [event("ORD-9/01/body", 1, LotState.QUEUED, "A")])
    snapshot = Cutter(cluster).cut(NOON, {"A": told})
    assert snapshot.tables["lots"].num_rows == 4
    (warning,) = snapshot.warnings
    assert warning.startswith("lot 'ORD-9/01/body' is told by a site but belongs to no order")


def test_orders_that_came_in_since_have_lots(cluster):
    order = cluster.orders[0]
    rush = OrderSpec.model_validate(order.model_dump() | {"id": "ORD-2", "quantity": 1})
    snapshot = Cutter(cluster, [rush]).cut(NOON)
    assert snapshot.tables["orders"].column("order").to_pylist() == ["ORD-1", "ORD-2"]
    assert "ORD-2/01/lamp" in snapshot.tables["lots"].column("lot").to_pylist()
    assert snapshot.cluster.orders == (order, rush)
