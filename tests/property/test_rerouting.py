"""Generated clusters and disruptions: no proposal breaks a rule."""

from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.rerouting.coordination.degrees import POLICY_AT
from analytics.rerouting.problem import ReroutingProblem
from analytics.rerouting.proposal import Proposal, apply_proposal
from analytics.rerouting.replay import kernel_replay
from analytics.simulation.layout import HOUR_MS
from tests.support.drawn_clusters import clusters, disruptions
from tests.support.metal_cluster import believed
from tests.support.plan_rules import check_plan, work_begins_only_where_it_can
from tests.support.prompt import PROMPT


@settings(max_examples=60)
@given(
    cluster=clusters(),
    changes=disruptions(),
    now_h=st.integers(0, 130),
    frozen_h=st.sampled_from([0, 4, 30]),
)
def test_no_proposal_breaks_a_rule(cluster, changes, now_h, frozen_h):
    model, state = believed(cluster, changes)
    if now_h:
        state = kernel_replay(model, state, now_h * HOUR_MS)
    problem = ReroutingProblem(model, state, now_h * HOUR_MS, frozen_h * HOUR_MS, cluster)
    stay = PROMPT["stay"].propose(problem)
    totals = {}
    for name, policy in PROMPT.items():
        proposal = policy.propose(problem)
        check_plan(problem, proposal)
        work_begins_only_where_it_can(problem, proposal, changes)
        its_dates_are_those_of_its_replay(problem, proposal)
        assert proposal.total <= stay.total + 1e-6
        assert policy.propose(problem).group.tolist() == proposal.group.tolist()
        totals[name] = proposal.total
    assert totals["central"] <= min(totals[name] for name in POLICY_AT.values()) + 1e-6


def its_dates_are_those_of_its_replay(problem: ReroutingProblem, proposal: Proposal) -> None:
    """The plan is applied to a copy of the state, and the simulator runs it once more."""
    state = problem.state.copy()
    apply_proposal(problem.model, state, proposal)
    again = kernel_replay(problem.model, state, problem.until_ms)
    for column in ("start_ms", "end_ms"):
        assert again.op[column].tolist() == proposal.end.op[column].tolist()
    assert again.lot["done_ms"].tolist() == proposal.end.lot["done_ms"].tolist()
