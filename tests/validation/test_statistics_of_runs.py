"""Intervals cover what they promise, common and antithetic draws take away variance."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate, stats

from analytics.simulation.compile.shop import compile_shop
from analytics.simulation.layout import HOUR_MS
from analytics.simulation.model import SimModel, SimState
from analytics.simulation.run import run
from analytics.statistics import mean_interval, paired_difference

pytestmark = pytest.mark.slow

INTERVALS, REPLICATIONS, CUSTOMERS, LOAD = 4_000, 10, 20, 0.8
CHUNK = 10_000
"""Queues side by side in one run of the kernel."""


def mean_wait_of(customer: int) -> float:
    """Mean wait of the n-th customer of an M/M/1 that begins empty, in mean services.

    Spitzer (1956): the sum over k < n of E[(S_k)+] / k, where S_k is the difference of k services
    and k gaps between arrivals.
    """
    total = 0.0
    for k in range(1, customer):
        services, gaps = stats.gamma(k), stats.gamma(k, scale=1.0 / LOAD)
        excess, _ = integrate.quad(
            lambda t, a=services, b=gaps: a.sf(t) * b.cdf(t), 0.0, k + 40.0 * np.sqrt(k)
        )
        total += excess / k
    return total


def departures(chunk: int) -> np.ndarray:
    """When the last customer of each of many M/M/1 queues leaves, in mean services."""
    random = np.random.default_rng([5, chunk])
    gaps = random.exponential(HOUR_MS / LOAD, (CHUNK, CUSTOMERS))
    release = np.cumsum(gaps, axis=1).astype(np.int64).ravel()
    model, state = compile_shop(
        np.ones(CHUNK, np.int64),
        np.repeat(np.arange(CHUNK), CUSTOMERS)[:, None],
        np.full((CHUNK * CUSTOMERS, 1), HOUR_MS),
        release_ms=release,
        factor="exponential",
    )
    run(model.with_run(seed=6, replication=chunk), state)
    return state.lot["done_ms"].reshape(CHUNK, CUSTOMERS).max(axis=1) / HOUR_MS


def test_the_t_interval_covers_in_94_to_96_of_a_hundred_cases() -> None:
    """4,000 intervals of ten short runs each, against the known transient mean."""
    truth = CUSTOMERS / LOAD + mean_wait_of(CUSTOMERS) + 1.0
    chunks = INTERVALS * REPLICATIONS // CHUNK
    found = np.concatenate([departures(chunk) for chunk in range(chunks)])
    error = found.std(ddof=1) / np.sqrt(len(found))
    assert abs(found.mean() - truth) < 3.0 * error
    intervals = [mean_interval(sample) for sample in found.reshape(INTERVALS, REPLICATIONS)]
    covered = np.mean([one.low <= truth <= one.high for one in intervals])
    assert 0.94 <= covered <= 0.96


def two_classes(seed: int, replication: int, shortest_first: bool) -> float:
    """Mean time in a station with short and long jobs, by order of release or shortest first."""
    jobs = 1_000
    random = np.random.default_rng([7, seed, replication])
    release = np.cumsum(random.exponential(HOUR_MS / 0.8, jobs)).astype(np.int64)
    longer = random.random(jobs) < 0.5
    spans = np.where(longer, 3 * HOUR_MS // 2, HOUR_MS // 2)
    rank = np.arange(jobs) + (longer * jobs if shortest_first else 0)
    model, state = compile_shop(
        [1],
        np.zeros((jobs, 1), np.int64),
        spans[:, None],
        release_ms=release,
        rank=rank,
        factor="exponential",
    )
    run(model.with_run(seed=seed, replication=replication), state)
    return float(np.mean(state.lot["done_ms"] - release)) / HOUR_MS


def test_common_draws_narrow_the_difference_of_two_dispatch_rules() -> None:
    first = [two_classes(1, replication, False) for replication in range(60)]
    common = [two_classes(1, replication, True) for replication in range(60)]
    apart = [two_classes(2, replication, True) for replication in range(60)]
    assert np.var(np.subtract(first, common)) < 0.5 * np.var(np.subtract(first, apart))
    difference = paired_difference(first, common)
    assert difference.low > 0.0  # the shortest first is better, and few runs show it
    assert difference.half_width < 0.75 * paired_difference(first, apart).half_width


def station() -> tuple[SimModel, SimState]:
    """A station with regular arrivals: its mean time rises with every service."""
    jobs = 300
    return compile_shop(
        [1],
        np.zeros((jobs, 1), np.int64),
        np.full((jobs, 1), HOUR_MS),
        release_ms=np.arange(jobs) * round(HOUR_MS / 0.8),
        factor="exponential",
    )


def test_antithetic_pairs_vary_less_than_two_independent_runs() -> None:
    model, empty = station()

    def mean_time(replication: int, antithetic: bool) -> float:
        state = empty.copy()
        run(model.with_run(3, replication, antithetic=antithetic), state)
        return float(np.mean(state.lot["done_ms"] - model.lot["release_ms"])) / HOUR_MS

    plain = np.array([mean_time(replication, False) for replication in range(400)])
    other = np.array([mean_time(replication, True) for replication in range(200)])
    pairs = (plain[:200] + other) / 2.0
    independent = (plain[:200] + plain[200:]) / 2.0
    # smaller by more than one chance in a hundred explains
    assert np.var(pairs) / np.var(independent) < stats.f.ppf(0.01, 199, 199)
    error = np.sqrt(np.var(pairs) / 200 + np.var(independent) / 200)
    assert abs(pairs.mean() - independent.mean()) < 3.0 * error
