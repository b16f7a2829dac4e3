"""Staying, rerouting, and what they cost."""

import itertools
from datetime import timedelta

import numpy as np
import pytest

from analytics.rerouting.errors import PlanError, ReroutingError
from analytics.rerouting.greedy import Greedy, plan_from_empty
from analytics.rerouting.objective import Stability, measure
from analytics.rerouting.policy import POLICIES, Policy, policy
from analytics.rerouting.problem import ReroutingProblem
from analytics.rerouting.proposal import apply_proposal, make_proposal, open_operations
from analytics.rerouting.stay import Stay
from analytics.rerouting.weights import Weights
from analytics.simulation.layout import FOREVER, HOUR_MS, P_GRID_OFF
from federation.topology.model import ClusterSpec
from tests.support.metal_cluster import believed, cluster_data, metal_cluster

LONG = ((6, P_GRID_OFF, 0, 1), (126, P_GRID_OFF, 0, -1))
SHORT = ((9, P_GRID_OFF, 0, 1), (11, P_GRID_OFF, 0, -1))
EXPENSIVE_LINK = 25.0


def problem_of(changes=(), weights=None, **figures):
    cluster = metal_cluster(**figures)
    model, state = believed(cluster, list(changes))
    return ReroutingProblem(model, state, 0, 0, cluster, weights or Weights())


def test_staying_moves_nothing_and_dates_the_running_plan():
    problem = problem_of(LONG)
    stay = Stay().propose(problem)
    assert stay.moves == 0
    assert stay.group.tolist() == problem.state.op["group"].tolist()
    assert stay.start_ms()[0] == 128 * HOUR_MS  # Saturday 08:00, after the outage


def test_a_long_outage_is_rerouted_and_each_move_explained():
    problem = problem_of(LONG)
    stay, greedy = Stay().propose(problem), Greedy().propose(problem)
    assert greedy.total < stay.total
    assert greedy.objective["lateness"] < stay.objective["lateness"]
    assert greedy.objective["approval"] == 60.0
    assert greedy.objective["stability"] == greedy.moves > 0
    move = greedy.explanation[0]
    assert (move.from_site, move.to_site) == ("North", "South")
    assert move.qualified == ("North", "South")
    assert [(row.site, row.requirement) for row in move.failed] == [("Port", "process")]


def test_for_a_short_outage_nothing_moves():
    greedy = Greedy().propose(problem_of(SHORT))
    assert greedy.policy == "stay"
    assert greedy.moves == 0


def test_a_plan_that_saves_less_than_the_margin_is_not_proposed():
    eager = Greedy().propose(problem_of(LONG))
    settled = Greedy().propose(problem_of(LONG, Weights(plan_margin_fraction=0.99)))
    assert eager.moves > 0
    assert settled.moves == 0


def test_the_dates_are_those_of_the_replay():
    problem = problem_of(LONG)
    greedy = Greedy().propose(problem)
    state = problem.state.copy()
    apply_proposal(problem.model, state, greedy)
    end = problem.replayer(problem.model, state, problem.until_ms)
    assert end.op["start_ms"].tolist() == greedy.end.op["start_ms"].tolist()
    assert end.lot["done_ms"].tolist() == greedy.end.lot["done_ms"].tolist()
    entries = greedy.entries(problem)
    starts = {(row.lot, row.operation): row.planned_start for row in entries}
    first = problem.model.fork_at + timedelta(milliseconds=int(greedy.start_ms()[0]))
    assert starts["O-000/01/enclosure", 0] == first


def test_the_question_is_not_changed_by_answering_it():
    problem = problem_of(LONG)
    before = problem.state.digest()
    Greedy().propose(problem)
    assert problem.state.digest() == before


def test_the_objective_is_the_plain_sum_of_its_parts():
    problem = problem_of(SHORT, orders=4, gap_h=0, lead_days=1)
    end = problem.present
    cost = measure(problem, end, Stability(moves=3))
    late_h = [(done - 24 * HOUR_MS) / HOUR_MS for done in end.lot["done_ms"][1::2].tolist()]
    assert cost.lateness == pytest.approx(sum(16 * 2.0 * h / 24 for h in late_h if h > 0))
    # two enclosures (64 kg) leave on Monday and Tuesday evening: each pays the minimum charge
    consignments = int(end.clock["consignments"][0])
    assert consignments > 0
    assert cost.transport == pytest.approx(25.0 * consignments)
    kwh = end.site["grid_uj"].sum() / 3.6e12
    assert cost.energy == pytest.approx(0.1 * kwh)
    assert cost.stability == 3.0
    assert cost.total(problem) == pytest.approx(sum(cost.values()) - cost.idle)
    with pytest.raises(KeyError):
        cost["glamour"]


