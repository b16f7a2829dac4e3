"""Three metal shops of which one goes dark: a plan that needs more than one site to agree."""

import copy
from datetime import timedelta

from analytics.rerouting.offering import offer_of
from analytics.rerouting.policy import POLICIES
from analytics.rerouting.problem import ReroutingProblem
from analytics.rerouting.proposal import Proposal
from analytics.rerouting.questions import Question
from analytics.scenario import Scenario
from federation.agreement.agreeing import Offer
from federation.snapshot import ClusterSnapshot
from federation.topology.model import ClusterSpec
from tests.support.metal_cluster import START, cluster_data, metal_site
from twinfed.client import LocalCluster

DARK = Scenario.model_validate(
    {
        "id": "dark",
        "title": "North is dark",
        "fork_at": START + timedelta(hours=2),
        "edits": [
            {
                "kind": "grid_outage",
                "site": "North",
                "start": START + timedelta(hours=2),
                "end": START + timedelta(days=12),
            }
        ],
    }
)


def three_shops() -> ClusterSpec:
    """The metal cluster with a third metal shop, and work enough for two of them."""
    data = cluster_data(orders=16, gap_h=2.0, lead_days=3.0, lateness=30.0)
    data["sites"].append(metal_site("East", 7.0))
    link = copy.deepcopy(data["links"][1])
    data["links"].append({**link, "id": "E-P", "start": "East"})
    article = data["products"][0]["permissions"][2]
    article["approval_cost"] = 1
    data["products"][0]["permissions"].append({**article, "site": "East"})
    return ClusterSpec.model_validate(data)


def dark_plan() -> tuple[ClusterSnapshot, ReroutingProblem, Proposal, Offer]:
    """The fork of the three shops, the question, the greedy plan and the offer of it."""
    with LocalCluster(three_shops()) as fed:
        fed.clock.hold(START + timedelta(hours=2))
        snapshot = fed.fork()
    question = Question(DARK, frozen_h=4.0)
    problem = question.problem(snapshot)
    proposal = POLICIES["greedy"].propose(problem)
    return (
        snapshot,
        problem,
        proposal,
        offer_of(snapshot, problem, proposal, "", question.to_json()),
    )
