"""Generated clusters and disruptions: no plan costs less than the lower bound."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.rerouting.bounds.bound import lower_bound
from analytics.rerouting.problem import ReroutingProblem
from analytics.rerouting.replay import kernel_replay
from analytics.rerouting.weights import Weights
from analytics.simulation.layout import HOUR_MS
from tests.support.drawn_clusters import clusters, disruptions
from tests.support.metal_cluster import believed
from tests.support.prompt import PROMPT

WEIGHTS = (
    Weights(),
    Weights(lateness=0.0, production=3.0, makespan=20.0, site_change=7.0),
    Weights(carbon=40.0, transport=5.0, energy=9.0, idle=1.0, stability=0.0),
)


@settings(max_examples=60)
@given(
    cluster=clusters(),
    changes=disruptions(),
    now_h=st.integers(0, 130),
    frozen_h=st.sampled_from([0, 4, 30]),
    horizon_h=st.sampled_from([672, 150, 20]),
    weights=st.sampled_from(WEIGHTS),
    rounds=st.sampled_from([0, 12]),
)
def test_no_plan_costs_less_than_the_bound(
    cluster, changes, now_h, frozen_h, horizon_h, weights, rounds
):
    model, state = believed(cluster, changes)
    if now_h:
        state = kernel_replay(model, state, now_h * HOUR_MS)
    problem = ReroutingProblem(
        model, state, now_h * HOUR_MS, min(frozen_h, horizon_h) * HOUR_MS, cluster, weights,
        horizon_h * HOUR_MS,
    )  # fmt: skip
    bound = lower_bound(problem, rounds)
    assert sum(one.money for one in bound.arguments) == pytest.approx(bound.money, rel=1e-6)
    for policy in PROMPT.values():
        plan = policy.propose(problem)
        assert plan.total >= bound.money
        within = plan.end.lot["done_ms"] <= problem.until_ms
        for lot, soonest in zip(bound.root.tolist(), bound.arrive_ms.tolist(), strict=True):
            assert not within[lot] or plan.end.lot["done_ms"][lot] >= soonest
