"""The policy ``reactive``: lots that wait where nothing can work leave after a while."""

from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from analytics.rerouting.policy import POLICIES
from analytics.rerouting.problem import ReroutingProblem
from analytics.rerouting.reactive import PATIENCE_MS
from analytics.rerouting.redirect import Redirect, looking
from analytics.rerouting.replay import kernel_replay
from analytics.scenario import Scenario
from analytics.simulation.layout import (
    FOREVER,
    HOUR_MS,
    P_GRID_OFF,
    P_LINK_CLOSED,
    P_MACHINE_DOWN,
    P_SITE_DOWN,
)
from analytics.study import Study
from federation.cut import Cutter
from federation.schedule import Schedule
from federation.topology.model import ClusterSpec
from tests.support.agreeing import first_plan
from tests.support.metal_cluster import START, believed, cluster_data

NORTH, SOUTH = 0, 1
LASER, BRAKE, SOUTH_LASER, SOUTH_BRAKE = range(4)
DOWN_H = 33
DOWN = [(DOWN_H, P_SITE_DOWN, NORTH, 1)]


def two_homes(change=None, **figures) -> ClusterSpec:
    """South is approved for the enclosure as North is."""
    data = cluster_data(**{"orders": 20, "gap_h": 4.0, **figures})
    data["products"][0]["permissions"][2] = {"part": "enclosure", "site": "South"}
    if change is not None:
        change(data)
    return ClusterSpec.model_validate(data)


def question(changes=(), now_h=DOWN_H, frozen_h=0, change=None, **figures) -> ReroutingProblem:
    cluster = two_homes(change, **figures)
    model, state = believed(cluster, list(changes))
    state = kernel_replay(model, state, now_h * HOUR_MS)
    return ReroutingProblem(model, state, now_h * HOUR_MS, frozen_h * HOUR_MS, cluster)


def left(problem, until_h, patience_ms=PATIENCE_MS):
    """Operations that the rule has moved by then, with where they went."""
    rule = Redirect.of(problem, patience_ms)
    end = kernel_replay(rule.on(problem.model), looking(problem), until_h * HOUR_MS)
    rows = np.flatnonzero(end.op["group"] != problem.state.op["group"])
    return dict(zip(rows.tolist(), end.op["group"][rows].tolist(), strict=True))


@pytest.mark.parametrize(
    ("change", "stands"),
    [
        ((DOWN_H, P_SITE_DOWN, NORTH, 1), (LASER, BRAKE)),
        ((DOWN_H, P_GRID_OFF, NORTH, 1), (LASER, BRAKE)),
        ((DOWN_H, P_MACHINE_DOWN, BRAKE, 1), (BRAKE,)),
    ],
)
def test_lots_leave_what_stands_after_the_patience(change, stands):
    problem = question([change])
    assert left(problem, DOWN_H + 1.99) == {}
    gone = left(problem, DOWN_H + 2)
    assert gone
    assert {int(problem.state.op["group"][op]) for op in gone} <= set(stands) | {BRAKE}
    assert all(group == problem.state.op["group"][op] + 2 for op, group in gone.items())


def test_a_rule_that_is_off_changes_no_bit():
    problem = question(DOWN)
    rule = Redirect.of(problem, 0)
    off = kernel_replay(rule.on(problem.model), problem.state, 200 * HOUR_MS)
    assert off.digest() == kernel_replay(problem.model, problem.state, 200 * HOUR_MS).digest()


def test_a_rule_may_come_out_of_a_shared_store():
    problem = question(DOWN)
    here = Redirect.of(problem, PATIENCE_MS)
    rows = (here.first_candidate.copy(), here.candidate.copy(), here.free_ms.copy())
    for array in rows:
        array.setflags(write=False)
    rule = Redirect(PATIENCE_MS, *rows)
    end = kernel_replay(rule.on(problem.model), looking(problem), (DOWN_H + 2) * HOUR_MS)
    assert (end.op["group"] != problem.state.op["group"]).any()


def test_a_rule_that_has_nothing_to_do_changes_nothing_of_the_work():
    problem = question(())
    rule = Redirect.of(problem, PATIENCE_MS)
    on = kernel_replay(rule.on(problem.model), looking(problem), 200 * HOUR_MS)
    without = kernel_replay(problem.model, problem.state, 200 * HOUR_MS)
    for name in ("lot", "op", "machine", "stock"):
        assert getattr(on, name).tobytes() == getattr(without, name).tobytes()


def test_a_stop_shorter_than_the_patience_moves_nothing():
    short = [*DOWN, (DOWN_H + 1, P_SITE_DOWN, NORTH, -1)]
    assert left(question(short), 200) == {}


def test_work_that_has_begun_stays():
    problem = question(DOWN)
    begun = np.flatnonzero(problem.state.op["start_ms"] < FOREVER)
    assert len(begun)
    assert not set(begun.tolist()) & set(left(problem, 200))


