"""What no plan can do better than, counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.rerouting.bounds.bound import Bound, certified, lower_bound
from analytics.rerouting.bounds.makespan import plain_makespan_ms, preemptive_ms
from analytics.rerouting.errors import PlanError
from analytics.rerouting.greedy import Greedy
from analytics.rerouting.problem import ReroutingProblem
from analytics.rerouting.proposal import can_decline, make_proposal, open_operations
from analytics.rerouting.search.limits import SearchLimits
from analytics.rerouting.search.plain import plain_shop
from analytics.rerouting.search.policy import Search
from analytics.rerouting.stay import Stay
from analytics.rerouting.weights import Weights
from analytics.simulation.layout import (
    FOREVER,
    HOUR_MS,
    NONE,
    P_GRID_OFF,
    P_LINK_CLOSED,
    P_MACHINE_DOWN,
    P_SITE_DOWN,
)
from federation.topology.model import ClusterSpec
from tests.support.metal_cluster import believed, cluster_data
from tests.support.public_shops import MINUTE_MS, optimum, shop_problem
from twins.work import LotState

NORTH, SOUTH, PORT = 0, 1, 2


def problem_of(changes=(), weights=None, change=None, horizon_h=672, **figures) -> ReroutingProblem:
    data = cluster_data(**{"orders": 1, **figures})
    if change is not None:
        change(data)
    cluster = ClusterSpec.model_validate(data)
    model, state = believed(cluster, list(changes))
    return ReroutingProblem(
        model, state, 0, 0, cluster, weights or Weights(), horizon_h * HOUR_MS
    )  # fmt: skip


def soonest_h(problem: ReroutingProblem) -> float:
    (moment,) = lower_bound(problem).arrive_ms.tolist()
    return moment / HOUR_MS


def money(bound: Bound, part: str) -> float:
    return sum(one.money for one in bound.arguments if one.part == part)


def test_an_order_alone_is_delivered_when_its_replay_says() -> None:
    # cut 08:00 to 08:48, bend 4 h, van at 17:00 for 4 h, joined next morning within 80 min
    problem = problem_of()
    assert soonest_h(problem) == pytest.approx(24 + 8 + 80 / 60)
    assert Stay().propose(problem).end.lot["done_ms"].max() == lower_bound(problem).arrive_ms[0]


def sheet_later(data):
    data["sites"][0]["stock"] = [
        {"material": "sheet", "on_hand": 0, "weekly_receipt": 16, "receipt_day": "thu"}
    ]
    del data["products"][0]["permissions"][2]


def only_south(data):
    del data["products"][0]["permissions"][1]
    data["products"][0]["permissions"][1]["approval_h"] = 20.0


def dark(site: int, begin_h: int, end_h: int):
    return [(begin_h, P_GRID_OFF, site, 1), (end_h, P_GRID_OFF, site, -1)]


def broken(machine: int, end_h: int):
    return [(0, P_MACHINE_DOWN, machine, 1), (end_h, P_MACHINE_DOWN, machine, -1)]


def closed(way: int, end_h: int):
    return [(0, P_LINK_CLOSED, way, 1), (end_h, P_LINK_CLOSED, way, -1)]


@pytest.mark.parametrize(
    ("changes", "change", "hours"),
    [
        # both homes are dark from Monday 10:00 to Wednesday noon: bending goes on then
        ([*dark(NORTH, 10, 60), *dark(SOUTH, 10, 60)], None, 80 + 80 / 60),
        ([*broken(1, 32), *broken(3, 32)], None, 56 + 80 / 60),
        ([(0, P_SITE_DOWN, PORT, 1), (40, P_SITE_DOWN, PORT, -1)], None, 56 + 80 / 60),
        # both ways to the port open on Tuesday 10:00: the van leaves at 17:00
        ([*closed(0, 34), *closed(2, 34)], None, 56 + 80 / 60),
        ([], sheet_later, 4 * 24 + 8 + 80 / 60),
        # approved at 20:00 at the soonest, whoever is the first article: the van at 08:00
        ([], only_south, 24 + 12 + 80 / 60),
    ],
)
def test_what_keeps_an_order_back_is_in_its_soonest_delivery(changes, change, hours) -> None:
    problem = problem_of(changes, change=change)
    assert soonest_h(problem) == pytest.approx(hours)
    assert Greedy().propose(problem).end.lot["done_ms"].max() >= lower_bound(problem).arrive_ms[0]


def test_an_order_that_nobody_can_deliver_is_late_until_the_horizon() -> None:
    shut = [(0, P_LINK_CLOSED, 0, 1), (0, P_LINK_CLOSED, 2, 1)]
    problem = problem_of(shut, lead_days=1.0)
    bound = lower_bound(problem)
    assert bound.arrive_ms.tolist() == [FOREVER]
    declined, late_days = 16 * 40.0, 27
    assert money(bound, "unassigned") == pytest.approx(declined)
    assert 16 * 2.0 * late_days > declined
    cheap = lower_bound(problem_of(shut, lead_days=20.0))
    assert money(cheap, "lateness") == pytest.approx(16 * 2.0 * 8)


def test_the_least_money_of_a_way_is_that_of_its_mass_its_scrap_and_its_work() -> None:
    def bend_badly(data):
        bend = data["products"][0]["root"]["components"][0]["operations"][1]
        bend["yield_fraction"] = 0.8
        for site in data["sites"][:2]:
            for machine in site["machines"]:
                machine["idle_kw"] = 0.0

    problem = problem_of(change=bend_badly)
    bound, stay = lower_bound(problem), Stay().propose(problem)
    assert money(bound, "transport") == pytest.approx(0.032 * 50.0)  # 25 by the minimum charge
    assert money(bound, "production") == pytest.approx(4 * 1.5)
    assert money(bound, "energy") == pytest.approx(stay.objective.energy) != 0.0
    assert stay.objective.energy == pytest.approx((20 * 3 / 60 * 6 + 20 * 15 / 60 * 4) * 0.1)


def test_machines_that_stand_ready_are_paid_for_whatever_the_plan() -> None:
    bound = lower_bound(problem_of(orders=0))
    hours = 4 * 6 * 8
    assert money(bound, "energy") == pytest.approx(2 * hours * (1.0 + 0.2) * 0.1)


def test_scarce_hours_raise_the_bound() -> None:
    def one_home(data):
        del data["products"][0]["permissions"][2]

    problem = problem_of(change=one_home, orders=12, gap_h=0.0, lead_days=2.0)
    alone, together = lower_bound(problem), lower_bound(problem, 60)
    stay = Stay().propose(problem)
    # twelve lots of four hours at one brake: two a day
    assert alone.money < 0.25 * stay.total
    assert 0.6 * stay.total < together.money <= stay.total
    assert sum(one.money for one in together.arguments) == pytest.approx(together.money)


def test_a_lot_is_declined_only_at_a_price() -> None:
    def for_nothing(data):
        data["products"][0]["price"] = 0.0

    priced, free = problem_of(), problem_of(change=for_nothing)
    assert can_decline(priced).sum() == 1
    assert can_decline(free).sum() == 0
    op = open_operations(free)
    with pytest.raises(PlanError, match="would cost nothing; give its product a price"):
        make_proposal(free, "none", op, np.full(len(op), NONE), free.state.op["rank"][op])


def test_a_lost_lot_counts_as_late_until_the_horizon() -> None:
    problem = problem_of(lead_days=1.0)
    lost = problem.state.copy()
    lost.lot["state"], lost.lot["done_ms"] = LotState.LOST, 30 * HOUR_MS
    asked = ReroutingProblem(
        problem.model, problem.state, 0, 0, problem.cluster, replayer=lambda *_: lost
    )
    assert Stay().propose(asked).objective.lateness == pytest.approx(16 * 2.0 * 27)


def test_one_machine_is_never_done_before_its_preemptive_schedule() -> None:
    head, work, tail = np.array([[10, 13, 11, 20, 30, 0, 30], [5, 6, 7, 4, 3, 6, 2],
                                 [7, 26, 24, 21, 8, 17, 0]])  # fmt: skip
    assert preemptive_ms(head, work, tail) == 49  # Carlier 1982, where the optimum is 50


@pytest.mark.parametrize(("name", "bound"), [("ft06", 52), ("ft10", 808), ("la01", 666)])
def test_the_makespan_of_public_shops_is_bounded(name: str, bound: int) -> None:
    problem = shop_problem(name)
    plain = plain_shop(problem)
    assert plain is not None
    assert plain_makespan_ms(plain) == bound * MINUTE_MS
    assert lower_bound(problem).makespan_ms == bound * MINUTE_MS
    assert lower_bound(problem).money == pytest.approx(bound / 60)
    assert bound <= optimum(name)


def test_a_search_ends_when_its_plan_is_as_good_as_the_bound() -> None:
    found = Search(SearchLimits(iterations=10**12)).propose(shop_problem("la01"))
    assert found.objective.makespan == pytest.approx(optimum("la01") / 60)


def test_a_proposal_keeps_the_better_of_two_bounds() -> None:
    problem = shop_problem("la01")
    found = certified(problem, Search(SearchLimits(iterations=10**12)).propose(problem))
    assert found.gap == pytest.approx(0.0, abs=1e-6)
    assert certified(problem, found).lower_bound == found.lower_bound
    stay = certified(problem, Stay().propose(problem))
    assert stay.gap is not None
    assert stay.gap > 0.1
