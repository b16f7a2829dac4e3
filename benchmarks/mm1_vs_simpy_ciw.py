"""An M/M/1 queue at 80 % load against SimPy and Ciw, one core each: one JSON line.

Ciw is no development dependency: its wheel holds a top-level package ``tests``, which hides the
one of this repository. Install it into an environment of its own, beside twinfed and SimPy:
``pip install ciw simpy .``. Without Ciw its side is left out, which is said on standard error.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import statistics
import sys
import time
from collections.abc import Callable, Generator
from typing import Any

import numpy as np
import simpy

from analytics.simulation.compile.shop import compile_shop
from analytics.simulation.run import KERNEL, run

HOUR_MS = 3_600_000
LOAD, CUSTOMERS, PAIRS = 0.8, 50_000, 3


def in_kernel() -> tuple[float, float]:
    """Seconds of the run, and mean time in the system."""
    gaps = np.random.default_rng(1).exponential(HOUR_MS / LOAD, CUSTOMERS)
    release = np.cumsum(gaps).astype(np.int64)
    one = np.ones((CUSTOMERS, 1), np.int64)
    model, state = compile_shop(
        [1], one * 0, one * HOUR_MS, release_ms=release, factor="exponential"
    )
    begin = time.perf_counter()
    run(model.with_run(seed=1, replication=0), state)
    seconds = time.perf_counter() - begin
    return seconds, float(np.mean(state.lot["done_ms"] - release)) / HOUR_MS


def in_simpy() -> tuple[float, float]:
    """The same with processes and a resource."""
    env = simpy.Environment()
    server = simpy.Resource(env, capacity=1)
    random = np.random.default_rng(2)
    gaps = random.exponential(1.0 / LOAD, CUSTOMERS).tolist()
    services = random.exponential(1.0, CUSTOMERS).tolist()
    times = []

    def customer(service: float) -> Generator[Any, Any, None]:
        arrived = env.now
        with server.request() as turn:
            yield turn
            yield env.timeout(service)
        times.append(env.now - arrived)

    def source() -> Generator[Any, Any, None]:
        for gap, service in zip(gaps, services, strict=True):
            yield env.timeout(gap)
            env.process(customer(service))

    env.process(source())
    begin = time.perf_counter()
    env.run()
    return time.perf_counter() - begin, float(np.mean(times))


def in_ciw() -> tuple[float, float]:
    """The same as a network of one node."""
    ciw = importlib.import_module("ciw")
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(rate=LOAD)],
        service_distributions=[ciw.dists.Exponential(rate=1.0)],
        number_of_servers=[1],
    )
    ciw.seed(3)
    simulation = ciw.Simulation(network)
    begin = time.perf_counter()
    simulation.simulate_until_max_customers(CUSTOMERS)
    seconds = time.perf_counter() - begin
    records = simulation.get_all_records()
    return seconds, float(np.mean([one.exit_date - one.arrival_date for one in records]))


def main() -> None:
    """Measure and print."""
    KERNEL.load()
    sides: dict[str, Callable[[], tuple[float, float]]] = {
        "kernel": in_kernel,
        "simpy": in_simpy,
    }
    if importlib.util.find_spec("ciw") is not None:
        sides["ciw"] = in_ciw
    else:
        print(
            "mm1_vs_simpy_ciw: Ciw is not installed, its side is left out; to have it, run "
            "'pip install ciw simpy .' in an environment of its own",
            file=sys.stderr,
        )
    seconds: dict[str, list[float]] = {name: [] for name in sides}
    means: dict[str, float] = {}
    for _ in range(PAIRS):
        for name, side in sides.items():
            took, means[name] = side()
            seconds[name].append(took)
    median = {name: statistics.median(values) for name, values in seconds.items()}
    print(
        json.dumps(
            {
                "benchmark": "mm1_vs_simpy_ciw",
                "customers": CUSTOMERS,
                **{f"{name}_s": round(value, 4) for name, value in median.items()},
                **{
                    f"{name}_ratio": round(median[name] / median["kernel"], 1)
                    for name in sides
                    if name != "kernel"
                },
                "mean_time_in_system": {name: round(mean, 3) for name, mean in means.items()},
            }
        )
    )


if __name__ == "__main__":
    main()
