"""The contract of every registered policy."""

from collections.abc import Callable

import pytest

from analytics.rerouting.policy import POLICIES
from analytics.rerouting.problem import ReroutingProblem
from analytics.rerouting.replay import kernel_replay
from analytics.rerouting.stay import Stay
from analytics.simulation.layout import (
    HOUR_MS,
    P_GRID_OFF,
    P_LINK_CLOSED,
    P_MACHINE_DOWN,
    P_SITE_DOWN,
)
from federation.topology.model import ClusterSpec
from tests.support.metal_cluster import believed, cluster_data
from tests.support.plan_rules import check_plan, moved

NORTH = 0
Situation = Callable[[], ReroutingProblem]


def question(changes=(), now_h=0.0, frozen_h=0.0, change=None, **figures) -> ReroutingProblem:
    data = cluster_data(**{"orders": 20, "gap_h": 4.0, **figures})
    if change is not None:
        change(data)
    cluster = ClusterSpec.model_validate(data)
    model, state = believed(cluster, list(changes))
    if now_h:
        state = kernel_replay(model, state, int(now_h * HOUR_MS))
    now = int(now_h * HOUR_MS)
    return ReroutingProblem(model, state, now, int(frozen_h * HOUR_MS), cluster)


def no_permission(data):
    del data["products"][0]["permissions"][2]


def no_sheet(data):
    data["sites"][1]["stock"] = []


def little_sheet(data):
    data["sites"][1]["stock"] = [{"material": "sheet", "on_hand": 40}]


DARK = [(33, P_GRID_OFF, NORTH, 1), (150, P_GRID_OFF, NORTH, -1)]
SITUATIONS: dict[str, Situation] = {
    "before the outage": lambda: question(DARK),
    "in the outage, work under way": lambda: question(DARK, now_h=34, frozen_h=4),
    "a whole shift is frozen": lambda: question(DARK, now_h=33, frozen_h=24),
    "the site is down": lambda: question([(33, P_SITE_DOWN, NORTH, 1)], now_h=33, frozen_h=2),
    "the brake is down": lambda: question([(33, P_MACHINE_DOWN, 1, 1)], now_h=33, frozen_h=2),
    "the road to the port is closed": lambda: question([(33, P_LINK_CLOSED, 0, 1)], now_h=33),
    "no permission elsewhere": lambda: question(DARK, now_h=34, change=no_permission),
    "no material elsewhere": lambda: question(DARK, now_h=34, change=no_sheet),
    "little material elsewhere": lambda: question(DARK, now_h=34, change=little_sheet),
    "the first article is under way": lambda: question(
        [(0, P_GRID_OFF, NORTH, 1), (12, P_GRID_OFF, NORTH, -1)], now_h=10, frozen_h=1
    ),
    "nothing is wrong": lambda: question(now_h=50, frozen_h=4, gap_h=14.0),
    "everything is delivered": lambda: question(now_h=500, orders=2),
}

every_policy = pytest.mark.parametrize("name", POLICIES)
every_situation = pytest.mark.parametrize("situation", SITUATIONS)


@every_policy
@every_situation
def test_no_rule_is_broken(name, situation):
    problem = SITUATIONS[situation]()
    check_plan(problem, POLICIES[name].propose(problem))


@every_policy
@every_situation
def test_the_same_question_has_the_same_answer(name, situation):
    first = POLICIES[name].propose(SITUATIONS[situation]())
    second = POLICIES[name].propose(SITUATIONS[situation]())
    assert first.op.tolist() == second.op.tolist()
    assert first.group.tolist() == second.group.tolist()
    assert first.rank.tolist() == second.rank.tolist()
    assert dict(first.objective) == dict(second.objective)
    assert first.explanation == second.explanation


@every_policy
@every_situation
def test_it_is_never_worse_than_staying(name, situation):
    problem = SITUATIONS[situation]()
    assert POLICIES[name].propose(problem).total <= Stay().propose(problem).total + 1e-6


@every_policy
@every_situation
def test_the_question_is_left_as_it_was(name, situation):
    problem = SITUATIONS[situation]()
    model, state = problem.model.hash, problem.state.digest()
    POLICIES[name].propose(problem)
    assert (problem.model.hash, problem.state.digest()) == (model, state)


@every_policy
@every_situation
def test_each_move_is_explained(name, situation):
    problem = SITUATIONS[situation]()
    proposal = POLICIES[name].propose(problem)
    names, first = problem.model.names, problem.model.lot["first_op"]
    expected = []
    for op, group in moved(problem, proposal):
        lot = int(problem.state.op["lot"][op])
        expected.append((names.lots[lot], op - int(first[lot]), *names.groups[group]))
    told = [
        (move.lot, move.operation, move.to_site, move.to_work_centre)
        for move in proposal.explanation
    ]
    assert told == expected
    for move in proposal.explanation:
        assert move.to_site in move.qualified
        assert not {row.site for row in move.failed} & set(move.qualified)


@pytest.mark.parametrize(
    ("situation", "moves"),
    [
        ("before the outage", True),
        ("in the outage, work under way", True),
        ("the site is down", True),
        ("no permission elsewhere", False),
        ("nothing is wrong", False),
        ("everything is delivered", False),
    ],
)
def test_the_situations_ask_something_of_a_policy(situation, moves):
    problem = SITUATIONS[situation]()
    assert bool(POLICIES["greedy"].propose(problem).moves) == moves