def test_what_is_frozen_stays_until_the_frozen_horizon_is_over():
    # if all stays nothing starts in North again: so nothing of it is frozen but what runs there
    repaired = [*DOWN, (DOWN_H + 5, P_SITE_DOWN, NORTH, -1)]
    problem = question(repaired, frozen_h=8)
    frozen = problem.present.op["start_ms"] < problem.frozen_until_ms
    free = np.flatnonzero(Redirect.of(problem, PATIENCE_MS).free_ms == problem.frozen_until_ms)
    assert len(free)
    assert frozen[free].all()
    assert not set(free.tolist()) & set(left(problem, DOWN_H + 7.99))


def no_permission(data):
    del data["products"][0]["permissions"][2]


def first_article(data):
    data["products"][0]["permissions"][2] |= {
        "status": "first_article",
        "approval_h": 4.0,
        "approver": "Port",
    }


def no_sheet(data):
    data["sites"][1]["stock"] = []


def in_sequence(data):
    for machine in data["sites"][1]["machines"]:
        machine["dispatch"] = {"rule": "sequence"}


@pytest.mark.parametrize("change", [no_permission, first_article, in_sequence])
def test_no_lot_goes_where_it_may_not_be_made(change):
    assert left(question(DOWN, change=change), 100) == {}


def test_no_lot_goes_where_there_is_no_material():
    """Those that are cut already are bent there."""
    assert set(left(question(DOWN, change=no_sheet), 100).values()) == {SOUTH_BRAKE}


def test_no_lot_goes_where_its_way_on_is_closed():
    road = [(DOWN_H - 1, P_LINK_CLOSED, link, 1) for link in (2, 3)]
    assert left(question([*DOWN, *road]), 100) == {}


def test_no_more_lots_go_than_there_is_material_for():
    def for_two(data):
        data["sites"][1]["stock"] = [{"material": "sheet", "on_hand": 40.0}]

    cuts = [op for op, group in left(question(DOWN, change=for_two), 300).items() if group == 2]
    assert len(cuts) == 2


def test_operations_that_follow_move_along_as_far_as_the_site_can_do_them():
    problem = question(DOWN)
    gone = left(problem, DOWN_H + 2)
    cut = [op for op, group in gone.items() if group == SOUTH_LASER]
    assert cut
    assert all(gone[op + 1] == SOUTH_BRAKE for op in cut)

    def no_brake(data):
        del data["sites"][1]["machines"][1]

    problem = question(DOWN, change=no_brake)
    assert not set(left(problem, DOWN_H + 2).values()) - {SOUTH_LASER}


def test_the_longest_queue_is_not_joined():
    """Two sites could take the lots: they are spread over both."""

    def third_home(data):
        west = {**data["sites"][1], "id": "West", "name": "West", "longitude_deg": 4.0}
        data["sites"].append(west)
        data["links"].append({**data["links"][1], "id": "W-P", "start": "West"})
        data["products"][0]["permissions"].append({"part": "enclosure", "site": "West"})

    problem = question(DOWN, change=third_home)
    sites = [int(problem.model.group["site"][group]) for group in left(problem, 60).values()]
    assert min(sites.count(1), sites.count(3)) > len(sites) / 3


def test_it_stays_off_where_it_would_not_pay():
    dear = question(DOWN, lateness=0.0)
    proposal = POLICIES["reactive"].propose(dear)
    assert (proposal.moves, proposal.redirect) == (0, None)


def test_each_run_of_a_study_moves_its_own_lots():
    """The rule runs in each replication: their moves differ, and the tables tell them."""

    def fails(data):
        failure = {
            "time_to_failure": {"kind": "exponential", "mean_h": 60.0},
            "time_to_repair": {"kind": "exponential", "mean_h": 24.0},
        }
        data["sites"][0]["machines"][1]["failure"] = failure

    cluster = two_homes(fails, orders=40)
    schedule = Schedule(1, {(e.lot, e.operation): e for e in first_plan(cluster)})
    snapshot = Cutter(cluster).cut(START, {}, schedule)
    down = {
        "kind": "machine_down",
        "site": "North",
        "machine": "laser",
        "start": START + timedelta(hours=DOWN_H),
        "end": START + timedelta(hours=DOWN_H + 48),
    }
    scenario = Scenario.model_validate(
        {"id": "down", "title": "laser down", "fork_at": START, "edits": [down]}
    )
    found = Study(
        snapshot, scenario, ["stay", "reactive"], replications=3, engine="local",
        horizon_h=336.0, horizon_check=False,
    ).run()  # fmt: skip
    plans = pl.DataFrame(found.tables["plans"]).filter(response="reactive")
    assert plans["moves"].min() > 0
    assert plans["digest"].n_unique() > 1
    moves = pl.DataFrame(found.tables["moves"]).filter(response="reactive", replication=0)
    assert moves.height == plans.filter(replication=0)["moves"].sum()
    assert set(moves["to_site"]) == {"South"}
