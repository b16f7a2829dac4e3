"""Scrap: a lost lot begins anew, with all that was joined into it."""

from __future__ import annotations

from typing import Any

from analytics.simulation.cache import compiled
from analytics.simulation.flow import move_on
from analytics.simulation.layout import FOREVER, NONE
from analytics.simulation.lots import ARTICLE_NEEDED, PLANNED, WAITING, put
from analytics.simulation.places import return_card


@compiled
def remake(
    agenda: Any,
    energy: Any,
    shop: Any,
    work: Any,
    ways: Any,
    rules: Any,
    scratch: Any,
    lot: int,
) -> None:
    """Begin a scrapped lot anew, with all components that were joined into it.

    Components stand in the rows just before the lot they are joined into, after the root lot of the
    split before.
    """
    first = lot
    for row in range(lot, -1, -1):
        parent = work.lot_c[row].parent
        if row != lot and parent == NONE:
            break
        if row != lot and not (lot >= parent > row and work.lot[parent].state == PLANNED):
            continue
        record = work.lot[row]
        first_op = work.lot_c[row].first_op
        if record.article > 0:
            gate = work.gate[
                shop.group_c[work.op[first_op].group].site * rules.scalar[0].parts
                + work.lot_c[row].part
            ]
            if gate.lot == row:
                gate.status = ARTICLE_NEEDED
                gate.lot = NONE
            record.article = 0
        if record.card > 0:
            return_card(agenda, energy, shop, work, rules, scratch, row)
        record.state = PLANNED
        record.attempt += 1
        record.op = 0
        record.good = 0
        record.place = NONE
        record.waiting = work.lot_c[row].children
        record.done_ms = FOREVER
        for op in range(first_op, first_op + work.lot_c[row].ops):
            work.op[op].start_ms = FOREVER
            work.op[op].end_ms = FOREVER
            work.op[op].machine = NONE
            work.op[op].queued_ms = 0
            work.op[op].left_ms = 0
            work.op[op].visits = 0
            work.op[op].loops = 0
            if work.op[op].home > 0:
                work.op[op].group = work.op[op].home - 1
                work.op[op].home = 0
        first = row
    for row in range(first, lot + 1):
        if work.lot[row].state == PLANNED:
            put(agenda, work, rules, row, WAITING, NONE, NONE)
            if work.lot[row].waiting == 0:
                move_on(agenda, energy, shop, work, ways, rules, scratch, row)
