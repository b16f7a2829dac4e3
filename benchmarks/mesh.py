"""A drawn cluster of 1,000 sites for 7 days beside one of 10 sites: one JSON line.

Each cluster is loaded, its whole order book planned (``plan_from_empty``), and its kernel run for
the 7 days with real draws at trace level ``orders``, all in one process. ``cost_ratio`` is
processor time per event of the large cluster over that of the small one (budget: at most 2), the
median of pairs of runs in turn; the small one is run again and again until it has taken as long.
``peak_gib`` is the most memory that the process held (budget: under 4 GiB),
``peak_gib_before_runs`` until the first run. All seconds are those of the processor.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from analytics.rerouting.greedy import plan_from_empty
from analytics.simulation.compile.live import arm_state
from analytics.simulation.compile.snapshot import compile_snapshot
from analytics.simulation.layout import DAY_MS
from analytics.simulation.model import SimModel, SimState
from analytics.simulation.run import KERNEL, run
from federation.cut import Cutter
from federation.generator.folder import write_cluster
from federation.generator.parameters import Parameters
from federation.schedule import Schedule
from federation.topology.load import load_cluster
from federation.topology.model import ClusterSpec

DAYS = 7
ORDERS = 1
"""Trace level."""


@dataclass(frozen=True)
class Mesh:
    """A cluster at the beginning of its week, and what it took to get there in seconds."""

    cluster: ClusterSpec
    model: SimModel
    state: SimState
    load_s: float
    plan_s: float
    compile_s: float


def drawn(sites: int) -> tuple[ClusterSpec, float]:
    """A cluster of so many sites, and the seconds of loading it."""
    with tempfile.TemporaryDirectory() as place:
        write_cluster(Parameters(sites=sites, days=DAYS), Path(place) / "mesh")
        begin = time.process_time()
        cluster = load_cluster(Path(place) / "mesh")
        return cluster, time.process_time() - begin


def mesh(sites: int) -> Mesh:
    """A cluster of so many sites, ready to run."""
    cluster, load_s = drawn(sites)
    begin = time.process_time()
    entries = {(entry.lot, entry.operation): entry for entry in plan_from_empty(cluster)}
    plan_s = time.process_time() - begin
    begin = time.process_time()
    snapshot = Cutter(cluster).cut(cluster.start, schedule=Schedule(1, entries))
    model, state = compile_snapshot(snapshot, horizon_ms=DAYS * DAY_MS)
    return Mesh(cluster, model, state, load_s, plan_s, time.process_time() - begin)


def once(one: Mesh, replication: int) -> tuple[float, int]:
    """Processor seconds and events of one run."""
    model = one.model.with_run(seed=1, replication=replication, trace_level=ORDERS)
    state = one.state.copy()
    arm_state(model, state)
    begin = time.process_time()
    run(model, state, DAYS * DAY_MS)
    return time.process_time() - begin, int(state.clock["events"][0])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sites", type=int, default=1000)
    parser.add_argument("--beside", type=int, default=10)
    parser.add_argument("--pairs", type=int, default=5)
    options = parser.parse_args()
    KERNEL.load()
    large, small = mesh(options.sites), mesh(options.beside)
    peak_gib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    once(large, 0), once(small, 0)
    ratios, costs, events = [], [], 0
    for pair in range(options.pairs):
        seconds, events = once(large, pair)
        spent, handled, replication = 0.0, 0, 0
        while spent < seconds:
            more, count = once(small, replication)
            spent, handled, replication = spent + more, handled + count, replication + 1
        costs.append(seconds / events)
        ratios.append(costs[-1] / (spent / handled))
    line = {
        "benchmark": "mesh",
        "sites": options.sites,
        "orders": len(large.cluster.orders),
        "events": events,
        "run_seconds": statistics.median(costs) * events,
        "us_per_event": statistics.median(costs) * 1e6,
        "cost_ratio": statistics.median(ratios),
        "cost_ratio_from": min(ratios),
        "cost_ratio_to": max(ratios),
        "peak_gib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
        "peak_gib_before_runs": peak_gib,
        "load_seconds": large.load_s,
        "plan_seconds": large.plan_s,
        "compile_seconds": large.compile_s,
    }
    print(json.dumps(line))


if __name__ == "__main__":
    main()
