"""Limits after a new schedule: first come, first served."""

from __future__ import annotations

from typing import Any

from analytics.simulation import lots
from analytics.simulation.cache import compiled
from analytics.simulation.layout import NONE
from analytics.simulation.places import CONWIP, admit_all, emptied, give_card, let_go

TURNS = 3
"""Queues are rebuilt in turns: who is in one stays in it, then blocked machines, then the rest."""


@compiled
def clear_lists(work: Any) -> None:
    """Empty the lists of those that wait for a place; they are sent on anew."""
    for row in range(len(work.limit)):
        if work.limit_c[row].kind != CONWIP:
            work.limit[row].waiting = NONE


@compiled
def turn_of(work: Any, lot: int) -> int:
    """In which turn a lot is sent on. One that leaves its queue for now returns its card."""
    if work.lot[lot].state == lots.QUEUED:
        give_card(work, lot)
        return 1
    return 2 if work.lot[lot].state == lots.BLOCKED else 3


@compiled
def is_reworked(work: Any, lot: int) -> bool:
    """Whether a lot is back at its first operation: it exists, and lies where it is."""
    return bool(work.op[work.lot_c[lot].first_op].visits > 0)


@compiled
def step_off(
    agenda: Any, energy: Any, shop: Any, work: Any, rules: Any, scratch: Any, lot: int
) -> None:
    """A lot that was blocked and now goes another way leaves its machine."""
    if work.lot[lot].state == lots.BLOCKED:
        return
    group = let_go(energy, shop, work, scratch, lot)
    if group != NONE:
        emptied(agenda, energy, shop, work, rules, scratch, group)


@compiled
def admit_waiting(agenda: Any, energy: Any, shop: Any, work: Any, rules: Any, scratch: Any) -> None:
    """Fill what places the new schedule has left."""
    for row in range(len(work.limit)):
        if work.limit_c[row].kind != CONWIP:
            admit_all(agenda, energy, shop, work, rules, scratch, row)
