"""How many machines share a lot: those that are free now, as far as no other lot needs them."""

from __future__ import annotations

from typing import Any

from analytics.simulation.cache import compiled
from analytics.simulation.features import MAINTENANCE, PEOPLE
from analytics.simulation.layout import NONE, PPM
from analytics.simulation.people import free_ppm, tool_pool
from analytics.simulation.setups import changeover_ms, work_ms
from analytics.simulation.starting import may_draw
from analytics.simulation.upkeep import DUE


@compiled
def _hands(shop: Any, group: int) -> int:
    """How many machines of a work centre the people who are free now can run."""
    g = shop.group_c[group]
    if g.features & PEOPLE == 0 or g.operators_ppm == 0:
        return int(g.machines)
    found = 0
    for at in range(g.first_ability, g.first_ability + g.abilities):
        pool = shop.ability[at]
        if shop.pool[pool].open == 1:
            found += max(free_ppm(shop, pool), 0) // g.operators_ppm
    return int(found)


@compiled
def _able(
    agenda: Any, energy: Any, shop: Any, work: Any, scratch: Any, machine: int, op: int
) -> int:
    """How many machines could begin with an operation now; the one that asks is one of them."""
    group = shop.machine_c[machine].group
    g = shop.group_c[group]
    able = 0
    for other in range(g.first_machine, g.first_machine + g.machines):
        record = shop.machine[other]
        if record.op != NONE or record.held > 0 or record.down > 0 or record.powered == 0:
            continue
        if record.warm_ms > agenda.clock[0].now_ms:
            continue
        if g.features & MAINTENANCE == 0 or record.upkeep != DUE:
            able += 1
    able = min(able, _hands(shop, group))
    tool = work.optype_c[work.op[op].optype].tool
    if tool > 0:
        pool = tool_pool(energy, shop, g.site, tool)
        able = min(able, 0 if pool == NONE else free_ppm(shop, pool) // PPM)
    extra = max(g.run_mw, g.start_mw) - g.idle_mw
    while able > 1 and not may_draw(energy, shop, scratch, machine, able * extra):
        able -= 1
    return int(able)


@compiled
def share_of(
    agenda: Any, energy: Any, shop: Any, work: Any, scratch: Any, machine: int, op: int
) -> int:
    """Units that a free machine takes of the first lot of its queue; 0: all of it.

    The machines that are free share the lots that wait, so that none of them stands idle for the
    sake of one lot: the first of q lots gets the q-th part of them, rounded up.
    """
    lot = work.lot[work.op[op].lot]
    shared = lot.shares + lot.apart > 0
    units = lot.apart if shared else lot.units
    least = work.optype_c[work.op[op].optype].share_units
    parts = 1
    if least > 0 and units >= 2 * least and work.op[op].left_ms == 0:
        able = _able(agenda, energy, shop, work, scratch, machine, op)
        waiting = shop.group[shop.machine_c[machine].group].queued
        parts = able // waiting if shared else (able + waiting - 1) // waiting
        parts = min(parts, units // least)
    if parts <= 1:
        return int(units) if shared else 0
    return int((units + parts - 1) // parts)


@compiled
def share_span_ms(shop: Any, work: Any, rules: Any, machine: int, op: int, units: int) -> int:
    """How long a machine would be busy with a share, changeover included."""
    span = work.op[op].left_ms
    if span == 0:
        span = work_ms(shop, work, rules, shop.machine_c[machine].group, op, units)
    return int(span + changeover_ms(shop, work, rules, machine, op))
