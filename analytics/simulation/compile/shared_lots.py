"""Lots that were on several machines at the fork: which machines tell of them, and what each has.

Twins tell the units that are not merged yet and those that are, and each machine its lot and the
work left. How many units it has is not told: shares are cut alike, so they are taken to be equal,
the first machines with one more. What of such a lot waited in the queue or for material is taken to
be on them; where no machine works on the lot, all that is left of it waits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from analytics.simulation.layout import NONE
from analytics.simulation.model import SimModel, SimState
from twins.work import LotState


def share_out(
    model: SimModel,
    state: SimState,
    told: Iterable[Mapping[str, Any]],
    running: dict[int, list[int]],
) -> None:
    """Set shares of lots and machines, and add machines to those that work on something.

    Parameters
    ----------
    model, state
        Lots and their cursors are set; ``lot``, ``op`` and ``machine`` are written to.
    told
        Rows of the snapshot's ``machines``.
    running
        Row of a machine to rows of the lots on it, as the lots tell.
    """
    if not model.optype["share_units"].any():
        return
    sharers: dict[int, list[int]] = {}
    for machine, lots in running.items():
        for lot in lots:
            sharers.setdefault(lot, []).append(machine)
    for entry in told:
        lot = model.names.lot_row.get(entry["lot"] or "", NONE)
        if lot == NONE or _kind(model, state, lot) == NONE:
            continue
        machine = model.names.machine_row[entry["site"], entry["machine"]]
        on_it = state.lot["state"][lot] == LotState.RUNNING
        if on_it and entry["operation"] == state.lot["op"][lot]:
            found = sharers.setdefault(lot, [])
            if machine not in found:
                found.append(machine)
    for lot, machines in sharers.items():
        kind = _kind(model, state, lot)
        if kind == NONE or (len(machines) == 1 and state.lot["good"][lot] == 0):
            continue
        machines.sort()
        each, more = divmod(int(state.lot["units"][lot]), len(machines))
        for number, machine in enumerate(machines):
            state.machine["share_units"][machine] = each + (number < more)
            if lot not in running.setdefault(machine, []):
                running[machine].append(lot)
        state.lot["shares"][lot] = len(machines)
    for column, code in (("apart", LotState.QUEUED), ("renewed", LotState.WAITING)):
        rest = (state.lot["state"] == code) & (state.lot["good"] > 0)
        for lot in rest.nonzero()[0].tolist():
            if _kind(model, state, lot) != NONE:
                state.lot[column][lot] = state.lot["units"][lot]


def _kind(model: SimModel, state: SimState, lot: int) -> int:
    """Row of the operation type that a lot is at, where it may be shared."""
    rows = model.op_rows(lot)
    step = int(state.lot["op"][lot])
    if step >= len(rows):
        return NONE
    kind = int(state.op["optype"][rows.start + step])
    return kind if model.optype["share_units"][kind] > 0 else NONE
