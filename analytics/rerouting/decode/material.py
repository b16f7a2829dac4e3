"""Material at the receiving site: what is there, what is planned for, and when the rest comes."""

from __future__ import annotations

from typing import Any

from analytics.simulation.cache import compiled
from analytics.simulation.layout import FOREVER, WEEK_MS


@compiled
def available_from(
    rules: Any, bill: Any, store: Any, site: int, op: int, units: int, now_ms: int
) -> int:
    """First moment at which the material of an operation is at a site; ``FOREVER``: never.

    Standing weekly receipts count from their day on, a supplier from its lead time; what was
    planned before has its share already.
    """
    optype = bill.optype_c[bill.op[op].optype]
    moment = now_ms
    for head in range(optype.first_consume, optype.first_consume + optype.consumes):
        at = _taken(bill, store, site, op, head, units)
        material = bill.consume_c[at].material
        need = bill.consume_c[at].milli_per_unit * units
        short = need - store.free[site * store.materials + material]
        if short <= 0:
            continue
        lead_ms = store.lead_ms[site * store.materials + material]
        weekly = 0
        first = FOREVER
        week = (now_ms + rules.scalar[0].week_offset_ms) % WEEK_MS
        constant = store.site_c[site]
        for row in range(constant.first_receipt, constant.first_receipt + constant.receipts):
            if store.receipt[row].material == material:
                weekly += store.receipt[row].milli
                first = min(first, now_ms + (store.receipt[row].week_ms - week - 1) % WEEK_MS + 1)
        if weekly == 0 and lead_ms >= FOREVER:
            return FOREVER
        there = now_ms + lead_ms
        if weekly > 0:
            weeks = (short + weekly - 1) // weekly - 1
            there = min(there, first + weeks * WEEK_MS)
        moment = max(moment, there)
    return moment


@compiled
def _taken(bill: Any, store: Any, site: int, op: int, head: int, units: int) -> int:
    """The alternative that an operation takes: the first with enough, else the first choice."""
    owner = bill.lot_c[bill.op[op].lot].owner
    at = head
    while at >= 0:
        choice = bill.consume_c[at]
        if choice.owner == 0 or choice.owner == owner:  # noqa: PLR1714
            need = choice.milli_per_unit * units
            if store.free[site * store.materials + choice.material] >= need:
                return at
        at = choice.alternative - 1
    return head


@compiled
def set_aside(bill: Any, store: Any, site: int, op: int, units: int) -> None:
    """Plan an operation's material for it."""
    optype = bill.optype_c[bill.op[op].optype]
    for head in range(optype.first_consume, optype.first_consume + optype.consumes):
        at = _taken(bill, store, site, op, head, units)
        row = site * store.materials + bill.consume_c[at].material
        store.free[row] -= bill.consume_c[at].milli_per_unit * units
