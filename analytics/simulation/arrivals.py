"""What comes to a site: consignments of lots, and material."""

from __future__ import annotations

from typing import Any

from analytics.simulation.cache import compiled
from analytics.simulation.flow import advance, enter
from analytics.simulation.layout import NONE


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
        advance(agenda, energy, shop, work, ways, rules, scratch, lot)
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
    """Material comes into a stock row; lots that waited for it try again in order of rank."""
    work.stock[row].on_hand += milli
    lot = work.stock[row].waiting
    if lot != NONE and milli > 0:
        agenda.clock[0].progress_ms = agenda.clock[0].now_ms
    work.stock[row].waiting = NONE
    while lot != NONE:
        following = work.lot[lot].next
        work.lot[lot].next = NONE
        enter(agenda, energy, shop, work, rules, scratch, lot)
        lot = following
