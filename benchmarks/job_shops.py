"""Job shops and flexible job shops, planned by ``search`` on two cores: gaps to published bounds.

Each instance is a site of work centres that keep their sequences; two starts run side by side for
``--seconds`` each, and end sooner when the lower bound on the makespan is reached. A makespan is
that of the plan's replay by the simulator. Goals: at least 16 of the 18 job shops optimal, and the
flexible job shops mk01 to mk10 at most 1.0 % above their upper bounds on average.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from statistics import fmean

from _instances import bounds, job_shop_cluster, only_makespan, read_shop

from analytics.rerouting.questions import order_book
from analytics.rerouting.search.limits import SearchLimits
from analytics.rerouting.search.policy import Search
from analytics.simulation.layout import FOREVER
from analytics.starts import OnRay

JOB_SHOPS = (
    *("ft06", "ft10", "ft20"),
    *(f"la{number:02d}" for number in (*range(1, 11), *range(16, 21))),
)
FLEXIBLE = tuple(f"mk{number:02d}" for number in range(1, 11))


def makespan_min(family: str, name: str, limits: SearchLimits, seed: int, workers: int) -> float:
    """Minutes until the last job is done, in the replay of the plan found.

    Raises
    ------
    SystemExit
        When the plan leaves an operation undone.
    """
    problem = order_book(job_shop_cluster(read_shop(family, name)), only_makespan(), horizon_h=960)
    search = Search(limits, starts=workers, seed=seed, run=OnRay(workers))
    end = search.propose(problem).end.op["end_ms"]
    if int(end.max()) >= FOREVER:
        raise SystemExit(f"{name}: not every operation was done")
    return int(end.max()) / 60_000


def main() -> None:
    """Measure and print a line for each family."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--clock", choices=("wall", "processor"), default="wall")
    options = parser.parse_args()
    limits = SearchLimits(time_s=options.seconds, clock=options.clock)
    for family, names in (("jsp", JOB_SHOPS), ("fjsp", FLEXIBLE)):
        known = bounds(family)
        since = time.perf_counter()
        gaps, proven = {}, 0
        for name in names:
            lower, upper = known[name]
            found = makespan_min(family, name, limits, options.seed, options.workers)
            gaps[name] = found / upper - 1.0
            proven += found <= lower
            told = f"{name}: {found:.0f}, bounds {lower} to {upper}, {gaps[name]:+.2%}"
            print(told, file=sys.stderr, flush=True)
        print(
            json.dumps(
                {
                    "benchmark": "job_shops" if family == "jsp" else "flexible_job_shops",
                    "instances": len(names),
                    "optimal": proven,
                    "mean_gap_to_upper": round(fmean(gaps.values()), 5),
                    "worst": max(gaps, key=lambda name: gaps[name]),
                    "worst_gap": round(max(gaps.values()), 5),
                    "goal": {"optimal": 16} if family == "jsp" else {"mean_gap_to_upper": 0.01},
                    "seconds_each": options.seconds,
                    "workers": options.workers,
                    "clock": options.clock,
                    "seed": options.seed,
                    "seconds": round(time.perf_counter() - since),
                }
            ),
            flush=True,
        )


if __name__ == "__main__":
    main()
