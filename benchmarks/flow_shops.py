"""Distributed permutation flow shops, planned by ``search``: gaps to the best makespans known.

Each of the 80 instances is a cluster of equal factories, and its plan has the budget of the
literature: jobs x machines x factories x 5 ms of one core. A makespan is that of the plan's replay
by the simulator, which must finish every job (goal: 0.30 % on average). Taillard's seeds and the
best makespans known are read from a table, see ``_instances``.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import defaultdict
from statistics import fmean

from _instances import FlowShop, flow_shop_cluster, flow_shops, only_makespan

from analytics.rerouting.questions import order_book
from analytics.rerouting.search.limits import SearchLimits
from analytics.rerouting.search.policy import Search
from analytics.simulation.layout import FOREVER

BUDGET_S = 0.005
"""For each job, machine and factory."""

GOAL = 0.003


def makespan_min(shop: FlowShop, seed: int, clock: str) -> float:
    """Minutes until the last job is done, in the replay of the plan found.

    Raises
    ------
    SystemExit
        When the plan leaves a job undone.
    """
    cluster = flow_shop_cluster(shop.minutes(), shop.factories)
    problem = order_book(cluster, only_makespan(), horizon_h=24 * 60)
    budget_s = shop.jobs * shop.machines * shop.factories * BUDGET_S
    limits = SearchLimits(time_s=budget_s, clock=clock)
    end = Search(limits, seed=seed).propose(problem).end.op["end_ms"]
    if len(end) != shop.jobs * shop.machines or int(end.max()) >= FOREVER:
        raise SystemExit(f"{shop.name} with {shop.factories} factories: not every job was done")
    return int(end.max()) / 60_000


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--clock", choices=("wall", "processor"), default="wall")
    parser.add_argument("--only", default="", help="instances whose name begins so, for a look")
    options = parser.parse_args()
    shops = [shop for shop in flow_shops() if shop.name.startswith(options.only)]
    gaps: dict[str, list[float]] = defaultdict(list)
    since = time.perf_counter()
    for number, shop in enumerate(shops, 1):
        found = makespan_min(shop, options.seed, options.clock)
        gap = found / shop.best_known - 1.0
        gaps[f"{shop.jobs}x{shop.machines}"].append(gap)
        told = f"{shop.name} on {shop.factories}: {found:.0f}, best known {shop.best_known}"
        print(f"{number}/{len(shops)} {told}, {gap:+.2%}", file=sys.stderr, flush=True)
    every = [gap for mine in gaps.values() for gap in mine]
    print(
        json.dumps(
            {
                "benchmark": "flow_shops",
                "instances": len(every),
                "infeasible": 0,
                "mean_gap": round(fmean(every), 5),
                "worst_gap": round(max(every), 5),
                "at_or_below_best_known": sum(gap <= 0.0 for gap in every),
                "mean_gap_by_size": {size: round(fmean(mine), 5) for size, mine in gaps.items()},
                "goal": GOAL,
                "clock": options.clock,
                "seed": options.seed,
                "seconds": round(time.perf_counter() - since),
            }
        )
    )


if __name__ == "__main__":
    main()
