"""What comes to a site: consignments of lots, and material."""

from __future__ import annotations

from typing import Any

from analytics.simulation.cache import compiled
from analytics.simulation.flow import enter, move_on
from analytics.simulation.layout import NONE
from analytics.simulation.supply import restock, unload


@compiled
def arrive(
    agenda: Any,
    energy: Any,
    shop: Any,
    work: Any,
    ways: Any,
    rules: Any,
    scratch: Any,
    consignment: int,
) -> None:
    """A consignment is at the end of its link; each of its lots goes on from there."""
    record = ways.consignment[consignment]
    lot = record.first_lot
    record.first_lot = NONE
    record.arrived = 1
    place = ways.link_c[record.link].end
    while lot != NONE:
        following = work.lot[lot].next
        work.lot[lot].next = NONE
        work.lot[lot].place = place
        move_on(agenda, energy, shop, work, ways, rules, scratch, lot)
        lot = following


@compiled
def receive(
    agenda: Any,
    energy: Any,
    shop: Any,
    work: Any,
    rules: Any,
    scratch: Any,
    row: int,
    milli: int,
) -> None:
    """Material comes into a stock row; lots that waited for it try again in order of rank.

    What stands in for other material wakes those that wait for that too.
    """
    work.stock[row].on_hand += milli
    first = row
    rows = 1
    if work.stock[row].stands_in == 1:
        rows = rules.scalar[0].materials
        first = row // rows * rows
    for at in range(first, first + rows):
        lot = work.stock[at].waiting
        if lot != NONE and milli > 0:
            agenda.clock[0].progress_ms = agenda.clock[0].now_ms
        work.stock[at].waiting = NONE
        while lot != NONE:
            following = work.lot[lot].next
            work.lot[lot].next = NONE
            enter(agenda, energy, shop, work, rules, scratch, lot)
            lot = following


@compiled
def deliver(
    agenda: Any, energy: Any, shop: Any, work: Any, rules: Any, scratch: Any, row: int
) -> None:
    """A supplier delivers what is due, and is asked for more where that is not enough."""
    milli = unload(agenda, work, row)
    work.stock[row].received += milli
    receive(agenda, energy, shop, work, rules, scratch, row, milli)
    restock(agenda, work, rules, row, 0)
