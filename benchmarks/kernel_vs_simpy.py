"""The kernel against SimPy on one job shop with failures: one JSON line with the ratio of times.

20,000 lots x 6 operations over 60 groups of 2 machines, breakdowns on, the kernel with full trace
and real draws, both on one core in one process, one after the other and again.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time

import numpy as np
from _simpy_shop import run_simpy_shop

from analytics.simulation.compile.shop import ShopFailures, compile_shop
from analytics.simulation.run import KERNEL, run
from twins.distribution_spec import DistributionSpec

MEAN_TO_FAILURE_H = 100.0
MEAN_TO_REPAIR_H = 2.0
HOUR_MS = 3_600_000


def instance(lots: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Machines, groups, durations (6 to 60 min) and releases that load the shop to about 80 %."""
    random = np.random.default_rng(seed)
    machines = np.full(60, 2)
    groups = np.array([random.permutation(60)[:6] for _ in range(lots)])
    spans = random.integers(360_000, 3_600_000, groups.shape)
    span_ms = int(spans.sum() / machines.sum() / 0.8)
    return machines, groups, spans, np.sort(random.integers(0, span_ms, lots))


def kernel_seconds(shop: tuple[np.ndarray, ...], failing: bool) -> tuple[float, np.ndarray, int]:
    """Wall seconds of one run, completion times, and events."""
    machines, groups, spans, release = shop
    failures = ShopFailures(
        time_to_failure=DistributionSpec(kind="exponential", mean_h=MEAN_TO_FAILURE_H),
        time_to_repair=DistributionSpec(kind="exponential", mean_h=MEAN_TO_REPAIR_H),
    )
    model, state = compile_shop(
        machines, groups, spans, release_ms=release, failures=failures if failing else None
    )
    model = model.with_run(seed=1, replication=0, trace_level=2)
    begin = time.perf_counter()
    run(model, state)
    seconds = time.perf_counter() - begin
    return seconds, state.lot["done_ms"].copy(), int(state.clock["events"][0])


def simpy_seconds(shop: tuple[np.ndarray, ...], failing: bool) -> tuple[float, np.ndarray]:
    """Wall seconds of one run and completion times."""
    begin = time.perf_counter()
    done = run_simpy_shop(
        *shop,
        mean_ms_to_failure=MEAN_TO_FAILURE_H * HOUR_MS if failing else None,
        mean_ms_to_repair=MEAN_TO_REPAIR_H * HOUR_MS,
    )
    return time.perf_counter() - begin, done


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lots", type=int, default=20_000)
    parser.add_argument("--pairs", type=int, default=3)
    arguments = parser.parse_args()
    shop = instance(arguments.lots)
    KERNEL.load()
    equal = bool(np.array_equal(kernel_seconds(shop, False)[1], simpy_seconds(shop, False)[1]))
    ratios, kernel, simpy = [], [], []
    events = 0
    for _ in range(arguments.pairs):
        seconds, _, events = kernel_seconds(shop, True)
        other, _ = simpy_seconds(shop, True)
        kernel.append(seconds)
        simpy.append(other)
        ratios.append(other / seconds)
    print(
        json.dumps(
            {
                "benchmark": "kernel_vs_simpy",
                "lots": arguments.lots,
                "ratio": round(statistics.median(ratios), 2),
                "kernel_s": round(statistics.median(kernel), 4),
                "simpy_s": round(statistics.median(simpy), 3),
                "kernel_events": events,
                "kernel_events_per_s": round(events / statistics.median(kernel)),
                "equal_completion_times_without_failures": equal,
            }
        )
    )


if __name__ == "__main__":
    main()
