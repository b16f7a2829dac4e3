"""What the machines of a plant tell, as numbers: what each signal's value is now. Pure.

What runs down while a machine works is told where its pace changes, not all the time. Such a value
stands as the moment at which it is or was 0, far above all lengths of time, as long as it runs.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from analytics.simulation import draws, features, slots
from analytics.simulation.compile.estimates import sampled_residuals
from analytics.simulation.layout import FOREVER, NONE
from analytics.simulation.model import Ints, SimModel, SimState
from analytics.simulation.upkeep import DUE, NOT_DUE

Floats = npt.NDArray[np.float64]

_MW_PER_KW = 1e6
_MS_PER_H = 3.6e6
_RUNS = 2.0**51
"""Added to the moment at which something that runs is or was 0: no length of time is as great."""

ALWAYS = (
    "machine.state",
    "part.good",
    "part.scrap",
    "job.lot",
    "job.operation",
    "power.active_kw",
    "job.remaining_h",
    "job.interrupted",
)
"""Signals that every machine tells."""

RUNS_DOWN = frozenset({"job.remaining_h", "setup.remaining_h", "upkeep.left_h"})
RUNS_UP = frozenset({"failure.use_h"})


def tellers(model: SimModel) -> dict[str, npt.NDArray[np.bool_]]:
    """bool[machines] by signal: which machines have something to tell of it."""
    group = model.group[model.machine["group"]]
    bits = group["features"]
    fails = group["failure_dist"] != NONE
    setups, upkeep = bits & features.SETUPS > 0, bits & features.MAINTENANCE > 0
    found = {
        "machine.powered": model.site["ideal_power"][group["site"]] == 0,
        "setup.family": setups,
        "setup.remaining_h": setups,
        "setup.whole_h": setups,
        "job.pool": bits & features.PEOPLE > 0,
        "failure.state": fails,
        "failure.use_h": fails & (bits & features.USE_CLOCK > 0),
        "upkeep.state": upkeep,
        "upkeep.left_h": upkeep,
    }
    every = np.ones(len(group), np.bool_)
    return {**dict.fromkeys(ALWAYS, every), **found}


def machine_columns(model: SimModel, state: SimState) -> dict[str, Any]:
    """float64[machines] by signal; NaN where there is no value now."""
    machine, now = state.machine, int(state.clock["now_ms"][0])
    busy, runs = machine["op"] != NONE, machine["running"] == 1
    lot = np.zeros(len(machine), np.int64)
    lot[busy] = state.op["lot"][machine["op"][busy]]
    operation = np.full(len(machine), np.nan)
    operation[busy] = machine["op"][busy] - model.lot["first_op"][lot[busy]]
    left = np.where(runs, machine["finish_ms"] + _RUNS, machine["work_left_ms"])
    changes = runs & (machine["setup_until_ms"] > now)
    changed = changes | (~runs & (machine["setup_left_ms"] > 0))
    setup = np.where(changes, machine["setup_until_ms"] + _RUNS, machine["setup_left_ms"])
    return {
        "machine.state": machine["state"],
        "part.good": machine["good_units"],
        "part.scrap": machine["scrap_units"],
        "job.lot": np.where(busy, lot, np.nan),
        "job.operation": operation,
        "power.active_kw": machine["draw_mw"] / _MW_PER_KW,
        "job.remaining_h": np.where(busy, left, np.nan),
        "job.interrupted": (busy & (machine["paused_ms"] != NONE)).astype(np.float64),
        "machine.powered": machine["powered"],
        "setup.family": machine["family"],
        "setup.remaining_h": np.where(changed, setup, np.nan),
        "setup.whole_h": np.where(changed, machine["setup_ms"] / _MS_PER_H, np.nan),
        "job.pool": np.where(machine["pool"] > 0, machine["pool"] - 1.0, np.nan),
        "failure.state": machine["failed"],
        "failure.use_h": _use(model, state),
        "upkeep.state": machine["upkeep"],
        "upkeep.left_h": _upkeep_left(model, state),
    }


def hours_now(signal: str, value: float, now_ms: int) -> float:
    """Hours that a value of something that runs up or down stands for now."""
    if value < _RUNS / 2.0:
        return value / _MS_PER_H
    moment = value - _RUNS
    return (moment - now_ms if signal in RUNS_DOWN else now_ms - moment) / _MS_PER_H


def _use(model: SimModel, state: SimState) -> Floats:
    """Work since the last repair; 0 while a machine is broken."""
    machine = state.machine
    if not (model.group["features"] & features.USE_CLOCK).any():
        return np.zeros(len(machine))
    whole, due = whole_failures(model, state), failure_slots(model, state)
    armed = due < FOREVER
    used = np.where(armed, due - whole + _RUNS, whole - machine["use_left_ms"])
    return np.where(machine["failed"] == 0, used, 0.0)


def failure_slots(model: SimModel, state: SimState) -> Ints:
    """int64[machines]: when each breaks down or is repaired, as things stand."""
    first = int(model.bases[slots.FAILURE])
    found: Ints = state.slot["time_ms"][first : first + len(state.machine)]
    return found


def whole_failures(model: SimModel, state: SimState) -> Ints:
    """int64[machines]: the whole time to the present failure of each machine, as it was drawn."""
    group = model.group[model.machine["group"]]
    whole = np.zeros(len(group), np.int64)
    rows = np.flatnonzero(group["failure_dist"] != NONE)
    whole[rows] = sampled_residuals(
        model,
        group["failure_dist"][rows],
        np.zeros(len(rows), np.int64),
        draws.TIME_TO_FAILURE,
        model.machine["key"][rows],
        state.machine["failure_index"][rows],
    )
    return whole


def _upkeep_left(model: SimModel, state: SimState) -> Floats:
    """Time of its clock to the next maintenance, below 0 since it fell due."""
    machine = state.machine
    first = int(model.bases[slots.MAINTENANCE])
    slot = state.slot["time_ms"][first : first + len(machine)]
    by_use = model.group["upkeep_by_use"][model.machine["group"]] == 1
    waits = (machine["upkeep"] == NOT_DUE) & by_use & (slot == FOREVER)
    left = np.where(waits, machine["upkeep_left_ms"].astype(np.float64), slot + _RUNS)
    left = np.where(machine["upkeep"] == DUE, machine["upkeep_due_ms"] + _RUNS, left)
    return np.where(machine["upkeep"] > DUE, np.nan, left)
