"""V1 and V2: M/M/1 and M/M/3 within three standard errors, at a standard error of at most 0.5 %."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.simulation.compile.shop import compile_shop
from analytics.simulation.layout import HOUR_MS
from analytics.simulation.run import run

pytestmark = pytest.mark.slow

SERVICE_MS = HOUR_MS
"""Mean service time: the time unit of the reference."""


def _mean_time_in_system(
    servers: int, arrivals_per_service: float, customers: int, replications: int
) -> tuple[float, float]:
    """Mean and standard error of W over independent replications, without the first fifth."""
    means = []
    for replication in range(replications):
        random = np.random.default_rng([20, servers, replication])
        gaps = random.exponential(SERVICE_MS / arrivals_per_service, customers)
        release = np.cumsum(gaps).astype(np.int64)
        model, state = compile_shop(
            [servers],
            np.zeros((customers, 1), np.int64),
            np.full((customers, 1), SERVICE_MS),
            release_ms=release,
            factor="exponential",
        )
        run(model.with_run(seed=11, replication=replication), state)
        sojourn = (state.lot["done_ms"] - release) / SERVICE_MS
        means.append(sojourn[customers // 5 :].mean())
    return float(np.mean(means)), float(np.std(means, ddof=1) / np.sqrt(replications))


def test_v1_mm1_takes_five_services_at_eighty_percent_load() -> None:
    """V1: lambda 0.8, mu 1: W = 5, and L = lambda W = 4."""
    mean, error = _mean_time_in_system(1, 0.8, customers=100_000, replications=60)
    assert error <= 0.005 * 5.0
    assert abs(mean - 5.0) < 3.0 * error


def test_v2_mm3_follows_erlang_c() -> None:
    """V2: lambda 2.4, mu 1, three servers: W = 2.07865."""
    mean, error = _mean_time_in_system(3, 2.4, customers=100_000, replications=60)
    assert error <= 0.005 * 2.07865
    assert abs(mean - 2.07865) < 3.0 * error
