"""What the fork makes of energy, material, people and vehicles: told, or assumed."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.simulation import slots
from analytics.simulation.belief import believe
from analytics.simulation.compile import CompileError, arm_state
from analytics.simulation.expectation import mean_residual
from analytics.simulation.layout import DAY_MS, FOREVER, HOUR_MS, NONE, PL_PER_L, PPM, PRIMITIVE_C
from analytics.simulation.layout_primitives import P_POOL
from analytics.simulation.model import SimModel
from analytics.simulation.run import run
from tests.support.live_condition import (
    PLATE,
    ago,
    agrees,
    drawn,
    fork,
)
from twins.work import LotState


@pytest.mark.parametrize(
    ("soc_kwh", "held", "locked"), [(3.0, True, 1), (3.0, False, 0), (3.0, None, 0), (2.0, None, 1)]
)
def test_a_battery_is_kept_from_machines_as_it_was_told(soc_kwh, held, locked):
    _, state = fork(sites=[{"site": "HUB", "soc_kwh": soc_kwh, "battery_held": held}])
    assert state.site["battery_locked"][0] == locked


def test_a_genset_that_starts_up_is_up_in_time():
    told = {"site": "HUB", "genset_running": False, "genset_starting": True}
    model, state = fork(sites=[told | {"genset_since": ago(0.25)}])
    assert (state.site["genset"][0], state.site["genset_wanted"][0]) == (1, 1)
    slot = state.slot["time_ms"][model.bases[slots.GENSET]]
    assert slot == 1500_000 - HOUR_MS // 4


def test_fuel_on_its_way_comes_with_what_was_ordered():
    fuel = {"site": "HUB", "material": None, "number": 1, "quantity": 4.0, "ordered": ago(5.0)}
    for more, due_h in (({"expected": ago(-3.0)}, 3.0), ({"expected": None}, 15.0)):
        model, state = fork(deliveries=[fuel | more], sites=[{"site": "HUB", "fuel_l": 5.0}])
        assert state.site["delivery_ms"][0] == round(due_h * HOUR_MS)
        burnt = model.with_run(1, 0, deterministic=True)
        run(burnt, state, round(due_h * HOUR_MS))
        assert state.site["fuel_received_pl"][0] == 4 * PL_PER_L


def test_the_next_fuel_keeps_its_distance_from_the_last():
    told = {"site": "HUB", "fuel_l": 5.0, "fuel_received_at": ago(10.0)}
    for more, due_h in ((told, 40.0), (told | {"fuel_received_at": None}, 20.0)):
        model, state = fork(sites=[more])
        run(model.with_run(1, 0, deterministic=True), state, 0)
        assert state.site["delivery_ms"][0] == round(due_h * HOUR_MS)


def test_the_sun_of_today_is_as_it_was_seen_and_that_of_tomorrow_is_drawn():
    model, plain = fork()
    usual_kw = model.pv[0, 0] / 1e6
    told = {"site": "HUB", "pv_kw": 0.5 * usual_kw, "age_s": 60.0}
    model, state = fork(sites=[told])
    assert state.site["pv_told"][0] == pytest.approx(0.5)
    assert state.site["pv_told_until_ms"][0] == 14 * HOUR_MS  # midnight at the hub
    today, tomorrow = [], []
    for replication in range(3):
        own = state.copy()
        one = model.with_run(5, replication)
        for until, found in ((3 * HOUR_MS, today), (DAY_MS + 3 * HOUR_MS, tomorrow)):
            run(one, own, until)
            found.append(int(own.site["pv_mw"][0]))
    assert len(set(today)) == 1
    assert today[0] == pytest.approx(0.5 * model.pv[0, 6], abs=1)
    assert len(set(tomorrow)) == 3
    _, stale = fork(sites=[told | {"age_s": 7200.0}])
    assert stale.site["pv_told_until_ms"][0] == plain.site["pv_told_until_ms"][0] == 0


# --- material, people, vehicles ---------------------------------------------------------------

SHEET = {"site": "HUB", "material": "sheet", "number": 1, "quantity": 50.0}


def sheet_slot(model: SimModel) -> int:
    return int(model.bases[slots.SUPPLY]) + model.names.material_row["sheet"]


def test_an_order_with_a_supplier_comes_given_how_long_it_is_under_way():
    box = {"site": "DEPOT", "material": "box", "number": 1, "quantity": 30.0, "ordered": ago(40.0)}
    model, state = fork(deliveries=[box])
    supplier = 1
    dist = model.dist[model.supply["lead_dist"][supplier]]
    left_h = mean_residual(dist, model.curve, 40.0 * HOUR_MS) / HOUR_MS
    stock = int(model.supply["stock"][supplier])
    assert state.stock["ordered"][stock] == 30_000
    slot = int(model.bases[slots.SUPPLY]) + stock
    assert agrees(drawn(model, state, lambda own: own.slot["time_ms"][slot]), left_h)
    run(model.with_run(5, 0), state, 0)
    assert state.stock["ordered"][stock] == 30_000  # and nothing is ordered twice


def test_a_supplier_delivers_when_he_is_open():
    # Wednesday 10:00: open. Ordered the day before at noon; closed from 17:00 to 08:00.
    model, state = fork(deliveries=[SHEET | {"ordered": ago(22.0)}])
    moments = drawn(model, state, lambda own: own.slot["time_ms"][sheet_slot(model)], runs=200)
    local = (moments + 10.0) % 24.0
    assert ((local >= 8.0) & (local < 17.0)).all()


def test_what_the_supplier_promised_is_kept_to_in_runs_and_in_plans():
    told = SHEET | {"ordered": ago(22.0), "expected": ago(-5.5)}
    model, state = fork(deliveries=[told])
    one = model.with_run(5, 0)
    arm_state(one, state)
    slot = sheet_slot(model)
    assert state.slot["time_ms"][slot] == round(5.5 * HOUR_MS)
    run(one, state, HOUR_MS)
    _, view = believe(one, state, np.zeros(0, PRIMITIVE_C))
    assert view.slot["time_ms"][slot] == round(5.5 * HOUR_MS)
    run(one, state, 6 * HOUR_MS)
    assert state.supply["told"].sum() == 0  # the row is free for an order of which nobody told


def test_more_orders_than_are_counted_come_with_the_last():
    told = [SHEET | {"number": n, "ordered": ago(30.0 - n)} for n in range(1, 11)]
    model, state = fork(deliveries=told)
    assert state.supply["milli"][:8].tolist() == [50_000] * 7 + [150_000]
    assert state.stock["ordered"][model.names.material_row["sheet"]] == 500_000


def test_people_who_are_missing_come_back():
    away = {"site": "HUB", "pool": "fitters", "number": 1, "people": 1.0}
    for until, back_ms in ((ago(-6.0), 6 * HOUR_MS), (None, DAY_MS)):
        model, _ = fork(absences=[away | {"until": until}])
        changes = model.primitive[model.primitive["kind"] == P_POOL]
        assert changes.tolist() == [(0, P_POOL, 0, -PPM), (back_ms, P_POOL, 0, PPM)]
        assert model.published.tolist() == changes.tolist()  # every plan knows
    model, _ = fork(absences=[away | {"until": ago(1.0)}])
    assert len(model.primitive) == 0


def test_vehicles_come_back_as_they_were_told():
    going = {
        "lot": PLATE, "state": int(LotState.TRANSIT), "event": 9, "since": ago(1.0),
        "operation": 3, "place": "HUB", "link": "H-D", "consignment": "C-1", "eta": ago(-4.5),
        "units": 10,
    }  # fmt: skip
    out = {"link": "H-D", "start": "HUB", "number": 1, "back": ago(-9.0), "consignment": "C-1"}
    home = {"link": "H-D", "start": "DEPOT", "number": 1, "back": ago(-2.0), "consignment": "C-0"}
    model, state = fork(lots=[going], vehicles=[out, home])
    there, back = model.names.link_rows["H-D"]
    one = model.with_run(1, 0)
    arm_state(one, state)
    run(one, state, 0)
    assert state.link["away"][[there, back]].tolist() == [1, 1]
    vehicle = model.bases[slots.VEHICLE]
    assert state.slot["time_ms"][[vehicle + there, vehicle + back]].tolist() == [
        9 * HOUR_MS,
        2 * HOUR_MS,
    ]
    run(one, state, 3 * HOUR_MS)
    assert state.link["away"][[there, back]].tolist() == [1, 0]


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("absences", {"site": "HUB", "pool": "pilots", "number": 1, "people": 1.0}),
        ("deliveries", SHEET | {"material": "tin", "ordered": ago(1.0)}),
        ("deliveries", SHEET | {"site": "WEST", "ordered": ago(1.0)}),
        ("vehicles", {"link": "H-X", "start": "HUB", "number": 1, "back": ago(-1.0)}),
    ],
)
def test_what_the_cluster_does_not_have_is_refused(table, row):
    with pytest.raises(CompileError, match="which the cluster does not have; take the snapshot"):
        fork(**{table: [row]})


def test_nothing_is_armed_that_was_not_told():
    _, state = fork()
    assert (state.slot["time_ms"] == FOREVER).all()
    assert (state.machine["op"] == NONE).all()
