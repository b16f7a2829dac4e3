"""Dispatch: a work centre's free machines get power, go on, or take the next lot of the queue."""

from __future__ import annotations

from typing import Any

from analytics.simulation import gathering, slots
from analytics.simulation.cache import compiled
from analytics.simulation.features import (
    GATHERS,
    IN_TIME,
    MAINTENANCE,
    PEOPLE,
    PREEMPTIVE,
    SHARES,
    TOOLS,
)
from analytics.simulation.gathering import waits_for_more
from analytics.simulation.heap import arm
from analytics.simulation.laying_aside import lay_aside
from analytics.simulation.layout import NONE, PPM
from analytics.simulation.lots import mark_group
from analytics.simulation.machines import (
    HELD,
    RESUME,
    begin,
    draw_power,
    fits,
    on_shift,
    pause,
    refresh,
    take_batch,
)
from analytics.simulation.people import (
    fetch_tool,
    free_ppm,
    man,
    off_duty,
    return_tool,
    tool_pool,
)
from analytics.simulation.priorities import least_urgent, rank_anew
from analytics.simulation.redirect import watch
from analytics.simulation.setups import span_ms
from analytics.simulation.shares import take_share
from analytics.simulation.sharing import share_of, share_span_ms
from analytics.simulation.sources import BY_BOTH, BY_GENSET, backing
from analytics.simulation.starting import may_draw, start_up
from analytics.simulation.sun import held_for_sun
from analytics.simulation.upkeep import maintain


@compiled
def _refuse(energy: Any, shop: Any, machine: int, site: int, bus: int) -> None:
    """Note that a machine had to stay without power; a genset that could help is called."""
    shop.machine[machine].refused = 1
    energy.site[site].refused = 1
    if energy.site_c[site].ideal_power == 0 and energy.site[site].on_grid == 0:
        by = backing(energy, bus)
        if by == BY_GENSET or by == BY_BOTH:
            energy.site[site].genset_wanted = 1


@compiled
def _power_up(agenda: Any, energy: Any, shop: Any, scratch: Any, machine: int) -> bool:
    """Put a machine back on its bus if there is power for it; a cold one warms up first."""
    now = agenda.clock[0].now_ms
    record = shop.machine[machine]
    group = shop.machine_c[machine].group
    g = shop.group_c[group]
    need = g.run_mw if g.rewarm_ms > 0 else g.idle_mw
    if not may_draw(energy, shop, scratch, machine, need):
        return False
    record.powered = 1
    if g.rewarm_ms > 0:
        record.warm_ms = now + g.rewarm_ms
        arm(agenda, agenda.bases[slots.REWARM] + machine, record.warm_ms)
    draw_power(energy, shop, machine, need)
    return True


