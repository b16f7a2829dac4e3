"""Schedules for replay, and a plain SimPy model of a job shop that must agree lot by lot."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from analytics.simulation.compile.shop import compile_shop
from analytics.simulation.run import run
from analytics.validation.schedules import (
    JOHNSON_JOBS,
    MINUTE_MS,
    instances,
    johnson_order,
    scheduled,
)
from benchmarks._simpy_shop import run_simpy_shop


def test_a_work_centre_that_need_not_wait_for_its_order_may_end_elsewhere() -> None:
    """Without the strict order a free machine takes what is there: another makespan."""
    machine, minutes, start = scheduled("ft06")
    model, state = compile_shop(np.ones(6, np.int64), machine, minutes * MINUTE_MS, rank=start)
    run(model, state)
    assert state.lot["done_ms"].max() > instances()["ft06"]["optimum"] * MINUTE_MS


@pytest.mark.parametrize("name", ["ft06", "ft10", "la01", "mk01"])
def test_the_schedules_are_feasible(name: str) -> None:
    """No machine and no job does two things at a time, as the solver says."""
    machine, minutes, start = scheduled(name)
    used = machine >= 0
    end = start + minutes
    assert np.all((end[:, :-1] <= start[:, 1:]) | ~used[:, 1:])
    for one in range(int(machine.max()) + 1):
        mine = np.argsort(start[machine == one])
        assert np.all(end[machine == one][mine][:-1] <= start[machine == one][mine][1:])
    assert end[used].max() == instances()[name]["optimum"]


def test_johnson_s_rule_finds_the_best_of_all_orders() -> None:
    makespans = []
    for order in itertools.permutations(range(5)):
        first = second = 0
        for job in order:
            first += JOHNSON_JOBS[job][0]
            second = max(first, second) + JOHNSON_JOBS[job][1]
        makespans.append(second)
    assert johnson_order(JOHNSON_JOBS) == [0, 2, 4, 3, 1]
    assert min(makespans) == 28


def test_a_simpy_model_of_the_same_shop_gives_the_same_completion_times() -> None:
    random = np.random.default_rng(5)
    machines = np.full(12, 2)
    groups = np.array([random.permutation(12)[:6] for _ in range(800)])
    spans = random.integers(360_000, 3_600_000, groups.shape)
    release = np.sort(random.integers(0, int(spans.sum() / machines.sum() / 0.9), 800))
    model, state = compile_shop(machines, groups, spans, release_ms=release)
    run(model, state)
    assert np.array_equal(state.lot["done_ms"], run_simpy_shop(machines, groups, spans, release))
