"""Public scheduling instances, posed as clusters of microfactories.

The files are read where they lie: the folder is the environment variable TWINFED_INSTANCES, or
``../shared/data/benchmarks`` beside the checkout. None is shipped.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from analytics.rerouting.weights import Weights
from federation.topology.model import ClusterSpec

START = datetime(2027, 1, 4, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

Alternatives = Sequence[tuple[int, int]]
"""Machine and minutes of each way to do an operation."""


def folder() -> Path:
    """Where the instances lie.

    Raises
    ------
    SystemExit
        When they do not lie there.
    """
    beside = Path(__file__).parents[2] / "shared" / "data" / "benchmarks"
    found = Path(os.environ.get("TWINFED_INSTANCES", beside))
    if not (found / "bounds.csv").is_file():
        raise SystemExit(f"no instances in {found}; set TWINFED_INSTANCES to their folder")
    return found


@dataclass(frozen=True, slots=True)
class FlowShop:
    """A distributed permutation flow shop with the best makespan known."""

    name: str
    seed: int
    jobs: int
    machines: int
    factories: int
    best_known: int

    def minutes(self) -> list[list[int]]:
        """Minutes of each job on each machine, by Taillard's generator (1993)."""
        x = self.seed
        rows = [[0] * self.machines for _ in range(self.jobs)]
        for machine in range(self.machines):
            for job in range(self.jobs):
                k = x // 127773
                x = 16807 * (x % 127773) - 2836 * k
                if x < 0:
                    x += 2147483647
                rows[job][machine] = 1 + int(99 * x / 2147483647)
        return rows


def flow_shops() -> Iterator[FlowShop]:
    """All instances of the table of best-known makespans."""
    with (folder() / "dpfsp_best_known.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            figures = (row["seed"], row["jobs"], row["machines"], row["factories"])
            best = row["best_known_makespan"]
            yield FlowShop(row["taillard_id"], *map(int, figures), int(best))


def bounds(family: str) -> dict[str, tuple[int, int]]:
    """Lower and upper bound of each instance of a family, ``jsp`` or ``fjsp``."""
    with (folder() / "bounds.csv").open(encoding="utf-8") as file:
        return {
            row["instance"]: (int(row["lower_bound"]), int(row["upper_bound"]))
            for row in csv.DictReader(file)
            if row["family"] == family
        }


def read_shop(family: str, name: str) -> list[list[Alternatives]]:
    """Jobs, operations, ways to do them, of a job shop or a flexible job shop."""
    path = folder() / family / f"{name}.txt"
    lines = [
        [int(float(word)) for word in line.split()]
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.strip() and not line.startswith("#")
    ]
    jobs = lines[0][0]
    return [_job(line, flexible=family == "fjsp") for line in lines[1 : jobs + 1]]


def _job(line: list[int], *, flexible: bool) -> list[Alternatives]:
    if not flexible:
        return [[pair] for pair in zip(line[::2], line[1::2], strict=True)]
    steps: list[Alternatives] = []
    at = 1
    for _ in range(line[0]):
        ways = line[at]
        pairs = line[at + 1 : at + 1 + 2 * ways]
        steps.append(list(zip(pairs[::2], pairs[1::2], strict=True)))
        at += 1 + 2 * ways
    return steps


def only_makespan() -> Weights:
    """Weights of the published problems: nothing counts but the end of the last job."""
    parts = ("lateness", "production", "transport", "energy", "labour", "approval", "carbon")
    return Weights(
        **dict.fromkeys(parts, 0.0), makespan=1.0, stability=0.0, plan_margin_fraction=0.0
    )


def flow_shop_cluster(minutes: Sequence[Sequence[int]], factories: int) -> ClusterSpec:
    """Equal factories with one machine of each kind; every product may be made at each of them.

    A lot stays in the factory that it begins at: there are no links between factories.
    """
    machines = len(minutes[0])
    names = [f"F{number}" for number in range(1, factories + 1)]
    sites = [
        _site(name, [(f"m{at}", f"stage_{at}", "schedule") for at in range(machines)])
        for name in names
    ]
    products = [
        _product(
            job,
            [
                {"id": f"op{at}", "process": f"stage_{at}", "unit_time_min": time}
                for at, time in enumerate(row)
            ],
            names,
        )
        for job, row in enumerate(minutes)
    ]
    return _cluster("flow-shops", sites, products, names)


def job_shop_cluster(jobs: Sequence[Sequence[Alternatives]]) -> ClusterSpec:
    """One site with one work centre for each machine, each of which keeps its sequence."""
    machines = 1 + max(machine for job in jobs for ways in job for machine, _ in ways)
    site = _site("F1", [(f"m{at}", "machining", "sequence") for at in range(machines)])
    products = [
        _product(
            number,
            [
                {
                    "id": f"op{at}",
                    "process": "machining",
                    "alternatives": [
                        {"site": "F1", "work_centre": f"m{machine}", "unit_time_min": time}
                        for machine, time in ways
                    ],
                }
                for at, ways in enumerate(job)
            ],
            ["F1"],
        )
        for number, job in enumerate(jobs)
    ]
    return _cluster("job-shop", [site], products, ["F1"])


def _site(name: str, machines: list[tuple[str, str, str]]) -> dict[str, object]:
    return {
        "id": name,
        "name": f"Factory {name}",
        "country": "KE",
        "latitude_deg": 0.0,
        "longitude_deg": 0.0,
        "machines": [
            {"id": machine, "process": process, "unattended": True, "dispatch": {"rule": rule}}
            for machine, process, rule in machines
        ],
    }


def _product(
    number: int, operations: list[dict[str, object]], sites: list[str]
) -> dict[str, object]:
    return {
        "id": f"J{number:03d}",
        "name": f"Job {number}",
        "root": {"id": "part", "mass_kg": 1.0, "operations": operations},
        "permissions": [{"part": "part", "site": site} for site in sites],
    }


def _cluster(
    name: str, sites: list[dict[str, object]], products: list[dict[str, object]], names: list[str]
) -> ClusterSpec:
    """One order of one unit for each product; the customer is an hour's drive from each site."""
    return ClusterSpec.model_validate(
        {
            "id": name,
            "name": name,
            "start": START,
            "lot_size": 1,
            "sites": sites,
            "customers": [
                {"id": "C", "name": "C", "country": "KE", "latitude_deg": 0.5, "longitude_deg": 0.5}
            ],
            "links": [
                {
                    "id": f"{site}-C",
                    "start": site,
                    "end": "C",
                    "mode": "van",
                    "distance_km": 50,
                    "drive_h": 1.0,
                    "two_way": False,
                    "consolidation_h": 0.01,
                }
                for site in names
            ],
            "products": products,
            "orders": [
                {
                    "id": f"O{number:03d}",
                    "product": product["id"],
                    "customer": "C",
                    "quantity": 1,
                    "release": START,
                    "due": START + timedelta(days=300),
                }
                for number, product in enumerate(products)
            ],
        }
    )
