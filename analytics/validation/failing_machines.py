"""Machines that fail: V5a by use, V17 availability as an alternating renewal process."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analytics.simulation.compile.shop import ShopFailures, compile_shop
from analytics.simulation.layout import HOUR_MS
from analytics.simulation.run import run
from analytics.validation.case import SEED, Case, Figure, estimate
from analytics.validation.queues import poisson, steady, with_release
from twins.distribution_spec import DistributionSpec
from twins.states import MachineState

MACHINES, CYCLES = 400, 250
"""Independent machines, and mean cycles of failure and repair that each goes through."""
UP_MIN = 10_080.0
"""Mean time between failures of the SMT2020 testbed's tools, min."""
DOWN_MIN = (35.28, 604.8, 231.84)
"""Mean repair times of three of its classes, min (Kopp et al. 2020)."""


def availability() -> Sequence[Figure]:
    """V17: MTTF / (MTTF + MTTR), and the share of down time that says more about it."""
    figures = []
    for number, down_min in enumerate(DOWN_MIN):
        failures = ShopFailures(
            time_to_failure=DistributionSpec(kind="exponential", mean_h=UP_MIN / 60.0),
            time_to_repair=DistributionSpec(kind="exponential", mean_h=down_min / 60.0),
        )
        end_ms = round(CYCLES * (UP_MIN + down_min) / 60.0 * HOUR_MS)
        # the one job comes after the end: only the machines' own clocks run
        model, state = compile_shop(
            np.ones(MACHINES, np.int64), [[0]], [[1]], release_ms=[end_ms + 1], failures=failures
        )
        run(model.with_run(seed=SEED, replication=number), state, end_ms)
        down_ms = state.machine_time[:, MachineState.DOWN].copy()
        broken = state.machine["state"] == MachineState.DOWN
        down_ms[broken] += end_ms - state.machine["since_ms"][broken]
        share = down_ms / end_ms
        up = UP_MIN / (UP_MIN + down_min)
        name = f"MTTR {down_min} min"
        figures.append(estimate(f"availability, {name}", up, 1.0 - share))
        figures.append(estimate(f"share of down time, {name}", 1.0 - up, share))
    return figures


def failures_by_use() -> Sequence[Figure]:
    """V5a: completion times with E[C] = (1 + x/h)/m, E[C2] = 2 (1 + x/h)^2/m^2 + 2 x/(m h^2)."""
    load, fails, repairs, customers = 0.6, 0.05, 0.5, 80_000
    work = np.full((customers, 1), HOUR_MS)
    model, empty = compile_shop(
        [1],
        work * 0,
        work,
        factor="exponential",
        failures=ShopFailures(
            time_to_failure=DistributionSpec(kind="exponential", mean_h=1.0 / fails),
            time_to_repair=DistributionSpec(kind="exponential", mean_h=1.0 / repairs),
            clock="use",
        ),
    )
    times, waits = [], []
    for replication in range(80):
        release = poisson(load, customers, 5, replication)
        own = with_release(model, release)
        state = empty.copy()
        run(own.with_run(seed=SEED + 5, replication=replication), state)
        times.append(steady((state.lot["done_ms"] - release) / HOUR_MS))
        waits.append(steady((state.op["start_ms"] - release) / HOUR_MS))
    mean = 1.0 + fails / repairs
    square = 2.0 * mean**2 + 2.0 * fails / repairs**2
    expected = mean + load * square / (2.0 * (1.0 - load * mean))
    return (
        estimate("Wq, wait", expected - mean, waits),
        estimate("W, time in the system", expected, times),
        estimate("L, customers in the system", load * expected, [load * time for time in times]),
    )


CASES = (
    Case(
        "V5a",
        "M/M/1 with failures by use",
        "Pollaczek-Khinchine with completion times",
        failures_by_use,
    ),
    Case(
        "V17",
        "Availability of a machine that fails by time",
        "MTTF / (MTTF + MTTR); classes of SMT2020",
        availability,
    ),
)
