"""V4 and V16: a Jackson network with rework, and rework to pass, within three standard errors."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.simulation.compile.shop import ShopRework, compile_shop
from analytics.simulation.layout import HOUR_MS
from analytics.simulation.run import run

SERVICE_MS = HOUR_MS


@pytest.mark.slow
def test_v4_jackson_network_with_rework() -> None:
    """V4: 0.5 to A (1), A to B (0.9), B back to A 20 %, else to C (0.8): L = 5.60606, W = 11.21212.

    L of each station follows from its visits and times by Little's law.
    """
    jobs = 40_000
    spans = [round(SERVICE_MS / rate) for rate in (1.0, 0.9, 0.8)]
    means = []
    for replication in range(60):
        random = np.random.default_rng([4, replication])
        release = np.cumsum(random.exponential(SERVICE_MS / 0.5, jobs)).astype(np.int64)
        model, state = compile_shop(
            [1, 1, 1],
            np.tile(np.arange(3), (jobs, 1)),
            np.tile(spans, (jobs, 1)),
            release_ms=release,
            factor="exponential",
            rework=ShopRework(operation=1, back=1, probability=0.2),
        )
        run(model.with_run(seed=13, replication=replication), state)
        sojourn = (state.lot["done_ms"] - release) / SERVICE_MS
        means.append(float(sojourn[jobs // 5 :].mean()))
    mean, error = float(np.mean(means)), float(np.std(means, ddof=1) / np.sqrt(len(means)))
    assert error <= 0.005 * 11.21212
    assert abs(mean - 11.21212) < 3.0 * error
    assert abs(0.5 * mean - 5.60606) < 3.0 * 0.5 * error


@pytest.mark.slow
def test_v16_rework_to_pass_takes_one_over_the_yield_visits() -> None:
    """V16: y = 0.9: 1.11111 visits, geometrically distributed."""
    jobs = 40_000
    model, state = compile_shop(
        [1],
        np.zeros((jobs, 1), np.int64),
        np.full((jobs, 1), 1000),
        rework=ShopRework(operation=0, back=0, probability=0.1),
    )
    run(model.with_run(seed=2, replication=0), state)
    visits = state.op["visits"] + 1
    error = float(visits.std() / np.sqrt(jobs))
    assert error <= 0.005 * 1.11111
    assert abs(visits.mean() - 1.11111) < 3.0 * error
    for count in (1, 2, 3):
        share = 0.9 * 0.1 ** (count - 1)
        spread = np.sqrt(share * (1.0 - share) / jobs)
        assert abs(np.mean(visits == count) - share) < 3.0 * spread
    assert state.clock["now_ms"][0] == visits.sum() * 1000
