"""What a study adds to the time that its runs take in the kernel: one JSON line.

``overhead`` is (wall seconds x workers - kernel seconds) / kernel seconds (budget: at most 0.25).
Kernel seconds are those of all calls of the compiled kernel when the same study runs in one
process, runs of the policies' own plans included. On Ray the study runs once before, so that its
workers have started and loaded the machine code. ``local_overhead`` is the same without Ray.
"""

from __future__ import annotations

import argparse
import json
import time
from typing import Any

import twinfed as tf
from analytics.simulation.cache import CompiledEntry
from analytics.simulation.run import KERNEL
from federation.runtime.ray_runtime import RaySession

BUDGET = 0.25
LEAST_KERNEL_S = 10.0
RESPONSES = ("stay", "stay+sunday-overtime", "stay+hired-genset", "greedy")


class Stopwatch:
    """Seconds spent in compiled code by this process: in the kernel, and in other entries."""

    def __init__(self) -> None:
        self.seconds = {"kernel": 0.0, "other": 0.0}
        self._call = CompiledEntry.__call__

    def __enter__(self) -> Stopwatch:
        def timed(entry: Any, *arguments: Any) -> Any:
            begin = time.perf_counter()
            try:
                return self._call(entry, *arguments)
            finally:
                name = "kernel" if entry is KERNEL else "other"
                self.seconds[name] += time.perf_counter() - begin

        CompiledEntry.__call__ = timed  # type: ignore[method-assign]
        return self

    def __exit__(self, *_: object) -> None:
        CompiledEntry.__call__ = self._call  # type: ignore[method-assign]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replications", type=int, default=40, help="more, where the kernel asks")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    folder = tf.sample("harmattan")
    scenario = tf.load_scenario(folder / "scenarios" / "nigeria-grid-collapse.yaml")
    with tf.open(folder) as fed:
        fed.emulate(scenario.fork_at)
        fork = fed.fork()

    def study(replications: int, **where: Any) -> float:
        begin = time.perf_counter()
        tf.Study(fork, scenario, list(RESPONSES), replications=replications, **where).run()
        return time.perf_counter() - begin

    study(1, engine="local")
    replications = options.replications
    while True:
        with Stopwatch() as watch:
            local_s = study(replications, engine="local")
        kernel_s = watch.seconds["kernel"]
        if kernel_s >= LEAST_KERNEL_S:
            break
        replications = int(replications * 1.1 * LEAST_KERNEL_S / kernel_s) + 1
    with RaySession(num_cpus=options.workers):
        study(options.workers, engine="ray", workers=options.workers)
        wall_s = study(replications, engine="ray", workers=options.workers)
    print(
        json.dumps(
            {
                "benchmark": "study_overhead",
                "replications": replications,
                "workers": options.workers,
                "overhead": round((wall_s * options.workers - kernel_s) / kernel_s, 3),
                "local_overhead": round((local_s - kernel_s) / kernel_s, 3),
                "kernel_s": round(kernel_s, 2),
                "other_compiled_s": round(watch.seconds["other"], 2),
                "wall_s": round(wall_s, 2),
                "budget": BUDGET,
            }
        )
    )


if __name__ == "__main__":
    main()
