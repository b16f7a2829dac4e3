"""Machines that fail: V17 availability as an alternating renewal process."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analytics.simulation.compile.shop import ShopFailures, compile_shop
from analytics.simulation.layout import HOUR_MS
from analytics.simulation.run import run
from analytics.validation.case import SEED, Case, Figure, estimate
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


CASES = (
    Case(
        "V17",
        "Availability of a machine that fails by time",
        "MTTF / (MTTF + MTTR); classes of SMT2020",
        availability,
    ),
)
