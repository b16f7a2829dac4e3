"""The decoder's estimates against hand calculations and against the kernel's replay."""

import numpy as np
import pytest

from analytics.rerouting.candidates import FORBIDDEN
from analytics.rerouting.decoding import Decoder, travel_ms
from analytics.rerouting.problem import ReroutingProblem
from analytics.rerouting.ranks import due_ranks
from analytics.rerouting.response import RESPONSES
from analytics.rerouting.trees import depths, plan_order, rest_after, roots
from analytics.simulation.layout import FOREVER, HOUR_MS, NONE, P_GRID_OFF, P_MACHINE_DOWN
from federation.topology.model import ClusterSpec
from tests.support.metal_cluster import believed, cluster_data, metal_cluster

NORTH_LASER, NORTH_BRAKE, SOUTH_LASER, SOUTH_BRAKE, CELL = range(5)


def problem_of(cluster, changes=()):
    model, state = believed(cluster, list(changes))
    return ReroutingProblem(model, state, 0, 0, cluster)


def starts_h(decoded):
    return [start / HOUR_MS if start < FOREVER else None for start in decoded.start_ms.tolist()]


def test_one_lot_follows_shifts_departures_and_the_next_shift():
    decoded = Decoder(problem_of(metal_cluster(orders=1))).plan()
    # cut 08:00 to 08:48, bent until 12:48, leaves at 17:00, is there at 21:00, assembled at 08:00
    assert starts_h(decoded) == [8.0, 8.8, 32.0]
    assert decoded.group.tolist() == [NORTH_LASER, NORTH_BRAKE, CELL]


def test_lots_queue_for_the_bottleneck_and_lie_down_over_night():
    decoded = Decoder(problem_of(metal_cluster(orders=3, gap_h=0.5, lead_days=30))).plan()
    bends = starts_h(decoded)[1::3]
    # four hours each from 08:48; the second is laid down at 16:00 after 3.2 h
    assert bends == pytest.approx([8.8, 12.8, 32.8])


def test_an_outage_without_backup_delays_what_stays():
    changes = [(6, P_GRID_OFF, 0, 1), (30, P_GRID_OFF, 0, -1)]
    cluster = metal_cluster(orders=1, lead_days=30)
    assert starts_h(Decoder(problem_of(cluster, changes)).plan())[:2] == [32.0, 32.8]


def test_a_machine_that_stands_takes_its_share_of_the_work_centre():
    data = cluster_data(orders=2, gap_h=0, lead_days=30)
    data["sites"][0]["machines"][1]["count"] = 2
    cluster = ClusterSpec.model_validate(data)
    both_work = starts_h(Decoder(problem_of(cluster)).plan())
    one_stands = starts_h(Decoder(problem_of(cluster, [(0, P_MACHINE_DOWN, 1, 1)])).plan())
    assert both_work[4] == pytest.approx(9.6)
    assert one_stands[4] == pytest.approx(12.8)


def test_an_oven_takes_lots_side_by_side():
    data = cluster_data(orders=2, gap_h=0, lead_days=30)
    for site in data["sites"][:2]:
        site["machines"][1]["batch_capacity_units"] = 40
    bend = data["products"][0]["root"]["components"][0]["operations"][1]
    bend["unit_time_min"], bend["cycle_time_min"] = 0, 60
    decoded = Decoder(problem_of(ClusterSpec.model_validate(data))).plan()
    # each lot of 16 takes half of an hour's cycle from the oven's time
    assert starts_h(decoded)[4] - starts_h(decoded)[1] < 1.0


def test_material_that_is_on_order_is_waited_for():
    data = cluster_data(orders=2, gap_h=0, lead_days=30)
    data["sites"][0]["stock"] = [
        {"material": "sheet", "on_hand": 16, "weekly_receipt": 16, "receipt_day": "thu"}
    ]
    data["sites"][1]["stock"] = []
    cuts = starts_h(Decoder(problem_of(ClusterSpec.model_validate(data))).plan())[::3]
    assert cuts == [8.0, 3 * 24 + 8.0]  # the receipt comes on Thursday at 07:00


def test_a_first_article_pays_and_waits_for_its_approval():
    changes = [(0, P_GRID_OFF, 0, 1)]
    problem = problem_of(metal_cluster(orders=8, gap_h=0, lead_days=2, approval_h=30), changes)
    decoded = Decoder(problem).plan()
    assert set(decoded.group[::3].tolist()) == {SOUTH_LASER}
    cuts = sorted(starts_h(decoded)[::3])
    # bent at Monday 12:48, approved 30 h later on Tuesday 18:48: the others begin on Wednesday
    assert cuts[0] == 8.0
    assert cuts[1] == 56.0


