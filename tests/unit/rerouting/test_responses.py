"""Levers, responses and the time until a decision can wait."""

from datetime import timedelta

import pytest

from analytics.rerouting.decide_by import decide_by
from analytics.rerouting.errors import ReroutingError
from analytics.rerouting.levers.base import LeverCost, LeverPlan
from analytics.rerouting.levers.hired_genset import HiredGenset
from analytics.rerouting.levers.sunday_overtime import SundayOvertime
from analytics.rerouting.problem import ReroutingProblem
from analytics.rerouting.replay import kernel_replay
from analytics.rerouting.response import (
    LEVERS,
    RESPONSES,
    Response,
    default_responses,
    response,
)
from analytics.simulation.layout import (
    DAY_MS,
    HOUR_MS,
    P_CALENDAR,
    P_GRID_OFF,
    P_HIRED_GENSET,
    P_LINK_CLOSED,
    P_MACHINE_DOWN,
)
from federation.topology.model import ClusterSpec
from tests.support.metal_cluster import believed, cluster_data, metal_cluster

NORTH = 0
EVERY_DAY = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
OUTAGE = [(6, P_GRID_OFF, NORTH, 1), (126, P_GRID_OFF, NORTH, -1)]  # five days: 40 h of work


def problem_of(changes=(), cluster=None, now_h=0):
    cluster = cluster or metal_cluster()
    model, state = believed(cluster, list(changes))
    if now_h:
        state = kernel_replay(model, state, now_h * HOUR_MS)
    return ReroutingProblem(model, state, now_h * HOUR_MS, 0, cluster)


def sunday_dates(problem, plan):
    """The days on which each site works overtime."""
    found = {}
    for row in plan.primitives:
        site = int(row["entity"])
        if int(row["value"]) == 2 * site + 1:
            day = problem.model.fork_at + timedelta(milliseconds=int(row["time_ms"]))
            found.setdefault(problem.cluster.sites[site].id, []).append(day.date().isoformat())
    return {site: tuple(days) for site, days in found.items()}


def hire_cluster(lead_h=24, minimum_days=3):
    data = cluster_data()
    data["genset_hire"] = [
        {
            "id": "hire",
            "site": "North",
            "lead_h": lead_h,
            "price_per_day": 50,
            "minimum_days": minimum_days,
            "genset": {"rated_kw": 20, "tank_l": 100, "fuel_on_hand_l": 100},
        }
    ]
    return ClusterSpec.model_validate(data)


def test_sundays_make_up_for_the_hours_that_are_lost():
    problem = problem_of(OUTAGE)
    plan = SundayOvertime().act(problem, LeverPlan())
    # Tuesday to Friday and Monday are lost: 40 h, five Sundays of 8 h, of which four are in reach
    assert sunday_dates(problem, plan) == {
        "North": ("2027-01-10", "2027-01-17", "2027-01-24", "2027-01-31")
    }
    first = plan.primitives[:2].tolist()
    assert first == [
        (152 * HOUR_MS, P_CALENDAR, NORTH, 2 * NORTH + 1),
        (160 * HOUR_MS, P_CALENDAR, NORTH, 2 * NORTH),
    ]
    assert plan.costs == ()


def test_one_lost_shift_takes_one_sunday():
    problem = problem_of([(6, P_GRID_OFF, NORTH, 1), (16, P_GRID_OFF, NORTH, -1)])
    plan = SundayOvertime().act(problem, LeverPlan())
    assert sunday_dates(problem, plan) == {"North": ("2027-01-10",)}


def test_a_machine_of_two_loses_half_the_hours():
    cell = 4
    problem = problem_of([(8, P_MACHINE_DOWN, cell, 1), (40, P_MACHINE_DOWN, cell, -1)])
    plan = SundayOvertime().act(problem, LeverPlan())
    assert sunday_dates(problem, plan) == {"Port": ("2027-01-10",)}


def test_people_have_their_notice():
    cluster = metal_cluster()
    late = problem_of([(176, P_GRID_OFF, NORTH, 1), (180, P_GRID_OFF, NORTH, -1)], cluster, 140)
    plan = SundayOvertime().act(late, LeverPlan())
    assert sunday_dates(late, plan) == {"North": ("2027-01-17",)}  # the 10th is 12 h away


def test_sundays_that_were_told_stay_told():
    before = SundayOvertime().act(problem_of(OUTAGE), LeverPlan())
    recovered = problem_of((), now_h=30)
    after = SundayOvertime().act(recovered, before)
    assert after.primitives.tolist() == before.primitives.tolist()


@pytest.mark.parametrize("changes", [(), [(6, P_LINK_CLOSED, 0, 1)]])
def test_where_no_hours_are_lost_nobody_works_on_sunday(changes):
    assert len(SundayOvertime().act(problem_of(changes), LeverPlan()).primitives) == 0


def test_overtime_gets_more_done_and_is_paid():
    stay = RESPONSES["stay"].decide(problem_of(OUTAGE)).proposal
    overtime = RESPONSES["stay+sunday-overtime"].decide(problem_of(OUTAGE)).proposal
    assert overtime.objective.lateness < stay.objective.lateness
    # four people, four Sundays of 8 h, 2.00 an hour at one and a half
    assert overtime.objective.labour == pytest.approx(4 * 4 * 8 * 2.0 * 1.5)
    assert overtime.moves == 0


def test_a_genset_comes_after_its_lead_and_stays_to_the_recovery():
    problem = problem_of(OUTAGE, hire_cluster())
    plan = HiredGenset().act(problem, LeverPlan())
    assert plan.primitives.tolist() == [
        (24 * HOUR_MS, P_HIRED_GENSET, NORTH, 1),
        (126 * HOUR_MS, P_HIRED_GENSET, NORTH, -1),
    ]
    # 102 h are five days that have begun
    assert plan.costs == (
        LeverCost("hired-genset", "North", "hire", 250.0, 24 * HOUR_MS, 126 * HOUR_MS),
    )


