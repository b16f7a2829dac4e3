"""Since when the states of a plant hold, for its birth: they are told as old as they are. Pure."""

from __future__ import annotations

from analytics.plant_machines import failure_slots, whole_failures
from analytics.plant_signals import Place
from analytics.simulation import slots
from analytics.simulation.compile.products import ARTICLE_WAITS
from analytics.simulation.features import USE_CLOCK
from analytics.simulation.layout import FOREVER, NONE
from analytics.simulation.model import SimModel, SimState
from analytics.simulation.sources import GENSET_STARTING
from analytics.simulation.upkeep import DUE, UNDER_WAY


def began_ms(model: SimModel, state: SimState, place: Place) -> int:
    """When a value began to hold, ms; now where the state does not know it."""
    now = int(state.clock["now_ms"][0])
    if place.asset == "site":
        return _site(model, state, place, now)
    if place.signal == "approval.status":
        slot = int(state.slot["time_ms"][model.bases[slots.APPROVAL] + place.row])
        waits = state.gate["status"][place.row] == ARTICLE_WAITS and slot < FOREVER
        return slot - int(state.gate["approval_ms"][place.row]) if waits else now
    return _machine(model, state, place, now)


def _machine(model: SimModel, state: SimState, place: Place, now: int) -> int:
    if place.signal == "machine.state":
        return int(state.machine["since_ms"][place.row])
    if place.signal == "job.interrupted":
        since = int(state.machine["paused_ms"][place.row])
        return now if since == NONE else since
    if place.signal == "machine.powered":
        return powered_ms(model, state, place.row, now)
    if place.signal == "failure.state":
        return failure_ms(model, state, place.row, now)
    if place.signal == "upkeep.state":
        record = state.machine[place.row]
        if record["upkeep"] == UNDER_WAY:
            return int(record["upkeep_since_ms"])
        return int(record["upkeep_due_ms"]) if record["upkeep"] == DUE else now
    return now


def powered_ms(model: SimModel, state: SimState, row: int, now: int) -> int:
    """Since when a machine is on its bus: one that was never off has been warm all the time."""
    record = state.machine[row]
    if record["powered"] == 0:
        return now
    return int(record["warm_ms"]) - int(model.group["rewarm_ms"][model.machine["group"][row]])


def failure_ms(model: SimModel, state: SimState, row: int, now: int) -> int:
    """Since when a machine is broken; if it is not, since its last repair on the calendar."""
    if state.machine["failed"][row] > 0:
        return int(state.machine["repair_ms"][row])
    if model.group["features"][model.machine["group"][row]] & USE_CLOCK:
        return now
    return int(failure_slots(model, state)[row]) - int(whole_failures(model, state)[row])


def _site(model: SimModel, state: SimState, place: Place, now: int) -> int:
    site = state.site[place.row]
    if place.signal == "grid.available":
        if site["outage"]:
            return int(site["outage_since_ms"])
        transfer_ms = int(model.site["transfer_ms"][place.row])
        # Every change of the grid began a transfer; without one the last is over.
        return int(site["transfer_until_ms"]) - transfer_ms if transfer_ms > 0 else now
    if place.signal == "genset.starting" and site["genset"] == GENSET_STARTING:
        up = int(state.slot["time_ms"][model.bases[slots.GENSET] + place.row])
        return up - int(model.site["genset_start_ms"][place.row])
    if place.signal == "fuel.received_l" and site["last_delivery_ms"] > -FOREVER:
        return int(site["last_delivery_ms"])
    return now
