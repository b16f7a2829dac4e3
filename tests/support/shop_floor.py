"""One site with the machines, people and orders that a test of the shop floor needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from analytics.simulation import layout
from analytics.simulation.compile import compile_snapshot
from analytics.simulation.layout import FOREVER
from analytics.simulation.model import SimModel, SimState
from analytics.simulation.run import run
from federation.cut import planned
from federation.topology.model import ClusterSpec
from twins.states import MachineState

START = datetime.fromisoformat("2027-01-04T00:00:00+00:00")
MINUTE = 60_000
HOUR = layout.HOUR_MS
ALWAYS = [
    {
        "days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
        "start": "00:00",
        "end": "24:00",
    }
]


@dataclass(frozen=True)
class Job:
    """An order of one unit of a product of its own."""

    operations: Sequence[dict[str, Any]]
    priority: int = 0
    release_h: float = 0.0
    due_h: float = 1000.0
    weight: float = 0.0


def step(minutes: float, process: str = "work", **more: Any) -> dict[str, Any]:
    """An operation of so many minutes."""
    return {"id": process, "process": process, "unit_time_min": minutes, **more}


def shop(machines: Sequence[dict[str, Any]], jobs: Sequence[Job], **site: Any) -> ClusterSpec:
    """A site that is always open; job ``n`` is the order ``J0n``."""
    return ClusterSpec.model_validate(
        {
            "id": "floor",
            "name": "Shop floor",
            "start": START,
            "sites": [
                {
                    "id": "S",
                    "name": "Site",
                    "country": "KE",
                    "latitude_deg": 0.0,
                    "longitude_deg": 0.0,
                    "machines": [{"process": "work", **machine} for machine in machines],
                    "shifts": ALWAYS,
                    **site,
                }
            ],
            "customers": [{"id": "C", "name": "Customer", "country": "KE", "at_site": "S"}],
            "products": [
                {
                    "id": f"P{number:02d}",
                    "name": "Product",
                    "root": {
                        "id": "part",
                        "mass_kg": 1.0,
                        "operations": [
                            {**operation, "id": f"op-{at}"}
                            for at, operation in enumerate(job.operations)
                        ],
                    },
                    "permissions": [{"part": "part", "site": "S"}],
                }
                for number, job in enumerate(jobs)
            ],
            "orders": [
                {
                    "id": f"J{number:02d}",
                    "product": f"P{number:02d}",
                    "customer": "C",
                    "quantity": 1,
                    "release": START + timedelta(hours=job.release_h),
                    "due": START + timedelta(hours=job.due_h),
                    "lateness_cost_per_unit_day": job.weight,
                    "priority": job.priority,
                }
                for number, job in enumerate(jobs)
            ],
        }
    )


def simulate(
    cluster: ClusterSpec,
    until_h: float | None = None,
    changes: Sequence[tuple[int, int, int, int]] = (),
    *,
    replication: int = 0,
    deterministic: bool = False,
) -> tuple[SimModel, SimState]:
    """The cluster run from empty, with timed changes (time in ms, kind, entity, value)."""
    model, state = compile_snapshot(
        planned(cluster), np.array(list(changes), dtype=layout.PRIMITIVE_C)
    )
    model = model.with_run(
        seed=1, replication=replication, trace_level=2, deterministic=deterministic
    )
    run(model, state, FOREVER if until_h is None else round(until_h * HOUR))
    return model, state


def spans(state: SimState, machine: int = 0) -> list[tuple[str, float, float]]:
    """What a machine did: state, from and to in minutes; the last one until the end of the run."""
    rows = state.machine_trace[: int(state.clock["machine_rows"][0])]
    rows = rows[rows["machine"] == machine]
    times = [*rows["time_ms"].tolist(), int(state.clock["now_ms"][0])]
    return [
        (MachineState(code).name, begin / MINUTE, end / MINUTE)
        for code, begin, end in zip(rows["state"].tolist(), times, times[1:], strict=False)
        if end > begin
    ]


def finished(state: SimState) -> list[float]:
    """When each lot was delivered, in minutes."""
    return [moment / MINUTE for moment in state.lot["done_ms"].tolist()]


def order_of_starts(state: SimState) -> list[int]:
    """Operations by the moment at which they first began."""
    return [int(row) for row in np.argsort(state.op["start_ms"], kind="stable")]