def test_the_minimum_hire_is_paid():
    problem = problem_of(OUTAGE, hire_cluster(lead_h=120, minimum_days=7))
    (cost,) = HiredGenset().act(problem, LeverPlan()).costs
    assert cost.to_ms - cost.from_ms == 7 * DAY_MS
    assert cost.amount == 350.0
    assert cost.until(cost.from_ms + 7 * DAY_MS // 2) == 175.0
    assert cost.until(0) == 0.0
    assert cost.until(cost.to_ms + 1) == 350.0


def test_a_genset_that_would_come_too_late_is_not_ordered():
    problem = problem_of(OUTAGE, hire_cluster(lead_h=127))
    assert len(HiredGenset().act(problem, LeverPlan()).primitives) == 0


def test_an_order_stands_and_its_end_follows_the_recovery():
    cluster = hire_cluster()
    before = HiredGenset().act(problem_of(OUTAGE, cluster), LeverPlan())
    longer = problem_of([(6, P_GRID_OFF, NORTH, 1), (240, P_GRID_OFF, NORTH, -1)], cluster, 48)
    (cost,) = HiredGenset().act(longer, before).costs
    assert (cost.from_ms, cost.to_ms) == (24 * HOUR_MS, 240 * HOUR_MS)
    over = problem_of((), cluster, 30)
    (cost,) = HiredGenset().act(over, before).costs
    assert (cost.from_ms, cost.to_ms) == (24 * HOUR_MS, (24 + 72) * HOUR_MS)


def test_a_genset_that_has_left_does_not_come_back():
    cluster = hire_cluster()
    before = HiredGenset().act(problem_of(OUTAGE, cluster), LeverPlan())
    again = problem_of([(200, P_GRID_OFF, NORTH, 1), (300, P_GRID_OFF, NORTH, -1)], cluster, 200)
    after = HiredGenset().act(again, before)
    assert after.primitives.tolist() == before.primitives.tolist()
    assert after.costs == before.costs


def test_a_hired_genset_keeps_the_machines_running():
    cluster = hire_cluster()
    stay = RESPONSES["stay"].decide(problem_of(OUTAGE, cluster))
    hired = RESPONSES["stay+hired-genset"].decide(problem_of(OUTAGE, cluster))
    assert hired.proposal.objective.lateness < stay.proposal.objective.lateness
    assert [cost.amount for cost in hired.costs] == [250.0]
    assert len(hired.primitives) == 2


def test_a_second_decision_does_not_pull_a_lever_twice():
    cluster = hire_cluster()
    told = RESPONSES["stay+hired-genset"]
    first = told.decide(problem_of(OUTAGE, cluster))
    changes = [
        *OUTAGE,
        *[(row[0] // HOUR_MS, *row[1:]) for row in first.primitives.tolist()],
    ]
    model, state = believed(cluster, changes)
    state = kernel_replay(model, state, 48 * HOUR_MS)
    world, _ = believed(cluster, OUTAGE)
    state.clock["next_primitive"] = 1  # of the world's changes, the outage has begun
    later = ReroutingProblem(world, state, 48 * HOUR_MS, 0, cluster)
    second = told.decide(later, first)
    assert second.primitives.tolist() == first.primitives.tolist()
    assert int(second.proposal.end.site["hired"][NORTH]) == 0


def test_responses_are_composed_by_name():
    assert list(RESPONSES) == [
        "stay",
        "stay+sunday-overtime",
        "stay+hired-genset",
        "stay+air-freight",
        "greedy",
        "greedy+rented-capacity",
    ]
    made = response("greedy+sunday-overtime")
    assert (made.policy, made.levers, made.reroutes) == ("greedy", ("sunday-overtime",), True)
    assert not RESPONSES["stay"].reroutes


@pytest.mark.parametrize("name", ["hope", "greedy+luck", "stay+hired-genset+hired-genset"])
def test_an_unknown_response_is_refused(name):
    with pytest.raises(ReroutingError):
        response(name)


def test_a_response_names_what_exists():
    with pytest.raises(ReroutingError, match="choose from sunday-overtime, hired-genset"):
        Response("mine", "stay", ("luck",))
    assert set(LEVERS) == {"sunday-overtime", "hired-genset", "rented-capacity", "air-freight"}


def test_deciding_later_is_worth_less_and_in_the_end_nothing():
    answer = decide_by(problem_of(OUTAGE), delays_h=(0, 24, 72, 300))
    gains = [delay.gain for delay in answer.delays]
    assert gains[0] > gains[2] > 0.0
    assert gains[3] == 0.0
    assert answer.delay_h == 72
    assert not answer.beyond_grid


def test_where_waiting_is_right_there_is_nothing_to_decide():
    answer = decide_by(problem_of([(9, P_GRID_OFF, NORTH, 1), (11, P_GRID_OFF, NORTH, -1)]))
    assert answer.delay_h is None
    assert not answer.beyond_grid


def test_only_what_a_cluster_offers_is_compared_by_default():
    absent = ("rented-capacity", "air-freight")
    nothing_rented = tuple(name for name in RESPONSES if not any(lever in name for lever in absent))
    assert default_responses(hire_cluster()) == nothing_rented
    without_hire = tuple(name for name in nothing_rented if "hired-genset" not in name)
    assert default_responses(metal_cluster()) == without_hire
    data = cluster_data()
    always = {"days": list(EVERY_DAY), "start": "00:00", "end": "24:00"}
    for site in data["sites"]:
        site["shifts"] = [always]
    assert default_responses(ClusterSpec.model_validate(data)) == ("stay", "greedy")
