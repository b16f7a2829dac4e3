"""Work centres with times of their own for an operation, and machines that keep a sequence."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError

from analytics.rerouting.greedy import plan_from_empty
from analytics.simulation.compile.snapshot import compile_snapshot
from analytics.simulation.model import SimModel, SimState
from analytics.simulation.placing import kinds_at, number_sequences, put
from analytics.simulation.run import run
from benchmarks._instances import job_shop_cluster
from federation.cut import planned
from federation.topology.capability import CapabilityIndex
from federation.topology.product_model import OperationSpec
from twins.dispatch_spec import DispatchSpec

MINUTE_MS = 60_000
JOBS = (([(0, 3), (1, 9)], [(2, 4)]), ([(1, 5)], [(2, 6), (0, 2)]))
"""Two jobs of two operations: ways to do each, as machine and minutes."""


def compiled() -> tuple[SimModel, SimState]:
    model, state = compile_snapshot(planned(job_shop_cluster(JOBS)))
    return model.with_run(1, 0, deterministic=True), state


def simulate(groups: list[int], ranks: list[int]) -> list[tuple[float, float]]:
    """Begin and end of each operation in minutes, at these work centres in this order."""
    model, state = compiled()
    put(model, state, np.arange(4), np.array(groups))
    state.op["rank"] = ranks
    number_sequences(model, state)
    run(model, state)
    spans = zip(state.op["start_ms"].tolist(), state.op["end_ms"].tolist(), strict=True)
    return [(begin / MINUTE_MS, end / MINUTE_MS) for begin, end in spans]


def test_an_operation_takes_as_long_as_its_work_centre_says() -> None:
    assert simulate([0, 2, 1, 0], [0, 0, 0, 1]) == [(0, 3), (3, 7), (0, 5), (5, 7)]
    assert simulate([1, 2, 1, 2], [1, 1, 0, 0]) == [(5, 14), (14, 18), (0, 5), (5, 11)]


def test_a_machine_that_keeps_its_sequence_waits_for_the_next_lot() -> None:
    # job 1 is free for m2 at 5, but job 0, which comes before it, only at 9
    assert simulate([1, 2, 1, 2], [0, 0, 1, 1]) == [(0, 9), (9, 13), (9, 14), (14, 20)]


def test_ranks_of_a_sequence_are_numbered_without_gaps() -> None:
    model, state = compiled()
    put(model, state, np.arange(4), np.array([0, 2, 1, 2]))
    state.op["rank"] = [70, 41, 90, 12]
    state.group["next_rank"] = 5
    number_sequences(model, state)
    assert state.op["rank"].tolist() == [0, 1, 0, 0]
    assert state.group["next_rank"].tolist() == [0, 0, 0]


def test_each_work_centre_has_its_own_times() -> None:
    model, state = compiled()
    kinds = state.op["optype"].astype(np.int64)
    own = model.optype[kinds_at(model, kinds, np.array([1, 2, 1, 0]))]
    assert (own["unit_ns"] // (MINUTE_MS * 1_000_000)).tolist() == [9, 4, 5, 2]
    # what no work centre has is expected to take the mean of its alternatives
    there = kinds_at(model, kinds, np.full(4, -1))
    mean = model.optype["unit_ns"][there] / (MINUTE_MS * 1_000_000)
    assert mean.tolist() == [6, 4, 5, 4]


def test_work_that_moves_again_takes_the_times_of_its_last_place() -> None:
    model, state = compiled()
    for group, minutes in ((0, 3), (1, 9), (0, 3)):
        put(model, state, np.array([0]), np.array([group]))
        kind = int(state.op["optype"][0])
        assert int(model.optype["unit_ns"][kind]) == minutes * MINUTE_MS * 1_000_000


def test_only_alternatives_qualify_and_the_others_are_told_why() -> None:
    index = CapabilityIndex(job_shop_cluster(JOBS))
    assert [one.work_centre for one in index.candidates("J000", "part", 0)] == ["m0", "m1"]
    assert index.refusals("J000", "part", 0) == ()


def test_the_first_schedule_uses_the_faster_alternatives() -> None:
    entries = plan_from_empty(job_shop_cluster(JOBS))
    assert {(one.lot, one.operation): one.work_centre for one in entries} == {
        ("O000/01/part", 0): "m0",
        ("O000/01/part", 1): "m2",
        ("O001/01/part", 0): "m1",
        ("O001/01/part", 1): "m0",
    }


def test_times_stand_with_the_alternatives_or_with_the_operation() -> None:
    there = {"site": "A", "work_centre": "saw", "unit_time_min": 2}
    with pytest.raises(ValidationError, match="remove unit_time_min"):
        OperationSpec(id="cut", process="sawing", unit_time_min=1, alternatives=(there,))
    with pytest.raises(ValidationError, match="the alternative takes no time"):
        OperationSpec(
            id="cut", process="sawing", alternatives=({"site": "A", "work_centre": "saw"},)
        )
    with pytest.raises(ValidationError, match="a sequence is never broken"):
        DispatchSpec(rule="sequence", preemptive=True)
