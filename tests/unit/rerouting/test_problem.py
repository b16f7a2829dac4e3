"""What may move, and what is refused as a question."""

import numpy as np
import pytest

from analytics.rerouting.errors import ReroutingError
from analytics.rerouting.problem import Pin, ReroutingProblem
from analytics.rerouting.replay import kernel_replay
from analytics.rerouting.weights import Weights
from analytics.simulation.layout import DAY_MS, HOUR_MS, P_GRID_OFF, WEEK_MS
from tests.support.metal_cluster import believed, metal_cluster
from twins.work import LotState


def at(hours, frozen_h=0.0, changes=(), **figures):
    """The question after so many hours of the plan."""
    cluster = metal_cluster(**figures)
    model, state = believed(cluster, list(changes))
    now = int(hours * HOUR_MS)
    if now:
        state = kernel_replay(model, state, now)
    return ReroutingProblem(model, state, now, int(frozen_h * HOUR_MS), cluster)


def pins(problem, lot):
    row = problem.model.names.lot_row[lot]
    return [Pin(int(problem.pins[op])) for op in problem.model.op_rows(row)]


def test_before_anything_happens_everything_may_move():
    problem = at(0)
    assert set(problem.pins.tolist()) == {Pin.FREE}
    assert len(problem.movable) == len(problem.state.op)


def test_running_and_finished_work_stays():
    problem = at(9)  # cut 08:00 to 08:48, bent from then on
    assert pins(problem, "O-000/01/enclosure") == [Pin.STARTED, Pin.STARTED]
    assert pins(problem, "O-001/01/enclosure") == [Pin.STARTED, Pin.FREE]
    assert problem.why_pinned(0) == "it is running or done"


def test_what_starts_inside_the_frozen_horizon_stays():
    problem = at(7, frozen_h=1.5)  # until 08:30: the first cut, and nothing else
    assert pins(problem, "O-000/01/enclosure") == [Pin.FROZEN, Pin.FREE]
    assert pins(problem, "O-001/01/enclosure") == [Pin.FREE, Pin.FREE]


def test_an_outage_that_is_believed_thaws_the_frozen_horizon():
    problem = at(7, frozen_h=1.5, changes=[(7, P_GRID_OFF, 0, 1), (60, P_GRID_OFF, 0, -1)])
    assert pins(problem, "O-000/01/enclosure") == [Pin.FREE, Pin.FREE]


def test_a_joined_lot_stays_where_its_component_has_arrived():
    problem = at(22)
    enclosure = problem.model.names.lot_row["O-000/01/enclosure"]
    assert problem.state.lot["state"][enclosure] == LotState.JOINED
    assert pins(problem, "O-000/01/box") == [Pin.COMPONENT_ARRIVED]


def test_orders_that_are_not_known_or_come_after_the_horizon_stay():
    cluster = metal_cluster(orders=3, gap_h=200)
    model, state = believed(cluster)
    model.known_ms[:2] = DAY_MS
    problem = ReroutingProblem(model, state, 0, 0, cluster, horizon_ms=WEEK_MS)
    assert pins(problem, "O-000/01/enclosure") == [Pin.UNKNOWN, Pin.UNKNOWN]
    assert pins(problem, "O-001/01/enclosure") == [Pin.LATER, Pin.LATER]


def test_a_pinned_operation_has_its_own_place_for_a_candidate():
    problem = at(9)
    brake = problem.model.names.group_row["North", "brake"]
    bend = problem.model.op_rows(problem.model.names.lot_row["O-000/01/enclosure"])[1]
    assert problem.candidates(bend) == (brake,)


def test_more_timed_changes_do_not_touch_the_question_itself():
    problem = at(9, changes=[(12, P_GRID_OFF, 0, 1), (13, P_GRID_OFF, 0, -1)])
    rows = np.array([(20 * HOUR_MS, P_GRID_OFF, 1, 1)], dtype=problem.model.primitive.dtype)
    changed = problem.with_primitives(rows)
    assert changed.outlook.grid_off[1] == ((20 * HOUR_MS, problem.until_ms),)
    assert changed.outlook.grid_off[0] == problem.outlook.grid_off[0]
    assert problem.outlook.grid_off[1] == ()
    assert changed.present.op["end_ms"].tolist() == problem.present.op["end_ms"].tolist()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"horizon_ms": 0}, "not in the future"),
        ({"frozen_ms": 5 * WEEK_MS}, "does not lie between 0 and the horizon"),
        ({"frozen_ms": -1}, "does not lie between 0 and the horizon"),
        ({"now_ms": -HOUR_MS}, "decide on the state of that moment"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(changes, message):
    problem = at(0)
    values = {"now_ms": 0, "frozen_ms": 0, "horizon_ms": WEEK_MS, **changes}
    with pytest.raises(ReroutingError, match=message):
        ReroutingProblem(problem.model, problem.state, cluster=problem.cluster, **values)


def test_a_policy_does_not_plan_on_drawn_futures():
    problem = at(0)
    with pytest.raises(ReroutingError, match="deterministic"):
        ReroutingProblem(problem.model.with_run(1, 0), problem.state, 0, 0, problem.cluster)


def test_a_cluster_without_the_orders_is_refused():
    problem = at(0)
    with pytest.raises(ReroutingError, match="does not have the order 'O-000'"):
        ReroutingProblem(problem.model, problem.state, 0, 0, metal_cluster(orders=0))


@pytest.mark.parametrize("value", [-1.0, float("nan"), float("inf")])
def test_weights_are_amounts(value):
    with pytest.raises(ReroutingError, match="'lateness'"):
        Weights(lateness=value)


def test_weights_that_make_every_move_free_are_refused():
    with pytest.raises(ReroutingError, match="every move is free"):
        Weights(stability=0.0, margin_fraction=0.0)
