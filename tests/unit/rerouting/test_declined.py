"""A lot that the schedule declines: no fork plans it again, and every plan pays for it."""

from datetime import timedelta

import numpy as np
import pytest

from analytics.rerouting.errors import PlanError
from analytics.rerouting.problem import Pin, ReroutingProblem
from analytics.rerouting.proposal import make_proposal, open_operations
from analytics.scenario import Scenario
from analytics.simulation.compile.snapshot import compile_snapshot
from analytics.simulation.layout import FOREVER, HOUR_MS, NONE, P_GRID_OFF, PRIMITIVE_C
from analytics.study import Study
from federation.cut import Cutter
from federation.schedule import Schedule
from tests.support.agreeing import first_plan, metal_with
from tests.support.metal_cluster import START
from tests.support.prompt import PROMPT

GONE = "O-002/01/box"


@pytest.fixture(scope="module")
def snapshot():
    cluster = metal_with(orders=6)
    kept = [entry for entry in first_plan(cluster) if not entry.lot.startswith("O-002")]
    schedule = Schedule(3, {(e.lot, e.operation): e for e in kept}, frozenset({GONE}))
    return Cutter(cluster).cut(START, {}, schedule)


def question(snapshot):
    dark = np.array(
        [(8 * HOUR_MS, P_GRID_OFF, 0, 1), (200 * HOUR_MS, P_GRID_OFF, 0, -1)], PRIMITIVE_C
    )
    model, state = compile_snapshot(snapshot, dark)
    believed = model.with_run(0, 0, deterministic=True)
    return ReroutingProblem(believed, state, 0, 0, snapshot.cluster)


def rows(problem, order):
    lots = [row for name, row in problem.model.names.lot_row.items() if name.startswith(order)]
    return np.flatnonzero(np.isin(problem.state.op["lot"], lots))


def test_a_fork_sends_it_nowhere_and_plans_what_has_no_entry_yet(snapshot):
    problem = question(snapshot)
    assert snapshot.tables["declined"].column("lot").to_pylist() == [GONE]
    assert problem.state.op["group"][rows(problem, "O-002")].tolist() == [NONE] * 3
    unplanned = Schedule(3, {k: v for k, v in entries(snapshot).items() if k[0][:5] != "O-001"})
    other = question(Cutter(snapshot.cluster).cut(START, {}, unplanned))
    assert (other.state.op["group"] != NONE).all()


def entries(snapshot):
    kept = [entry for entry in first_plan(snapshot.cluster) if not entry.lot.startswith("O-002")]
    return {(entry.lot, entry.operation): entry for entry in kept}


@pytest.mark.parametrize("name", PROMPT)
def test_no_policy_plans_it_again_and_each_pays_its_price(snapshot, name):
    problem = question(snapshot)
    proposal = PROMPT[name].propose(problem)
    mine = rows(problem, "O-002")
    assert (problem.pins[mine] == Pin.DECLINED).all()
    assert proposal.end.op["group"][mine].tolist() == [NONE] * 3
    assert (proposal.end.op["start_ms"][mine] == FOREVER).all()
    assert proposal.objective.unassigned == pytest.approx(40 * 16)
    assert not {e.lot for e in proposal.entries(problem)} & {GONE, "O-002/01/enclosure"}


def test_it_cannot_be_taken_up_in_passing(snapshot):
    problem = question(snapshot)
    op = open_operations(problem)
    group = problem.state.op["group"][op].astype(np.int64)
    group[np.isin(op, rows(problem, "O-002")[:1])] = 0
    with pytest.raises(PlanError, match="the running schedule declines it"):
        make_proposal(problem, "mine", op, group, problem.state.op["rank"][op].astype(np.int64))


def test_runs_leave_it_undelivered(snapshot):
    calm = Scenario(id="calm", title="calm", fork_at=START + timedelta(0), edits=())
    found = Study(
        snapshot, calm, ["stay", "greedy"], replications=1, engine="local", horizon_check=False
    ).run()
    for response in ("undisturbed", "stay", "greedy"):
        orders = found.orders.filter(response=response)
        late = orders.filter(order="O-002")["delivered_at"].to_list()
        assert late == [None]
        assert orders["delivered_at"].null_count() == 1