@compiled
def _serve(
    agenda: Any, energy: Any, shop: Any, work: Any, rules: Any, scratch: Any, machine: int
) -> None:
    """Look at one machine: hours, power, the work on it, the queue."""
    now = agenda.clock[0].now_ms
    record = shop.machine[machine]
    group = shop.machine_c[machine].group
    g = shop.group_c[group]
    available = on_shift(energy, shop, group)
    if record.running == 1:
        if not available or (g.features & PEOPLE and off_duty(shop, machine)):
            pause(agenda, energy, shop, scratch, machine)
            draw_power(energy, shop, machine, 0)
            if available:  # others may take over
                record.unmanned = 1
                mark_group(energy, shop, scratch, group)
        return
    record.refused = 0
    record.unmanned = 0
    if g.features & MAINTENANCE:
        maintain(agenda, energy, shop, rules, machine)
    if not available or record.down > 0:
        if record.warm_ms <= now:
            draw_power(energy, shop, machine, 0)
        return
    has_work = record.op != NONE or (record.held == 0 and shop.group[group].queued > 0)
    if g.features & GATHERS and record.op == NONE and has_work:
        if waits_for_more(agenda, shop, work, group):
            record.unmanned = gathering.GATHERS
            has_work = False
    if record.powered == 0:
        if not has_work and energy.site[g.site].on_grid == 0:
            return
        if not _power_up(agenda, energy, shop, scratch, machine):
            if has_work:
                _refuse(energy, shop, machine, g.site, g.bus)
            return
    if record.warm_ms > now:
        return
    draw_power(energy, shop, machine, g.idle_mw)
    if record.op == NONE:
        if not has_work:
            return
        op = shop.group[group].queue
        if g.in_order == 1 and work.op[op].rank > shop.group[group].next_rank:
            return
    else:
        op = record.op
    share = 0
    if g.features & SHARES and record.op == NONE:
        share = share_of(agenda, energy, shop, work, scratch, machine, op)
    left = 0
    if g.unattended == 0 and work.optype_c[work.op[op].optype].interruption != RESUME:
        left = record.work_left_ms
        if share > 0:
            left = share_span_ms(shop, work, rules, machine, op, share)
        elif record.op == NONE:
            left = span_ms(shop, work, rules, machine, op)
        if not fits(energy, rules, g.site, left, now):
            return
    if g.heavy == 1 and record.op == NONE:
        if held_for_sun(agenda, energy, shop, work, machine, op):
            record.refused = HELD
            return
    draw = max(g.run_mw, g.start_mw)
    if not may_draw(energy, shop, scratch, machine, draw - g.idle_mw):
        _refuse(energy, shop, machine, g.site, g.bus)
        return
    if g.features & (PEOPLE | TOOLS):
        if g.features & TOOLS and not fetch_tool(energy, shop, work, machine, op, now):
            return
        if g.features & PEOPLE and not man(energy, shop, rules, machine, left, now):
            if record.op == NONE:
                return_tool(energy, shop, scratch, machine, now)
            return
    if share > 0:
        take_share(shop, work, rules, machine, share)
    elif record.op == NONE:
        take_batch(agenda, shop, work, rules, machine)
    if g.start_ms > 0:
        start_up(agenda, shop, machine)
    draw_power(energy, shop, machine, draw)
    begin(agenda, shop, work, rules, machine)


@compiled
def _preempt(
    agenda: Any, energy: Any, shop: Any, work: Any, rules: Any, scratch: Any, group: int
) -> bool:
    """Lay work aside for the head of the queue, if it is more urgent and can begin in its place."""
    now = agenda.clock[0].now_ms
    g = shop.group_c[group]
    if shop.group[group].queued == 0 or g.batch_units > 0 or not on_shift(energy, shop, group):
        return False
    for machine in range(g.first_machine, g.first_machine + g.machines):
        record = shop.machine[machine]
        if record.op == NONE and record.held == 0 and record.down + record.unmanned == 0:
            return False  # what keeps the head from beginning here would keep it anywhere
    machine = least_urgent(shop, work, group)
    if machine == NONE:
        return False
    op = shop.group[group].queue
    optype = work.optype_c[work.op[op].optype]
    if optype.tool > 0:
        pool = tool_pool(energy, shop, g.site, optype.tool)
        if pool == NONE or free_ppm(shop, pool) < PPM:
            return False
    if g.unattended == 0 and optype.interruption != RESUME:
        if not fits(energy, rules, g.site, span_ms(shop, work, rules, machine, op), now):
            return False
    pause(agenda, energy, shop, scratch, machine)
    draw_power(energy, shop, machine, g.idle_mw)
    lay_aside(agenda, energy, shop, work, rules, scratch, machine)
    return True


@compiled
def dispatch(
    agenda: Any, energy: Any, shop: Any, work: Any, rules: Any, scratch: Any, group: int
) -> None:
    """Serve all machines of a work centre, those with work on them first."""
    g = shop.group_c[group]
    shop.group[group].dirty = 0
    if g.features & IN_TIME and shop.group[group].queued > 1:
        rank_anew(shop, work, group, agenda.clock[0].now_ms)
    serving = True
    while serving:
        for turn in range(2):
            for machine in range(g.first_machine, g.first_machine + g.machines):
                if (shop.machine[machine].op == NONE) == (turn == 1):
                    _serve(agenda, energy, shop, work, rules, scratch, machine)
        serving = False
        if g.features & PREEMPTIVE:
            serving = _preempt(agenda, energy, shop, work, rules, scratch, group)
    for machine in range(g.first_machine, g.first_machine + g.machines):
        refresh(agenda, energy, shop, rules, machine)
    if rules.scalar[0].redirect_patience_ms > 0:
        watch(agenda, shop, rules, group)
