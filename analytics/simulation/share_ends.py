"""What becomes of the units of a share as it ends: good, rejected, or lost."""

from __future__ import annotations

from typing import Any

from analytics.simulation.arrivals import receive
from analytics.simulation.cache import compiled
from analytics.simulation.shares import lose_share, merge_share, rejected_of


@compiled
def reject(
    agenda: Any, energy: Any, shop: Any, work: Any, rules: Any, scratch: Any, machine: int, op: int,
    rejected: int,
) -> None:  # fmt: skip
    """Count rejected units where they are found, and take in what is won back from them."""
    site = shop.group_c[shop.machine_c[machine].group].site
    shop.machine[machine].scrap_units += rejected
    work.lot[work.op[op].lot].scrapped += rejected
    work.op[op].scrapped += rejected
    optype = work.optype_c[work.op[op].optype]
    for at in range(optype.first_recover, optype.first_recover + optype.recovers):
        row = site * rules.scalar[0].materials + work.recover_c[at].material
        milli = work.recover_c[at].milli_per_unit * rejected
        work.stock[row].recovered += milli
        receive(agenda, energy, shop, work, rules, scratch, row, milli)


@compiled
def end_share(
    agenda: Any, energy: Any, shop: Any, work: Any, rules: Any, scratch: Any, machine: int, op: int
) -> int:
    """A share is done; good units of those before it, -1 where others are not done yet."""
    record = shop.machine[machine]
    lot = work.op[op].lot
    entry = work.lot[lot]
    if entry.shares == 1 and entry.apart == 0 and entry.renewed == 0:
        record.share_units = 0
        entry.shares = 0
        merged = entry.good
        entry.good = 0
        return int(merged)
    rejected = rejected_of(rules, work, lot, record.share_units)
    merge_share(agenda, shop, work, rules, machine, op, rejected)
    if rejected > 0:
        reject(agenda, energy, shop, work, rules, scratch, machine, op, rejected)
    return -1


@compiled
def scrap_share(
    agenda: Any, shop: Any, work: Any, rules: Any, machine: int, op: int, by_power: bool
) -> None:
    """A share is lost: its units are begun anew, the rest of the lot goes on."""
    record = shop.machine[machine]
    units = record.share_units
    record.scrap_units += units
    if by_power:
        record.power_scrap_units += units
    work.op[op].scrapped += units
    work.lot[work.op[op].lot].scrapped += units
    lose_share(agenda, shop, work, rules, machine, op)