def test_a_move_that_must_not_be_is_refused_by_name():
    problem = problem_of()
    op = open_operations(problem)
    group = problem.state.op["group"][op].copy()
    group[0] = problem.model.names.group_row["Port", "cell"]
    with pytest.raises(PlanError, match="Port has no machine for laser_cutting"):
        make_proposal(problem, "mine", op, group, problem.state.op["rank"][op])


def test_a_proposal_for_another_state_is_refused():
    large = Greedy().propose(problem_of(LONG))
    model, small = believed(metal_cluster(orders=1))
    with pytest.raises(PlanError, match="make the proposal from this state"):
        apply_proposal(model, small, large)


def test_work_that_has_started_since_keeps_its_place():
    problem = problem_of(LONG)
    greedy = Greedy().propose(problem)
    later = problem.state.copy()
    later.op["start_ms"][0] = 0
    apply_proposal(problem.model, later, greedy)
    assert later.op["group"][0] == problem.state.op["group"][0]
    assert later.clock["replan"][0] == 1


def test_a_plan_that_changes_nothing_leaves_the_queues_alone():
    problem = problem_of(SHORT)
    state = problem.state.copy()
    state.clock["replan"] = 0
    apply_proposal(problem.model, state, Stay().propose(problem))
    assert state.clock["replan"][0] == 0


def test_policies_are_registered_by_name():
    assert all(isinstance(found, Policy) for found in POLICIES.values())
    with pytest.raises(ReroutingError, match="choose one of stay, reactive, greedy"):
        policy("hope")


def test_the_first_schedule_uses_approved_sites_unless_others_pay():
    entries = plan_from_empty(metal_cluster(orders=6, gap_h=24))
    assert {entry.site for entry in entries} == {"North", "Port"}
    assert len(entries) == 18
    crowded = plan_from_empty(metal_cluster(orders=30, gap_h=2))
    assert {entry.site for entry in crowded} == {"North", "South", "Port"}


def test_where_nobody_is_approved_yet_one_site_is_asked_for_a_first_article():
    data = cluster_data(orders=3, gap_h=24)
    (product,) = data["products"]
    for permission in product["permissions"]:
        if permission["part"] == "enclosure":
            permission |= {
                "status": "first_article",
                "approval_h": 4.0,
                "approver": "North",
                "approval_cost": 1e6,  # more than any plan could save
            }
    entries = plan_from_empty(ClusterSpec.model_validate(data))
    assert len(entries) == 9
    assert len({entry.site for entry in entries if "enclosure" in entry.lot}) == 1


def test_the_first_schedule_is_in_order_and_the_same_every_time():
    cluster = metal_cluster(orders=10)
    entries = plan_from_empty(cluster)
    assert entries == plan_from_empty(cluster)
    by_lot = {}
    for entry in entries:
        by_lot.setdefault(entry.lot, []).append(entry)
    for steps in by_lot.values():
        assert [step.operation for step in steps] == list(range(len(steps)))
        for before, after in itertools.pairwise(steps):
            assert before.planned_finish <= after.planned_start


def test_without_news_the_first_schedule_stands():
    cluster = metal_cluster(orders=30, gap_h=2)
    model, state = believed(cluster)
    for entry in plan_from_empty(cluster):
        op = model.op_rows(model.names.lot_row[entry.lot])[entry.operation]
        state.op["group"][op] = model.names.group_row[entry.site, entry.work_centre]
        state.op["rank"][op] = entry.rank
    problem = ReroutingProblem(model, state, 0, 0, cluster)
    assert Greedy().propose(problem).moves == 0


def test_an_order_that_nobody_can_make_is_named():
    data = cluster_data(orders=1)
    data["sites"][0]["stock"] = data["sites"][1]["stock"] = []
    with pytest.raises(PlanError, match="O-000/01/enclosure cannot be planned"):
        plan_from_empty(ClusterSpec.model_validate(data))


def test_without_orders_there_is_nothing_to_plan():
    assert plan_from_empty(metal_cluster(orders=0)) == []


def test_ranks_follow_the_due_dates():
    data = cluster_data(orders=4, gap_h=0)
    for number, order in enumerate(data["orders"]):
        order["due"] -= timedelta(hours=number)
    entries = plan_from_empty(ClusterSpec.model_validate(data))
    bends = sorted(
        (entry for entry in entries if entry.operation == 1), key=lambda entry: entry.rank
    )
    assert [entry.lot.split("/")[0] for entry in bends] == ["O-003", "O-002", "O-001", "O-000"]
    starts = [entry.planned_start for entry in bends if entry.site == "North"]
    assert starts == sorted(starts)


def test_lots_that_never_arrive_count_as_delivered_at_the_horizon():
    problem = problem_of(((0, P_GRID_OFF, 0, 1),), orders=1, lead_days=1)
    stay = Stay().propose(problem)
    assert stay.end.lot["done_ms"][1] == FOREVER
    assert stay.objective.lateness == pytest.approx(16 * 2.0 * 27)
    assert np.all(stay.start_ms()[:1] == FOREVER)
