"""The state at the fork: what was observed, and what is drawn of the futures under way."""

from datetime import timedelta

import numpy as np
import pytest

from analytics.simulation import slots
from analytics.simulation.compile import CompileError, arm_state, compile_snapshot
from analytics.simulation.layout import (
    FOREVER,
    HOUR_MS,
    NONE,
    P_GRID_OFF,
    PL_PER_L,
    UJ_PER_KWH,
)
from federation.cut import planned
from federation.tables import SCHEMAS
from tests.support.observed import observed
from tests.support.small_cluster import MONDAY, small_cluster
from twins.states import MachineState
from twins.work import LotState

NOW = MONDAY + timedelta(hours=60)


def ago(hours):
    return NOW - timedelta(hours=hours)


def fork(primitives=(), **tables):
    return compile_snapshot(observed(planned(small_cluster(), NOW), **tables), primitives)


def test_sites_stand_as_observed():
    _, state = fork(
        sites=[
            {"site": "NORTH", "soc_kwh": 9.5, "grid_available": False, "grid_since": ago(3)},
            {"site": "SOUTH", "fuel_l": 33.0, "genset_running": True},
        ]
    )
    north, south = state.site
    assert north["soc_uj"] == 9.5 * UJ_PER_KWH
    assert (north["outage"], north["on_grid"], north["outage_since_ms"]) == (1, 0, -3 * HOUR_MS)
    assert south["fuel_pl"] == 33 * PL_PER_L
    assert (south["genset"], south["on_grid"]) == (2, 1)


def test_a_battery_at_its_reserve_is_locked():
    _, state = fork(sites=[{"site": "NORTH", "soc_kwh": 4.0}])
    assert state.site["battery_locked"].tolist() == [1, 0]


def test_a_grid_that_an_edit_holds_off_is_no_usual_outage():
    sites = [{"site": "NORTH", "grid_available": False, "grid_since": ago(3)}]
    _, state = fork([(0, P_GRID_OFF, 0, 1), (HOUR_MS, P_GRID_OFF, 0, -1)], sites=sites)
    assert state.site["outage"][0] == 0


def down(hours, machine="brake-1", site="NORTH"):
    return {
        "site": site,
        "machine": machine,
        "state": int(MachineState.DOWN),
        "since": ago(hours),
    }


def test_a_broken_machine_is_under_repair():
    model, state = fork(machines=[down(5)])
    row = model.names.machine_row["NORTH", "brake-1"]
    machine = state.machine[row]
    assert (machine["failed"], machine["down"], machine["since_ms"]) == (1, 1, -5 * HOUR_MS)


def test_the_end_of_a_repair_is_drawn_once_per_replication():
    model, state = fork(machines=[down(5)])
    row = model.bases[slots.FAILURE] + model.names.machine_row["NORTH", "brake-1"]

    def end(replication, start):
        own = start.copy()
        arm_state(model.with_run(3, replication), own)
        return int(own.slot["time_ms"][row])

    assert end(0, state) == end(0, state)
    assert len({end(replication, state) for replication in range(20)}) > 15  # some meet the cap
    armed = state.copy()
    armed.slot["time_ms"][row] = 7
    assert end(0, armed) == 7


def test_drawn_remainders_have_the_conditional_mean():
    model, state = fork(machines=[down(5)])
    row = model.bases[slots.FAILURE] + model.names.machine_row["NORTH", "brake-1"]
    ends = []
    for replication in range(2000):
        own = state.copy()
        arm_state(model.with_run(3, replication), own)
        ends.append(int(own.slot["time_ms"][row]))
    own = state.copy()
    arm_state(model.with_run(0, 0, deterministic=True), own)
    expected = int(own.slot["time_ms"][row])
    assert abs(np.mean(ends) - expected) < 4 * np.std(ends) / np.sqrt(len(ends))
    assert max(ends) <= 35 * HOUR_MS  # the cap of 40 h, 5 h of it gone


def test_an_outage_under_way_ends():
    sites = [{"site": "NORTH", "grid_available": False, "grid_since": ago(3)}]
    model, state = fork(sites=sites)
    arm_state(model.with_run(0, 0, deterministic=True), state)
    assert state.slot["time_ms"][model.bases[slots.GRID]] == pytest.approx(5 * HOUR_MS, abs=2)


