"""Late lots go by expedited links where the time is believed to be worth the freight."""

import polars as pl
import pytest

from analytics.edits.registry import edit_types
from analytics.rerouting.levers.air_freight import AirFreight
from analytics.rerouting.levers.base import LeverPlan
from analytics.rerouting.problem import ReroutingProblem
from analytics.rerouting.replay import kernel_replay
from analytics.rerouting.response import RESPONSES, default_responses, response
from analytics.scenario import Scenario
from analytics.simulation.layout import HOUR_MS, P_EXPRESS, P_MACHINE_DOWN
from analytics.study import Study
from federation.cut import planned
from federation.topology.model import ClusterSpec
from tests.support.metal_cluster import START, believed, cluster_data

SENT = RESPONSES["stay+air-freight"]
BRAKE = 1
LATE = [(1, P_MACHINE_DOWN, BRAKE, 1), (90, P_MACHINE_DOWN, BRAKE, -1)]
"""The brake at North is down for nearly four days."""


def flying(cost_per_t=2000.0, lateness=2.0, expedited=True, **link):
    """Enclosures of 2 kg, 32 kg a lot, that are driven 60 h from North, or flown in 5."""
    data = cluster_data(orders=6, lead_days=7.0, lateness=lateness)
    for one in data["links"]:
        one["drive_h"] = 60
    data["links"].append(
        {
            "id": "AIR",
            "start": "North",
            "end": "Port",
            "mode": "air",
            "distance_km": 600,
            "drive_h": 5,
            "cost_per_t": cost_per_t,
            "emission_kg_per_t": 500,
            "expedited": expedited,
            **link,
        }
    )
    return ClusterSpec.model_validate(data)


def problem_of(cluster, changes=LATE, now_h=0):
    model, state = believed(cluster, list(changes))
    if now_h:
        state = kernel_replay(model, state, now_h * HOUR_MS)
    return ReroutingProblem(model, state, now_h * HOUR_MS, 0, cluster)


def lots(problem, plan):
    return [problem.model.names.lots[row] for row in plan.primitives["entity"].tolist()]


def test_late_lots_are_sent_and_the_others_driven():
    problem = problem_of(flying())
    plan = AirFreight().act(problem, LeverPlan())
    assert plan.costs == ()
    assert set(plan.primitives["kind"].tolist()) == {P_EXPRESS}
    assert set(plan.primitives["time_ms"].tolist()) == {1}
    assert lots(problem, plan) == ["O-004/01/enclosure", "O-005/01/enclosure"]
    calm = problem_of(flying(), changes=())
    assert len(AirFreight().act(calm, LeverPlan()).primitives) == 0


def test_it_makes_less_late_at_the_price_of_the_freight():
    problem = problem_of(flying())
    stay, sent = (RESPONSES[name].decide(problem) for name in ("stay", "stay+air-freight"))
    assert sent.proposal.objective.lateness < 0.5 * stay.proposal.objective.lateness
    assert sent.proposal.objective.transport > stay.proposal.objective.transport
    used = sent.proposal.end.consignment
    used = used[: int(sent.proposal.end.clock["consignments"][0])]
    names = {problem.model.names.links[row][0] for row in used["link"].tolist()}
    assert names == {"AIR", "N-P"}


def test_where_it_costs_more_than_it_saves_nothing_is_sent():
    for cluster in (flying(cost_per_t=200_000.0), flying(lateness=0.001), flying(drive_h=80)):
        problem = problem_of(cluster)
        assert len(AirFreight().act(problem, LeverPlan()).primitives) == 0


def test_a_dear_carbon_price_keeps_it_on_the_ground():
    cluster = flying().model_copy(update={"carbon_price_per_t": 50_000.0})
    assert len(AirFreight().act(problem_of(cluster), LeverPlan()).primitives) == 0


def test_a_component_that_comes_sooner_than_another_is_not_sent():
    """A base plate from South, which has no air link, is late too: time gained would be lost."""
    data = flying().model_dump(mode="json")
    (product,) = data["products"]
    (enclosure,) = product["root"]["components"]
    bend = {"id": "bend", "process": "bending", "unit_time_min": 15}
    base = {"id": "base", "mass_kg": 2.0, "operations": [bend]}
    product["root"]["components"] = [enclosure, base]
    product["permissions"].append({"part": "base", "site": "South"})
    cluster = ClusterSpec.model_validate(data)
    down = [(1, P_MACHINE_DOWN, 3, 1), (150, P_MACHINE_DOWN, 3, -1)]  # the brake at South
    problem = problem_of(cluster, changes=[*LATE, *down])
    assert lots(problem, AirFreight().act(problem, LeverPlan())) == []


def test_what_was_sent_stays_sent():
    first = AirFreight().act(problem_of(flying()), LeverPlan())
    again = AirFreight().act(problem_of(flying(), now_h=10), first)
    assert again.primitives.tolist() == first.primitives.tolist()
    calm = AirFreight().act(problem_of(flying(), changes=(), now_h=1), first)
    assert calm.primitives.tolist() == first.primitives.tolist()


def test_greedy_plans_with_what_is_sent():
    """With the way through the air the enclosures stay at North, without it some move South."""
    problem = problem_of(flying())
    alone = RESPONSES["greedy"].decide(problem).proposal
    sent = response("greedy+air-freight").decide(problem).proposal
    assert sent.total < alone.total


def test_it_is_compared_where_a_link_is_expedited():
    assert SENT.id in default_responses(flying())
    assert SENT.id not in default_responses(flying(expedited=False))


def test_a_study_pays_the_freight_and_counts_its_emissions():
    down = edit_types()["machine_down"](
        kind="machine_down", site="North", machine="brake", start=START, end="2027-01-08T00:00:00Z"
    )
    scenario = Scenario(id="late", title="Late", fork_at=START, edits=(down,))
    study = Study(
        planned(flying()),
        scenario,
        ["stay", SENT.id],
        horizon_h=600.0,
        replications=1,
        engine="local",
    )
    kpis = study.run().kpis

    def value(name, one):
        rows = kpis.filter((pl.col("kpi") == one) & (pl.col("response") == name))
        return rows.filter(pl.col("scope") == "cluster")["value"][0]

    for kpi in ("transport_cost", "transport_kg"):
        assert value(SENT.id, kpi) > value("stay", kpi)
    assert value(SENT.id, "penalty_cost") < value("stay", "penalty_cost")
    assert value("stay", "transport_kg") == pytest.approx(0.0)
