"""Losses in a drawn cluster of 1,000 sites: one JSON line.

``n1_seconds`` is the survey of every site, link and border, ``n2_seconds`` that of 496 pairs on top
of it, ``next_hops_seconds`` the fastest ways between all places: seconds of one processor, after
the cluster was loaded. ``ratio`` is how many times longer the survey would take with one whole
programme for each site that the undisturbed plan uses, from the mean of so many (``--whole``).
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path

from federation.generator.folder import write_cluster
from federation.generator.parameters import Parameters
from federation.resilience.plan import TINY, Planner
from federation.resilience.shop import Shop
from federation.resilience.survival import Survey
from federation.resilience.zones import Ground
from federation.routes import next_hops
from federation.topology.load import load_cluster


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sites", type=int, default=1000)
    parser.add_argument("--whole", type=int, default=10)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        write_cluster(Parameters(sites=options.sites), Path(place) / "mesh")
        cluster = load_cluster(Path(place) / "mesh")

    start = time.process_time()
    next_hops(cluster)
    hops_s = time.process_time() - start

    start = time.process_time()
    planner = Planner(Shop(cluster), Ground(cluster))
    survey = Survey(planner)
    losses = [survey.loss(event) for event in survey.events()]
    n1_s = time.process_time() - start

    start = time.process_time()
    pairs = survey.pairs(losses)
    n2_s = time.process_time() - start

    busy = {site for site in range(options.sites) if _works(survey, site)}
    start = time.process_time()
    for site in sorted(busy)[: options.whole]:
        planner.best(planner.disturbed([site]))
    whole_s = (time.process_time() - start) / options.whole
    line = {
        "benchmark": "resilience_mesh_1000",
        "sites": options.sites,
        "losses": len(losses),
        "n1_seconds": n1_s,
        "pairs": pairs.examined,
        "n2_seconds": n2_s,
        "next_hops_seconds": hops_s,
        "ratio": whole_s * len(busy) / n1_s,
    }
    print(json.dumps(line))


def _works(survey: Survey, site: int) -> bool:
    """Whether the undisturbed plan makes anything at a site."""
    here = survey.planner.option_site == site
    return bool((survey.base.plan.made[here] > TINY).any())


if __name__ == "__main__":
    main()
