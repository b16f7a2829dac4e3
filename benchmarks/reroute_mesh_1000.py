"""Planning the open orders of a drawn cluster of 1,000 sites: one JSON line.

5,000 orders are planned from empty floors. ``greedy_seconds`` is one proposal of ``greedy``, its
replay by the simulator and its price included, once the question has been put (budget: 2 s);
``decode_seconds`` is list scheduling alone, in both its passes, without the arrays that it reads
(``decoder_seconds``).
``search`` then looks for a better plan for ``--seconds`` (30); its own time ends with the replay of
what it found. ``peak_gib`` is the most memory that the process held (budget: 4).
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from analytics.rerouting.decode.entry import DECODER
from analytics.rerouting.decoding import Decoder
from analytics.rerouting.greedy import Greedy
from analytics.rerouting.questions import order_book
from analytics.rerouting.search.limits import SearchLimits
from analytics.rerouting.search.policy import Search
from analytics.simulation.run import KERNEL
from federation.generator.folder import write_cluster
from federation.generator.parameters import Parameters
from federation.topology.load import load_cluster

Result = TypeVar("Result")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sites", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--clock", choices=("wall", "processor"), default="wall")
    options = parser.parse_args()
    clock = time.perf_counter if options.clock == "wall" else time.process_time

    def timed(work: Callable[[], Result]) -> tuple[float, Result]:
        start = clock()
        result = work()
        return clock() - start, result

    KERNEL.load()
    DECODER.load()
    with tempfile.TemporaryDirectory() as place:
        write_cluster(Parameters(sites=options.sites, days=1), Path(place) / "mesh")
        load_s, cluster = timed(lambda: load_cluster(Path(place) / "mesh"))
    problem_s, problem = timed(lambda: order_book(cluster))
    stay_s, _ = timed(lambda: problem.present)  # the plan as it stands is replayed
    decoder_s, decoder = timed(lambda: Decoder(problem))
    decode_s, _ = timed(decoder.plan)
    greedy_s, greedy = timed(lambda: Greedy().propose(problem))
    limits = SearchLimits(time_s=options.seconds, clock=options.clock)
    search_s, search = timed(lambda: Search(limits).propose(problem))
    print(
        json.dumps(
            {
                "benchmark": "reroute_mesh_1000",
                "sites": options.sites,
                "orders": len(cluster.orders),
                "lots": len(problem.model.lot),
                "operations": len(problem.state.op),
                "load_seconds": round(load_s, 2),
                "question_seconds": round(problem_s + stay_s, 2),
                "decoder_seconds": round(decoder_s, 2),
                "decode_seconds": round(decode_s, 2),
                "greedy_seconds": round(greedy_s, 2),
                "search_seconds": round(search_s, 2),
                "greedy_total": round(greedy.total),
                "search_total": round(search.total),
                "improvement": round(1.0 - search.total / greedy.total, 4),
                "peak_gib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 2),
                "clock": options.clock,
            }
        )
    )


if __name__ == "__main__":
    main()
