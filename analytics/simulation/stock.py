"""Stock of a site: material set aside for an operation, issued to it, and waited for."""

from __future__ import annotations

from typing import Any

from analytics.simulation.cache import compiled, inlined
from analytics.simulation.layout import NONE


@compiled
def wait_for_stock(work: Any, row: int, lot: int) -> None:
    """Insert a lot into the waiting list of a stock row, by rank of its operation."""
    rank = work.op[work.lot_c[lot].first_op + work.lot[lot].op].rank
    before = NONE
    at = work.stock[row].waiting
    while at != NONE:
        if work.op[work.lot_c[at].first_op + work.lot[at].op].rank > rank:
            break
        before = at
        at = work.lot[at].next
    work.lot[lot].next = at
    if before == NONE:
        work.stock[row].waiting = lot
    else:
        work.lot[before].next = lot


@inlined
def reserve(work: Any, rules: Any, site: int, op: int, units: int) -> int:
    """Set the operation's material aside; returns the stock row that is short, or ``NONE``."""
    optype = work.optype_c[work.op[op].optype]
    materials = rules.scalar[0].materials
    for at in range(optype.first_consume, optype.first_consume + optype.consumes):
        row = site * materials + work.consume_c[at].material
        need = work.consume_c[at].milli_per_unit * units
        if work.stock[row].on_hand - work.stock[row].reserved < need:
            return int(row)
    for at in range(optype.first_consume, optype.first_consume + optype.consumes):
        row = site * materials + work.consume_c[at].material
        work.stock[row].reserved += work.consume_c[at].milli_per_unit * units
    work.op[op].reserved = 1
    return NONE


@inlined
def issue(work: Any, rules: Any, site: int, op: int, units: int) -> None:
    """Take the reserved material out of stock as the operation starts."""
    optype = work.optype_c[work.op[op].optype]
    for at in range(optype.first_consume, optype.first_consume + optype.consumes):
        row = site * rules.scalar[0].materials + work.consume_c[at].material
        need = work.consume_c[at].milli_per_unit * units
        work.stock[row].reserved -= need
        work.stock[row].on_hand -= need
        work.stock[row].issued += need
    work.op[op].reserved = 0
