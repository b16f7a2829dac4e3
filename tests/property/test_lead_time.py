"""Whatever happens in a run: the phases of a lead time add up to it, to the millisecond."""

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.history.lead_time import lead_times, queue_centres
from analytics.history.spans import lot_spans, machine_phases, machine_states, queue_phases
from analytics.scenario import Scenario
from analytics.simulation.compile import arm_state
from analytics.simulation.extract import machine_time
from analytics.simulation.layout import DAY_MS, NONE
from analytics.simulation.run import run
from analytics.tables import PHASES
from federation.cut import planned
from tests.support.small_cluster import MONDAY, small_cluster
from twins.work import LotState

pytestmark = pytest.mark.slow
few = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))


def run_of(seed, start_h, length_h, days):
    """A run of the small cluster with an outage, and the state that it began with."""
    outage = {
        "kind": "grid_outage", "region": "sahel", "start": MONDAY + timedelta(hours=start_h),
        "end": MONDAY + timedelta(hours=start_h + length_h),
    }  # fmt: skip
    what = Scenario(id="test", title="Test", fork_at=MONDAY, edits=(outage,))
    model, opening = what.compile(planned(small_cluster()))
    model, state = model.with_run(seed, 0, trace_level=2), opening.copy()
    arm_state(model, state)
    run(model, state, days * DAY_MS)
    return model, opening, state


worlds = st.builds(
    run_of, st.integers(0, 2**63), st.integers(0, 200), st.integers(1, 200), st.integers(1, 21)
)


def found_in(model, opening, state):
    spans = lot_spans(model, opening, state)
    machines, queues = machine_phases(opening, state), queue_phases(model, opening, state)
    return spans, lead_times(model, opening, state, spans, machines, queues)


@few
@given(worlds)
def test_the_phases_of_a_lead_time_add_up_to_it(world):
    model, _, state = world
    _, found = found_in(*world)
    assert (found.spent_ms >= 0).all()
    assert (found.spent_ms.sum(axis=1) == found.end_ms - found.start_ms).all()
    released = (model.lot["parent"] == NONE) & (state.lot["state"] != LotState.PLANNED)
    assert set(found.lot) == set(np.flatnonzero(released))
    delivered = state.lot["state"][found.lot] == LotState.DELIVERED
    assert (found.end_ms[delivered] == state.lot["done_ms"][found.lot][delivered]).all()
    assert (found.end_ms[~delivered] == state.clock["now_ms"][0]).all()


@few
@given(worlds)
def test_states_of_machines_and_lots_fill_the_run(world):
    model, opening, state = world
    now = int(state.clock["now_ms"][0])
    machine, moment, code = machine_states(opening, state)
    last = np.r_[machine[1:] != machine[:-1], True]
    length = np.where(last, now, np.r_[moment[1:], now]) - moment
    spent = np.zeros_like(state.machine_time)
    np.add.at(spent, (machine, code), length)
    assert (spent == machine_time(state)).all()
    spans = lot_spans(model, opening, state)
    joint = spans.lot[1:] == spans.lot[:-1]
    assert (spans.end_ms[:-1][joint] == spans.start_ms[1:][joint]).all()
    assert (spans.end_ms[spans.first[1:][np.diff(spans.first) > 0] - 1] == now).all()


@few
@given(worlds)
def test_every_lot_in_a_queue_is_at_a_work_centre_of_its_place(world):
    model, opening, state = world
    spans = lot_spans(model, opening, state)
    centre = queue_centres(model, opening, state, spans)
    queued = spans.state == LotState.QUEUED
    assert (centre[queued] != NONE).all()  # nothing was planned anew
    assert (model.group["site"][centre[queued]] == spans.place[queued]).all()


@few
@given(worlds)
def test_a_lot_has_run_as_long_as_its_operations_took(world):
    """Of a part without components: what its machines were at work on it, and nothing else."""
    model, _, state = world
    _, found = found_in(*world)
    at = list(PHASES).index("run")
    ops = model.lot["first_op"][found.lot], model.lot["ops"][found.lot]
    for lot, first, count, spent in zip(found.lot, *ops, found.spent_ms, strict=True):
        op = state.op[first : first + count]
        begun = op[op["start_ms"] < 2**60]
        longest = np.minimum(begun["end_ms"], state.clock["now_ms"][0]) - begun["start_ms"]
        if model.lot["children"][lot] == 0 and not len(op[op["attempts"] > 0]):
            assert spent[at] <= longest.sum()
            if (begun["end_ms"] < 2**60).all() and len(begun):
                assert spent[at] > 0
