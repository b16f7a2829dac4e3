"""A planner knows the present and expects the future; it never sees what has not happened yet."""

from datetime import timedelta

import numpy as np
import pytest

from analytics.scenario import Scenario
from analytics.simulation import slots
from analytics.simulation.belief import believe
from analytics.simulation.compile import arm_state
from analytics.simulation.layout import FOREVER, HOUR_MS, NONE, WEEK_MS
from analytics.simulation.run import run
from federation.cut import planned
from tests.support.small_cluster import MONDAY, small_cluster

HORIZON = 4 * WEEK_MS


def hour(number):
    return MONDAY + timedelta(hours=number)


def outage(end, **figures):
    return {
        "kind": "grid_outage", "region": "sahel", "start": hour(30), "end": hour(end),
        "believed_end": hour(60), **figures,
    }  # fmt: skip


def scenario(*edits):
    return Scenario(id="test", title="Test", fork_at=MONDAY, edits=edits)


def stopped(until_h, what=None, *, seed=1, replication=0):
    """The run of a scenario, stopped, and what is believed then."""
    what = what or scenario()
    model, state = what.compile(planned(small_cluster()))
    model = model.with_run(seed, replication)
    arm_state(model, state)
    run(model, state, int(until_h * HOUR_MS))
    return model, state, what.beliefs(model, int(until_h * HOUR_MS))


def delivered(model, state):
    run(model, state, HORIZON)
    return state.lot["done_ms"].tolist()


def test_the_real_state_is_not_touched():
    model, state, primitives = stopped(40)
    before = state.digest()
    believed, view = believe(model, state, primitives)
    run(believed, view, HORIZON)
    assert state.digest() == before


def test_nothing_breaks_in_a_belief_and_what_is_broken_is_repaired():
    model, state, primitives = stopped(200)
    believed, view = believe(model, state, primitives)
    first = believed.bases[slots.FAILURE]
    ends = view.slot["time_ms"][first : first + len(view.machine)]
    assert ((ends < FOREVER) == (state.machine["failed"] == 1)).all()
    run(believed, view, HORIZON)
    assert (view.machine["failed"] == 0).all()
    assert (view.site["outage"] == 0).all()


def test_a_repair_is_believed_to_take_the_mean_of_what_is_left():
    for until_h in np.arange(20.0, 500.0, 5.0):
        model, state, primitives = stopped(until_h)
        broken = np.flatnonzero(state.machine["failed"] == 1)
        if len(broken):
            break
    others = [
        stopped(until_h, replication=replication)[1].machine["failed"][broken[0]]
        for replication in range(3)
    ]
    assert sum(others) < 3  # it is chance that this one is broken
    _, view = believe(model, state, primitives)
    row = model.bases[slots.FAILURE] + broken[0]
    age = until_h * HOUR_MS - state.machine["since_ms"][broken[0]]
    assert view.slot["time_ms"][row] != state.slot["time_ms"][row]
    assert 0 < view.slot["time_ms"][row] - until_h * HOUR_MS <= 40 * HOUR_MS - age


def test_beliefs_do_not_know_the_draws_that_are_still_to_come():
    """Two replications in the same observable state are believed to go on alike."""
    seen = []
    for replication in range(2):
        model, state, primitives = stopped(0, replication=replication)
        believed, view = believe(model, state, primitives)
        seen.append(delivered(believed, view))
    assert seen[0] == seen[1]


def test_work_under_way_is_believed_to_take_its_mean_given_what_is_done():
    found = 0
    for until_h in np.arange(8.0, 100.0, 1.0):
        model, state, primitives = stopped(until_h)
        busy = np.flatnonzero((state.machine["op"] != NONE) & (state.machine["running"] == 1))
        for row in busy:
            _, view = believe(model, state, primitives)
            real, said = state.machine["finish_ms"][row], view.machine["finish_ms"][row]
            optype = model.optype[state.op["optype"][state.machine["op"][row]]]
            slot = view.slot["time_ms"][model.bases[slots.FINISH] + row]
            assert slot == said > until_h * HOUR_MS
            if optype["dist"] == NONE:
                assert said == real
            else:
                found += 1
                assert said != real
    assert found > 0


