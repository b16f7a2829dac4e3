"""A switch of the design: what has begun is made as it was, the rest to the new routing."""

from datetime import timedelta

import numpy as np
import pytest

from analytics.edits.errors import ScenarioError
from analytics.scenario import Scenario
from analytics.simulation.belief import believe
from analytics.simulation.compile.live import arm_state
from analytics.simulation.extract import extract
from analytics.simulation.layout import DAY_MS
from analytics.simulation.run import run
from federation.cut import Cutter, planned
from federation.schedule import Schedule
from tests.support.observed import observed
from tests.support.small_cluster import MONDAY, small_cluster
from twins.work import LotState, ScheduleEntry

DESIGN = {
    "id": "lamp-2",
    "name": "Lamp without a lens",
    "price": 30.0,
    "lateness_cost_per_unit_day": 0.3,
    "root": {
        "id": "lamp",
        "mass_kg": 0.4,
        "operations": [{"id": "assemble", "process": "assembly", "unit_time_min": 3.0}],
        "components": [
            {
                "id": "shell",
                "mass_kg": 0.2,
                "operations": [{"id": "bend", "process": "bending", "unit_time_min": 1.0}],
            }
        ],
    },
    "permissions": [{"part": "lamp", "site": "SOUTH"}, {"part": "shell", "site": "NORTH"}],
    "variants": [{"id": "NG-plug", "markets": ["NG"]}],
}


def day(number):
    return MONDAY + timedelta(days=number)


def switch(design=None, **own):
    edit = {"kind": "design_version", "product": "lamp", "design": DESIGN | (design or {})}
    window = {"start": day(1), "announced_at": MONDAY}
    return Scenario(id="v2", title="V2", fork_at=MONDAY, edits=(edit | window | own,))


@pytest.fixture(scope="module")
def snapshot():
    return planned(small_cluster())


def test_the_lots_of_an_order_are_made_to_the_new_design(snapshot):
    """ORD-3 is released on the eleventh; ORD-1, released before the switch, is made as it was."""
    told = switch()
    model, state = told.compile(snapshot)
    (lots,) = told.affected(snapshot)
    assert sorted(lots) == sorted(
        f"ORD-3/{n}/{part}" for n in ("01", "02") for part in ("shell", "lens", "lamp")
    )
    assert {model.names.lots[row] for row, _ in model.dropped} == set(lots)
    calm = model.with_run(1, 0, deterministic=True)
    arm_state(calm, state)
    run(calm, state, 25 * DAY_MS)
    orders = extract(calm, state)["orders"].to_pylist()
    done = {row["order"]: (row["product"], row["delivered_quantity"]) for row in orders}
    assert done == {"ORD-1": ("lamp", 40), "ORD-2": ("plate", 10), "ORD-3-lamp-2": ("lamp-2", 20)}
    assert state.clock["open_lots"][0] == 0


def test_what_has_begun_is_made_as_it_was(snapshot):
    begun = {"state": int(LotState.QUEUED), "place": "NORTH", "event": 1, "since": MONDAY}
    seen = observed(snapshot, lots=[{"lot": "ORD-3/01/shell", **begun}])
    changed = switch().transform(seen)
    (new,) = [order for order in changed.cluster.orders if order.product == "lamp-2"]
    assert (new.id, new.quantity, new.due) == ("ORD-3-lamp-2", 4, snapshot.cluster.orders[2].due)
    assert set(switch().affected(seen)[0]) == {f"ORD-3/02/{p}" for p in ("shell", "lens", "lamp")}


def test_the_design_is_unknown_until_it_is_announced(snapshot):
    told = switch(start=day(3), announced_at=day(2))
    model, state = told.compile(snapshot)
    old = [row for row, _ in model.dropped]
    new = [row for row, name in enumerate(model.names.lots) if name.startswith("ORD-3-lamp-2/")]
    before, _ = believe(model, state, told.beliefs(model, 0))
    assert np.isin(old, before.release_order).all()
    assert not np.isin(new, before.release_order).any()
    state.clock["now_ms"] = 2 * DAY_MS
    after, _ = believe(model, state, told.beliefs(model, 2 * DAY_MS))
    assert not np.isin(old, after.release_order).any()
    assert np.isin(new, after.release_order).all()


