"""The search on whole clusters: it improves what greedy found, the same way each time."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from analytics.rerouting.bounds.bound import lower_bound
from analytics.rerouting.decoding import Decoder, Focus
from analytics.rerouting.greedy import Greedy
from analytics.rerouting.problem import Pin, ReroutingProblem
from analytics.rerouting.search.cluster.plan import Field
from analytics.rerouting.search.cluster.solve import ClusterSearch
from analytics.rerouting.search.limits import Budget, SearchLimits
from analytics.rerouting.search.policy import Search
from analytics.rerouting.stay import Stay
from analytics.rerouting.weights import Weights
from analytics.simulation.layout import P_GRID_OFF
from tests.support.metal_cluster import believed, metal_cluster

LONG = ((6, P_GRID_OFF, 0, 1), (126, P_GRID_OFF, 0, -1))


def problem_of(weights: Weights | None = None, **figures) -> ReroutingProblem:
    cluster = metal_cluster(**{"orders": 30, "gap_h": 3.0, "lead_days": 5.0, **figures})
    model, state = believed(cluster, list(LONG))
    return ReroutingProblem(model, state, 0, 0, cluster, weights or Weights())


def test_it_improves_the_greedy_plan() -> None:
    problem = problem_of()
    stay, greedy = Stay().propose(problem), Greedy().propose(problem)
    found = Search(SearchLimits(iterations=150)).propose(problem)
    assert found.policy == "search"
    assert found.total < greedy.total < stay.total


@pytest.mark.parametrize(("gap", "ends"), [(1.0, "gap"), (0.0, "iterations")])
def test_a_gap_to_the_bound_ends_it(gap: float, ends: str) -> None:
    problem = problem_of()
    budget = Budget(SearchLimits(iterations=3, gap=gap), lower_bound(problem).money)
    ClusterSearch(problem, Greedy().propose(problem), seed=1).run(budget)
    assert budget.reason == ends
    limits = SearchLimits(iterations=3, gap=gap)
    assert Search(limits).propose(problem).total <= Greedy().propose(problem).total


def test_more_rounds_are_never_worse() -> None:
    problem = problem_of()
    greedy = Greedy().propose(problem)
    search = ClusterSearch(problem, greedy, seed=2)
    totals = [search.run(Budget(SearchLimits(iterations=40))).total for _ in range(4)]
    assert totals == sorted(totals, reverse=True)
    assert totals[-1] <= greedy.total


def test_the_same_seed_finds_the_same_plan_and_another_seed_another_one() -> None:
    problem = problem_of()
    greedy = Greedy().propose(problem)

    def found(seed: int):
        return ClusterSearch(problem, greedy, seed).run(Budget(SearchLimits(iterations=150)))

    one, again, other = found(1), found(1), found(2)
    assert one.group.tolist() == again.group.tolist()
    assert one.rank.tolist() == again.rank.tolist()
    assert one.turn.tolist() != other.turn.tolist()


def test_what_it_says_a_plan_costs_is_what_the_proposal_costs() -> None:
    problem = problem_of(Weights(plan_margin_fraction=0.0))
    plan = ClusterSearch(problem, Greedy().propose(problem), 1).run(
        Budget(SearchLimits(iterations=60))
    )
    proposed = Search(SearchLimits(iterations=60)).propose(problem)
    assert proposed.total == pytest.approx(plan.total)


def test_a_focus_plans_some_trees_anew_and_leaves_the_others() -> None:
    problem = problem_of()
    decoder = Decoder(problem)
    whole = decoder.decode()
    pinned, present = decoder.free()
    field = Field(problem)
    some = field.movable_roots[:3]
    fixed = ~np.isin(field.root, some)
    focus = Focus(
        np.where(fixed, 1, pinned), np.where(fixed, whole.group, present), *decoder.trees(), 0.0
    )
    again = decoder.decode(focus=focus)
    assert again.group[fixed].tolist() == whole.group[fixed].tolist()
    assert len(again.spent) == len(whole.spent)
    assert (again.spent > 0).any()


def test_ranks_keep_what_is_frozen_in_front_and_then_follow_the_turns() -> None:
    problem = problem_of()
    field = Field(problem)
    turn = field.first_turns()
    start = problem.present.op["start_ms"]
    rank = field.ranks(turn[::-1].copy(), start)
    assert sorted(rank.tolist()) == list(range(len(rank)))
    free = np.flatnonzero(problem.pins == Pin.FREE)
    ordered = free[np.argsort(rank[free])]
    turns = turn[::-1][field.root[ordered]]
    assert np.all(np.diff(turns) >= 0)


def test_a_proposal_travels_with_its_reasons_and_without_the_question() -> None:
    proposal = Search(SearchLimits(iterations=30)).propose(problem_of())
    copy = pickle.loads(pickle.dumps(proposal))  # noqa: S301 - our own bytes
    assert copy.explanation == proposal.explanation
    assert len(copy.explanation) == copy.moves > 0
