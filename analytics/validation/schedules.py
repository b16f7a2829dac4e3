"""Schedules replayed: V18 Johnson's rule, V19 optimal schedules of public job shops.

``schedules.json`` holds for each job the machine, the duration and the start of its operations, as
found and proven optimal by the CP-SAT solver of OR-tools 9.15. The simulator is given the machines
and the order on each of them, never a start: the makespan is its own.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from analytics.simulation.compile.shop import compile_shop
from analytics.simulation.layout import HOUR_MS, NONE
from analytics.simulation.model import Ints
from analytics.simulation.run import run
from analytics.validation.case import Case, Figure

MINUTE_MS = HOUR_MS // 60

JOHNSON_JOBS = ((3, 6), (7, 2), (4, 7), (5, 3), (7, 4))
"""Minutes of each job on the first and on the second machine."""


def replay(machine: Ints, minutes: Ints, start: Ints) -> int:
    """Makespan in minutes of the simulated schedule with this order on each machine.

    Parameters
    ----------
    machine, minutes, start
        int64[jobs, operations]; machine -1 after a job's last operation.
    """
    rank = np.zeros_like(start)
    for one in range(int(machine.max()) + 1):
        mine = machine == one
        rank[mine] = np.argsort(np.argsort(start[mine], kind="stable"), kind="stable")
    counts = np.ones(int(machine.max()) + 1, np.int64)
    model, state = compile_shop(counts, machine, minutes * MINUTE_MS, rank=rank, in_order=True)
    run(model, state)
    return int(state.lot["done_ms"].max()) // MINUTE_MS


@cache
def instances() -> dict[str, Any]:
    """The public instances with their schedules."""
    path = Path(__file__).with_suffix(".json")
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return data


def scheduled(name: str) -> tuple[Ints, Ints, Ints]:
    """Machine, minutes and start of each operation of an instance; -1 after the last."""
    jobs = instances()[name]["jobs"]
    table = np.full((3, len(jobs), max(map(len, jobs))), NONE, np.int64)
    for number, job in enumerate(jobs):
        table[:, number, : len(job)] = np.array(job).T
    machine, minutes, start = table
    return machine, minutes, start


def johnson_order(jobs: Sequence[tuple[int, int]]) -> list[int]:
    """Johnson's rule for two machines: short first operations first, short second ones last."""
    first = sorted((a, number) for number, (a, b) in enumerate(jobs) if a < b)
    last = sorted((-b, number) for number, (a, b) in enumerate(jobs) if a >= b)
    return [number for _, number in (*first, *last)]


def johnson() -> Sequence[Figure]:
    """V18: the order of the rule on both machines."""
    order = johnson_order(JOHNSON_JOBS)
    minutes = np.array(JOHNSON_JOBS)
    machine = np.tile([0, 1], (len(minutes), 1))
    position = np.argsort(order)
    makespan = replay(machine, minutes, np.stack([position, position], axis=1))
    name = "makespan of the order " + "-".join(str(number + 1) for number in order)
    return (Figure(name, 28, makespan),)


def optima() -> Sequence[Figure]:
    """V19: the solver's makespan, to the minute."""
    return [
        Figure(f"makespan of {name}", data["optimum"], replay(*scheduled(name)))
        for name, data in instances().items()
    ]


CASES = (
    Case("V18", "Johnson's rule, two-machine flow shop", "Johnson 1954", johnson),
    Case(
        "V19",
        "Replay of optimal job-shop schedules",
        "Fisher and Thompson 1963, Lawrence 1984, Brandimarte 1993; schedules by CP-SAT",
        optima,
    ),
)
