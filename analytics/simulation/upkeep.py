"""Upkeep: clocks of use, repair crews, and preventive maintenance."""

from __future__ import annotations

from typing import Any

from analytics.simulation import distributions, draws, slots
from analytics.simulation.cache import compiled
from analytics.simulation.features import MAINTENANCE, USE_CLOCK
from analytics.simulation.heap import arm
from analytics.simulation.layout import FOREVER, NONE, PPM
from analytics.simulation.lots import mark_group
from analytics.simulation.people import free_ppm, give_back, look_anew, take
from analytics.simulation.rules.calendar import is_open, next_open

NOT_DUE = 0
DUE = 1
UNDER_WAY = 2

REPAIRED = 1
"""Of ``MACHINE_S.failed``: the repair is under way."""
WAITS_FOR_CREW = 2


@compiled
def start_clocks(agenda: Any, shop: Any, rules: Any, machine: int) -> None:
    """A machine begins to work: what runs down by use runs from now."""
    record = shop.machine[machine]
    g = shop.group_c[shop.machine_c[machine].group]
    now = agenda.clock[0].now_ms
    if g.features & USE_CLOCK and record.use_left_ms > 0 and rules.scalar[0].deterministic == 0:
        arm(agenda, agenda.bases[slots.FAILURE] + machine, now + record.use_left_ms)
        record.use_left_ms = 0
    if g.features & MAINTENANCE and record.upkeep_left_ms > 0:
        arm(agenda, agenda.bases[slots.MAINTENANCE] + machine, now + record.upkeep_left_ms)
        record.upkeep_left_ms = 0


@compiled
def stop_clocks(agenda: Any, shop: Any, machine: int) -> None:
    """A machine stops: what runs down by use stands still."""
    record = shop.machine[machine]
    g = shop.group_c[shop.machine_c[machine].group]
    now = agenda.clock[0].now_ms
    if g.features & USE_CLOCK and record.failed == 0:
        number = agenda.bases[slots.FAILURE] + machine
        if agenda.slot[number].time_ms < FOREVER:
            record.use_left_ms = max(agenda.slot[number].time_ms - now, 1)
            arm(agenda, number, FOREVER)
    if g.features & MAINTENANCE and g.upkeep_by_use == 1 and record.upkeep == NOT_DUE:
        number = agenda.bases[slots.MAINTENANCE] + machine
        if agenda.slot[number].time_ms < FOREVER:
            record.upkeep_left_ms = max(agenda.slot[number].time_ms - now, 1)
            arm(agenda, number, FOREVER)


@compiled
def repair(agenda: Any, shop: Any, rules: Any, machine: int) -> None:
    """A repair begins; its end is drawn."""
    record = shop.machine[machine]
    g = shop.group_c[shop.machine_c[machine].group]
    key = shop.machine_c[machine].key
    span = rules.dist[g.repair_dist]["mean"]
    if rules.scalar[0].deterministic == 0:
        u = draws.uniform(rules.scalar[0], draws.TIME_TO_REPAIR, key, record.failure_index)
        span = distributions.ppf(rules.dist[g.repair_dist], rules.curve, u)
    moment = agenda.clock[0].now_ms + max(1, int(span))
    arm(agenda, agenda.bases[slots.FAILURE] + machine, moment)


@compiled
def call_crew(agenda: Any, energy: Any, shop: Any, rules: Any, machine: int) -> None:
    """A machine broke down: its repair begins, or it joins the line for a crew."""
    now = agenda.clock[0].now_ms
    record = shop.machine[machine]
    site = shop.group_c[shop.machine_c[machine].group].site
    crew = energy.site_c[site].crew - 1
    if crew != NONE:
        if free_ppm(shop, crew) < PPM:
            record.failed = WAITS_FOR_CREW
            record.repair_ms = now
            record.next_broken = 0
            if shop.pool[crew].last_broken == 0:
                shop.pool[crew].first_broken = machine + 1
            else:
                shop.machine[shop.pool[crew].last_broken - 1].next_broken = machine + 1
            shop.pool[crew].last_broken = machine + 1
            return
        take(shop, crew, PPM, now)
    record.failed = REPAIRED
    record.repair_ms = now
    repair(agenda, shop, rules, machine)


@compiled
def release_crew(agenda: Any, energy: Any, shop: Any, rules: Any, scratch: Any, site: int) -> None:
    """A crew is free: it goes to the machine that has waited longest, or to a maintenance."""
    crew = energy.site_c[site].crew - 1
    if crew == NONE:
        return
    now = agenda.clock[0].now_ms
    give_back(energy, shop, scratch, crew, PPM, now)
    send_crews(agenda, energy, shop, rules, scratch, site)


@compiled
def send_crews(agenda: Any, energy: Any, shop: Any, rules: Any, scratch: Any, site: int) -> None:
    """Send what crews are free to the machines in the line, first come first served."""
    crew = energy.site_c[site].crew - 1
    now = agenda.clock[0].now_ms
    while shop.pool[crew].first_broken > 0 and free_ppm(shop, crew) >= PPM:
        machine = shop.pool[crew].first_broken - 1
        record = shop.machine[machine]
        shop.pool[crew].first_broken = record.next_broken
        if record.next_broken == 0:
            shop.pool[crew].last_broken = 0
        record.next_broken = 0
        record.crew_wait_ms += now - max(record.repair_ms, 0)
        take(shop, crew, PPM, now)
        record.failed = REPAIRED
        record.repair_ms = now
        repair(agenda, shop, rules, machine)
    look_anew(energy, shop, scratch, site)


