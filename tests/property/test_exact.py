"""Generated clusters and disruptions: what the solver proves holds for every plan."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.rerouting.bounds.bound import money_apart
from analytics.rerouting.exact.case import Case
from analytics.rerouting.exact.model import ClusterModel, size_of
from analytics.rerouting.exact.policy import Exact
from analytics.rerouting.exact.solver import SolverLimits
from analytics.rerouting.greedy import Greedy
from analytics.rerouting.problem import ReroutingProblem
from analytics.rerouting.replay import kernel_replay
from analytics.rerouting.search.limits import SearchLimits
from analytics.rerouting.search.policy import Search
from analytics.rerouting.stay import Stay
from analytics.rerouting.weights import Weights
from analytics.simulation.layout import HOUR_MS
from tests.support.drawn_clusters import clusters, disruptions
from tests.support.metal_cluster import believed
from tests.support.plan_rules import check_plan

WEIGHTS = (
    Weights(),
    Weights(lateness=0.0, production=3.0, makespan=20.0, site_change=7.0),
    Weights(carbon=40.0, transport=5.0, energy=9.0, idle=1.0, stability=0.0),
)
PROMPT = SolverLimits(effort_s=0.05)
SMALL = 2_500
"""Choices of a model that is built quickly."""


@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(
    cluster=clusters(),
    changes=disruptions(),
    now_h=st.integers(0, 130),
    frozen_h=st.sampled_from([0, 4, 30]),
    horizon_h=st.sampled_from([672, 150, 20]),
    weights=st.sampled_from(WEIGHTS),
)
def test_no_plan_costs_less_than_the_solver_proves(
    cluster, changes, now_h, frozen_h, horizon_h, weights
):
    model, state = believed(cluster, changes)
    if now_h:
        state = kernel_replay(model, state, now_h * HOUR_MS)
    problem = ReroutingProblem(
        model, state, now_h * HOUR_MS, min(frozen_h, horizon_h) * HOUR_MS, cluster, weights,
        horizon_h * HOUR_MS,
    )  # fmt: skip
    found = Exact(PROMPT, largest=SMALL).propose(problem)
    check_plan(problem, found)
    case = Case(problem)
    if size_of(case) > SMALL or len(problem.movable) == 0:
        assert found.ended
        return
    posed = ClusterModel(case)
    greedy = Greedy().propose(problem)
    assert posed.begin_with(greedy)  # the replay of a plan is a plan of the model
    proven = posed.solve(PROMPT).bound + money_apart(problem)
    plans = [Stay().propose(problem), greedy, found]
    plans.append(Search(SearchLimits(iterations=20)).propose(problem))
    assert all(plan.total >= proven - 1e-6 for plan in plans)
