"""A fork through telemetry agrees in distribution with the plant, and by a checkpoint to the bit.

Each plant has a seed of its own. It is told at one moment and forked; plant and fork go on with
draws of their own. If what a fork draws of the futures under way is distributed as it is in the
plant, given all that was told, then over many plants both ends are distributed alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from scipy import stats

from analytics.plant import Plant
from analytics.simulation.checkpoint import Checkpoint
from analytics.simulation.compile import arm_state, compile_snapshot
from analytics.simulation.extract import machine_time
from analytics.simulation.layout import HOUR_MS, UJ_PER_KWH
from analytics.simulation.model import SimModel, SimState
from analytics.simulation.run import run
from federation.cut import Cutter
from tests.support.mirror import mirrored
from tests.support.whole_cluster import START, whole_cluster
from twins.states import MachineState
from twins.telemetry import TelemetryBatch

PLANTS = 160
MOMENT = START + timedelta(hours=76)
AHEAD_H = (12, 48, 150)
END = START + timedelta(days=28)
LEVEL = 0.01
"""Of all tests of a kind together, by Bonferroni."""
AGES = ("failure.state", "failure.use_h", "upkeep.state", "upkeep.left_h", "supply.under_way")
"""What tells how long machines have held, and suppliers taken."""

Floats = npt.NDArray[np.float64]


def figures(model: SimModel, state: SimState) -> Floats:
    """What has happened by now: counts, hours, units, kg of sheet and kWh."""
    machine, site = state.machine, state.site
    spent = machine_time(state) / HOUR_MS
    return np.array(
        [
            (machine["failure_index"] + (machine["failed"] > 0)).sum(),
            machine["upkeep_index"].sum(),
            spent[:, MachineState.DOWN].sum(),
            spent[:, [MachineState.SETUP, MachineState.RUN]].sum(),
            machine["good_units"].sum(),
            state.stock["received"][model.names.material_row["sheet"]] / 1000.0,
            site["grid_off_ms"][0] / HOUR_MS,
            site["pv_uj"][0] / UJ_PER_KWH,
        ]
    )


FIGURES = ("breakdowns", "maintenances", "down", "running", "good", "sheet", "dark", "sun")


def deliveries_h(model: SimModel, state: SimState) -> Floats:
    """When each order was delivered, h from the fork; what is open at the end counts as then."""
    last = np.full(len(model.names.orders), -np.inf)
    now = int(state.clock["now_ms"][0])
    np.maximum.at(last, model.lot["order"], np.minimum(state.lot["done_ms"], now) / HOUR_MS)
    return last


def told(batches: list[TelemetryBatch], untold: Sequence[str]) -> list[TelemetryBatch]:
    """The telemetry without some of its signals."""
    kept = []
    for batch in batches:
        names = batch.table.column("signal").cast(pa.string())
        left = batch.table.filter(pc.invert(pc.is_in(names, pa.array(untold, pa.string()))))
        kept.append(replace(batch, table=left))
    return kept


def pairs(plants: int, untold: Sequence[str] = ()) -> tuple[Floats, Floats]:
    """Figures ahead, and deliveries, of each plant and its fork.

    float64[plants, 2, moments, figures] and float64[plants, 2, orders].
    """
    cluster = whole_cluster()
    ahead = np.zeros((plants, 2, len(AHEAD_H), len(FIGURES)))
    ends = np.zeros((plants, 2, len(cluster.orders)))
    for seed in range(plants):
        plant = Plant(cluster, seed=seed)
        plant.advance(MOMENT)
        snapshot = Cutter(cluster).cut(MOMENT, mirrored(cluster, told(plant.birth(), untold)))
        model, state = compile_snapshot(snapshot)
        model = model.with_run(10_000 + seed, 0)
        arm_state(model, state)
        before = figures(plant.model, plant.state)
        for at, hours in enumerate(AHEAD_H):
            plant.advance(MOMENT + timedelta(hours=hours))
            run(model, state, hours * HOUR_MS)
            ahead[seed, 0, at] = figures(plant.model, plant.state) - before
            ahead[seed, 1, at] = figures(model, state)
        plant.advance(END)
        run(model, state, round((END - MOMENT) / timedelta(milliseconds=1)))
        since_h = (MOMENT - START) / timedelta(hours=1)
        ends[seed] = deliveries_h(plant.model, plant.state) - since_h, deliveries_h(model, state)
    return ahead, ends


def standard_scores(ahead: Floats) -> Floats:
    """Mean difference of fork and plant over its standard error; each pair is one observation."""
    differences = ahead[:, 1] - ahead[:, 0]
    errors = differences.std(axis=0, ddof=1) / np.sqrt(len(differences))
    scores: Floats = differences.mean(axis=0) / np.maximum(errors, 1e-9)
    return scores


@pytest.mark.slow
def test_over_many_plants_the_forks_go_on_as_the_plants_do() -> None:
    ahead, ends = pairs(PLANTS)
    scores = standard_scores(ahead)
    assert np.abs(scores).max() < stats.norm.isf(LEVEL / 2.0 / scores.size), scores
    still_open = np.flatnonzero((ends[:, 0] > 0.0).mean(axis=0) > 0.9)
    assert len(still_open) >= 8
    for order in still_open:
        found = stats.ks_2samp(ends[:, 0, order], ends[:, 1, order], method="asymp")
        assert found.pvalue > LEVEL / len(still_open), (order, found)


@pytest.mark.slow
def test_without_the_ages_they_do_not() -> None:
    scores = standard_scores(pairs(PLANTS // 2, untold=AGES)[0])
    assert scores[0, FIGURES.index("breakdowns")] < -5.0  # what has held for long breaks sooner
    assert scores[0, FIGURES.index("sheet")] < -5.0  # what was ordered is on its way


@pytest.mark.parametrize("hours", [0, 31, 76])
def test_a_checkpoint_goes_on_as_the_plant_does_to_the_bit(hours: int) -> None:
    plant = Plant(whole_cluster(), seed=11)
    plant.advance(START + timedelta(hours=hours))
    taken = Checkpoint.take(plant.model, plant.state).to_bytes()
    fork = Checkpoint.from_bytes(taken).resume(plant.model)
    run(plant.model, fork, round((END - START) / timedelta(milliseconds=1)))
    plant.advance(END)
    for rows in ("machine_rows", "lot_rows", "energy_rows"):  # the plant has read its traces
        fork.clock[rows] = 0
    assert fork.digest() == plant.state.digest()
