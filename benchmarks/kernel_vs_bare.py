"""The kernel, trace and draws on, against a bare Numba loop of the same shop: one JSON line."""

from __future__ import annotations

import argparse
import json
import statistics
import time

import numpy as np
from _bare_loop import bare_shop
from kernel_vs_simpy import HOUR_MS, MEAN_TO_FAILURE_H, MEAN_TO_REPAIR_H, instance, kernel_seconds

from analytics.simulation.run import KERNEL


def bare_seconds(shop: tuple[np.ndarray, ...], failing: bool) -> tuple[float, np.ndarray]:
    """Wall seconds of one run and completion times."""
    up = MEAN_TO_FAILURE_H * HOUR_MS if failing else 0.0
    begin = time.perf_counter()
    done = bare_shop(*shop, up, MEAN_TO_REPAIR_H * HOUR_MS, 1)
    return time.perf_counter() - begin, done


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lots", type=int, default=20_000)
    parser.add_argument("--pairs", type=int, default=9)
    arguments = parser.parse_args()
    shop = instance(arguments.lots)
    KERNEL.load()
    equal = bool(np.array_equal(bare_seconds(shop, False)[1], kernel_seconds(shop, False)[1]))
    bare_seconds(shop, True)
    ratios, bare, kernel = [], [], []
    for _ in range(arguments.pairs):
        bare.append(bare_seconds(shop, True)[0])
        kernel.append(kernel_seconds(shop, True)[0])
        ratios.append(kernel[-1] / bare[-1])
    print(
        json.dumps(
            {
                "benchmark": "kernel_vs_bare",
                "lots": arguments.lots,
                "ratio": round(statistics.median(ratios), 2),
                "bare_s": round(statistics.median(bare), 4),
                "kernel_s": round(statistics.median(kernel), 4),
                "equal_completion_times_without_failures": equal,
            }
        )
    )


if __name__ == "__main__":
    main()