def test_goods_on_the_way_are_believed_to_arrive_by_their_mean():
    found = 0
    for until_h in np.arange(60.0, 240.0, 6.0):
        model, state, primitives = stopped(until_h)
        count = state.clock["consignments"][0]
        goods = state.consignment[:count]
        mean_known = model.link["dist"][goods["link"]] == NONE
        _, view = believe(model, state, primitives)
        said = view.consignment["arrive_ms"][:count]
        on_the_way = goods["arrived"] == 0
        assert (said[on_the_way & mean_known] == goods["arrive_ms"][on_the_way & mean_known]).all()
        assert (said[on_the_way] > until_h * HOUR_MS).all()
        found += np.count_nonzero(on_the_way & ~mean_known & (said != goods["arrive_ms"]))
    assert found > 0


@pytest.mark.parametrize("now_h", [30, 31, 45])
def test_the_real_end_changes_nothing_before_it_is_news(now_h):
    """The longer outage and the shorter one are believed alike until the believed end passes."""
    plans = []
    for end in (70, 300):
        model, state, primitives = stopped(now_h, scenario(outage(end)))
        believed, view = believe(model, state, primitives)
        plans.append((view.digest(), delivered(believed, view)))
    assert plans[0] == plans[1]


def test_the_believed_outage_ends_when_it_is_believed_to():
    what = scenario(outage(300))
    model, state, primitives = stopped(40, what)
    believed, view = believe(model, state, primitives)
    run(believed, view, 60 * HOUR_MS - 1)
    assert (view.site["grid_off"][0], view.site["on_grid"][0]) == (1, 0)
    run(believed, view, 60 * HOUR_MS)
    assert (view.site["grid_off"][0], view.site["on_grid"][0]) == (0, 1)


def test_orders_that_are_not_announced_do_not_exist():
    surge = {
        "kind": "demand_surge", "product": "lamp", "factor": 2.0, "start": hour(100),
        "end": hour(300), "announced_at": hour(60),
    }  # fmt: skip
    what = scenario(surge)
    for now_h, known in ((59, False), (60, True)):
        model, state, primitives = stopped(now_h, what)
        believed, view = believe(model, state, primitives)
        extra = model.names.order_row["ORD-3-surge"]
        coming = believed.lot["order"][believed.release_order]
        assert (extra in coming) is known
        run(believed, view)  # ends: nobody waits for lots that do not exist
        mine = view.lot[believed.lot["order"] == extra]
        assert (mine["done_ms"] < FOREVER).all() == known
        assert view.clock["open_lots"][0] == 0


def test_a_belief_at_the_first_moment_has_the_changes_of_that_moment():
    what = scenario(outage(60, start=MONDAY, believed_end=hour(20)))
    model, state = what.compile(planned(small_cluster()))
    believed, view = believe(model.with_run(1, 0), state, what.beliefs(model, 0))
    run(believed, view, 10 * HOUR_MS)
    assert view.site["on_grid"][0] == 0
    run(believed, view, 21 * HOUR_MS)
    assert view.site["on_grid"][0] == 1


def test_the_agenda_of_a_belief_is_a_heap():
    model, state, primitives = stopped(77)
    _, view = believe(model, state, primitives)
    rows = int(view.clock["heap_rows"][0])
    order = view.heap[:rows]
    times = view.slot["time_ms"]
    assert (times[order] < FOREVER).all()
    assert rows == np.count_nonzero(times < FOREVER)
    assert (view.slot["position"][order] == np.arange(rows)).all()
    parents = (np.arange(1, rows) - 1) // 2
    assert (times[order[parents]] <= times[order[1:]]).all()
