"""What a cut shows of machines, lists and travellers, and what it says was not told."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from federation.cut import Cutter
from federation.untold import ASSUMPTIONS, TRAVELLER
from tests.support.small_cluster import MONDAY, small_cluster
from twins.states import MachineState
from twins.under_way import Absence, Away, Delivery, text_of
from twins.work import LotState

NOON = datetime(2027, 1, 6, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def equipped():
    """The small cluster with people, maintenance, setups, a supplier and vehicles."""
    data = small_cluster().model_dump()
    north, south = data["sites"]
    north["pools"] = [{"id": "fitters", "headcount": 3, "skills": {"bending": 1, "coating": 1}}]
    brake, oven = north["machines"]
    brake["setups"] = {"default_min": 20.0}
    brake["maintenance"] = {
        "every_h": 40.0,
        "clock": "use",
        "duration": {"kind": "deterministic", "mean_h": 2.0},
    }
    brake["failure"]["clock"] = "use"
    oven["maintenance"] = {
        "every_h": 300.0,
        "duration": {"kind": "deterministic", "mean_h": 2.0},
    }
    south["stock"][0]["supplier"] = {
        "id": "mill",
        "reorder_point": 100.0,
        "order_quantity": 500.0,
        "lead": {"kind": "gamma", "mean_h": 72.0, "cv": 0.4},
    }
    data["links"][0]["vehicles"] = 2
    return small_cluster(**data)


CLUSTER = equipped()


def row(snapshot, table, **key):
    (found,) = [
        entry
        for entry in snapshot.tables[table].to_pylist()
        if all(entry[name] == value for name, value in key.items())
    ]
    return found


def brake(state, since, rows):
    told = [("brake-1", "machine.state", NOON - since, float(state), None)]
    return told + [("brake-1", signal, NOON - ago, value, None) for signal, ago, value in rows]


@pytest.mark.parametrize(
    ("state", "since", "left", "use", "upkeep"),
    [
        (MachineState.RUN, 5 * HOUR, 2.0, 7.0, 9.0),  # worked since it was told, an hour ago
        (MachineState.RUN, 0.5 * HOUR, 2.5, 6.5, 9.5),  # went on half an hour ago
        (MachineState.PAUSED, 5 * HOUR, 3.0, 6.0, 10.0),
    ],
)
def test_what_runs_down_with_work_is_brought_to_the_moment(
    reading, state, since, left, use, upkeep
):
    told = brake(
        state,
        since,
        [("job.remaining_h", HOUR, 3.0), ("failure.use_h", HOUR, 6.0), ("upkeep.left_h", HOUR, 10)],
    )
    machine = row(
        Cutter(CLUSTER).cut(NOON, {"NORTH": reading(told)}), "machines", machine="brake-1"
    )
    assert (machine["remaining_h"], machine["use_h"]) == (left, use)
    assert machine["upkeep_left_h"] == upkeep


def test_a_calendar_runs_also_while_a_machine_stands(reading):
    told = [("oven", "upkeep.left_h", NOON - 3 * HOUR, 1.0, None)]
    cut = Cutter(CLUSTER).cut(NOON, {"NORTH": reading(told)})
    machine = row(cut, "machines", site="NORTH", machine="oven")
    assert machine["upkeep_left_h"] == -2.0


def test_a_changeover_is_over_with_its_state(reading):
    told = brake(
        MachineState.SETUP,
        HOUR / 6,
        [("setup.remaining_h", HOUR / 6, 0.5), ("setup.whole_h", HOUR / 6, 0.75)],
    )
    told.append(("brake-1", "setup.family", NOON - HOUR, None, "thin"))
    machine = row(
        Cutter(CLUSTER).cut(NOON, {"NORTH": reading(told)}), "machines", machine="brake-1"
    )
    assert (machine["setup_left_h"], machine["setup_h"]) == (pytest.approx(1 / 3), 0.75)
    assert machine["family"] == "thin"


def test_the_condition_of_a_machine_is_told_with_its_age(reading):
    told = brake(
        MachineState.DOWN,
        4 * HOUR,
        [
            ("failure.state", HOUR, 1.0),
            ("job.interrupted", 4 * HOUR, 1.0),
            ("upkeep.state", HOUR, 1),
        ],
    )
    told.append(("oven", "machine.powered", NOON - 2 * HOUR, 1.0, None))
    told.append(("oven", "job.pool", NOON - 2 * HOUR, None, ""))
    cut = Cutter(CLUSTER).cut(NOON, {"NORTH": reading(told)})
    machine = row(cut, "machines", machine="brake-1")
    assert (machine["failure"], machine["failure_since"]) == (1, NOON - HOUR)
    assert (machine["interrupted"], machine["interrupted_since"]) == (True, NOON - 4 * HOUR)
    assert (machine["upkeep"], machine["upkeep_since"]) == (1, NOON - HOUR)
    assert (machine["powered"], machine["pool"]) == (None, None)
    oven = row(cut, "machines", site="NORTH", machine="oven")
    assert (oven["powered"], oven["powered_since"], oven["pool"]) == (True, NOON - 2 * HOUR, "")


def test_lists_become_rows(reading):
    orders = (
        Delivery(quantity=500.0, ordered=NOON - 30 * HOUR),
        Delivery(quantity=1000.0, ordered=NOON - HOUR, expected=NOON + HOUR),
    )
    fuel = (Delivery(quantity=15.0, ordered=NOON, expected=NOON + 24 * HOUR),)
    south = reading(
        [
            ("material:sheet", "supply.under_way", NOON, None, text_of(orders)),
            ("site", "fuel.under_way", NOON, None, text_of(fuel)),
            ("site", "fuel.received_l", NOON - 50 * HOUR, 30.0, None),
            ("link:N-S/SOUTH", "vehicles.away", NOON, None, text_of((Away(back=NOON + HOUR),))),
        ]
    )
    north = reading(
        [
            ("pool:fitters", "people.absent", NOON, None, text_of((Absence(people=2),))),
            ("link:N-S/NORTH", "vehicles.away", NOON, None, "[]"),
        ]
    )
    cut = Cutter(CLUSTER).cut(NOON, {"NORTH": north, "SOUTH": south})
    assert [tuple(r.values()) for r in cut.tables["deliveries"].to_pylist()] == [
        ("SOUTH", "sheet", 1, 500.0, NOON - 30 * HOUR, None),
        ("SOUTH", "sheet", 2, 1000.0, NOON - HOUR, NOON + HOUR),
        ("SOUTH", None, 1, 15.0, NOON, NOON + 24 * HOUR),
    ]
    assert [tuple(r.values()) for r in cut.tables["absences"].to_pylist()] == [
        ("NORTH", "fitters", 1, 2.0, None)
    ]
    assert [tuple(r.values()) for r in cut.tables["vehicles"].to_pylist()] == [
        ("N-S", "SOUTH", 1, NOON + HOUR, None)
    ]
    assert row(cut, "sites", site="SOUTH")["fuel_received_at"] == NOON - 50 * HOUR
    assert type(cut).from_ipc(cut.to_ipc()) == cut


def test_what_a_site_did_not_tell_is_listed(reading):
    lot = {
        "lot": "ORD-1/01/shell",
        "event": 3,
        "state": int(LotState.QUEUED),
        "operation": 1,
        "place": "NORTH",
        "since": NOON - HOUR,
    }
    silent = Cutter(CLUSTER).cut(NOON).tables["untold"]
    assert silent.num_rows == 0
    rows = brake(MachineState.RUN, HOUR, [("failure.state", HOUR, 0.0)])
    rows.append(("brake-1", "job.lot", NOON - HOUR, None, "ORD-1/02/shell"))
    cut = Cutter(CLUSTER).cut(NOON, {"NORTH": reading(rows, [lot])})
    untold = [(r["asset"], r["fact"]) for r in cut.tables["untold"].to_pylist()]
    assert set(cut.tables["untold"].column("site").to_pylist()) == {"NORTH"}
    assert {fact for asset, fact in untold if asset == "brake-1"} == {
        *("setup.family", "job.remaining_h", "job.pool", "failure.use_h", "upkeep.state")
    }
    assert [fact for asset, fact in untold if asset == "oven"] == ["machine.state"]
    assert ("lot:ORD-1/01/shell", TRAVELLER) in untold
    assert ("pool:fitters", "people.absent") in untold
    assert ("link:N-S/NORTH", "vehicles.away") in untold
    assert set(Counter(fact for _, fact in untold)) <= set(ASSUMPTIONS)


def test_a_lot_with_a_traveller_is_told(reading):
    lot = {
        "lot": "ORD-1/01/shell",
        "event": 3,
        "state": int(LotState.HELD),
        "operation": 1,
        "place": "NORTH",
        "since": MONDAY,
        "until": NOON + HOUR,
        "visits": [1, 0, 0],
        "loops": [],
        "materials": [],
        "card": "NORTH/brake",
    }
    cut = Cutter(CLUSTER).cut(NOON, {"NORTH": reading([], [lot])})
    shown = row(cut, "lots", lot="ORD-1/01/shell")
    assert (shown["visits"], shown["card"], shown["until"]) == (
        [1, 0, 0],
        "NORTH/brake",
        NOON + HOUR,
    )
    assert TRAVELLER not in cut.tables["untold"].column("fact").to_pylist()
