"""Consignments on their way at the fork, and vehicles that are out."""

from __future__ import annotations

from typing import Any

import numpy as np

from analytics.simulation import layout, slots
from analytics.simulation.compile import units
from analytics.simulation.compile.errors import CompileError
from analytics.simulation.layout import FOREVER, NONE
from analytics.simulation.loading import LOADING_MS
from analytics.simulation.model import SimModel, SimState
from federation.snapshot import ClusterSnapshot
from twins.work import LotState


def observed_journeys(
    model: SimModel, state: SimState, snapshot: ClusterSnapshot, lots: list[dict[str, Any]]
) -> None:
    """One consignment per (consignment, link), in the order of the transports, then of the lots.

    Vehicles that are out come back as they were told: those of consignments on their way, and the
    empty ones behind them.

    Parameters
    ----------
    lots
        Rows of the snapshot.

    Raises
    ------
    CompileError
        When a lot travels without a link or an expected arrival, or the link does not exist.
    """
    loads: dict[tuple[str, int], list[dict[str, Any]]] = {}
    for entry in lots:
        if entry["state"] != LotState.TRANSIT:
            continue
        link = int(state.lot["link"][model.names.lot_row[entry["lot"]]])
        name = entry["consignment"] or f"{entry['link']}>{entry['eta']}"
        loads.setdefault((name, link), []).append(entry)
    out = _vehicles(model, snapshot)
    empty = [key for key in out if key not in loads]
    if len(loads) + len(empty) > len(state.consignment):
        grow_consignments(model, state, 2 * (len(loads) + len(empty)))
    departed = {
        entry["consignment"]: entry["depart"] for entry in snapshot.tables["transports"].to_pylist()
    }
    for number, ((name, link), load) in enumerate(loads.items()):
        rows = [model.names.lot_row[entry["lot"]] for entry in load]
        etas = [entry["eta"] for entry in load if entry["eta"] is not None]
        if link == NONE or not etas:
            raise CompileError(
                f"lot {load[0]['lot']} is told to be on its way without a link or an expected "
                "arrival; have its lot event name 'link' and 'eta'"
            )
        record = state.consignment[number]
        record["link"] = link
        left = units.past_ms(departed.get(name) or load[0]["since"], snapshot.taken_at)
        record["depart_ms"] = min(left, -1)  # from 0 on it would be one of the run
        record["arrive_ms"] = max(units.moment_ms(max(etas), snapshot.taken_at), 0)
        record["mass_g"] = model.lot["mass_g"][rows].sum()
        record["lots"] = len(rows)
        record["first_lot"] = rows[0]
        record["dangerous"] = model.lot["dangerous"][rows].max()
        record["back_ms"] = out.get((name, link), 0)
        state.lot["next"][rows] = [*rows[1:], NONE]
        state.slot["time_ms"][model.bases[slots.ARRIVAL] + number] = record["arrive_ms"]
        free = state.link["free_ms"]
        free[link] = max(int(free[link]), left + LOADING_MS)
    for number, (name, link) in enumerate(empty, start=len(loads)):
        record = state.consignment[number]
        record["link"] = link
        record["depart_ms"] = record["arrive_ms"] = -1
        record["arrived"] = 1
        record["back_ms"] = out[name, link]
    state.clock["consignments"] = len(loads) + len(empty)


def _vehicles(model: SimModel, snapshot: ClusterSnapshot) -> dict[tuple[str, int], int]:
    """When each vehicle that is out is back, by consignment and link; those that are back not."""
    found = {}
    for entry in snapshot.tables["vehicles"].to_pylist():
        link = direction(model, entry["link"], entry["start"])
        name = entry["consignment"] or f"{entry['link']}#{entry['number']}"
        back_ms = units.moment_ms(entry["back"], snapshot.taken_at)
        if back_ms > 0 and model.link["vehicles"][link] > 0:
            found[name, link] = back_ms
    return found


def grow_consignments(model: SimModel, state: SimState, rows: int) -> None:
    """Make room for ``rows`` consignments and their arrivals."""
    more = rows - len(state.consignment)
    fresh = SimState.empty(model).consignment[:1]
    state.consignment = np.concatenate([state.consignment, np.repeat(fresh, more)])
    free = np.zeros(more, layout.SLOT_S)
    free["time_ms"], free["position"] = FOREVER, NONE
    state.slot = np.concatenate([state.slot, free])
    state.heap = np.concatenate([state.heap, np.full(more, NONE, np.int64)])


def direction(model: SimModel, link: str, start: str | None) -> int:
    """Row of a link in the direction that begins at ``start``.

    Raises
    ------
    CompileError
        When there is no such link.
    """
    for row in model.names.link_rows.get(link, ()):
        if start is None or model.names.links[row][1] == start:
            return row
    raise CompileError(
        f"the snapshot tells of the link '{link}' from {start}, which the cluster does not have; "
        "take the snapshot and the cluster from the same version"
    )
