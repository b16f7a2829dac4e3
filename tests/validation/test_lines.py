"""V7a, V7b, V10, V11 and V15: finite buffers, blocking, loss and CONWIP against exact answers.

Simulated means lie within three standard errors, at a standard error of at most 0.5 %.
"""

from __future__ import annotations

import numpy as np
import pytest

from analytics.simulation.compile.shop import compile_shop
from analytics.simulation.layout import HOUR_MS
from analytics.simulation.run import run
from twins.work import LotState

SERVICE_MS = HOUR_MS
"""Mean service time of the slowest station: the time unit of the reference."""


def _within_three_errors(values: list[float], exact: float) -> None:
    mean = float(np.mean(values))
    error = float(np.std(values, ddof=1) / np.sqrt(len(values)))
    assert error <= 0.005 * exact
    assert abs(mean - exact) < 3.0 * error


def _line_throughput(rates: list[float], buffers: list[int], jobs: int = 20_000) -> list[float]:
    """Jobs per time unit of a line that never lacks work, without the first fifth; 40 runs."""
    found = []
    stations = len(rates)
    for replication in range(40):
        model, state = compile_shop(
            [1] * stations,
            np.tile(np.arange(stations), (jobs, 1)),
            np.tile([round(SERVICE_MS / rate) for rate in rates], (jobs, 1)),
            factor="exponential",
            buffers=[-1, *buffers],
        )
        run(model.with_run(seed=7, replication=replication), state)
        done = np.sort(state.lot["done_ms"])
        first = jobs // 5
        found.append((jobs - 1 - first) * SERVICE_MS / (done[-1] - done[first]))
    return found


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rates", "places", "exact"),
    [
        ([1.0, 1.0], [0], 0.66667),
        ([1.0, 1.0], [4], 0.85714),
        ([1.0, 1.25], [3], 0.91118),
        ([1.0, 1.0, 1.0], [0, 0], 22 / 39),
    ],
)
def test_v7_lines_with_finite_buffers_block_after_service(
    rates: list[float], places: list[int], exact: float
) -> None:
    """V7a: two exponential stations; V7b: three without buffers (Hunt 1956)."""
    _within_three_errors(_line_throughput(rates, places), exact)


def _penny_fab(jobs: int, lots: int, replication: int | None) -> tuple[float, float]:
    """Throughput per hour and cycle time in h of four stations of 2 h, without the first fifth.

    Released under a CONWIP limit, a job enters when the one that is ``lots`` before it leaves.
    """
    model, state = compile_shop(
        [1] * 4,
        np.tile(np.arange(4), (jobs, 1)),
        np.full((jobs, 4), 2 * HOUR_MS),
        factor="deterministic" if replication is None else "exponential",
        conwip=lots,
    )
    run(model.with_run(seed=3, replication=replication or 0), state)
    done = state.lot["done_ms"] / HOUR_MS
    first = jobs // 5
    assert np.all(np.diff(done) > 0)
    assert state.limit["used"].tolist() == [0]
    throughput = (jobs - 1 - first) / (done[-1] - done[first])
    return float(throughput), float(np.mean(done[first:] - done[first - lots : -lots]))


@pytest.mark.parametrize(("lots", "cycle_h"), [(4, 8.0), (10, 20.0)])
def test_v10_penny_fab_one_in_the_best_case(lots: int, cycle_h: float) -> None:
    """V10: deterministic: TH = min(w / T0, rb) = 0.5 per h."""
    throughput, cycle = _penny_fab(200, lots, None)
    assert (throughput, cycle) == (0.5, cycle_h)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("lots", "throughput", "cycle_h"),
    [(1, 0.125, 8.0), (4, 2 / 7, 14.0), (10, 5 / 13, 26.0), (20, 10 / 23, 46.0)],
)
def test_v11_penny_fab_one_in_the_practical_worst_case(
    lots: int, throughput: float, cycle_h: float
) -> None:
    """V11: exponential: TH = w rb / (W0 + w - 1), CT = T0 + (w - 1) / rb."""
    runs = [_penny_fab(20_000, lots, replication) for replication in range(30)]
    _within_three_errors([mine for mine, _ in runs], throughput)
    _within_three_errors([cycle for _, cycle in runs], cycle_h)


@pytest.mark.slow
def test_v15_a_loss_system_follows_erlang_b() -> None:
    """V15: three servers without a buffer, offered load 2.4: B = 0.26841, throughput 1.75582."""
    customers = 50_000
    lost, throughput = [], []
    for replication in range(40):
        random = np.random.default_rng([15, replication])
        release = np.cumsum(random.exponential(SERVICE_MS / 2.4, customers)).astype(np.int64)
        model, state = compile_shop(
            [3],
            np.zeros((customers, 1), np.int64),
            np.full((customers, 1), SERVICE_MS),
            release_ms=release,
            factor="exponential",
            buffers=[0],
            when_full="lost",
        )
        run(model.with_run(seed=5, replication=replication), state)
        gone = state.lot["state"] == LotState.LOST
        assert int(state.limit["lost"][0]) == np.count_nonzero(gone)
        lost.append(float(gone.mean()))
        throughput.append(float(np.count_nonzero(~gone) * SERVICE_MS / release[-1]))
    _within_three_errors(lost, 0.26841)
    _within_three_errors(throughput, 1.75582)