def test_a_machine_that_is_not_said_to_fail_is_repaired_all_the_same():
    model, state = fork(machines=[down(5, "laser", "SOUTH")])
    row = model.names.machine_row["SOUTH", "laser"]
    arm_state(model.with_run(1, 0), state)
    assert 0 < state.slot["time_ms"][model.bases[slots.FAILURE] + row] < FOREVER
    group = model.group[model.machine["group"][row]]
    assert model.dist["mean"][group["repair_dist"]] == 8 * HOUR_MS
    assert model.dist["mean"][group["failure_dist"]] > 100 * 8760 * HOUR_MS


def lot(name, state, **told):
    return {"lot": name, "state": int(state), "event": 4, "since": ago(1)} | told


def test_a_running_lot_is_on_its_machine_with_the_work_that_was_told():
    model, state = fork(
        lots=[
            lot("ORD-1/01/shell", LotState.RUNNING, operation=1, place="NORTH", machine="brake-2",
                units=16),
        ],
        machines=[
            {"site": "NORTH", "machine": "brake-2", "state": int(MachineState.RUN),
             "since": ago(1), "lot": "ORD-1/01/shell", "operation": 1, "remaining_h": 0.25},
        ],
    )  # fmt: skip
    row = model.names.machine_row["NORTH", "brake-2"]
    machine = state.machine[row]
    op = model.op_rows(0)[1]
    assert (machine["op"], machine["running"], machine["finish_ms"]) == (op, 1, HOUR_MS // 4)
    assert state.slot["time_ms"][model.bases[slots.FINISH] + row] == HOUR_MS // 4
    assert machine["draw_mw"] == 4_000_000
    assert state.bus["load_mw"][model.names.bus_row["NORTH", "shop"]] == 4_000_000
    assert (state.op["start_ms"][op], state.op["units"][op]) == (-HOUR_MS, 16)
    assert state.op["end_ms"][op - 1] < 0


def test_lots_in_an_oven_share_its_cycle():
    told = {"operation": 2, "place": "NORTH", "machine": "oven", "units": 16}
    model, state = fork(
        lots=[
            lot("ORD-1/01/shell", LotState.RUNNING, **told),
            lot("ORD-1/02/shell", LotState.RUNNING, **told),
        ],
        machines=[
            {"site": "NORTH", "machine": "oven", "state": int(MachineState.NO_POWER),
             "since": ago(0.5), "lot": "ORD-1/01/shell", "operation": 2, "remaining_h": 0.4},
        ],
    )  # fmt: skip
    machine = state.machine[model.names.machine_row["NORTH", "oven"]]
    first, second = model.op_rows(0)[2], model.op_rows(model.names.lot_row["ORD-1/02/shell"])[2]
    assert machine["op"] == first
    assert state.op["batch_next"][[first, second]].tolist() == [second, NONE]
    assert (machine["running"], machine["work_left_ms"]) == (0, 0.4 * HOUR_MS)
    assert machine["powered"] == 0  # it has cooled down
    limit = state.slot["time_ms"][model.bases[slots.PAUSE_LIMIT] + 2]
    assert limit == HOUR_MS  # 90 min after the cut


def test_lots_on_the_way_arrive_together():
    told = {
        "operation": 3, "place": "NORTH", "link": "N-S", "consignment": "C-7",
        "eta": NOW + timedelta(hours=9), "since": ago(12),
    }  # fmt: skip
    model, state = fork(
        lots=[
            lot("ORD-1/01/shell", LotState.TRANSIT, **told),
            lot("ORD-1/03/shell", LotState.TRANSIT, **told),
        ],
        transports=[
            {"consignment": "C-7", "link": "N-S", "lots": ["ORD-1/01/shell", "ORD-1/03/shell"],
             "depart": ago(12), "eta": NOW + timedelta(hours=9)},
        ],
    )  # fmt: skip
    goods = state.consignment[0]
    assert state.clock["consignments"][0] == 1
    assert goods["link"] == model.names.link_rows["N-S"][0]
    assert (goods["depart_ms"], goods["arrive_ms"]) == (-12 * HOUR_MS, 9 * HOUR_MS)
    assert (goods["lots"], goods["mass_g"]) == (2, 24 * 180)
    third = model.names.lot_row["ORD-1/03/shell"]
    assert goods["first_lot"] == 0
    assert state.lot["next"][[0, third]].tolist() == [third, NONE]


def test_more_consignments_than_a_fresh_state_holds():
    lots = [
        lot(f"ORD-1/{number:02d}/shell", LotState.TRANSIT, operation=3, place="NORTH", link="N-S",
            consignment=f"C-{number}", eta=NOW + timedelta(hours=number))
        for number in range(1, 101)
    ]  # fmt: skip
    orders = [small_cluster().orders[0].model_copy(update={"quantity": 1600}).model_dump()]
    cluster = small_cluster(orders=orders)
    model, state = compile_snapshot(observed(planned(cluster, NOW), lots=lots))
    assert state.clock["consignments"][0] == 100
    assert len(state.slot) == model.bases[slots.ARRIVAL] + len(state.consignment)
    assert len(state.heap) == len(state.slot)


def test_what_is_done_stays_done():
    model, state = fork(
        lots=[
            lot("ORD-2/01/plate", LotState.DELIVERED, operation=1, place="clinic", good=10),
            lot("ORD-1/01/lens", LotState.JOINED, operation=1, place="SOUTH", good=16),
            lot("ORD-1/01/lamp", LotState.WAITING, operation=0, waiting=1),
        ]
    )
    assert state.clock["open_lots"][0] == 5
    assert state.lot["waiting"][model.names.lot_row["ORD-1/01/lamp"]] == 1
    plate = model.names.lot_row["ORD-2/01/plate"]
    assert state.lot["done_ms"][plate] == -HOUR_MS
    assert plate not in model.release_order
    assert len(model.release_order) == len(model.lot) - 3


def test_a_first_article_waits_for_its_approval():
    model, state = fork(
        lots=[lot("ORD-1/01/shell", LotState.WAITING, operation=3, place="SOUTH", since=ago(1))],
        approvals=[
            {"site": "SOUTH", "product": "lamp", "part": "shell", "status": 4,
             "lot": "ORD-1/01/shell"}
        ],
    )  # fmt: skip
    gate = 1 * model.parts + model.names.part_row["lamp", "shell"]
    assert (state.gate["status"][gate], state.gate["lot"][gate]) == (4, 0)
    assert state.lot["article"][0] == 2
    assert state.slot["time_ms"][model.bases[slots.APPROVAL] + gate] == 3 * HOUR_MS


def test_the_schedule_says_where_and_in_which_order():
    entries = [
        {"lot": "ORD-1/01/shell", "operation": step, "site": "SOUTH", "work_centre": centre,
         "rank": 40 + step, "planned_start": NOW, "planned_finish": NOW}
        for step, centre in enumerate(("laser", "brake", "oven"))
    ]  # fmt: skip
    model, state = fork(schedule=entries)
    rows = slice(0, 3)
    assert [model.names.groups[row][1] for row in state.op["group"][rows]] == [
        "laser",
        "brake",
        "oven",
    ]
    assert state.op["rank"][rows].tolist() == [40, 41, 42]
    other = model.op_rows(model.names.lot_row["ORD-1/02/shell"])
    assert (state.op["group"][other.start : other.stop] == state.op["group"][rows]).all()


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("lots", {"lot": "ORD-9/01/shell", "state": 2, "operation": 0}),
        ("lots", {"lot": "ORD-1/01/shell", "state": 2, "operation": 9}),
        ("lots", {"lot": "ORD-1/01/shell", "state": 2, "operation": 0, "place": "WEST"}),
        ("machines", {"site": "NORTH", "machine": "lathe", "state": 1}),
        ("stock", {"site": "NORTH", "material": "tin", "quantity": 1.0}),
        ("schedule", {"lot": "ORD-1/01/shell", "operation": 0, "site": "WEST",
                      "work_centre": "laser", "rank": 1}),
        ("approvals", {"site": "NORTH", "product": "lamp", "part": "glass", "status": 1}),
    ],
)  # fmt: skip
def test_what_the_cluster_does_not_have_is_refused(table, row):
    assert set(row) <= set(SCHEMAS[table].names)
    with pytest.raises(CompileError, match=r"; "):
        fork(**{table: [row]})
