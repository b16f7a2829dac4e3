"""What a plan costs, beyond the parts that the greedy tests pin down."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.rerouting.errors import PlanError
from analytics.rerouting.greedy import Greedy
from analytics.rerouting.objective import Stability
from analytics.rerouting.problem import ReroutingProblem
from analytics.rerouting.proposal import make_proposal, open_operations
from analytics.rerouting.stay import Stay
from analytics.rerouting.trees import roots
from analytics.rerouting.weights import Weights
from analytics.simulation.layout import FOREVER, HOUR_MS, NONE, P_GRID_OFF
from federation.topology.model import ClusterSpec
from tests.support.metal_cluster import believed, cluster_data, metal_cluster
from twins.work import LotState

LONG = ((6, P_GRID_OFF, 0, 1), (126, P_GRID_OFF, 0, -1))


def problem_of(changes=(), weights: Weights | None = None, **figures) -> ReroutingProblem:
    cluster = metal_cluster(**figures)
    model, state = believed(cluster, list(changes))
    return ReroutingProblem(model, state, 0, 0, cluster, weights or Weights())


def test_shifted_starts_and_changed_sites_are_counted_and_priced() -> None:
    weights = Weights(site_change=0.5, start_shift=0.01, stability=2.0)
    problem = problem_of(LONG, weights)
    greedy = Greedy().propose(problem)
    change = greedy.change
    moved = [(row.lot, row.from_site, row.to_site) for row in greedy.explanation]
    assert change.moves == greedy.moves == len(moved) > 0
    assert change.site_changes == len({lot for lot, before, after in moved if before != after})
    then, now = problem.present.op["start_ms"], greedy.end.op["start_ms"]
    both = (then < FOREVER) & (now < FOREVER)
    assert change.start_shift_h == pytest.approx(np.abs(then - now)[both].sum() / HOUR_MS)
    price = 2.0 * change.moves + 0.5 * change.site_changes + 0.01 * change.start_shift_h
    assert greedy.objective.stability == pytest.approx(price)
    assert Stay().propose(problem).change == Stability()


def test_the_makespan_is_that_of_the_last_open_operation() -> None:
    problem = problem_of((), Weights(makespan=3.0), orders=3)
    stay = Stay().propose(problem)
    last_h = stay.end.op["end_ms"].max() / HOUR_MS
    assert stay.objective.makespan == pytest.approx(3.0 * last_h)
    assert Stay().propose(problem_of((), orders=3)).objective.makespan == 0.0


def test_idle_wages_are_told_and_count_only_when_asked_for() -> None:
    quiet, asked = (
        Stay().propose(problem_of((), Weights(idle=weight), orders=2)) for weight in (0.0, 1.0)
    )
    # 4 people at three sites for 4 weeks of 48 h at 2.00; two lots of 16 boxes take 23 min each
    worked_h = 2 * 16 * (3 + 15 + 5) / 60
    assert quiet.objective.idle == pytest.approx(2.0 * (2 * 4 * 4 * 48 + 4 * 4 * 48 - worked_h))
    assert asked.total == pytest.approx(quiet.total + quiet.objective.idle)


def test_scrap_and_purchases_are_production() -> None:
    data = cluster_data(orders=1)
    bend = data["products"][0]["root"]["components"][0]["operations"][1]
    bend["yield_fraction"] = 0.8
    supplier = {
        "id": "mill",
        "reorder_point": 4990,
        "order_quantity": 100,
        "lead": {"kind": "deterministic", "mean_h": 24},
    }
    data["sites"][2]["stock"] = [{"material": "carton", "on_hand": 5000, "supplier": supplier}]
    cluster = ClusterSpec.model_validate(data)
    model, state = believed(cluster)
    stay = Stay().propose(ReroutingProblem(model, state, 0, 0, cluster))
    scrapped = 20 - 16  # 20 are bent so that 16 pass; each has a kilogram of sheet in it
    assert stay.objective.production == pytest.approx(scrapped * 1.5 + 100 * 0.1)


def declined(problem: ReroutingProblem, lots: list[int]):
    op = open_operations(problem)
    group = problem.state.op["group"][op].copy()
    root = roots(problem.model)[problem.state.op["lot"][op]]
    group[np.isin(root, lots)] = NONE
    return make_proposal(problem, "mine", op, group, problem.state.op["rank"][op])


def test_a_lot_can_be_declined_at_its_sale_price_and_is_not_made() -> None:
    problem = problem_of(LONG, orders=6)
    last = int(roots(problem.model)[-1])
    plan = declined(problem, [last])
    assert plan.objective.unassigned == 16 * 40
    assert plan.moves == 0
    mine = np.flatnonzero(roots(problem.model) == last)
    rows = np.concatenate([list(problem.model.op_rows(int(lot))) for lot in mine])
    assert np.all(plan.end.op["start_ms"][rows] == FOREVER)
    assert plan.end.lot["done_ms"][last] == FOREVER
    assert int(plan.end.lot["state"][mine].max()) == LotState.WAITING
    stay = Stay().propose(problem)
    assert plan.objective.lateness < stay.objective.lateness
    assert not any(entry.lot == problem.model.names.lots[last] for entry in plan.entries(problem))


def test_only_whole_orders_that_have_not_begun_can_be_declined() -> None:
    problem = problem_of(orders=6)
    op = open_operations(problem)
    group = problem.state.op["group"][op].copy()
    group[0] = NONE
    with pytest.raises(PlanError, match="declined in part"):
        make_proposal(problem, "mine", op, group, problem.state.op["rank"][op])
    later = problem.replayer(problem.model, problem.state, 9 * HOUR_MS)
    begun = ReroutingProblem(problem.model, later, 9 * HOUR_MS, 0, problem.cluster)
    first = int(roots(begun.model)[begun.state.op["lot"][np.argmin(later.op["start_ms"])]])
    with pytest.raises(PlanError, match="cannot be declined"):
        declined(begun, [first])
