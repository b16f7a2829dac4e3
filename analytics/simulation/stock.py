"""Stock of a site: material set aside for an operation, issued to it, and waited for.

An operation takes each of its materials whole from one stock row: the first choice, or one of its
alternatives (a customer's own material for that customer's orders, then substitutes).
"""

from __future__ import annotations

from typing import Any

from analytics.simulation.cache import compiled, inlined
from analytics.simulation.layout import NONE
from analytics.simulation.supply import restock

_BITS = 4
"""Bits of ``OP_S.chosen`` for each material: the number of the alternative, 0 the first choice."""


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


@compiled
def _choose(work: Any, first_row: int, at: int, units: int, owner: int) -> int:
    """Number of the alternative of which enough is free; ``NONE``: all are short.

    What belongs to the customer comes first, then what belongs to nobody, in order.
    """
    for common in range(2):
        wanted = 0 if common == 1 else owner
        if common == 0 and owner == 0:
            continue
        option = at
        number = 0
        while option != NONE:
            choice = work.consume_c[option]
            if choice.owner == wanted:
                stock = work.stock[first_row + choice.material]
                if stock.on_hand - stock.reserved >= choice.milli_per_unit * units:
                    return number
            option = choice.alternative - 1
            number += 1
    return NONE


@inlined
def _option(work: Any, at: int, number: int) -> int:
    """Row of ``CONSUME_C`` of an alternative."""
    while number > 0:
        at = work.consume_c[at].alternative - 1
        number -= 1
    return at


@compiled
def _give_back(work: Any, first_row: int, op: int, materials: int, units: int) -> None:
    """Undo the reservation of the first ``materials`` materials of an operation."""
    first = work.optype_c[work.op[op].optype].first_consume
    chosen = work.op[op].chosen
    for at in range(first, first + materials):
        choice = work.consume_c[_option(work, at, chosen & 15)]
        work.stock[first_row + choice.material].reserved -= choice.milli_per_unit * units
        chosen >>= _BITS
    work.op[op].chosen = 0


@compiled
def unreserve(work: Any, rules: Any, site: int, op: int, units: int) -> None:
    """Give back what is set aside for an operation at a site."""
    consumes = work.optype_c[work.op[op].optype].consumes
    _give_back(work, site * rules.scalar[0].materials, op, consumes, units)
    work.op[op].reserved = 0


@compiled
def _send_for(agenda: Any, work: Any, rules: Any, first_row: int, at: int, units: int) -> None:
    """Have the first supplier of a material that is short, or of a substitute, bring enough."""
    while at != NONE:
        row = first_row + work.consume_c[at].material
        if work.stock[row].supplier > 0:
            restock(agenda, work, rules, row, work.consume_c[at].milli_per_unit * units)
            return
        at = work.consume_c[at].alternative - 1


@compiled
def reserve(agenda: Any, work: Any, rules: Any, site: int, op: int, units: int) -> int:
    """Set the operation's material aside; returns the stock row that is short, or ``NONE``."""
    optype = work.optype_c[work.op[op].optype]
    first = optype.first_consume
    first_row = site * rules.scalar[0].materials
    supplied = 0
    chosen = 0
    for at in range(first, first + optype.consumes):
        choice = work.consume_c[at]
        if choice.alternative > 0:
            owner = work.lot_c[work.op[op].lot].owner
            number = _choose(work, first_row, at, units, owner)
            if number > 0:
                chosen |= number << (_BITS * (at - first))
                choice = work.consume_c[_option(work, at, number)]
        stock = work.stock[first_row + choice.material]
        need = choice.milli_per_unit * units
        if stock.on_hand - stock.reserved < need:
            work.op[op].chosen = chosen
            _give_back(work, first_row, op, at - first, units)
            _send_for(agenda, work, rules, first_row, at, units)
            return int(first_row + work.consume_c[at].material)
        stock.reserved += need
        supplied |= stock.supplier
    work.op[op].chosen = chosen
    work.op[op].reserved = 1
    if supplied != 0:
        for at in range(first, first + optype.consumes):
            number = (chosen >> (_BITS * (at - first))) & 15
            row = first_row + work.consume_c[_option(work, at, number)].material
            if work.stock[row].supplier > 0:
                restock(agenda, work, rules, row, 0)
    return NONE


@compiled
def is_there(work: Any, rules: Any, site: int, op: int, units: int) -> bool:
    """Whether a site has each material of an operation free, or one of its alternatives."""
    optype = work.optype_c[work.op[op].optype]
    first_row = site * rules.scalar[0].materials
    owner = work.lot_c[work.op[op].lot].owner
    for at in range(optype.first_consume, optype.first_consume + optype.consumes):
        if _choose(work, first_row, at, units, owner) == NONE:
            return False
    return True


@compiled
def set_aside(work: Any, rules: Any, site: int, op: int, units: int) -> None:
    """Speak for the material of an operation until all lots are sent on anew."""
    optype = work.optype_c[work.op[op].optype]
    first_row = site * rules.scalar[0].materials
    owner = work.lot_c[work.op[op].lot].owner
    for at in range(optype.first_consume, optype.first_consume + optype.consumes):
        number = _choose(work, first_row, at, units, owner)
        if number != NONE:
            choice = work.consume_c[_option(work, at, number)]
            work.stock[first_row + choice.material].reserved += choice.milli_per_unit * units


@compiled
def issue(work: Any, rules: Any, site: int, op: int, units: int) -> None:
    """Take the reserved material out of stock as the operation starts."""
    optype = work.optype_c[work.op[op].optype]
    chosen = work.op[op].chosen
    for at in range(optype.first_consume, optype.first_consume + optype.consumes):
        choice = work.consume_c[at]
        if chosen != 0:
            choice = work.consume_c[_option(work, at, chosen & 15)]
            chosen >>= _BITS
        stock = work.stock[site * rules.scalar[0].materials + choice.material]
        need = choice.milli_per_unit * units
        stock.reserved -= need
        stock.on_hand -= need
        stock.issued += need
    work.op[op].reserved = 0
