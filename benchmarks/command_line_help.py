"""How long ``twinfed --help`` takes in a process of its own: one JSON line.

``seconds`` is the median over all runs (budget: under 0.3), ``bare_seconds`` that of an interpreter
that does nothing.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time

BUDGET_S = 0.3


def median_seconds(command: list[str], runs: int) -> float:
    """Median wall time of a process, in seconds; a first run fills the caches."""
    taken = []
    for _ in range(runs + 1):
        start = time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
        taken.append(time.perf_counter() - start)
    return statistics.median(taken[1:])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=15)
    runs = parser.parse_args().runs
    line = {
        "benchmark": "command_line_help",
        "seconds": median_seconds([sys.executable, "-m", "twinfed.cli.main", "--help"], runs),
        "bare_seconds": median_seconds([sys.executable, "-c", "pass"], runs),
        "budget_seconds": BUDGET_S,
        "runs": runs,
    }
    print(json.dumps(line))


if __name__ == "__main__":
    main()