def test_an_approval_that_costs_more_than_it_saves_is_not_asked_for():
    data = cluster_data(orders=2, gap_h=0, lead_days=3, lateness=0.2)
    data["products"][0]["permissions"][2]["approval_cost"] = 10_000
    changes = [(0, P_GRID_OFF, 0, 1), (72, P_GRID_OFF, 0, -1)]
    decoded = Decoder(problem_of(ClusterSpec.model_validate(data), changes)).plan()
    assert set(decoded.group[::3].tolist()) == {NORTH_LASER}


def test_what_no_site_may_do_stays_and_is_counted():
    cluster = metal_cluster(orders=2)
    model, state = believed(cluster)
    state.gate["status"][:] = FORBIDDEN
    decoded = Decoder(ReroutingProblem(model, state, 0, 0, cluster)).decode()
    assert decoded.stranded == 2
    assert decoded.group.tolist() == state.op["group"].tolist()


@pytest.mark.parametrize("changes", [(), [(30, P_GRID_OFF, 0, 1), (90, P_GRID_OFF, 0, -1)]])
def test_estimates_are_those_of_the_replay_within_minutes(changes):
    problem = problem_of(metal_cluster(orders=20, gap_h=5), changes)
    decoded = Decoder(problem).plan()
    state = problem.state.copy()
    state.op["group"] = decoded.group
    state.op["rank"] = due_ranks(problem, decoded)
    state.clock["replan"] = 1
    end = problem.replayer(problem.model, state, problem.until_ms)
    error_h = (end.op["start_ms"] - decoded.start_ms) / HOUR_MS
    assert np.median(np.abs(error_h)) < 0.1
    assert np.percentile(np.abs(error_h), 90) < 12.0


def test_trees_are_planned_by_due_date_components_first():
    data = cluster_data(orders=3, gap_h=1)
    data["orders"][2]["due"] = data["orders"][0]["due"].replace(hour=0)
    problem = problem_of(ClusterSpec.model_validate(data))
    order, first = plan_order(problem)
    lots = [problem.model.names.lots[row] for row in order]
    assert lots[:2] == ["O-000/01/enclosure", "O-000/01/box"]
    assert [lots[row].split("/")[0] for row in first[:-1]] == ["O-000", "O-002", "O-001"]
    assert first[-1] == len(order)


def test_roots_depths_and_the_work_that_follows():
    problem = problem_of(metal_cluster(orders=2))
    model = problem.model
    assert roots(model).tolist() == [1, 1, 3, 3]
    assert depths(model).tolist() == [1, 0, 1, 0]
    rest_h = rest_after(model, problem.state) / HOUR_MS
    # bending 4 h and assembly 1 h 20 min follow the cut
    assert rest_h[:3].tolist() == pytest.approx([4 + 4 / 3, 4 / 3, 0.0])


def test_travel_times_follow_the_routes():
    problem = problem_of(metal_cluster())
    hours = travel_ms(problem.model, problem.state) / HOUR_MS
    assert hours[0].tolist() == [0.0, 8.0, 4.0]
    alone = problem.state.copy()
    alone.next_hop[0, :] = NONE
    assert travel_ms(problem.model, alone)[0, 2] == FOREVER


def test_plans_know_the_ways_of_dangerous_goods():
    """A short cut that forbids them is no way for the enclosure, and one for everything else."""
    data = cluster_data()
    short = data["links"][0] | {"id": "short", "drive_h": 1, "dangerous_goods": "forbidden"}
    data["links"].append(short)
    usual = RESPONSES["greedy"].decide(problem_of(ClusterSpec.model_validate(data)))
    data["materials"][0]["dangerous_goods"] = "9"
    problem = problem_of(ClusterSpec.model_validate(data))
    assert (travel_ms(problem.model, problem.state) / HOUR_MS)[0, 2] == 1.0
    careful = RESPONSES["greedy"].decide(problem)
    for decision, link in ((usual, "short"), (careful, "N-P")):
        end = decision.proposal.end
        goods = end.consignment[: int(end.clock["consignments"][0])]
        assert {problem.model.names.links[row][0] for row in goods["link"].tolist()} == {link}
