"""Capacity is hired where the lateness that it saves is believed to be worth the rent."""

from datetime import timedelta

import polars as pl
import pytest

from analytics.edits.registry import edit_types
from analytics.plant import Plant
from analytics.rerouting.levers.base import LeverPlan
from analytics.rerouting.levers.rented_capacity import RentedCapacity
from analytics.rerouting.problem import ReroutingProblem
from analytics.rerouting.replay import kernel_replay
from analytics.rerouting.response import RESPONSES, default_responses
from analytics.scenario import Scenario
from analytics.simulation.layout import HOUR_MS, NONE, P_MACHINE_ABSENT
from analytics.study import Study
from federation.cut import planned
from federation.topology.model import ClusterSpec
from tests.support.metal_cluster import START, believed, cluster_data

WEEK_H = 7 * 24
RENT = RESPONSES["greedy+rented-capacity"]
BUSY = {"orders": 24, "lead_days": 2.0}
PRESS = {"id": "press", "process": "bending", "run_kw": 4, "unattended": True}


def offering(price=0.5, minimum_h=0.0, notice_h=24.0, machine=PRESS, **figures):
    """Boxes at a brake that can do two of the four that come each day, and a press for hire."""
    data = cluster_data(**BUSY | figures)
    data["capacity_hire"] = [
        {
            "id": "offer",
            "site": "North",
            "machine": machine,
            "price_per_h": price,
            "minimum_h": minimum_h,
            "notice_h": notice_h,
        }
    ]
    return ClusterSpec.model_validate(data)


def problem_of(cluster, now_h=0, changes=()):
    model, state = believed(cluster, list(changes))
    if now_h:
        state = kernel_replay(model, state, now_h * HOUR_MS)
    return ReroutingProblem(model, state, now_h * HOUR_MS, 0, model.cluster or cluster)


def press_of(problem):
    return problem.model.names.machine_row["North", "press"]


def hours(plan):
    """When what is hired comes and goes."""
    return tuple(row / HOUR_MS for row in plan.primitives["time_ms"].tolist())


def test_it_is_hired_from_its_notice_on_for_as_long_as_it_pays():
    problem = problem_of(offering())
    plan = RentedCapacity().act(problem, LeverPlan())
    arrive, leave = hours(plan)
    assert arrive == 24.0
    assert WEEK_H / 4 < leave < 2 * WEEK_H
    assert plan.primitives["entity"].tolist() == [press_of(problem)] * 2
    assert plan.primitives["value"].tolist() == [-1, 1]
    assert set(plan.primitives["kind"].tolist()) == {P_MACHINE_ABSENT}
    (cost,) = plan.costs
    assert (cost.site, cost.component) == ("North", "hire")
    assert cost.amount == pytest.approx(0.5 * (leave - arrive))


def test_work_moves_to_what_is_hired_and_less_is_late():
    problem = problem_of(offering())
    alone = RESPONSES["greedy"].decide(problem)
    hired = RENT.decide(problem)
    assert hired.proposal.objective.lateness < 0.7 * alone.proposal.objective.lateness
    press = press_of(problem)
    end = hired.proposal.end
    arrive, leave = (row * HOUR_MS for row in hours(hired.levers["rented-capacity"]))
    used = end.op[end.op["machine"] == press]
    assert len(used) > 3
    assert used["start_ms"].min() >= arrive
    assert used["start_ms"].max() < leave


def test_what_nobody_hires_is_not_there():
    """Plans and runs are those of a cluster without the offer."""
    with_offer, without = (
        problem_of(offering()),
        problem_of(ClusterSpec.model_validate(cluster_data(**BUSY))),
    )
    press = press_of(with_offer)
    for name in ("stay", "greedy"):
        plans = [RESPONSES[name].decide(problem).proposal for problem in (with_offer, without)]
        assert plans[0].objective == plans[1].objective
        assert (plans[0].end.op["machine"] != press).all()
        assert plans[0].end.machine["op"][press] == NONE


def test_the_longest_hire_that_pays_is_shorter_where_it_is_dear_and_none_at_last():
    ends = []
    for price in (0.5, 15.0, 40.0):
        plan = RentedCapacity().act(problem_of(offering(price=price)), LeverPlan())
        ends.append(hours(plan)[1] if len(plan.primitives) else 0.0)
    assert ends[0] > ends[1] > 24.0
    assert ends[2] == 0.0


def test_the_minimum_booking_is_paid_or_keeps_it_away():
    plan = RentedCapacity().act(problem_of(offering(minimum_h=600.0)), LeverPlan())
    assert hours(plan) == (24.0, 624.0)
    assert plan.costs[0].amount == pytest.approx(300.0)
    dear = RentedCapacity().act(problem_of(offering(price=40.0, minimum_h=6000.0)), LeverPlan())
    assert len(dear.primitives) == 0


def test_where_nothing_is_late_nothing_is_hired():
    plan = RentedCapacity().act(problem_of(offering(lead_days=60.0)), LeverPlan())
    assert len(plan.primitives) == 0
    free = RentedCapacity().act(problem_of(offering(lateness=0.0)), LeverPlan())
    assert len(free.primitives) == 0


def test_a_booking_stands_and_may_be_made_longer_in_time():
    lever = RentedCapacity()
    cluster = offering(price=1.0, orders=4, lead_days=0.5)
    first = lever.act(problem_of(cluster), LeverPlan())
    arrive, leave = hours(first)
    more = offering(price=1.0, orders=16, lead_days=0.5)
    longer = lever.act(problem_of(more, now_h=1), first)
    assert hours(longer)[0] == arrive
    assert hours(longer)[1] > leave
    calm = lever.act(problem_of(offering(price=1.0, lead_days=60.0), now_h=1), first)
    assert hours(calm) == (arrive, leave)
    late = lever.act(problem_of(more, now_h=int(leave) - 1), first)
    assert hours(late) == (arrive, leave)
    gone = lever.act(problem_of(more, now_h=int(leave) + 2), first)
    assert hours(gone) == (arrive, leave)


def test_it_is_compared_where_somebody_offers_it():
    assert RENT.id in default_responses(offering())
    assert RENT.id not in default_responses(ClusterSpec.model_validate(cluster_data(**BUSY)))


def test_a_study_charges_the_rent_and_the_plant_tells_nothing_of_the_offer():
    cluster = offering()
    plant = Plant(cluster)
    told = {row["asset"] for batch in plant.birth() for row in batch.table.to_pylist()}
    assert "brake" in told
    assert "press" not in told
    calm = edit_types()["machine_down"](
        kind="machine_down",
        site="South",
        machine="brake",
        start=START + timedelta(hours=1),
        end=START + timedelta(hours=2),
    )
    scenario = Scenario(id="rent", title="Rent", fork_at=START, edits=(calm,))
    study = Study(
        planned(cluster),
        scenario,
        ["stay", RENT.id],
        horizon_h=2.0 * WEEK_H,
        replications=1,
        engine="local",
    )
    kpis = study.run().kpis
    (hire,) = kpis.filter((pl.col("kpi") == "hire_cost") & (pl.col("response") == RENT.id))["value"]
    plan = RentedCapacity().act(problem_of(cluster), LeverPlan())
    arrive, leave = hours(plan)
    paid_h = min(leave, 2.0 * WEEK_H) - arrive
    assert hire == pytest.approx(0.5 * paid_h, rel=0.05)
