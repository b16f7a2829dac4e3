"""Power: the integrals of its flows, who rides through a transfer, what is shed in a shortage."""

from __future__ import annotations

from typing import Any

from analytics.simulation import slots
from analytics.simulation.cache import compiled
from analytics.simulation.genset import call_genset, start_genset, stop_genset, watch_tank
from analytics.simulation.genset_cycle import cycle_charge
from analytics.simulation.heap import arm
from analytics.simulation.layout import FOREVER, NONE, PPM, STATUS_BROKEN
from analytics.simulation.lots import mark_all_groups, mark_group
from analytics.simulation.machines import RESUME, draw_power, interrupt
from analytics.simulation.metering import meter
from analytics.simulation.rules.energy import (
    CHARGE,
    DISCHARGE,
    DUMPED,
    EXPORT,
    GENSET,
    GRID,
    PV,
    SERVED_BOTH,
    SERVED_GENSET,
    SERVED_INVERTER,
)
from analytics.simulation.sources import (
    BY_INVERTER,
    BY_NOTHING,
    CYCLE_CHARGING,
    GENSET_OFF,
    GENSET_RUNNING,
    above,
    backing,
    bus_is_live,
    discharge_margin,
    fuel_rate,
    grid_power,
    has_battery,
    shortage,
    too_low,
)


@compiled
def settle(energy: Any, site: int, now: int) -> None:
    """Integrate the flows that held since the last change. Integers: exact in any order."""
    s = energy.site[site]
    span = now - s.power_ms
    if span == 0:
        return
    s.power_ms = now
    s.load_uj += s.load_mw * span
    s.served_uj += s.served_mw * span
    s.pv_available_uj += s.pv_mw * span
    s.pv_uj += s.pv_used_mw * span
    s.grid_uj += s.grid_now_mw * span
    s.discharge_uj += s.discharge_now_mw * span
    s.charge_uj += s.charge_now_mw * span
    s.genset_uj += s.genset_now_mw * span
    s.dumped_uj += s.dumped_mw * span
    if s.metered == 1:
        meter(energy, site, now - span, now)
    if s.soc_rate_mw > 0:
        s.soc_in_uj += s.soc_rate_mw * span
    else:
        s.soc_out_uj -= s.soc_rate_mw * span
    s.soc_uj += s.soc_rate_mw * span
    s.fuel_used_pl += s.fuel_rate_pl_ms * span
    s.fuel_pl -= s.fuel_rate_pl_ms * span
    if s.on_grid == 0:
        s.grid_off_ms += span
    if s.open == 1:
        s.open_time_ms += span


@compiled
def book_rewarming(shop: Any, machine: int, now: int) -> None:
    """Book the energy of warming up until ``now``; the machine's ``warm_ms`` is not passed yet."""
    record = shop.machine[machine]
    g = shop.group_c[shop.machine_c[machine].group]
    begun = max(record.warm_ms - g.rewarm_ms, 0)
    record.rewarm_uj += g.run_mw * (now - begun)


@compiled
def unpower(
    agenda: Any,
    energy: Any,
    shop: Any,
    work: Any,
    ways: Any,
    rules: Any,
    scratch: Any,
    machine: int,
) -> None:
    """Take a machine off its bus; what it was working on is interrupted."""
    record = shop.machine[machine]
    if record.warm_ms > agenda.clock[0].now_ms:
        book_rewarming(shop, machine, agenda.clock[0].now_ms)
    record.powered = 0
    record.warm_ms = 0
    arm(agenda, agenda.bases[slots.REWARM] + machine, FOREVER)
    interrupt(agenda, energy, shop, work, ways, rules, scratch, machine)
    draw_power(energy, shop, machine, 0)
    group = shop.machine_c[machine].group
    energy.site[shop.group_c[group].site].refused = 1
    mark_group(energy, shop, scratch, group)


@compiled
def _transition(
    agenda: Any, energy: Any, shop: Any, work: Any, ways: Any, rules: Any, scratch: Any, site: int
) -> None:
    """The grid went or came back: who rides through the transfer, and what begins."""
    c = energy.site_c[site]
    s = energy.site[site]
    now = agenda.clock[0].now_ms
    if s.on_grid == 1:
        s.genset = GENSET_OFF
        s.genset_wanted = 0
        arm(agenda, agenda.bases[slots.GENSET] + site, FOREVER)
    if c.transfer_ms > 0 and c.inverter_mw > 0 and has_battery(energy, site):
        s.transfer_until_ms = now + c.transfer_ms
        arm(agenda, agenda.bases[slots.TRANSFER] + site, now + c.transfer_ms)
        for group in range(c.first_group, c.first_group + c.groups):
            g = shop.group_c[group]
            if g.ride_through_ms > c.transfer_ms:
                continue
            for machine in range(g.first_machine, g.first_machine + g.machines):
                if shop.machine[machine].running == 1 or shop.machine[machine].warm_ms > now:
                    unpower(agenda, energy, shop, work, ways, rules, scratch, machine)
    mark_all_groups(energy, shop, scratch, site)


