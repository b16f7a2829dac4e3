"""Lines with limited places: V7 finite buffers, V10 and V11 CONWIP.

Stations are exponential unless stated; a machine whose finished job finds no room is blocked.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analytics.simulation.compile.shop import compile_shop
from analytics.simulation.layout import HOUR_MS
from analytics.simulation.run import run
from analytics.validation.case import SEED, Case, Figure, estimate

SERVICE_MS = HOUR_MS
JOBS, RUNS = 20_000, 40


def throughputs(rates: Sequence[float], buffers: Sequence[int], case: int) -> list[float]:
    """Jobs per mean service of a line that never lacks work, without the first fifth."""
    stations = len(rates)
    model, empty = compile_shop(
        [1] * stations,
        np.tile(np.arange(stations), (JOBS, 1)),
        np.tile([round(SERVICE_MS / rate) for rate in rates], (JOBS, 1)),
        factor="exponential",
        buffers=[-1, *buffers],
    )
    found = []
    for replication in range(RUNS):
        state = empty.copy()
        run(model.with_run(seed=SEED + case, replication=replication), state)
        done = np.sort(state.lot["done_ms"])[JOBS // 5 :]
        found.append(float((len(done) - 1) * SERVICE_MS / (done[-1] - done[0])))
    return found


def two_stations(rate: float, buffer: int) -> float:
    """Throughput of rates 1 and ``rate``: a birth and death process of ``buffer`` + 3 states."""
    ratio = 1.0 / rate
    states = buffer + 3
    weights = [ratio**k for k in range(states)]
    return rate * (1.0 - weights[0] / sum(weights))


def finite_buffers() -> Sequence[Figure]:
    """V7a: two stations, blocking after service."""
    figures = []
    for number, (rate, buffer) in enumerate(((1.0, 0), (1.0, 4), (1.25, 3))):
        runs = throughputs([1.0, rate], [buffer], 70 + number)
        name = f"throughput, rates 1 and {rate:g}, {buffer} places between"
        figures.append(estimate(name, two_stations(rate, buffer), runs))
    return figures


def no_buffers() -> Sequence[Figure]:
    """V7b: three equal stations, no place between them."""
    runs = throughputs([1.0, 1.0, 1.0], [0, 0], 79)
    return (estimate("throughput", 22.0 / 39.0, runs),)


STATIONS, STATION_H = 4, 2
"""Penny Fab One."""
RAW_H, BOTTLENECK_PER_H = STATIONS * STATION_H, 1.0 / STATION_H


def penny_fab(jobs: int, lots: int, replications: int) -> list[tuple[float, float]]:
    """Throughput per hour and cycle time in h of each replication; 0: one without spread.

    Under the CONWIP limit a job enters when the one that is ``lots`` before it leaves.
    """
    model, empty = compile_shop(
        [1] * STATIONS,
        np.tile(np.arange(STATIONS), (jobs, 1)),
        np.full((jobs, STATIONS), STATION_H * HOUR_MS),
        factor="exponential" if replications else "deterministic",
        conwip=lots,
    )
    found = []
    for replication in range(max(replications, 1)):
        state = empty.copy()
        run(model.with_run(seed=SEED + 11, replication=replication), state)
        done = state.lot["done_ms"] / HOUR_MS
        first = jobs // 5
        throughput = (jobs - 1 - first) / (done[-1] - done[first])
        found.append((float(throughput), float(np.mean(done[first:] - done[first - lots : -lots]))))
    return found


def best_case() -> Sequence[Figure]:
    """V10: nothing varies: TH = min(w / T0, rb), CT = w / TH."""
    figures = []
    for lots in (4, 10):
        throughput, cycle = penny_fab(200, lots, 0)[0]
        expected = min(lots / RAW_H, BOTTLENECK_PER_H)
        figures.append(Figure(f"throughput with {lots} jobs, 1/h", expected, throughput))
        figures.append(Figure(f"cycle time with {lots} jobs, h", lots / expected, cycle))
    return figures


def practical_worst_case() -> Sequence[Figure]:
    """V11: TH = w rb / (W0 + w - 1), CT = T0 + (w - 1) / rb; W0 = 4 jobs."""
    figures = []
    critical = RAW_H * BOTTLENECK_PER_H
    for lots in (1, 4, 10, 20):
        runs = penny_fab(JOBS, lots, 30)
        throughput = lots * BOTTLENECK_PER_H / (critical + lots - 1)
        cycle = RAW_H + (lots - 1) / BOTTLENECK_PER_H
        name = f"with {lots} job{'s' if lots > 1 else ''}"
        figures.append(estimate(f"throughput {name}, 1/h", throughput, [one[0] for one in runs]))
        figures.append(estimate(f"cycle time {name}, h", cycle, [one[1] for one in runs]))
    return figures


CASES = (
    Case("V7a", "Two stations, finite buffer", "birth and death process", finite_buffers),
    Case("V7b", "Three stations without buffers", "Hunt 1956", no_buffers),
    Case("V10", "Penny Fab One, best case", "Hopp and Spearman", best_case),
    Case("V11", "Penny Fab One, practical worst case", "Hopp and Spearman", practical_worst_case),
)