def test_lots_keep_their_work_centre_where_it_can_make_the_design():
    """Shells of the old design are bent at SOUTH; the new one may be made there too, or not."""
    entries = {
        (f"ORD-3/{n}/shell", 1): ScheduleEntry(
            f"ORD-3/{n}/shell", 1, "SOUTH", "brake", 7, day(7), day(8)
        )
        for n in ("01", "02")
    }
    snapshot = Cutter(small_cluster()).cut(MONDAY, schedule=Schedule(1, entries))
    free = [*DESIGN["permissions"], {"part": "shell", "site": "SOUTH"}]
    for permissions, site in ((free, "SOUTH"), (DESIGN["permissions"], "NORTH")):
        model, state = switch({"permissions": permissions}).compile(snapshot)
        for number in ("01", "02"):
            op = model.lot["first_op"][model.names.lot_row[f"ORD-3-lamp-2/{number}/shell"]]
            assert model.names.groups[state.op["group"][op]][0] == site


@pytest.mark.parametrize(
    ("design", "words"),
    [
        ({"id": "plate"}, "there is a product 'plate' already"),
        ({"variants": [{"id": "world", "markets": ["NG"]}]}, "no variant 'NG-plug', which ORD-1"),
        ({"variants": [{"id": "NG-plug", "markets": ["GH"]}]}, "may not be sold to ORD-1"),
        ({"minimum_lot": 16, "lot_size": 16}, None),
        ({"minimum_lot": 30, "lot_size": 30}, "ORD-3 is below the minimum lot of the design"),
        ({"permissions": DESIGN["permissions"][:1]}, "no permitted site can do operation 'bend'"),
        (
            {"permissions": [*DESIGN["permissions"], {"part": "shell", "site": "EAST"}]},
            "there is no site 'EAST' for the design",
        ),
    ],
)
def test_a_design_that_cannot_take_over_is_refused(snapshot, design, words):
    told = switch(design, start=MONDAY)
    if words is None:
        told.check(snapshot.cluster)
        return
    with pytest.raises(ScenarioError, match=words):
        told.check(snapshot.cluster)


@pytest.mark.parametrize(
    ("material", "words"),
    [("moon_dust", "there is no material 'moon_dust'"), ("filament", "NORTH keeps no filament")],
)
def test_material_of_a_design_must_exist_and_be_kept(snapshot, material, words):
    needs = [{"material": material, "quantity_per_unit": 1.0}]
    bend = {"id": "bend", "process": "bending", "unit_time_min": 1.0, "consumes": needs}
    (shell,) = DESIGN["root"]["components"]
    root = DESIGN["root"] | {"components": [shell | {"operations": [bend]}]}
    with pytest.raises(ScenarioError, match=words):
        switch({"root": root}).check(snapshot.cluster)


def test_a_surge_of_the_same_product_is_made_to_the_design_too(snapshot):
    surge = {"kind": "demand_surge", "product": "lamp", "factor": 1.5, "start": day(1)}
    told = switch()
    both = told.replace(edits=(*told.edits, surge | {"end": day(20)}))
    new = {
        order.id: order.quantity
        for order in both.transform(snapshot).cluster.orders
        if order.product == "lamp-2"
    }
    assert new == {"ORD-3-lamp-2": 20, "ORD-3-surge-lamp-2": 10}


PRESS = {
    "kind": "added_machine", "site": "SOUTH", "start": day(1), "capital_cost": 9000.0,
    "machine": {"id": "press", "process": "injection_molding", "run_kw": 9.0},
}  # fmt: skip
LENS = {"id": "lens", "mass_kg": 0.01} | {
    "operations": [{"id": "mould", "process": "injection_molding", "unit_time_min": 0.2}]
}


def moulded(*edits):
    root = DESIGN["root"] | {"components": [LENS]}
    permissions = [{"part": part, "site": "SOUTH"} for part in ("lamp", "lens")]
    told = switch({"root": root, "permissions": permissions})
    return told.replace(edits=(*told.edits, *edits))


def test_a_design_may_be_made_on_a_machine_that_is_bought_for_it(snapshot):
    told = moulded(PRESS)
    told.check(snapshot.cluster)
    model, state = told.compile(snapshot)
    calm = model.with_run(1, 0, deterministic=True)
    arm_state(calm, state)
    run(calm, state, 25 * DAY_MS)
    operations = extract(calm, state)["operations"].to_pylist()
    places = {(row["site"], row["work_centre"]) for row in operations if row["part"] == "lens"}
    assert ("SOUTH", "press") in places
    assert state.clock["open_lots"][0] == 0


def test_a_design_on_a_machine_that_nobody_has_is_refused(snapshot):
    with pytest.raises(ScenarioError, match=r"edit 1 \(design_version\): .*injection_molding"):
        moulded().check(snapshot.cluster)
    with pytest.raises(ScenarioError, match=r"edit 3 \(added_machine\): .*already"):
        moulded(PRESS, PRESS).check(snapshot.cluster)
