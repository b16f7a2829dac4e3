"""People in pools, repair crews and tools: taken when work begins, given back when it ends."""

from __future__ import annotations

from typing import Any

from analytics.simulation.cache import compiled
from analytics.simulation.features import PEOPLE, SETUPS, TOOLS
from analytics.simulation.layout import NONE, PPM
from analytics.simulation.lots import mark_all_groups
from analytics.simulation.rules.calendar import is_open, next_change, open_length, open_until

PEOPLE_POOL = 0
CREW_POOL = 1
TOOL_POOL = 2


@compiled
def settle_pool(shop: Any, pool: int, now: int) -> None:
    """Account for a pool until now."""
    record = shop.pool[pool]
    span = now - record.since_ms
    record.since_ms = now
    record.worked_ppm_ms += record.busy_ppm * span
    if record.open == 1:
        record.available_ppm_ms += max(shop.pool_c[pool].capacity_ppm + record.change_ppm, 0) * span


@compiled
def free_ppm(shop: Any, pool: int) -> int:
    """What of a pool is free now."""
    record = shop.pool[pool]
    return int(shop.pool_c[pool].capacity_ppm + record.change_ppm - record.busy_ppm)


@compiled
def take(shop: Any, pool: int, share_ppm: int, now: int) -> None:
    """Take people, a crew or a tool out of a pool."""
    settle_pool(shop, pool, now)
    shop.pool[pool].busy_ppm += share_ppm


@compiled
def give_back(energy: Any, shop: Any, scratch: Any, pool: int, share_ppm: int, now: int) -> None:
    """Give back to a pool; work centres that were refused something are looked at anew."""
    settle_pool(shop, pool, now)
    shop.pool[pool].busy_ppm -= share_ppm
    look_anew(energy, shop, scratch, shop.pool_c[pool].site)


@compiled
def look_anew(energy: Any, shop: Any, scratch: Any, site: int) -> None:
    """Have the work centres of a site looked at if something was missing at one of them."""
    if energy.site[site].wanting == 1:
        energy.site[site].wanting = 0
        mark_all_groups(energy, shop, scratch, site)


@compiled
def man(energy: Any, shop: Any, rules: Any, machine: int, needed_ms: int, now: int) -> bool:
    """Find people for a machine, pool after pool in the order of the site's file.

    Parameters
    ----------
    needed_ms
        Work that has to end before the pool's shift does, unless it is longer than a whole shift;
        0: it can be laid down.
    """
    group = shop.machine_c[machine].group
    g = shop.group_c[group]
    for at in range(g.first_ability, g.first_ability + g.abilities):
        pool = shop.ability[at]
        if shop.pool[pool].open == 0 or free_ppm(shop, pool) < g.operators_ppm:
            continue
        calendar = shop.pool_c[pool].calendar
        if needed_ms > 0 and calendar != NONE:
            until = open_until(rules, calendar, now)
            if until - now < needed_ms <= open_length(rules, calendar, now):
                continue
        take(shop, pool, g.operators_ppm, now)
        shop.machine[machine].pool = pool + 1
        shop.machine[machine].unmanned = 0
        return True
    shop.machine[machine].unmanned = 1
    energy.site[g.site].wanting = 1
    return False


@compiled
def dismiss(energy: Any, shop: Any, scratch: Any, machine: int, now: int) -> None:
    """The people of a machine are free."""
    record = shop.machine[machine]
    if record.pool > 0:
        share = shop.group_c[shop.machine_c[machine].group].operators_ppm
        pool = record.pool - 1
        record.pool = 0
        give_back(energy, shop, scratch, pool, share, now)


@compiled
def off_duty(shop: Any, machine: int) -> bool:
    """Whether the shift of a machine's people has ended."""
    pool = shop.machine[machine].pool
    return bool(pool > 0 and shop.pool[pool - 1].open == 0)


