"""What the fork makes of the lots that it was told of, and of what they carry along."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from analytics.simulation import slots
from analytics.simulation.belief import believe
from analytics.simulation.compile import arm_state, compile_snapshot
from analytics.simulation.expectation import mean_residual
from analytics.simulation.layout import HOUR_MS, PRIMITIVE_C
from analytics.simulation.layout_primitives import P_APPROVAL
from analytics.simulation.run import run
from federation.cut import planned
from federation.topology.model import ClusterSpec
from tests.support.live_condition import (
    CERTAIN,
    DONE,
    NOW,
    OTHER,
    PLATE,
    ago,
    agrees,
    at_saw,
    drawn,
    fork,
    row_of,
)
from tests.support.observed import observed
from twins.work import LotState


def in_quarantine(**told: Any) -> dict[str, Any]:
    return at_saw(machine=None, state=int(LotState.HELD), operation=3, since=ago(4.0), **told)


def test_a_quarantine_ends_given_how_long_it_has_lasted():
    model, state = fork(lots=[in_quarantine()])
    lot = model.names.lot_row[PLATE]
    slot = int(model.bases[slots.HOLD]) + lot
    optype = model.optype[state.op["optype"][model.op_rows(lot).start + 2]]
    dist = model.dist[optype["hold_dist"] - 1]
    left_h = mean_residual(dist, model.curve, 4.0 * HOUR_MS) / HOUR_MS
    assert agrees(drawn(model, state, lambda own: own.slot["time_ms"][slot]), left_h)
    arm_state(model.with_run(1, 0, deterministic=True), state)
    assert state.slot["time_ms"][slot] == pytest.approx(left_h * HOUR_MS, abs=1)


def test_a_quarantine_with_a_date_ends_then_in_runs_and_in_plans():
    model, state = fork(lots=[in_quarantine(until=ago(-7.0))])
    slot = int(model.bases[slots.HOLD]) + model.names.lot_row[PLATE]
    one = model.with_run(1, 0)
    arm_state(one, state)
    run(one, state, HOUR_MS)
    _, view = believe(one, state, np.zeros(0, PRIMITIVE_C))
    assert state.slot["time_ms"][slot] == view.slot["time_ms"][slot] == 7 * HOUR_MS


def certified(day_h: float) -> ClusterSpec:
    """Quarantines of plates at the hub last 5 h, and until the certificate of a day."""
    found = CERTAIN.model_dump(mode="json")
    kit = next(product for product in found["products"] if product["id"] == "kit")
    coat = kit["root"]["components"][0]["operations"][2]
    coat["inspection"]["until_certified"] = True
    plate = next(entry for entry in kit["permissions"] if entry["site"] == "HUB")
    plate["certified_at"] = ago(-day_h).isoformat()
    return ClusterSpec.model_validate_json(json.dumps(found))


@pytest.mark.parametrize("told", [{}, {"until": ago(-20.0)}])
@pytest.mark.parametrize(
    ("longer_h", "free_h"), [([(1.0, 10.0), (3.0, -15.0)], 15.0), ([(0.5, -50.0)], 1.0)]
)
def test_a_certificate_that_comes_sooner_frees_what_has_lain_its_time(told, longer_h, free_h):
    cluster = certified(20.0)
    quiet = observed(planned(cluster, NOW), lots=DONE)
    model, state = compile_snapshot(observed(quiet, lots=[in_quarantine(**told)]))
    lot = model.names.lot_row[PLATE]
    gate = int(state.lot["place"][lot]) * model.parts + int(model.lot["part"][lot])
    changes = [
        (round(at_h * HOUR_MS), P_APPROVAL, gate, round(more_h * HOUR_MS))
        for at_h, more_h in longer_h
    ]
    one = model.with_primitives(np.array(changes, PRIMITIVE_C)).with_run(1, 0)
    arm_state(one, state)
    run(one, state, round(longer_h[-1][0] * HOUR_MS))
    slot = int(model.bases[slots.HOLD]) + lot
    assert state.slot["time_ms"][slot] == free_h * HOUR_MS


def test_a_lot_that_is_blocked_keeps_its_machine():
    blocked = at_saw(state=int(LotState.BLOCKED), operation=1, visits=[])
    model, state = fork(lots=[blocked])
    saw, lot = row_of(model, "saw-1"), model.names.lot_row[PLATE]
    assert state.machine["held"][saw] == model.op_rows(lot).start + 1
    assert state.lot["held_by"][lot] == saw + 1
    _, state = fork(lots=[blocked | {"machine": None}])
    assert (state.machine["held"] == 0).all()  # nobody told where: it stands beside


def test_rework_goes_on_where_it_was():
    again = at_saw(
        state=int(LotState.DOCK), operation=1, link="H-D", machine=None, visits=[0, 2, 1],
        loops=[0, 1, 1],
    )  # fmt: skip
    model, state = fork(lots=[again])
    first = model.op_rows(model.names.lot_row[PLATE]).start
    assert state.op["visits"][first : first + 3].tolist() == [0, 2, 1]
    assert state.op["loops"][first : first + 3].tolist() == [0, 1, 1]
    press = model.names.group_row["DEPOT", "press"]
    mill = model.names.group_row["HUB", "mill"]
    assert (state.op["group"][first + 1], state.op["home"][first + 1]) == (press, mill + 1)


@pytest.mark.parametrize(
    ("told", "card", "loop"),
    [
        ({"visits": [], "card": "HUB/oven", "loop": "HUB"}, True, True),
        ({"visits": [], "card": None, "loop": None}, False, False),
        ({}, True, True),  # it comes from the oven, and has not left the site
        ({"state": int(LotState.DOCK), "link": "H-D"}, True, False),  # it has
    ],
)
def test_cards_and_loops_are_held_as_told_or_by_the_place(told, card, loop):
    model, state = fork(lots=[in_quarantine() | told])
    lot = state.lot[model.names.lot_row[PLATE]]
    assert (lot["card"] > 0, lot["loop"] > 0) == (card, loop)
    assert state.limit["used"].sum() == card + loop


def test_material_stays_set_aside_and_the_others_take_what_is_left():
    queued = {"state": int(LotState.QUEUED), "operation": 0, "machine": None, "units": 11}
    other = at_saw() | queued | {"lot": OTHER, "visits": [], "materials": ["sheet"]}
    waits = at_saw() | queued | {"state": int(LotState.WAITING), "visits": [], "materials": []}
    model, state = fork(
        lots=[waits, other],
        stock=[
            {"site": "HUB", "material": "sheet", "quantity": 14.0},
            {"site": "HUB", "material": "scrap-sheet", "quantity": 0.0},
            {"site": "HUB", "material": "sheet@clinic", "quantity": 0.0},
        ],
    )
    sheet = model.names.material_row["sheet"]
    assert state.stock["reserved"][sheet] == 13_200
    arm_state(model.with_run(1, 0), state)
    run(model.with_run(1, 0), state, 0)
    states = state.lot["state"][[model.names.lot_row[PLATE], model.names.lot_row[OTHER]]]
    assert states.tolist() == [LotState.WAITING, LotState.RUNNING]


def test_a_substitute_that_is_set_aside_is_what_is_taken():
    told = at_saw(state=int(LotState.QUEUED), machine=None, visits=[], materials=["scrap-sheet"])
    model, state = fork(lots=[told])
    scrap = model.names.material_row["scrap-sheet"]
    assert state.stock["reserved"][scrap] == 11 * 1500
    arm_state(model.with_run(1, 0), state)
    run(model.with_run(1, 0), state, 0)
    assert state.stock["issued"][scrap] == 11 * 1500
    _, state = fork(lots=[told | {"materials": ["paint"]}])  # the routing takes none
    assert state.stock["reserved"].sum() == 0


def test_work_that_was_laid_aside_goes_on_with_what_is_left():
    told = at_saw(state=int(LotState.QUEUED), visits=[], left_h=1.5, done_h=2.0, machine="saw-2")
    model, state = fork(certain=True, lots=[told])
    op = model.op_rows(model.names.lot_row[PLATE]).start
    record = state.op[op]
    assert (record["left_ms"], record["done_ms"]) == (1.5 * HOUR_MS, 2 * HOUR_MS)
    arm_state(model.with_run(1, 0), state)
    run(model.with_run(1, 0), state, 4 * HOUR_MS)
    assert state.stock["issued"].sum() == 0  # it was taken when the work began
    # a changeover of 80 min comes before it
    assert state.op["end_ms"][op] == round((80 / 60 + 1.5) * HOUR_MS)


def test_a_lot_that_was_sent_by_express_goes_on_so():
    model, state = fork(lots=[in_quarantine(express=True), in_quarantine() | {"lot": OTHER}])
    lots = [model.names.lot_row[name] for name in (PLATE, OTHER)]
    assert state.lot["express"][lots].tolist() == [1, 0]


def test_papers_at_a_dock_go_on():
    told = at_saw(state=int(LotState.DOCK), operation=3, link="H-D", machine=None, since=ago(3.0))
    model, state = fork(lots=[told])
    assert state.lot["papers_ms"][model.names.lot_row[PLATE]] == HOUR_MS  # dangerous: 4 h


def test_an_approval_under_way_counts_from_when_it_began():
    lot = at_saw(lot="O01/01/kit", place="DEPOT", state=int(LotState.WAITING), operation=2)
    gate = {"site": "DEPOT", "product": "kit", "part": "kit", "status": 4, "lot": "O01/01/kit"}
    for told, left_h in (({"since": ago(12.0)}, 18.0), ({}, 28.0)):  # else since the lot waits
        model, state = fork(lots=[lot | {"machine": None}], approvals=[gate | told])
        row = model.names.site_row["DEPOT"] * model.parts + model.names.part_row["kit", "kit"]
        slot = state.slot["time_ms"][model.bases[slots.APPROVAL] + row]
        assert slot == round(left_h * HOUR_MS)