@compiled
def _victim(energy: Any, shop: Any, work: Any, site: int, mask: int) -> int:
    """The machine to shed next on the buses that are short, or ``NONE``.

    Machines of the lowest criticality first, and among them a ladder: machines that stand or warm
    up, then work that can resume, then the rest; within a rung the work with the highest rank
    number (the least urgent) first.
    """
    c = energy.site_c[site]
    best = NONE
    best_criticality = 0
    best_rung = 0
    best_rank = 0
    for group in range(c.first_group, c.first_group + c.groups):
        g = shop.group_c[group]
        by = BY_INVERTER if energy.site[site].on_grid == 1 else backing(energy, g.bus)
        if by == BY_NOTHING or (mask >> by) & 1 == 0:
            continue
        for machine in range(g.first_machine, g.first_machine + g.machines):
            record = shop.machine[machine]
            if record.draw_mw == 0:
                continue
            rung = 0
            rank = machine
            if record.running == 1:
                optype = work.optype_c[work.op[record.op].optype]
                soft = optype.interruption == RESUME and optype.resume_ppm == PPM
                rung = 1 if soft else 2
                rank = work.op[record.op].rank
            sooner = rung < best_rung or (rung == best_rung and rank > best_rank)
            if g.criticality != best_criticality:
                sooner = g.criticality < best_criticality
            if best == NONE or sooner:
                best = machine
                best_criticality = g.criticality
                best_rung = rung
                best_rank = rank
    return best