@compiled
def tool_pool(energy: Any, shop: Any, site: int, tool: int) -> int:
    """Row of a tool at a site, or ``NONE`` where the site has none."""
    first = energy.site_c[site].first_pool
    for pool in range(first, first + energy.site_c[site].pools):
        if shop.pool_c[pool].kind == TOOL_POOL and shop.pool_c[pool].tool == tool:
            return int(pool)
    return NONE


@compiled
def fetch_tool(energy: Any, shop: Any, work: Any, machine: int, op: int, now: int) -> bool:
    """Get the tool of an operation; it stays with the work until that is finished or lost."""
    record = shop.machine[machine]
    tool = work.optype_c[work.op[op].optype].tool
    if tool == 0 or record.tool > 0:
        return True
    site = shop.group_c[shop.machine_c[machine].group].site
    pool = tool_pool(energy, shop, site, tool)
    if pool == NONE or free_ppm(shop, pool) < PPM:
        energy.site[site].wanting = 1
        return False
    take(shop, pool, PPM, now)
    record.tool = pool + 1
    return True


@compiled
def return_tool(energy: Any, shop: Any, scratch: Any, machine: int, now: int) -> None:
    """The tool of a machine is free."""
    record = shop.machine[machine]
    if record.tool > 0:
        pool = record.tool - 1
        record.tool = 0
        give_back(energy, shop, scratch, pool, PPM, now)


@compiled
def pool_shifts(
    energy: Any, shop: Any, rules: Any, scratch: Any, site: int, was_open: int, now: int
) -> int:
    """Begin and end the shifts of a site's pools; returns the next such moment.

    Called in outside the regular hours of the site, people are paid at least for the shortest
    call-in; overtime that follows on a shift is no call-in.
    """
    c = energy.site_c[site]
    s = energy.site[site]
    regular = is_open(rules, 2 * site, now)
    moment = next_change(rules, s.calendar, now)
    called = 0
    if s.open == 1 and not regular and (was_open == 0 or s.overtime_ms > 0):
        called = 1
    for pool in range(c.first_pool, c.first_pool + c.pools):
        settle_pool(shop, pool, now)
        constant = shop.pool_c[pool]
        opened = s.open
        if constant.kind != PEOPLE_POOL:
            opened = 1
        elif constant.calendar != NONE:
            opened = 1 if s.open == 1 and is_open(rules, constant.calendar, now) else 0
            moment = min(moment, next_change(rules, constant.calendar, now))
        if called == 0 and s.overtime_ms > 0 and constant.kind == PEOPLE_POOL:
            lasted = now - (s.overtime_ms - 1)
            missing = max(constant.minimum_call_in_ms - lasted, 0)
            shop.pool[pool].call_in_ppm_ms += constant.capacity_ppm * missing
        if opened != shop.pool[pool].open:
            shop.pool[pool].open = opened
            mark_all_groups(energy, shop, scratch, site)
    if called == 0:
        s.overtime_ms = 0
    elif s.overtime_ms == 0:
        s.overtime_ms = now + 1
    return int(moment)


@compiled
def open_hands(agenda: Any, energy: Any, shop: Any, work: Any, rules: Any) -> None:
    """People, tools and setups of what the machines work on at the opening.

    Those that were told to be at a machine are there; else whoever can be found.
    """
    now = agenda.clock[0].now_ms
    for machine in range(len(shop.machine)):
        record = shop.machine[machine]
        group = shop.machine_c[machine].group
        if record.op == NONE or shop.group_c[group].features & (PEOPLE | TOOLS | SETUPS) == 0:
            continue
        family = work.optype_c[work.op[record.op].optype].family
        if family > 0:
            record.family = family
        fetch_tool(energy, shop, work, machine, record.op, now)
        if record.running == 1 and shop.group_c[group].features & PEOPLE:
            if record.pool > 0:
                take(shop, record.pool - 1, shop.group_c[group].operators_ppm, now)
            else:
                man(energy, shop, rules, machine, 0, now)
