"""A cluster at a fork of which one thing at a time is told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np

from analytics.simulation.compile import arm_state, compile_snapshot
from analytics.simulation.layout import HOUR_MS
from analytics.simulation.model import SimModel, SimState
from federation.cut import planned
from tests.support.observed import observed
from tests.support.whole_cluster import START, whole_cluster
from twins.states import MachineState
from twins.work import LotState

NOW = START + timedelta(hours=55)  # Wednesday 10:00 at the hub
MINUTE_MS = 60_000
CLUSTER, CERTAIN = (whole_cluster(certain=certain, orders=1) for certain in (False, True))
PLATE, OTHER = "O01/01/plate", "O01/02/plate"
DONE = [
    {"lot": name, "state": int(LotState.JOINED), "event": 9, "since": NOW, "place": "DEPOT"}
    for name in ("O01/01/clip", "O01/02/clip", OTHER)
]
"""What else there is of the one order, out of the way."""


def ago(hours: float) -> Any:
    return NOW - timedelta(hours=hours)


def fork(
    *, certain: bool = False, primitives: Any = (), **tables: Any
) -> tuple[SimModel, SimState]:
    quiet = observed(planned(CERTAIN if certain else CLUSTER, NOW), lots=DONE)
    return compile_snapshot(observed(quiet, **tables), primitives)


def machine(name: str, state: MachineState, since_h: float, **told: Any) -> dict[str, Any]:
    return {"site": "HUB", "machine": name, "state": int(state), "since": ago(since_h)} | told


def row_of(model: SimModel, name: str) -> int:
    return model.names.machine_row["HUB", name]


def at_saw(**told: Any) -> dict[str, Any]:
    """A plate that is being cut."""
    return {
        "lot": PLATE,
        "state": int(LotState.RUNNING),
        "event": 4,
        "since": ago(2.0),
        "operation": 0,
        "place": "HUB",
        "machine": "saw-1",
        "units": 11,
    } | told


def drawn(model: SimModel, state: SimState, read: Any, runs: int = 1500) -> np.ndarray:
    """What ``read`` finds in states armed by many replications, in hours."""
    found = []
    for replication in range(runs):
        own = state.copy()
        arm_state(model.with_run(5, replication), own)
        found.append(read(own) / HOUR_MS)
    return np.array(found)


def agrees(sample: np.ndarray, mean_h: float) -> bool:
    return abs(sample.mean() - mean_h) < 4.0 * sample.std() / np.sqrt(len(sample))