@compiled
def _commit(agenda: Any, energy: Any, rules: Any, scratch: Any, site: int) -> None:
    """Take over the flows that were found, see that they balance, and arm what they lead to."""
    c = energy.site_c[site]
    s = energy.site[site]
    flow = scratch.flow
    served = flow[SERVED_INVERTER] + flow[SERVED_GENSET] + flow[SERVED_BOTH]
    supply = flow[PV] + flow[GRID] + flow[DISCHARGE] + flow[GENSET]
    if served + flow[CHARGE] + flow[DUMPED] + flow[EXPORT] != supply:
        agenda.clock[0].status = STATUS_BROKEN
    load = 0
    for bus in range(c.first_bus, c.first_bus + c.buses):
        load += energy.bus_c[bus].base_mw + energy.bus[bus].load_mw
    if s.transfer_until_ms > s.power_ms:
        load = 0  # what runs now lives on its own ride-through
        for bus in range(c.first_bus, c.first_bus + c.buses):
            load += energy.bus_c[bus].base_mw
    rate = 0
    if flow[CHARGE] > 0:
        rate = flow[CHARGE] * c.charge_ppm // PPM
    elif flow[DISCHARGE] > 0:
        rate = -((flow[DISCHARGE] * PPM + c.discharge_ppm - 1) // c.discharge_ppm)
    burn = 0
    if s.on_grid == 0 and s.genset == GENSET_RUNNING:
        burn = fuel_rate(energy, site, flow[GENSET])
    changed = (
        s.load_mw != load
        or s.served_mw != served
        or s.pv_used_mw != flow[PV]
        or s.grid_now_mw != flow[GRID]
        or s.soc_rate_mw != rate
        or s.genset_now_mw != flow[GENSET]
        or s.fuel_rate_pl_ms != burn
        or s.pv_traced_mw != s.pv_mw
    )
    if c.feeder > 0:
        energy.feeder[c.feeder - 1].used_mw += flow[GRID] - s.grid_now_mw
    s.load_mw = load
    s.served_mw = served
    s.pv_used_mw = flow[PV]
    s.grid_now_mw = flow[GRID]
    s.discharge_now_mw = flow[DISCHARGE]
    s.charge_now_mw = flow[CHARGE]
    s.genset_now_mw = flow[GENSET]
    s.dumped_mw = flow[DUMPED]
    s.export_now_mw = flow[EXPORT]
    s.soc_rate_mw = rate
    s.fuel_rate_pl_ms = burn
    now = agenda.clock[0].now_ms

    moment = FOREVER
    if rate < 0:
        margin = discharge_margin(energy, site)
        bound = c.soc_reserve_uj if s.battery_locked == 0 else c.soc_min_uj
        left = s.soc_uj - bound - margin
        if left < 0:
            left = s.soc_uj - c.soc_min_uj - margin
        if c.dispatch == CYCLE_CHARGING and s.soc_uj > c.soc_unlock_uj:
            left = s.soc_uj - c.soc_unlock_uj
        if left >= 0:
            moment = now + left // -rate + 1
    elif rate > 0:
        full = c.battery_uj - s.soc_uj - c.charge_mw
        moment = now + max(full, 0) // rate + 1
        if s.battery_locked == 1 and s.soc_uj < c.soc_unlock_uj:
            moment = min(moment, now + (c.soc_unlock_uj - s.soc_uj) // rate + 1)
        if s.cycle == 1 and s.soc_uj < c.cycle_stop_uj:
            moment = min(moment, now + (c.cycle_stop_uj - s.soc_uj) // rate + 1)
    arm(agenda, agenda.bases[slots.BATTERY] + site, moment)

    watch_tank(agenda, energy, site, burn)

    if changed and rules.scalar[0].trace_level == 2:
        row = agenda.clock[0].energy_rows
        agenda.clock[0].energy_rows = row + 1
        entry = energy.trace[row]
        entry.time_ms = now
        entry.site = site
        entry.on_grid = s.on_grid
        entry.pv_available_mw = s.pv_mw
        s.pv_traced_mw = s.pv_mw
        entry.load_mw = load
        entry.served_mw = served
        entry.pv_mw = flow[PV]
        entry.grid_mw = flow[GRID]
        entry.discharge_mw = flow[DISCHARGE]
        entry.charge_mw = flow[CHARGE]
        entry.genset_mw = flow[GENSET]
        entry.dumped_mw = flow[DUMPED]
        entry.export_mw = flow[EXPORT]
        entry.soc_uj = s.soc_uj
        entry.fuel_pl = s.fuel_pl


@compiled
def _leaves_grid(energy: Any, site: int) -> bool:
    """Whether the voltage is so low that the site lives on its inverter, and the battery allows it.

    It goes back to the grid when the battery is at its reserve, and leaves again when machines may
    use the battery again.
    """
    c = energy.site_c[site]
    s = energy.site[site]
    if PPM - s.voltage_drop_ppm >= c.island_below_ppm or not has_battery(energy, site):
        return False
    if s.battery_locked == 1:
        return bool(s.soc_uj >= c.soc_unlock_uj)
    return above(energy, site, c.soc_reserve_uj)


@compiled
def balance(
    agenda: Any, energy: Any, shop: Any, work: Any, ways: Any, rules: Any, scratch: Any, site: int
) -> None:
    """Balance the power of a site once: live buses, allocation, shedding, the flows from now."""
    c = energy.site_c[site]
    s = energy.site[site]
    now = agenda.clock[0].now_ms
    settle(energy, site, now)
    s.power_ms = now
    outage = s.outage == 1 and s.grid_calm == 0
    on_grid = 1 if c.grid_mw > 0 and s.grid_off == 0 and not outage else 0
    if on_grid == 1 and (s.voltage_drop_ppm != 0 or s.grid_drop_ppm != 0):
        if grid_power(energy, site) == 0 or _leaves_grid(energy, site):
            on_grid = 0
    if on_grid != s.on_grid:
        s.on_grid = on_grid
        _transition(agenda, energy, shop, work, ways, rules, scratch, site)
    if has_battery(energy, site):
        if s.battery_locked == 0 and not above(energy, site, c.soc_reserve_uj):
            s.battery_locked = 1
        elif s.battery_locked == 1 and s.soc_uj >= c.soc_unlock_uj:
            s.battery_locked = 0
            mark_all_groups(energy, shop, scratch, site)
    if c.dispatch == CYCLE_CHARGING:
        cycle_charge(energy, scratch, site)
    stop_genset(agenda, energy, shop, site)

    riding = s.transfer_until_ms > now
    for bus in range(c.first_bus, c.first_bus + c.buses):
        live = 1 if bus_is_live(energy, bus) else 0
        if live == 1 and energy.bus[bus].live == 0:
            mark_all_groups(energy, shop, scratch, site)
        energy.bus[bus].live = live
    if not riding:
        for group in range(c.first_group, c.first_group + c.groups):
            g = shop.group_c[group]
            if energy.bus[g.bus].live == 1:
                if g.checks == 0 or not too_low(energy, site, g.minimum_voltage_ppm):
                    continue
            for machine in range(g.first_machine, g.first_machine + g.machines):
                if shop.machine[machine].powered == 1:
                    call_genset(energy, shop, machine)
                    unpower(agenda, energy, shop, work, ways, rules, scratch, machine)

    mask = shortage(energy, scratch, site, NONE, 0)
    while mask != 0 and not riding:
        victim = _victim(energy, shop, work, site, mask)
        if victim == NONE:
            break
        call_genset(energy, shop, victim)
        unpower(agenda, energy, shop, work, ways, rules, scratch, victim)
        mask = shortage(energy, scratch, site, NONE, 0)
    start_genset(agenda, energy, shop, site)
    _commit(agenda, energy, rules, scratch, site)
