"""Generated clusters and disruptions: what the solver proves holds for every plan."""

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from analytics.rerouting.bounds.bound import money_apart
from analytics.rerouting.exact.case import Case
from analytics.rerouting.exact.model import ClusterModel, size_of
from analytics.rerouting.greedy import Greedy
from analytics.rerouting.problem import ReroutingProblem
from analytics.rerouting.replay import kernel_replay
from analytics.rerouting.stay import Stay
from analytics.rerouting.weights import Weights
from analytics.simulation.layout import HOUR_MS
from tests.support.drawn_clusters import clusters, disruptions
from tests.support.metal_cluster import believed

WEIGHTS = (
    Weights(),
    Weights(lateness=0.0, production=3.0, makespan=20.0, site_change=7.0),
    Weights(carbon=40.0, transport=5.0, energy=9.0, idle=1.0, stability=0.0),
)
SMALL = 1_000
"""Choices of a model that is built quickly."""


@settings(max_examples=25)
@given(
    cluster=clusters(),
    changes=disruptions(),
    now_h=st.integers(0, 130),
    frozen_h=st.sampled_from([0, 4, 30]),
    horizon_h=st.sampled_from([672, 150, 20]),
    weights=st.sampled_from(WEIGHTS),
)
def test_each_plan_is_a_plan_of_the_model_and_costs_no_more_there(
    cluster, changes, now_h, frozen_h, horizon_h, weights
):
    """So the least that a plan of the model costs bounds all plans of the simulator."""
    model, state = believed(cluster, changes)
    if now_h:
        state = kernel_replay(model, state, now_h * HOUR_MS)
    problem = ReroutingProblem(
        model, state, now_h * HOUR_MS, min(frozen_h, horizon_h) * HOUR_MS, cluster, weights,
        horizon_h * HOUR_MS,
    )  # fmt: skip
    case = Case(problem)
    assume(len(problem.movable) > 0 and size_of(case) <= SMALL)
    for plan in (Stay().propose(problem), Greedy().propose(problem)):
        posed = ClusterModel(case)
        assert posed.begin_with(plan)
        assert posed.cost_of_hint() + money_apart(problem) <= plan.total + 1e-3
