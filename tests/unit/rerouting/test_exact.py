"""The policy that proves: optima, bounds, and what it says where it proves nothing."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.rerouting.bounds.bound import lower_bound, money_apart
from analytics.rerouting.errors import ReroutingError
from analytics.rerouting.exact.case import Case
from analytics.rerouting.exact.model import ClusterModel, size_of
from analytics.rerouting.exact.policy import ROUNDS, Exact
from analytics.rerouting.exact.solver import SolverLimits
from analytics.rerouting.greedy import Greedy
from analytics.rerouting.problem import ReroutingProblem
from analytics.rerouting.stay import Stay
from analytics.rerouting.weights import Weights
from analytics.simulation.layout import HOUR_MS, P_GRID_OFF
from federation.topology.model import ClusterSpec
from tests.support.metal_cluster import believed, cluster_data
from tests.support.public_shops import MINUTE_MS, optimum, shop_problem

DARK = [(1, P_GRID_OFF, 0, 1), (200, P_GRID_OFF, 0, -1)]
TIMID = Weights(margin_fraction=0.9)
"""So that greedy does not dare to move."""


def problem_of(changes=(), weights=None, **figures) -> ReroutingProblem:
    cluster = ClusterSpec.model_validate(cluster_data(**{"orders": 1, **figures}))
    model, state = believed(cluster, list(changes))
    return ReroutingProblem(model, state, 0, 0, cluster, weights or Weights())


def test_a_job_shop_is_planned_to_its_proven_optimum() -> None:
    found = Exact(SolverLimits(effort_s=5.0)).propose(shop_problem("ft06"))
    assert found.policy == "exact"
    assert found.end.op["end_ms"].max() == optimum("ft06") * MINUTE_MS
    assert found.gap == pytest.approx(0.0, abs=1e-6)
    assert found.ended == "no plan of the model is better"


def test_it_moves_what_greedy_does_not_dare_to_move_and_proves_that_nothing_is_better() -> None:
    problem = problem_of(DARK, TIMID, lead_days=2.0)
    stay, greedy = Stay().propose(problem), Greedy().propose(problem)
    assert greedy.total == stay.total
    found = Exact(SolverLimits(effort_s=2.0)).propose(problem)
    assert (found.policy, found.moves) == ("exact", 2)
    assert found.total < 0.5 * greedy.total
    assert found.lower_bound == pytest.approx(found.total, rel=1e-5)


def test_the_solver_raises_the_bound() -> None:
    problem = problem_of(DARK, TIMID, lead_days=2.0)
    found = Exact(SolverLimits(effort_s=2.0)).propose(problem)
    assert found.lower_bound is not None
    assert found.lower_bound > 1.2 * lower_bound(problem, ROUNDS).money


def test_it_begins_with_the_greedy_plan() -> None:
    problem = problem_of(DARK, lead_days=2.0)
    posed = ClusterModel(Case(problem))
    greedy = Greedy().propose(problem)
    assert greedy.moves > 0
    assert posed.begin_with(greedy)
    answer = posed.solve(SolverLimits(effort_s=2.0))
    rows, groups, _ = posed.read(answer.plans[0])
    assert groups.tolist() == greedy.end.op["group"][rows].tolist()
    assert money_apart(problem) + answer.bound <= greedy.total


def test_what_is_too_large_gets_the_greedy_plan_the_reason_and_the_bound() -> None:
    problem = problem_of(DARK, lead_days=2.0, orders=3)
    found, greedy = Exact(largest=10).propose(problem), Greedy().propose(problem)
    assert found.group.tolist() == greedy.group.tolist()
    assert found.ended.startswith(f"too large: 9 operations with {size_of(Case(problem)):,}")
    assert found.lower_bound == lower_bound(problem, ROUNDS).money


@pytest.mark.parametrize("limits", [SolverLimits(effort_s=1e-6), SolverLimits(time_s=1e-3)])
@pytest.mark.parametrize("asked", ["shop", "cluster"])
def test_nothing_found_in_time_is_the_greedy_plan_the_reason_and_the_bound(asked, limits) -> None:
    problem = shop_problem("ft06") if asked == "shop" else problem_of(DARK, lead_days=2.0)
    found, greedy = Exact(limits).propose(problem), Greedy().propose(problem)
    assert found.ended == "nothing was found in time: this is the greedy plan"
    assert found.group.tolist() == greedy.group.tolist()
    assert found.lower_bound is not None
    assert found.lower_bound >= lower_bound(problem, ROUNDS).money


def test_a_gap_ends_the_solver() -> None:
    problem = problem_of(DARK, TIMID, lead_days=2.0)
    found = Exact(SolverLimits(effort_s=2.0, gap=0.9)).propose(problem)
    assert found.ended.startswith("the plan of the model is within the gap")


def test_nothing_to_decide_is_said() -> None:
    problem = problem_of()
    frozen = ReroutingProblem(
        problem.model, problem.state, 0, 600 * HOUR_MS, problem.cluster, Weights()
    )
    found = Exact().propose(frozen)
    assert found.ended == "there is nothing to decide: no operation may move"
    assert found.moves == 0
    assert found.gap is not None


def test_hours_of_a_work_centre_cover_the_horizon_and_beyond() -> None:
    case = Case(problem_of())
    for group in range(len(case.problem.model.group)):
        hours = np.array(case.hours(group))
        assert (hours[:, 0] < hours[:, 1]).all() or hours[-1, 1] == case.horizon
        assert (np.diff(hours.ravel()) >= 0).all()


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ({"effort_s": 0.0}, "the limit effort_s is 0.0; give a number above 0"),
        ({"time_s": -1.0}, "the limit time_s is -1.0; give a number above 0"),
        ({"workers": 0}, "the limit workers is 0; give a number above 0"),
        ({"gap": -0.1}, "the gap is -0.1; give a share of at least 0"),
    ],
)
def test_limits_that_mean_nothing_are_refused(limits, words) -> None:
    with pytest.raises(ReroutingError) as refused:
        SolverLimits(**limits)
    assert words in str(refused.value)
