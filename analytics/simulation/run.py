"""Running the kernel: the compiled entry, its signature, and the growth of arrays."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from analytics.simulation import laws, layout
from analytics.simulation.cache import CompiledEntry
from analytics.simulation.kernel import run_kernel
from analytics.simulation.layout import FOREVER, NONE, STATUS_BROKEN, STATUS_GROW, STATUS_STUCK
from analytics.simulation.model import Ints, SimModel, SimState
from analytics.simulation.rules.energy import FLOWS
from analytics.simulation.stuck import SimulationError, stuck

MODEL_ARGUMENTS = (
    "scalar", "site", "hired", "bus", "group", "machine", "dist", "optype", "consume", "recover",
    "lot", "link", "calendar", "interval", "timetable", "receipt", "primitive", "pv",
    "release_order", "bases", "pool", "ability", "setup", "limit", "supply", "band", "feeder",
    "closure", "curve", "first_candidate", "candidate", "free_ms",
)  # fmt: skip
STATE_ARGUMENTS = (
    "clock", "heap", "slot", "site", "bus", "group", "machine", "machine_time", "machine_lost",
    "lot", "op", "gate", "stock", "link", "consignment", "next_hop", "pool", "limit",
    "feeder", "supply", "band", "machine_trace", "lot_trace", "energy_trace",
)  # fmt: skip
MODEL_TYPES: dict[str, Any] = {
    "scalar": layout.SCALAR_C, "site": layout.SITE_C, "hired": layout.HIRED_C, "bus": layout.BUS_C,
    "group": layout.GROUP_C, "machine": layout.MACHINE_C, "dist": layout.DIST_C,
    "optype": layout.OPTYPE_C, "consume": layout.CONSUME_C, "recover": layout.CONSUME_C,
    "lot": layout.LOT_C, "link": layout.LINK_C, "calendar": layout.CALENDAR_C,
    "interval": layout.INTERVAL_C, "receipt": layout.RECEIPT_C, "primitive": layout.PRIMITIVE_C,
    "timetable": 1, "pv": 2, "release_order": 1, "bases": 1, "pool": layout.POOL_C, "ability": 1,
    "setup": layout.SETUP_C, "limit": layout.LIMIT_C, "supply": layout.SUPPLY_C,
    "band": layout.BAND_C, "feeder": layout.FEEDER_C, "closure": layout.INTERVAL_C, "curve": "f8",
    "first_candidate": 1, "candidate": 1, "free_ms": 1,
}  # fmt: skip
STATE_TYPES: dict[str, Any] = {
    "clock": layout.CLOCK_S, "slot": layout.SLOT_S, "site": layout.SITE_S, "bus": layout.BUS_S,
    "group": layout.GROUP_S, "machine": layout.MACHINE_S, "lot": layout.LOT_S, "op": layout.OP_S,
    "gate": layout.GATE_S, "stock": layout.STOCK_S, "link": layout.LINK_S,
    "consignment": layout.CONSIGNMENT_S, "machine_trace": layout.MACHINE_TRACE,
    "lot_trace": layout.LOT_TRACE, "energy_trace": layout.ENERGY_TRACE,
    "pool": layout.POOL_S, "limit": layout.LIMIT_S, "feeder": layout.FEEDER_S,
    "supply": layout.SUPPLY_S, "band": layout.BAND_S,
    "heap": 1, "machine_time": 2, "machine_lost": 1, "next_hop": 2,
}  # fmt: skip


def _signature() -> Any:
    """The explicit signature of the entry: writable, contiguous arrays of the layout's types."""

    def array(kind: Any) -> Any:
        if kind == "f8":
            return numba.types.Array(numba.float64, 1, "C")
        if isinstance(kind, int):
            return numba.types.Array(numba.int64, kind, "C")
        return numba.types.Array(numba.from_dtype(kind), 1, "C")

    arguments = [array(MODEL_TYPES[name]) for name in MODEL_ARGUMENTS]
    arguments += [array(STATE_TYPES[name]) for name in STATE_ARGUMENTS]
    scratch = [array(1)] * 4
    return numba.int64(*arguments, *scratch, numba.int64)


KERNEL = CompiledEntry("kernel", run_kernel, _signature, about_s=45, large=True)


def run(model: SimModel, state: SimState, until_ms: int = FOREVER) -> None:
    """Run a state forward to ``until_ms`` (inclusive), growing its arrays as needed.

    Parameters
    ----------
    model
        Constants of the run (``SimModel.with_run``).
    state
        Changed in place.
    until_ms
        Milliseconds from the fork. With ``FOREVER`` the run ends when the last lot is delivered.

    Raises
    ------
    SimulationError
        When machines block each other in a circle or, with ``FOREVER``, when nothing can bring
        the open lots any nearer to their delivery; the error names lots, machines and reasons.
        When the power of a site, its stock (what lay there, plus received and recovered, less
        issued), or the shares of a lot do not balance: a defect of the simulator, not of the data.
        With ``TWINFED_CHECK_LAWS=1`` so for every law of ``laws``.
    """
    if until_ms < state.clock["now_ms"][0]:
        raise SimulationError(
            f"the state is at {state.clock['now_ms'][0]} ms and cannot run back to {until_ms} ms",
            remedy="start from an earlier checkpoint",
        )
    if not laws.CHECKED:
        _call(model, state, until_ms)
        return
    path = laws.Path(model, state)
    try:
        _call(path.model, state, until_ms)
        path.check()
    finally:
        path.give_back()


