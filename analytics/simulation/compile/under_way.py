"""What is under way at the fork beside the lots: orders with suppliers, fuel, absences."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np

from analytics.simulation import layout, slots
from analytics.simulation.compile import units
from analytics.simulation.compile.errors import CompileError
from analytics.simulation.compile.people import pool_ids
from analytics.simulation.expectation import mean_residual
from analytics.simulation.layout import DAY_MS, NONE, P_POOL, PPM, SUPPLY_ORDERS
from analytics.simulation.model import Records, SimModel, SimState
from federation.snapshot import ClusterSnapshot

ABSENCE_MS = DAY_MS
"""So long from the fork people are away of whom nobody told when they come back."""


def observed_deliveries(model: SimModel, state: SimState, snapshot: ClusterSnapshot) -> None:
    """Orders under way with suppliers, and fuel on its way to gensets.

    Without an expected day a supplier's order comes when its lead time is drawn to end
    (``arm_state``), and fuel after the lead time of the crisis.

    Raises
    ------
    CompileError
        When the snapshot tells of a site or a material that the cluster does not have.
    """
    orders: dict[int, list[dict[str, Any]]] = defaultdict(list)
    suppliers = {int(row["stock"]): number for number, row in enumerate(model.supply)}
    for entry in snapshot.tables["deliveries"].to_pylist():
        site = model.names.site_row.get(entry["site"])
        if site is None:
            raise CompileError(_unknown("site", entry["site"]))
        if entry["material"] is None:
            _fuel(model, state, snapshot, site, entry)
            continue
        material = model.names.material_row.get(entry["material"])
        if material is None:
            raise CompileError(_unknown("material", entry["material"]))
        stock = site * len(model.names.materials) + material
        if stock in suppliers:  # of others nobody says what they bring
            orders[suppliers[stock]].append(entry)
    for supplier, entries in orders.items():
        _orders(model, state, snapshot, supplier, entries)


def _fuel(
    model: SimModel, state: SimState, snapshot: ClusterSnapshot, row: int, entry: dict[str, Any]
) -> None:
    """The next delivery of fuel; there is one at a time."""
    lead_ms = int(model.site["delivery_lead_ms"][row])
    due = entry["expected"]
    if due is not None:
        due_ms = units.moment_ms(due, snapshot.taken_at)
    elif lead_ms < layout.FOREVER:
        due_ms = units.moment_ms(entry["ordered"], snapshot.taken_at) + lead_ms
    else:
        return
    site = state.site[row]
    if max(due_ms, 0) < site["delivery_ms"]:
        site["delivery_ms"] = max(due_ms, 0)
        site["due_pl"] = units.picolitres(entry["quantity"])
        state.slot["time_ms"][model.bases[slots.FUEL] + row] = site["delivery_ms"]


def _orders(
    model: SimModel,
    state: SimState,
    snapshot: ClusterSnapshot,
    supplier: int,
    entries: list[dict[str, Any]],
) -> None:
    """Orders with one supplier; those beyond the last that can be counted come with it."""
    first = supplier * SUPPLY_ORDERS
    dist = model.dist[int(model.supply["lead_dist"][supplier])]
    entries.sort(key=lambda entry: (entry["ordered"], entry["number"]))
    for number, entry in enumerate(entries):
        order = state.supply[first + min(number, SUPPLY_ORDERS - 1)]
        milli = units.milli(entry["quantity"])
        order["milli"] += milli
        state.stock["ordered"][model.supply["stock"][supplier]] += milli
        if number >= SUPPLY_ORDERS:
            continue
        order["ordered_ms"] = units.moment_ms(entry["ordered"], snapshot.taken_at)
        if entry["expected"] is not None:
            order["told"] = 1
            order["due_ms"] = max(units.moment_ms(entry["expected"], snapshot.taken_at), 0)
        else:
            age = max(-int(order["ordered_ms"]), 0)
            left = max(int(mean_residual(dist, model.curve, float(age))), 1)
            order["due_ms"] = max(int(order["ordered_ms"]), 0) + left
    state.supply["orders"][first] = min(len(entries), SUPPLY_ORDERS)
    call_suppliers(model, state)


def call_suppliers(model: SimModel, state: SimState) -> None:
    """Have each supplier come when the first of its orders is due."""
    for number, supplier in enumerate(model.supply):
        orders = state.supply[number * SUPPLY_ORDERS : (number + 1) * SUPPLY_ORDERS]
        due = orders["due_ms"][orders["milli"] > 0]
        slot = int(model.bases[slots.SUPPLY]) + int(supplier["stock"])
        state.slot["time_ms"][slot] = due.min() if len(due) else layout.FOREVER


def known_absences(snapshot: ClusterSnapshot) -> Records:
    """People who are away at the fork and come back, as timed changes (``PRIMITIVE_C``).

    Raises
    ------
    CompileError
        When the snapshot tells of a pool that the cluster does not have.
    """
    pools = {
        (site, pool): row
        for row, (site, kind, pool) in enumerate(pool_ids(snapshot.cluster))
        if kind == "people"
    }
    changes = []
    for entry in snapshot.tables["absences"].to_pylist():
        row = pools.get((entry["site"], entry["pool"]), NONE)
        if row == NONE:
            raise CompileError(_unknown("pool", f"{entry['site']}/{entry['pool']}"))
        share = round(entry["people"] * PPM)
        back_ms = ABSENCE_MS
        if entry["until"] is not None:
            back_ms = units.moment_ms(entry["until"], snapshot.taken_at)
        if back_ms > 0:
            changes += [(0, P_POOL, row, -share), (back_ms, P_POOL, row, share)]
    return np.array(sorted(changes), dtype=layout.PRIMITIVE_C)


def _unknown(kind: str, name: str) -> str:
    return (
        f"the snapshot tells of the {kind} '{name}', which the cluster does not have; "
        "take the snapshot and the cluster from the same version"
    )
