"""Three small models against SimPy, one core each: one JSON line with times and ratios.

They are the benchmarks by which JaamSim compares simulation software (its blog, May to November
2014): executing a delay with N events pending, creating and destroying an entity, and seizing and
releasing a resource. Two things differ: the delays are drawn before the run, for both alike, and
the number of entities is fixed instead of the seconds.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Generator
from typing import Any

import numpy as np
import simpy

from analytics.simulation.compile.shop import compile_shop
from analytics.simulation.model import SimModel, SimState
from analytics.simulation.run import KERNEL, run

SECOND_MS = 1000
PENDING, ROUNDS = 1_000, 200
ENTITIES = 200_000
SEIZES = 100_000
PAIRS = 3


def delays() -> np.ndarray:
    """Uniform from 0 to 2N seconds: N entities, each delayed again and again."""
    spans = np.random.default_rng(1).uniform(0.0, 2.0 * PENDING, (PENDING, ROUNDS))
    return np.maximum((spans * SECOND_MS).astype(np.int64), 1)


def delay_in_kernel(spans: np.ndarray) -> tuple[SimModel, SimState]:
    """Each entity has a machine of its own: no queue, a future event list of N."""
    groups = np.repeat(np.arange(PENDING)[:, None], ROUNDS, axis=1)
    return compile_shop(np.ones(PENDING, np.int64), groups, spans)


def delay_in_simpy(spans: np.ndarray) -> None:
    """The same as processes that wait."""
    env = simpy.Environment()

    def entity(own: list[int]) -> Generator[Any, Any, None]:
        for span in own:
            yield env.timeout(span)

    for own in spans.tolist():
        env.process(entity(own))
    env.run()


def create_in_kernel() -> tuple[SimModel, SimState]:
    """An entity a second, which is gone a millisecond later."""
    release = np.arange(ENTITIES) * SECOND_MS
    one = np.ones((ENTITIES, 1), np.int64)
    return compile_shop([1], one * 0, one, release_ms=release)


def create_in_simpy() -> None:
    """The same with a source that starts processes."""
    env = simpy.Environment()

    def entity() -> Generator[Any, Any, None]:
        yield env.timeout(1)

    def source() -> Generator[Any, Any, None]:
        for _ in range(ENTITIES):
            env.process(entity())
            yield env.timeout(SECOND_MS)

    env.process(source())
    env.run()


def seize_in_kernel() -> tuple[SimModel, SimState]:
    """Two entities take turns at one resource for a second each."""
    turns = np.arange(SEIZES)
    ops = np.zeros((2, SEIZES), np.int64)
    return compile_shop([1], ops, ops + SECOND_MS, rank=np.stack([2 * turns, 2 * turns + 1]))


def seize_in_simpy() -> None:
    """The same with a resource."""
    env = simpy.Environment()
    resource = simpy.Resource(env, capacity=1)

    def entity() -> Generator[Any, Any, None]:
        for _ in range(SEIZES):
            with resource.request() as turn:
                yield turn
                yield env.timeout(SECOND_MS)

    env.process(entity())
    env.process(entity())
    env.run()


def _seconds(call: Callable[[], None]) -> float:
    begin = time.perf_counter()
    call()
    return time.perf_counter() - begin


def compare(
    units: int, make: Callable[[], tuple[SimModel, SimState]], other: Callable[[], None]
) -> dict[str, float]:
    """Microseconds for each unit of work of both sides, in turn, and the ratio of the medians."""
    model, empty = make()
    kernel, simpy_s = [], []
    for _ in range(PAIRS):
        state = empty.copy()
        kernel.append(_seconds(lambda own=state: run(model, own)))
        simpy_s.append(_seconds(other))
    mine, theirs = statistics.median(kernel), statistics.median(simpy_s)
    return {
        "kernel_us": round(1e6 * mine / units, 3),
        "simpy_us": round(1e6 * theirs / units, 3),
        "ratio": round(theirs / mine, 1),
    }


def main() -> None:
    """Measure and print."""
    KERNEL.load()
    spans = delays()
    result = {
        "benchmark": "micro_models",
        "delay": compare(
            PENDING * ROUNDS, lambda: delay_in_kernel(spans), lambda: delay_in_simpy(spans)
        ),
        "create_destroy": compare(ENTITIES, create_in_kernel, create_in_simpy),
        "seize_release": compare(2 * SEIZES, seize_in_kernel, seize_in_simpy),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