def _call(model: SimModel, state: SimState, until_ms: int) -> None:
    """Call the kernel until it is done, growing what is full."""
    constants = [getattr(model, name) for name in MODEL_ARGUMENTS]
    if model.scalar["trace_level"][0] == 2 and state.clock["started"][0] == 0:
        _reserve_traces(state)
    scratch = [
        np.zeros(rows, np.int64)
        for rows in (len(state.group) + 1, len(state.site) + 1, FLOWS, len(state.group))
    ]
    stored = _unmoved(state)
    while True:
        changing = [getattr(state, name) for name in STATE_ARGUMENTS]
        status = KERNEL(*constants, *changing, *scratch, until_ms)
        if status == STATUS_GROW:
            _grow(model, state)
        elif status == STATUS_BROKEN:
            raise SimulationError(
                f"the power balance broke at {state.clock['now_ms'][0]} ms after the fork",
                remedy="please report it with the cluster's files",
            )
        elif status == STATUS_STUCK:
            raise stuck(model, state)
        else:
            break
    if not np.array_equal(stored, _unmoved(state)):
        raise SimulationError(
            f"the stock does not add up at {state.clock['now_ms'][0]} ms after the fork",
            remedy="please report it with the cluster's files",
        )
    if not _shares_add_up(model, state):
        raise SimulationError(
            f"the shares of a lot do not add up at {state.clock['now_ms'][0]} ms after the fork",
            remedy="please report it with the cluster's files",
        )


def _shares_add_up(model: SimModel, state: SimState) -> bool:
    """Whether the units of each shared lot are those on machines, in the queue, and to be renewed.

    What is merged, rejected or lost has left the count of the lot.
    """
    if not model.optype["share_units"].any():
        return True
    lot = state.lot
    sharing = np.flatnonzero(state.machine["share_units"] > 0)
    owner = state.op["lot"][state.machine["op"][sharing]]
    units = lot["apart"] + lot["renewed"]
    np.add.at(units, owner, state.machine["share_units"][sharing])
    machines = np.bincount(owner, minlength=len(lot))
    shared = (machines > 0) | (units > 0)
    return bool(
        np.array_equal(machines, lot["shares"]) and np.all(units[shared] == lot["units"][shared])
    )


def _unmoved(state: SimState) -> Ints:
    """int64[stocks]: stock on hand without what came and went; a run never changes it."""
    stock = state.stock
    kept: Ints = stock["on_hand"] - stock["received"] - stock["recovered"] + stock["issued"]
    return kept


def _longer(array: Any, rows: int) -> Any:
    """The array with room for ``rows`` more, new rows zero."""
    longer = np.zeros(len(array) + rows, array.dtype)
    longer[: len(array)] = array
    return longer


def _reserve_traces(state: SimState) -> None:
    """Room for the trace of a run in which every operation is done once: it rarely grows."""
    sizes = {
        "machine_trace": 3 * len(state.op) + 8 * len(state.machine),
        "lot_trace": 3 * len(state.op) + 6 * len(state.lot),
        "energy_trace": 512 * len(state.site),
    }
    for name, rows in sizes.items():
        trace = getattr(state, name)
        if len(trace) < rows:
            setattr(state, name, _longer(trace, rows - len(trace)))


def _grow(model: SimModel, state: SimState) -> None:
    """Double what might run out: consignments with their slots, and the traces of a full trace."""
    clock = state.clock[0]
    if clock["consignments"] + len(state.link) + 1 > len(state.consignment):
        rows = max(len(state.consignment), len(state.link) + 1)
        state.consignment = _longer(state.consignment, rows)
        fresh = np.zeros(rows, layout.SLOT_S)
        fresh["time_ms"] = FOREVER
        fresh["position"] = NONE
        state.slot = np.concatenate([state.slot, fresh])
        state.heap = _longer(state.heap, rows)
    if model.scalar["trace_level"][0] < 2:
        return
    sizes = (
        ("machine_trace", "machine_rows", 8 * len(state.machine) + 8),
        ("energy_trace", "energy_rows", 8 * len(state.site) + 8),
        ("lot_trace", "lot_rows", 4 * len(state.lot) + 8),
    )
    for name, used, margin in sizes:
        trace = getattr(state, name)
        if clock[used] + margin > len(trace):
            setattr(state, name, _longer(trace, max(len(trace), margin)))
