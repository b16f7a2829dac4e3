"""A new schedule sends every waiting lot on once, also those that are whole because of it."""

import numpy as np
import pytest

from analytics.simulation.compile import compile_snapshot
from analytics.simulation.layout import HOUR_MS, NONE
from analytics.simulation.run import run
from federation.cut import planned
from tests.support.metal_cluster import metal_cluster
from twins.work import LotState


def queued_operations(state, group):
    """Operations in the queue of a work centre; a circle would never end."""
    found = []
    rows = [int(state.group["queue"][group])]
    while rows:
        row = rows.pop()
        if row == NONE:
            continue
        assert row not in found
        found.append(row)
        rows += [int(state.op["child"][row]), int(state.op["sibling"][row])]
    return found


def docked(model, state):
    """A lot at the dock of a link, of which its parent lot waits for it alone."""
    for lot in np.flatnonzero(state.lot["state"] == LotState.DOCK).tolist():
        parent = int(model.lot["parent"][lot])
        if parent != NONE and int(state.lot["waiting"][parent]) == 1:
            return lot, parent
    return None


def waiting_lots(state, row):
    """Lots that wait for a material; a circle would never end."""
    found = []
    lot = int(state.stock["waiting"][row])
    while lot != NONE:
        assert lot not in found
        found.append(lot)
        lot = int(state.lot["next"][lot])
    return found


@pytest.mark.parametrize("stocked", [True, False])
def test_a_lot_that_its_last_component_joins_during_the_change_is_sent_on_once(stocked):
    model, state = compile_snapshot(planned(metal_cluster(orders=3, gap_h=2)), horizon_ms=10**10)
    model = model.with_run(0, 0, deterministic=True)
    hours = 0
    while (found := docked(model, state)) is None:
        hours += 1
        run(model, state, hours * HOUR_MS)
    lot, parent = found
    here = int(state.lot["place"][lot])
    for op in model.op_rows(parent):
        state.op["group"][op] = int(model.site["first_group"][here])
    state.gate["status"] = 1  # it may be made there
    if stocked:
        state.stock["on_hand"] += 10**9
    state.clock["replan"] = 1
    run(model, state, hours * HOUR_MS + 1)
    assert state.lot["state"][lot] == LotState.JOINED
    waiting = [one for row in range(len(state.stock)) for one in waiting_lots(state, row)]
    assert waiting == ([] if stocked else [parent])
    queued = []
    for row in range(len(state.group)):
        operations = queued_operations(state, row)
        assert len(operations) == state.group["queued"][row]
        queued += state.op["lot"][operations].tolist()
    queued += state.op["lot"][state.machine["op"][state.machine["op"] != NONE]].tolist()
    assert len(queued) == len(set(queued))
    assert (parent in queued) == stocked
