"""Rerouting on the sample cluster: what is decided at each piece of news, and on what it rests."""

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from analytics.rerouting.decide_by import decide_by
from analytics.rerouting.greedy import plan_from_empty
from analytics.rerouting.policy import POLICIES
from analytics.rerouting.problem import Pin, ReroutingProblem
from analytics.rerouting.proposal import Proposal
from analytics.rerouting.response import RESPONSES
from analytics.scenario import Scenario, load_scenario
from analytics.simulation.belief import believe
from analytics.simulation.compile.snapshot import compile_snapshot
from analytics.simulation.layout import FOREVER, HOUR_MS, WEEK_MS
from analytics.simulation.run import run
from federation.cut import planned
from federation.topology.load import load_cluster
from tests.support.plan_rules import check_plan

HARMATTAN = Path(__file__).parents[2] / "configs" / "harmattan"
FROZEN_MS = 4 * HOUR_MS


@pytest.fixture(scope="module")
def cluster():
    return load_cluster(HARMATTAN)


@pytest.fixture(scope="module")
def world(cluster):
    """The model of twelve weeks, and the state at the start with version 1 of the schedule."""
    model, state = compile_snapshot(planned(cluster), horizon_ms=16 * WEEK_MS)
    for entry in plan_from_empty(cluster):
        op = model.op_rows(model.names.lot_row[entry.lot])[entry.operation]
        state.op["group"][op] = model.names.group_row[entry.site, entry.work_centre]
        state.op["rank"][op] = entry.rank
    return model, state


def scenario(name: str) -> Scenario:
    return load_scenario(HARMATTAN / "scenarios" / f"{name}.yaml")


def questions(cluster, world, what: Scenario, responding: str = "stay"):
    """The problem at the fork and at each piece of news of one drawn course of events."""
    model, start = world
    fork_ms = (what.fork_at - cluster.start) // timedelta(milliseconds=1)
    real = model.with_run(seed=7, replication=0).with_primitives(what.primitives(model))
    live = start.copy()
    found = []
    for moment in (fork_ms, *(at for at in what.news_times(model.fork_at) if at > fork_ms)):
        run(real, live, moment)
        seen = believe(real, live, what.beliefs(model, moment))
        found.append(ReroutingProblem(*seen, moment, FROZEN_MS, cluster))
    return found


@pytest.fixture(scope="module")
def collapse(cluster, world):
    return questions(cluster, world, scenario("nigeria-grid-collapse"))


def late_lots(problem: ReroutingProblem, proposal: Proposal) -> int:
    customer = problem.model.lot["parent"] < 0
    due = problem.model.lot["due_ms"]
    inside = customer & (due < problem.until_ms) & (problem.state.lot["done_ms"] >= FOREVER)
    return int(np.count_nonzero(proposal.end.lot["done_ms"][inside] > due[inside]))


def test_the_whole_order_book_is_planned(cluster, world):
    model, _ = world
    entries = plan_from_empty(cluster)
    assert len(entries) == int(model.lot["ops"].sum())
    assert all(entry.planned_start < entry.planned_finish for entry in entries)


def test_every_decision_in_the_collapse_keeps_the_rules(collapse):
    for problem in collapse:
        for policy in POLICIES.values():
            check_plan(problem, policy.propose(problem))


def test_when_the_roster_is_published_rerouting_beats_waiting(collapse):
    problem = collapse[-1]
    stay, greedy = (POLICIES[name].propose(problem) for name in ("stay", "greedy"))
    assert greedy.total < stay.total
    assert late_lots(problem, greedy) < late_lots(problem, stay)
    kaduna = {move.from_site for move in greedy.explanation if move.process == "bending"}
    assert kaduna == {"WA-KAD"}


def test_for_six_hours_without_grid_nothing_leaves_kaduna(cluster, world):
    (problem, *_) = questions(cluster, world, scenario("kaduna-short-outage"))
    greedy = POLICIES["greedy"].propose(problem)
    assert "WA-KAD" not in {move.from_site for move in greedy.explanation}
    now, later = decide_by(problem, delays_h=(0, 12)).delays
    assert (
        now.rerouting == later.rerouting
    )  # half a day's delay of what moves elsewhere costs nothing


def test_no_decision_rests_on_the_true_end(cluster, world):
    """Two worlds that differ only in when the outage really ends, which nobody knows yet."""
    told = scenario("nigeria-grid-collapse")
    black = told.edits[0]
    first = told.replace(edits=(black.replace(end_announced_at=None),))
    longer = black.replace(end=black.end + timedelta(hours=20), end_announced_at=None)
    second = told.replace(edits=(longer,))
    one, other = (questions(cluster, world, what) for what in (first, second))
    shared = [
        (a, b)
        for a, b in zip(one, other, strict=False)
        if a.now_ms == b.now_ms and a.model.fork_at + timedelta(milliseconds=a.now_ms) < black.end
    ]
    assert len(shared) >= 2
    for a, b in shared:
        for response in RESPONSES.values():
            left, right = response.decide(a), response.decide(b)
            assert left.proposal.group.tolist() == right.proposal.group.tolist()
            assert left.proposal.rank.tolist() == right.proposal.rank.tolist()
            assert dict(left.proposal.objective) == dict(right.proposal.objective)
            assert left.primitives.tolist() == right.primitives.tolist()
            assert left.costs == right.costs


def test_orders_of_a_surge_are_planned_once_they_are_known(cluster):
    surge = scenario("peak-demand")
    model, state = surge.compile(planned(cluster, surge.fork_at))
    added = model.known_ms > 0
    assert added.any()
    for moment, known in ((0, False), (int(model.known_ms.max()), True)):
        real = model.with_run(seed=7, replication=0)
        live = state.copy()
        run(real, live, moment)
        seen = believe(real, live, surge.beliefs(model, moment))
        problem = ReroutingProblem(*seen, moment, FROZEN_MS, model.cluster)
        ops = problem.model.lot["first_op"][added]
        assert bool(np.all(problem.pins[ops] != Pin.UNKNOWN)) == known
        check_plan(problem, POLICIES["greedy"].propose(problem))


def test_levers_work_where_power_is_lost(collapse):
    problem = collapse[-1]
    overtime = RESPONSES["stay+sunday-overtime"].decide(problem)
    sites = {problem.cluster.sites[row].id for row in overtime.primitives["entity"].tolist()}
    assert "WA-KAD" in sites
    assert not sites & {"WA-ACC", "WA-TKD", "EA-NBO", "EA-KIS"}
    hired = RESPONSES["stay+hired-genset"].decide(problem)
    (cost,) = hired.costs
    assert (cost.site, cost.component) == ("WA-KAD", "hire")
    assert cost.from_ms == problem.now_ms + 120 * HOUR_MS
