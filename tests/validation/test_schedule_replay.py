"""V19 for ft06, and a plain SimPy model of a job shop that must agree lot by lot."""

from __future__ import annotations

import numpy as np

from analytics.simulation.compile.shop import compile_shop
from analytics.simulation.layout import HOUR_MS
from analytics.simulation.run import run
from benchmarks._simpy_shop import run_simpy_shop

MINUTE_MS = HOUR_MS // 60

# Fisher and Thompson (1963), 6 x 6: machine and duration of each job's operations
FT06 = [
    [(2, 1), (0, 3), (1, 6), (3, 7), (5, 3), (4, 6)],
    [(1, 8), (2, 5), (4, 10), (5, 10), (0, 10), (3, 4)],
    [(2, 5), (3, 4), (5, 8), (0, 9), (1, 1), (4, 7)],
    [(1, 5), (0, 5), (2, 5), (3, 3), (4, 8), (5, 9)],
    [(2, 9), (1, 3), (4, 5), (5, 4), (0, 3), (3, 1)],
    [(1, 3), (3, 3), (5, 9), (0, 10), (4, 4), (2, 1)],
]
# one optimal order of the jobs on each machine
FT06_OPTIMAL = [
    [0, 3, 2, 5, 1, 4],
    [1, 5, 3, 0, 4, 2],
    [0, 2, 1, 4, 3, 5],
    [2, 5, 3, 0, 1, 4],
    [1, 4, 3, 2, 5, 0],
    [2, 5, 1, 4, 0, 3],
]


def test_v19_the_optimal_schedule_of_ft06_replays_to_exactly_55() -> None:
    machine = np.array([[m for m, _ in job] for job in FT06])
    span = np.array([[d for _, d in job] for job in FT06])
    rank = np.array([[FT06_OPTIMAL[m].index(j) for m in machine[j]] for j in range(6)])
    model, state = compile_shop(
        np.ones(6, np.int64), machine, span * MINUTE_MS, rank=rank, in_order=True
    )
    run(model, state)
    assert state.lot["done_ms"].max() == 55 * MINUTE_MS


def test_a_work_centre_that_need_not_wait_for_its_order_may_end_elsewhere() -> None:
    """Without the strict order a free machine takes what is there: another makespan."""
    machine = np.array([[m for m, _ in job] for job in FT06])
    span = np.array([[d for _, d in job] for job in FT06])
    rank = np.array([[FT06_OPTIMAL[m].index(j) for m in machine[j]] for j in range(6)])
    model, state = compile_shop(np.ones(6, np.int64), machine, span * MINUTE_MS, rank=rank)
    run(model, state)
    assert state.lot["done_ms"].max() > 55 * MINUTE_MS


def test_a_simpy_model_of_the_same_shop_gives_the_same_completion_times() -> None:
    random = np.random.default_rng(5)
    machines = np.full(12, 2)
    groups = np.array([random.permutation(12)[:6] for _ in range(800)])
    spans = random.integers(360_000, 3_600_000, groups.shape)
    release = np.sort(random.integers(0, int(spans.sum() / machines.sum() / 0.9), 800))
    model, state = compile_shop(machines, groups, spans, release_ms=release)
    run(model, state)
    assert np.array_equal(state.lot["done_ms"], run_simpy_shop(machines, groups, spans, release))
