"""Stuck runs: which lots and machines wait for what, in words, out of model and state."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from analytics.simulation.layout import HOUR_MS, NONE
from analytics.simulation.model import SimModel, SimState
from twins.errors import TwinfedError
from twins.states import MachineState
from twins.work import LotState

SHOWN = 8
"""Lots and machines that are named; the others are counted."""

_GATE = {
    0: "the site has no permission for the part",
    2: "its first article is not made yet",
    3: "the first article is being made",
    4: "the first article waits for its approval",
}


class SimulationError(TwinfedError, RuntimeError):
    """The simulation found itself in a state that its rules exclude, or cannot go on."""


class StuckError(SimulationError):
    """Open lots, and nothing that could move them."""


def stuck(model: SimModel, state: SimState) -> StuckError:
    """The error of a run that cannot go on: a circle of blocked machines, or lots without hope."""
    hours = int(state.clock["now_ms"][0]) / HOUR_MS
    if state.group["stuck"].any():
        what = f"machines block each other in a circle, {hours:.1f} h after the fork"
        lines = list(_circle(model, state))
        remedy = (
            "give a work centre of the circle more buffer_lots, or keep the lots in process below "
            "its places with a conwip limit"
        )
    else:
        open_lots = int(state.clock["open_lots"][0])
        what = f"{open_lots} lots can never be delivered, as it stands {hours:.1f} h after the fork"
        lines = [*_lots(model, state), *_machines(model, state)]
        remedy = "remove what the lots wait for, or run to a horizon"
    shown = lines[:SHOWN]
    if len(lines) > SHOWN:
        shown.append(f"and {len(lines) - SHOWN} more")
    return StuckError("; ".join([what, *shown]), remedy=remedy)


def _circle(model: SimModel, state: SimState) -> Iterator[str]:
    """Each blocked machine of the circle, the lot on it, and what that waits for."""
    for machine in np.flatnonzero(state.group["stuck"][model.machine["group"]]):
        op = int(state.machine["held"][machine]) - 1
        while op != NONE:
            lot = int(state.op["lot"][op])
            yield (
                f"machine {_unit(model, machine)} holds lot {model.names.lots[lot]} "
                f"until {_room(model, state, lot)}"
            )
            op = int(state.op["batch_next"][op])


def _room(model: SimModel, state: SimState, lot: int) -> str:
    """The place that a lot waits for, and who has taken the places there are."""
    group = int(state.op["group"][_op(model, state, lot)])
    site, name = model.names.groups[group]
    row = int(model.group["limit"][group]) - 1
    places = int(model.limit["capacity"][row])
    current = np.minimum(model.lot["first_op"] + state.lot["op"], len(state.op) - 1)
    there = (state.lot["state"] == LotState.QUEUED) & (state.op["group"][current] == group)
    taken = ", ".join(model.names.lots[lot] for lot in np.flatnonzero(there)[:3])
    queue = (
        f"its {places} places are taken by {taken}" if taken else f"its {places} places are full"
    )
    if places == 0:
        queue = "it has no buffer"
    return f"work centre {site}/{name} has room ({queue})"


def _lots(model: SimModel, state: SimState) -> Iterator[str]:
    """Each open lot that could be worked on or moved, and the reason why it is not."""
    done = (LotState.JOINED, LotState.DELIVERED, LotState.LOST)
    for lot in np.flatnonzero(~np.isin(state.lot["state"], done)):
        reason = _reason(model, state, int(lot))
        if reason:
            yield f"lot {model.names.lots[lot]} {reason}"


def _reason(model: SimModel, state: SimState, lot: int) -> str:
    """What an open lot waits for; empty where that is its own components."""
    record = state.lot[lot]
    code = LotState(int(record["state"]))
    if code == LotState.PLANNED:
        looped = model.lot["conwip"][lot] > 0 or model.lot["released_with"][lot] > 0
        return "is not released: its loop is full" if looped else "is not released"
    if code == LotState.DOCK:
        return _at_dock(model, record)
    if code == LotState.HELD:
        return "is held after its inspection"
    if record["waiting"] > 0:
        return ""
    op = _op(model, state, lot)
    group = int(state.op["group"][op])
    if group == NONE:
        return "has no work centre for its next operation"
    site, name = model.names.groups[group]
    if record["renewed"] > 0:
        missing = _missing(model, state, lot, op, int(model.group["site"][group]))
        return f"waits at {site} to begin {record['renewed']} lost units anew: {missing}"
    if code == LotState.QUEUED:
        return f"is queued at {site}/{name}"
    if code == LotState.RUNNING:
        return f"is on a machine of {site}/{name} that does not work"
    if code == LotState.BLOCKED:
        return f"is finished and stays on its machine until {_room(model, state, lot)}"
    gate = state.gate[model.group["site"][group] * model.parts + model.lot["part"][lot]]
    if gate["status"] != 1 and record["article"] == 0:
        return f"waits at {site}: {_GATE[int(gate['status'])]}"
    missing = _missing(model, state, lot, op, int(model.group["site"][group]))
    if missing:
        return f"waits at {site} for material: {missing}"
    return f"waits outside until {_room(model, state, lot)}" if model.group["limit"][group] else ""


def _missing(model: SimModel, state: SimState, lot: int, op: int, site: int) -> str:
    """Materials of which less is free than an operation takes."""
    if state.op["reserved"][op]:
        return ""
    optype = model.optype[state.op["optype"][op]]
    short = []
    for at in range(optype["first_consume"], optype["first_consume"] + optype["consumes"]):
        material = int(model.consume["material"][at])
        stock = state.stock[site * int(model.scalar["materials"][0]) + material]
        free = int(stock["on_hand"] - stock["reserved"])
        units = state.lot["renewed"][lot] or state.lot["units"][lot]
        need = int(model.consume["milli_per_unit"][at] * units)
        if free < need:
            short.append(
                f"{need / 1000:g} of {model.names.materials[material]}, {free / 1000:g} free"
            )
    return ", ".join(short)


def _at_dock(model: SimModel, record: np.void) -> str:
    place = model.names.places[int(record["place"])]
    if record["link"] == NONE:
        return f"is at {place}, from where no link leads on"
    link, start, end = model.names.links[int(record["link"])]
    return f"is at the dock of {place} for the link {link} ({start} to {end}), which does not leave"


def _machines(model: SimModel, state: SimState) -> Iterator[str]:
    """Machines with work before them or on them, and their state."""
    queued = state.group["queued"][model.machine["group"]] > 0
    for machine in np.flatnonzero(queued | (state.machine["op"] != NONE)):
        code = MachineState(int(state.machine["state"][machine]))
        words = code.name.lower().replace("_", " ")
        yield f"machine {_unit(model, machine)} is {words}"


def _op(model: SimModel, state: SimState, lot: int) -> int:
    return int(model.lot["first_op"][lot] + state.lot["op"][lot])


def _unit(model: SimModel, machine: np.intp) -> str:
    return "/".join(model.names.machines[int(machine)])
