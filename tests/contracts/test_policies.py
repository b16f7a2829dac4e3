"""The contract of every registered policy."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import pytest

from analytics.rerouting.problem import ReroutingProblem
from analytics.rerouting.proposal import Proposal, make_proposal
from analytics.rerouting.replay import kernel_replay
from analytics.rerouting.stay import Stay
from analytics.simulation.layout import (
    HOUR_MS,
    NONE,
    P_GRID_OFF,
    P_LINK_CLOSED,
    P_MACHINE_DOWN,
    P_SITE_DOWN,
)
from federation.topology.model import ClusterSpec
from tests.support.metal_cluster import believed, cluster_data
from tests.support.plan_rules import check_plan, moved
from tests.support.prompt import PROMPT

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


def approved(data):
    data["products"][0]["permissions"][2] = {"part": "enclosure", "site": "South"}


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
    "the site is down, another is approved": lambda: question(
        [(33, P_SITE_DOWN, NORTH, 1)], now_h=33, frozen_h=2, change=approved
    ),
    "the power is out, another is approved": lambda: question(
        DARK, now_h=34, frozen_h=4, change=approved
    ),
    "no permission elsewhere": lambda: question(DARK, now_h=34, change=no_permission),
    "no material elsewhere": lambda: question(DARK, now_h=34, change=no_sheet),
    "little material elsewhere": lambda: question(DARK, now_h=34, change=little_sheet),
    "the first article is under way": lambda: question(
        [(0, P_GRID_OFF, NORTH, 1), (12, P_GRID_OFF, NORTH, -1)], now_h=10, frozen_h=1
    ),
    "nothing is wrong": lambda: question(now_h=50, frozen_h=4, gap_h=14.0),
    "everything is delivered": lambda: question(now_h=500, orders=2),
}

every_policy = pytest.mark.parametrize("name", PROMPT)
every_situation = pytest.mark.parametrize("situation", SITUATIONS)


@dataclass(frozen=True)
class Answered:
    problem: ReroutingProblem
    asked: tuple[str, str]
    """The question as it was before."""
    proposal: Proposal


@cache
def answered(name: str, situation: str) -> Answered:
    problem = SITUATIONS[situation]()
    asked = (problem.model.hash, problem.state.digest())
    return Answered(problem, asked, PROMPT[name].propose(problem))


@every_policy
@every_situation
def test_no_rule_is_broken(name, situation):
    found = answered(name, situation)
    check_plan(found.problem, found.proposal)


@every_policy
@every_situation
def test_its_dates_are_those_of_its_own_replay(name, situation):
    found = answered(name, situation)
    problem, proposal = found.problem, found.proposal
    op, group, rank = proposal.op, proposal.group, proposal.rank
    again = make_proposal(problem, name, op, group, rank)
    assert again.start_ms().tolist() == proposal.start_ms().tolist()
    assert again.end.op["end_ms"].tolist() == proposal.end.op["end_ms"].tolist()
    assert dict(again.objective) == dict(proposal.objective)


@every_policy
@every_situation
def test_the_same_question_has_the_same_answer(name, situation):
    first = answered(name, situation).proposal
    second = PROMPT[name].propose(SITUATIONS[situation]())
    assert first.op.tolist() == second.op.tolist()
    assert first.group.tolist() == second.group.tolist()
    assert first.rank.tolist() == second.rank.tolist()
    assert dict(first.objective) == dict(second.objective)
    assert first.explanation == second.explanation


@every_policy
@every_situation
def test_it_is_never_worse_than_staying(name, situation):
    found = answered(name, situation)
    assert found.proposal.total <= Stay().propose(found.problem).total + 1e-6


@every_policy
@every_situation
def test_a_bound_that_it_claims_lies_below_every_plan(name, situation):
    bound = answered(name, situation).proposal.lower_bound
    if bound is not None:
        assert all(bound <= answered(other, situation).proposal.total + 1e-6 for other in PROMPT)


@every_policy
@every_situation
def test_the_question_is_left_as_it_was(name, situation):
    found = answered(name, situation)
    assert (found.problem.model.hash, found.problem.state.digest()) == found.asked


@every_policy
@every_situation
def test_each_move_is_explained(name, situation):
    found = answered(name, situation)
    problem, proposal = found.problem, found.proposal
    names, first = problem.model.names, problem.model.lot["first_op"]
    expected = []
    for op, group in moved(problem, proposal):
        if group == NONE:
            continue  # declined: that is no move
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
    assert bool(answered("greedy", situation).proposal.moves) == moves
