"""Loading: what a consignment takes along, when it can leave, and the vehicle it leaves with."""

from __future__ import annotations

from typing import Any

from analytics.simulation import slots
from analytics.simulation.cache import compiled
from analytics.simulation.heap import arm
from analytics.simulation.layout import FOREVER, NONE
from analytics.simulation.rules.transport import journey_end, leave_ms

LOADING_MS = 60_000
"""Consignments of one link leave at least so far apart: each has a minute of its own."""


@compiled
def earliest_departure(work: Any, ways: Any, rules: Any, link: int, now: int) -> int:
    """When the next consignment of a link can leave; ``FOREVER``: no lot or no vehicle is there.

    The consolidation window begins when the first lot is at the dock with its papers.
    """
    c = ways.link_c[link]
    s = ways.link[link]
    if c.vehicles > 0 and s.away >= c.vehicles:
        return FOREVER
    ready = FOREVER
    lot = s.dock
    while lot != NONE:
        ready = min(ready, max(work.lot[lot].since_ms, work.lot[lot].papers_ms))
        lot = work.lot[lot].next
    if ready >= FOREVER:
        return FOREVER
    return leave_ms(rules, c, ways.timetable, ready, max(now, s.free_ms))


@compiled
def _rank(work: Any, lot: int) -> int:
    """Rank of a lot's next operation, of its last where none is left."""
    step = min(work.lot[lot].op, work.lot_c[lot].ops - 1)
    return int(work.op[work.lot_c[lot].first_op + step].rank)


@compiled
def take_load(work: Any, ways: Any, link: int, now: int) -> int:
    """Take lots with papers from the dock in order of rank, as many as fit; the list of them.

    A lot that is heavier than the capacity leaves alone. A lighter lot may go before a more urgent
    one that does not fit beside what is loaded; that one is the first of the next consignment.
    """
    s = ways.link[link]
    room = ways.link_c[link].capacity_g
    if room == 0:
        room = FOREVER
    head = NONE
    tail = NONE
    while True:
        best = NONE
        best_before = NONE
        before = NONE
        lot = s.dock
        while lot != NONE:
            fits = head == NONE or work.lot_c[lot].mass_g <= room
            if fits and work.lot[lot].papers_ms <= now:
                rank = _rank(work, lot)
                if (
                    best == NONE
                    or rank < _rank(work, best)
                    or (rank == _rank(work, best) and lot < best)
                ):
                    best = lot
                    best_before = before
            before = lot
            lot = work.lot[lot].next
        if best == NONE:
            return head
        following = work.lot[best].next
        if best_before == NONE:
            s.dock = following
        else:
            work.lot[best_before].next = following
        s.docked -= 1
        room -= work.lot_c[best].mass_g
        work.lot[best].next = NONE
        if head == NONE:
            head = best
        else:
            work.lot[tail].next = best
        tail = best


@compiled
def send_vehicle(agenda: Any, ways: Any, rules: Any, row: int, factor: float) -> None:
    """A vehicle of the link leaves with a consignment; it comes back as it went."""
    record = ways.consignment[row]
    record.back_ms = journey_end(rules, ways.link_c[record.link], record.arrive_ms, factor)
    expect_vehicle(agenda, ways, row)


@compiled
def expect_vehicle(agenda: Any, ways: Any, row: int) -> None:
    """A vehicle of the link is away; when it comes back is known."""
    record = ways.consignment[row]
    link = record.link
    record.next_out = ways.link[link].out
    ways.link[link].out = row + 1
    ways.link[link].away += 1
    number = agenda.bases[slots.VEHICLE] + link
    if record.back_ms < agenda.slot[number].time_ms:
        arm(agenda, number, record.back_ms)