@compiled
def is_overdue(shop: Any, machine: int, now: int) -> bool:
    """Whether a maintenance that is due waits no longer."""
    limit = shop.group_c[shop.machine_c[machine].group].upkeep_overdue_ms
    return bool(limit > 0 and now >= shop.machine[machine].upkeep_due_ms + limit)


@compiled
def may_maintain(energy: Any, shop: Any, machine: int, now: int) -> bool:
    """Whether an overdue maintenance interrupts the work on its machine: a crew is there."""
    site = shop.group_c[shop.machine_c[machine].group].site
    crew = energy.site_c[site].crew - 1
    if shop.machine[machine].down > 0 or not is_overdue(shop, machine, now):
        return False
    return bool(crew == NONE or free_ppm(shop, crew) >= PPM)


@compiled
def fall_due(agenda: Any, energy: Any, shop: Any, scratch: Any, machine: int) -> None:
    """A maintenance is due from now; the machine does it when work, window and crew allow."""
    now = agenda.clock[0].now_ms
    record = shop.machine[machine]
    group = shop.machine_c[machine].group
    if record.upkeep == NOT_DUE:
        record.upkeep = DUE
        record.upkeep_due_ms = now
        limit = shop.group_c[group].upkeep_overdue_ms
        if limit > 0:
            arm(agenda, agenda.bases[slots.MAINTENANCE] + machine, now + limit)
    mark_group(energy, shop, scratch, group)


@compiled
def maintain(agenda: Any, energy: Any, shop: Any, rules: Any, machine: int) -> bool:
    """Begin a maintenance that is due on a machine that does not run, if it may begin now."""
    now = agenda.clock[0].now_ms
    record = shop.machine[machine]
    if record.upkeep != DUE or record.down > 0:
        return False
    g = shop.group_c[shop.machine_c[machine].group]
    overdue = is_overdue(shop, machine, now)
    if record.op != NONE and not overdue:
        return False
    number = agenda.bases[slots.MAINTENANCE] + machine
    if g.upkeep_calendar > 0 and not overdue:
        if not is_open(rules, g.upkeep_calendar - 1, now):
            opens = next_open(rules, g.upkeep_calendar - 1, now)
            if g.upkeep_overdue_ms > 0:
                opens = min(opens, record.upkeep_due_ms + g.upkeep_overdue_ms)
            arm(agenda, number, opens)
            return False
    crew = energy.site_c[g.site].crew - 1
    if crew != NONE:
        if free_ppm(shop, crew) < PPM:
            energy.site[g.site].wanting = 1
            return False
        take(shop, crew, PPM, now)
    span = rules.dist[g.upkeep_dist]["mean"]
    if rules.scalar[0].deterministic == 0:
        key = shop.machine_c[machine].key
        u = draws.uniform(rules.scalar[0], draws.MAINTENANCE_TIME, key, record.upkeep_index)
        span = distributions.ppf(rules.dist[g.upkeep_dist], rules.curve, u)
    record.upkeep = UNDER_WAY
    record.upkeep_since_ms = now
    record.down += 1
    arm(agenda, number, now + max(1, int(span)))
    return True


@compiled
def maintained(agenda: Any, energy: Any, shop: Any, rules: Any, scratch: Any, machine: int) -> None:
    """A maintenance is done: the machine may work again, and its interval begins."""
    record = shop.machine[machine]
    group = shop.machine_c[machine].group
    g = shop.group_c[group]
    record.upkeep = NOT_DUE
    record.upkeep_index += 1
    record.down -= 1
    if g.upkeep_by_use == 1:
        record.upkeep_left_ms = g.upkeep_every_ms
    else:
        moment = agenda.clock[0].now_ms + g.upkeep_every_ms
        arm(agenda, agenda.bases[slots.MAINTENANCE] + machine, moment)
    release_crew(agenda, energy, shop, rules, scratch, g.site)
    mark_group(energy, shop, scratch, group)


@compiled
def open_upkeep(agenda: Any, energy: Any, shop: Any, rules: Any) -> None:
    """Set the clocks of use and of maintenance, and the crews that are at work at the opening.

    What is known of a machine from before the fork stands: the clocks go on.
    """
    bases = agenda.bases
    for machine in range(len(shop.machine)):
        record = shop.machine[machine]
        g = shop.group_c[shop.machine_c[machine].group]
        crew = energy.site_c[g.site].crew - 1
        if crew != NONE and record.failed == REPAIRED:
            shop.pool[crew].busy_ppm += PPM
        if crew != NONE and record.upkeep == UNDER_WAY:
            shop.pool[crew].busy_ppm += PPM
        fails = g.features & USE_CLOCK and record.failed == 0 and rules.scalar[0].deterministic == 0
        if fails and record.use_left_ms == 0:
            key = shop.machine_c[machine].key
            u = draws.uniform(rules.scalar[0], draws.TIME_TO_FAILURE, key, record.failure_index)
            span = distributions.ppf(rules.dist[g.failure_dist], rules.curve, u)
            record.use_left_ms = max(1, int(span))
        known = agenda.slot[bases[slots.MAINTENANCE] + machine].time_ms < FOREVER
        known = known or record.upkeep_left_ms > 0 or record.upkeep != NOT_DUE
        if g.features & MAINTENANCE and not known:
            if g.upkeep_by_use == 1:
                record.upkeep_left_ms = max(g.upkeep_first_ms, 1)
            else:
                arm(agenda, bases[slots.MAINTENANCE] + machine, g.upkeep_first_ms)
        if record.running == 1:
            start_clocks(agenda, shop, rules, machine)
