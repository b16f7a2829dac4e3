"""A fork through telemetry goes on as the plant does, whatever is under way in it.

With the plant's seed, and lengths of time that do not vary, nothing is left to chance: every lot
does what it does in the plant, to the millisecond.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest

from analytics.plant import Plant
from analytics.scenario import Scenario
from analytics.simulation.compile import arm_state, compile_snapshot
from analytics.simulation.layout import FOREVER, PPM, UJ_PER_KWH
from analytics.simulation.model import SimState
from analytics.simulation.run import run
from federation.cut import Cutter
from federation.snapshot import ClusterSnapshot
from tests.support.mirror import differences, mirrored
from tests.support.whole_cluster import START, whole_cluster
from twins.states import MachineState
from twins.work import LotState

SEED = 7
END = START + timedelta(days=35)
STEP = timedelta(minutes=20)
LAST = START + timedelta(days=15)
MINUTE_MS = 60_000
MISSING = Scenario.model_validate(
    {
        "id": "missing",
        "title": "A fitter is ill from the first day on",
        "fork_at": START,
        "edits": [
            {
                "kind": "staff_absence",
                "site": "HUB",
                "pool": "fitters",
                "share": 0.5,
                "start": START,
                "end": START + timedelta(hours=130),
            }
        ],
    }
)
"""It happens to the plant; the fork knows of it by telemetry alone."""


def lots(state: SimState, *codes: LotState) -> Any:
    return np.isin(state.lot["state"], codes)


def works(state: SimState, code: MachineState) -> bool:
    return bool((state.machine["state"] == code).any())


FACTS: dict[str, Callable[[SimState], Any]] = {
    "a changeover": lambda s: works(s, MachineState.SETUP),
    "a changeover that is laid down": lambda s: (s.machine["setup_left_ms"] > 0).any(),
    "people of the second pool at a machine, while the first is free": lambda s: (
        (s.machine["pool"] == 2).any() and s.pool["busy_ppm"][0] <= PPM
    ),
    "people who are missing": lambda s: (s.pool["change_ppm"] < 0).any(),
    "nobody free": lambda s: works(s, MachineState.NO_OPERATOR),
    "work that waits for the next shift": lambda s: works(s, MachineState.PAUSED),
    "work that is interrupted": lambda s: (s.machine["paused_ms"] != -1).any(),
    "work that was interrupted and waits for the next shift": lambda s: (
        (s.machine["paused_ms"] != -1) & (s.machine["state"] == MachineState.PAUSED)
    ).any(),
    "work that was laid aside": lambda s: (s.op["left_ms"] > 0).any(),
    "a repair": lambda s: (s.machine["failed"] == 1).any(),
    "a machine that waits for a crew": lambda s: (s.machine["failed"] == 2).any(),
    "a maintenance that is due": lambda s: (s.machine["upkeep"] == 1).any(),
    "a maintenance": lambda s: (s.machine["upkeep"] == 2).any(),
    "a machine that is cold off shift": lambda s: (
        (s.machine["powered"] == 0) & (s.machine["state"] == MachineState.OFF_SHIFT)
    ).any(),
    "a machine that warms up": lambda s: works(s, MachineState.REWARM),
    "a lot that is blocked on its machine": lambda s: (s.machine["held"] > 0).any(),
    "a lot in quarantine": lambda s: lots(s, LotState.HELD).any(),
    "rework": lambda s: (s.op["visits"] > 0).any(),
    "rework by its owner": lambda s: ((s.op["home"] > 0) & (s.op["start_ms"] == FOREVER)).any(),
    "a card held away from its work centre": lambda s: (
        (s.lot["card"] > 0) & lots(s, LotState.DOCK, LotState.TRANSIT, LotState.WAITING)
    ).any(),
    "a full loop": lambda s: (s.limit["waiting"] != -1).any(),
    "a substitute that is set aside": lambda s: (
        (s.op["chosen"] > 0) & (s.op["reserved"] == 1)
    ).any(),
    "lots that wait for material": lambda s: (s.stock["waiting"] != -1).any(),
    "an order with a supplier": lambda s: (s.supply["milli"] > 0).any(),
    "fuel on its way": lambda s: (s.site["delivery_ms"] < FOREVER).any(),
    "fuel that came lately, and none on its way": lambda s: (
        (s.site["last_delivery_ms"] > -FOREVER) & (s.site["delivery_ms"] == FOREVER)
    ).any(),
    "a genset that is about to be up": lambda s: (
        (s.site["genset"] == 1) & (s.clock["now_ms"] - s.machine["since_ms"][:1] > 10 * MINUTE_MS)
    ).any(),
    "a genset that runs": lambda s: (s.site["genset"] == 2).any(),
    "a battery above its reserve that is kept from machines": lambda s: (
        (s.site["battery_locked"] == 1)
        & (s.site["on_grid"] == 0)
        & (s.site["soc_uj"] > 2.9 * UJ_PER_KWH)
    ).any(),
    "a first article at work": lambda s: (s.gate["status"] == 3).any(),
    "a first article that waits for approval": lambda s: (s.gate["status"] == 4).any(),
    "lots at a dock": lambda s: lots(s, LotState.DOCK).sum() > 1,
    "goods on their way": lambda s: lots(s, LotState.TRANSIT).any(),
    "an empty vehicle": lambda s: any(
        s.consignment["arrived"][row - 1] for row in s.link["out"].tolist() if row > 0
    ),
}


@pytest.fixture(scope="module")
def story() -> tuple[dict[str, tuple[datetime, ClusterSnapshot]], dict[str, dict[str, Any]]]:
    """A snapshot of the first moment at which each fact holds, and the lots in the end."""
    cluster = whole_cluster(certain=True)
    plant = Plant(cluster, seed=SEED, scenario=MISSING)
    found: dict[str, tuple[datetime, ClusterSnapshot]] = {}
    moment = START
    while moment < LAST:
        moment += STEP
        plant.advance(moment)
        new = [name for name, holds in FACTS.items() if name not in found and holds(plant.state)]
        if new:
            snapshot = Cutter(cluster).cut(moment, mirrored(cluster, plant.birth()))
            assert differences(plant.truth(), snapshot) == []
            assert snapshot.tables["untold"].num_rows == 0
            found |= dict.fromkeys(new, (moment, snapshot))
    plant.advance(END)
    return found, {row["lot"]: row for row in plant.truth()["lots"].to_pylist()}


@pytest.mark.parametrize("fact", FACTS)
def test_the_fork_goes_on_as_the_plant_does(story, fact: str) -> None:
    found, later = story
    assert fact in found, f"the fixture never shows {fact}"
    moment, snapshot = found[fact]
    model, state = compile_snapshot(snapshot)
    model = model.with_run(SEED, 0)
    arm_state(model, state)
    run(model, state, round((END - moment) / timedelta(milliseconds=1)))
    assert (state.lot["state"] == LotState.DELIVERED).sum() == 20
    ends = {
        name: moment + timedelta(milliseconds=int(since))
        for name, since in zip(model.names.lots, state.lot["since_ms"], strict=True)
    }
    assert ends == {name: later[name]["since"] for name in ends}
