"""Degrees of coordination: what each may do, and what it may know."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from analytics.rerouting.coordination.agreed import asked_of
from analytics.rerouting.coordination.auction import Market
from analytics.rerouting.coordination.degrees import POLICY_AT, Degree, degree, degree_of
from analytics.rerouting.errors import ReroutingError
from analytics.rerouting.policy import POLICIES
from analytics.rerouting.problem import ReroutingProblem
from analytics.rerouting.questions import Question
from analytics.rerouting.response import chosen_responses, response
from analytics.simulation.compile.snapshot import compile_snapshot
from federation.agreement.parts import refused
from federation.cut import Cutter
from federation.schedule import Schedule
from federation.topology.model import ClusterSpec
from tests.support.agreeing import first_plan
from tests.support.metal_cluster import START, cluster_data, metal_cluster
from tests.support.three_shops import DARK, three_shops

ALL = ("gains", "losses", "shifts")
NORTH, SOUTH, PORT, EAST = range(4)


def dark(**policies) -> ReroutingProblem:
    """Three shops of which one is dark; ``policies`` maps a site to what it agrees to."""
    data = three_shops().model_dump(mode="json")
    for site in data["sites"]:
        if site["id"] in policies:
            site["agreement"] = {"auto_accept": policies[site["id"]]}
    cluster = ClusterSpec.model_validate(data)
    schedule = Schedule(1, {(e.lot, e.operation): e for e in first_plan(cluster)})
    snapshot = Cutter(cluster).cut(START + timedelta(hours=2), {}, schedule)
    return Question(DARK).problem(snapshot)


@pytest.fixture(scope="module")
def problem():
    return dark()


def sites_used(problem, plan):
    """Rows of the sites that gain an operation."""
    before = problem.state.op["group"][plan.op]
    gained = plan.group[before != plan.group]
    return set(problem.model.group["site"][gained].tolist())


def test_every_degree_has_a_policy_of_its_own():
    assert [degree_of(POLICY_AT[one]) for one in Degree] == list(Degree)
    assert set(POLICY_AT.values()) <= set(POLICIES)
    assert degree_of("greedy") is Degree.CENTRAL
    assert response("auction+sunday-overtime").coordination is Degree.AUCTION
    for number in (5, -1, "two"):
        with pytest.raises(ReroutingError, match=r"choose from 0 stay, 1 informed, .* 4 auction"):
            degree(number)


def test_a_study_compares_the_given_responses_then_the_degrees():
    cluster = metal_cluster()
    assert [one.id for one in chosen_responses(cluster, None, (0, 4))] == ["stay", "auction"]
    both = chosen_responses(cluster, ["stay", "greedy"], (0, 2))
    assert [one.id for one in both] == ["stay", "greedy", "agreed"]
    assert [one.id for one in chosen_responses(cluster, "stay", 3)] == ["stay", "central"]
    assert "greedy" in [one.id for one in chosen_responses(cluster)]


def test_informed_sites_keep_their_work_and_mend_its_order():
    data = cluster_data(orders=10, gap_h=0.0, lead_days=3.0)
    for order in data["orders"][5:]:
        order["due"] += timedelta(days=30)
    cluster = ClusterSpec.model_validate(data)
    # What has a month comes first: any site would change that if it knew.
    backwards = {(e.lot, e.operation): replace(e, rank=100 - e.rank) for e in first_plan(cluster)}
    model, state = compile_snapshot(Cutter(cluster).cut(START, {}, Schedule(1, backwards)))
    question = ReroutingProblem(model.with_run(0, 0, deterministic=True), state, 0, 0, cluster)
    stay, informed = POLICIES["stay"].propose(question), POLICIES["informed"].propose(question)
    assert informed.policy == "informed"
    assert informed.total < stay.total
    assert np.array_equal(informed.group, state.op["group"][informed.op])
    assert not np.array_equal(informed.rank, state.op["rank"][informed.op])


def test_informed_sites_use_another_machine_of_their_own(problem):
    plan = POLICIES["informed"].propose(problem)
    site = problem.model.group["site"]
    assert np.array_equal(site[plan.group], site[problem.state.op["group"][plan.op]])


def test_without_policies_of_sites_nothing_moves(problem):
    assert POLICIES["greedy"].propose(problem).moves > 0
    assert POLICIES["agreed"].propose(problem).policy == "stay"


@pytest.mark.parametrize(
    ("takers", "used"), [(("South",), {SOUTH}), (("East",), {EAST}), (("South", "East"), None)]
)
def test_work_moves_as_far_as_sites_agree(takers, used):
    kinds = dict.fromkeys(takers, ALL)
    question = dark(North=("losses", "shifts"), Port=("shifts",), **kinds)
    greedy, agreed = (POLICIES[name].propose(question) for name in ("greedy", "agreed"))
    if used is None:
        assert np.array_equal(agreed.group, greedy.group)
    else:
        assert sites_used(question, agreed) == used
        assert agreed.total >= greedy.total
    policies = {site.id: site.agreement for site in question.cluster.sites}
    asked = asked_of(question, agreed)
    assert asked
    assert all(not refused(policies[site], part) for site, part in asked.items())


def test_late_work_goes_to_the_lowest_bid_that_pays(problem):
    market = Market(problem)
    market.trade()
    assert market.trades
    assert {trade.seller for trade in market.trades} == {NORTH}
    assert {trade.buyer for trade in market.trades} <= {SOUTH, EAST}
    margin = problem.weights.margin_fraction
    for trade in market.trades:
        assert trade.price < trade.ask - (margin * abs(trade.ask) if np.isfinite(trade.ask) else 0)
    sold = [trade.tree for trade in market.trades]
    assert len(sold) == len(set(sold))
    plan = POLICIES["auction"].propose(problem)
    assert plan.total < POLICIES["stay"].propose(problem).total
    assert sites_used(problem, plan) <= {SOUTH, EAST}


def test_a_bidder_does_not_know_the_load_of_others(problem):
    market = Market(problem)
    here = market.desks.free & (market.desks.site_of[market.group] == NORTH)
    trees = np.flatnonzero(market._with(here))
    wanted = np.zeros(market.desks.trees, dtype=bool)
    wanted[trees[:3]] = True
    mine = here & wanted[market.desks.tree_of_op]
    first, _ = market._bids(SOUTH, wanted, mine)
    # Much work goes from North to East: none of South's business.
    others = here & np.isin(market.desks.tree_of_op, trees[5:])
    decoded = market.desks.plan(EAST, market.group, market._with(others), others, anywhere=True)
    market.group[others] = decoded.group[others]
    market._alone.clear()
    again, _ = market._bids(SOUTH, wanted, mine)
    assert np.array_equal(first, again)
    # Its own load is.
    to_south = here & np.isin(market.desks.tree_of_op, trees[3:5])
    decoded = market.desks.plan(
        SOUTH, market.group, market._with(to_south), to_south, anywhere=True
    )
    market.group[to_south] = decoded.group[to_south]
    market._alone.clear()
    loaded, _ = market._bids(SOUTH, wanted, mine)
    assert (loaded >= first).all()
    assert (loaded[wanted] > first[wanted]).any()


def test_no_lower_degree_costs_less_than_the_central_planner(problem):
    totals = {one: POLICIES[POLICY_AT[one]].propose(problem).total for one in Degree}
    assert totals[Degree.CENTRAL] == min(totals.values())
    assert totals[Degree.NONE] > totals[Degree.AUCTION] > totals[Degree.CENTRAL]
