"""What a machine may draw beyond what the sources give: voltage, phases, its start-up peak."""

from __future__ import annotations

from typing import Any

from analytics.simulation import slots
from analytics.simulation.cache import compiled
from analytics.simulation.heap import arm
from analytics.simulation.layout import NONE, PPM
from analytics.simulation.lots import mark_all_groups, mark_site
from analytics.simulation.machines import draw_power
from analytics.simulation.sources import can_take, too_low

CHECK_VOLTAGE = 1
CHECK_PHASES = 2


@compiled
def _fits_phases(energy: Any, shop: Any, machine: int, extra_mw: int) -> bool:
    """Whether no phase of its bus is overloaded when a machine draws ``extra_mw`` more.

    Apparent powers add up by phase as if they were in phase with each other, on the safe side. In
    thirds of a mVA, so that a third of three phases is exact; base loads have a power factor of 1
    and lie evenly on the phases.
    """
    bus = shop.group_c[shop.machine_c[machine].group].bus
    b = energy.bus_c[bus]
    c = energy.site_c[b.site]
    first = b.base_mw
    second = b.base_mw
    third = b.base_mw
    for group in range(c.first_group, c.first_group + c.groups):
        g = shop.group_c[group]
        if g.bus != bus:
            continue
        draw = 0
        for other in range(g.first_machine, g.first_machine + g.machines):
            draw += shop.machine[other].draw_mw
            if other == machine:
                draw += extra_mw
        apparent = draw * g.apparent_ppm // PPM
        if g.phase == 0 or b.phases == 1:
            first += apparent
            second += apparent
            third += apparent
        elif g.phase == 1:
            first += 3 * apparent
        elif g.phase == 2:
            second += 3 * apparent
        else:
            third += 3 * apparent
    return bool(max(first, max(second, third)) <= b.limit_mva)


@compiled
def may_draw(energy: Any, shop: Any, scratch: Any, machine: int, extra_mw: int) -> bool:
    """Whether a machine can draw ``extra_mw`` more now: sources, its bus, phases, voltage."""
    g = shop.group_c[shop.machine_c[machine].group]
    if not can_take(energy, scratch, g.site, g.bus, extra_mw):
        return False
    if g.checks == 0:
        return True
    if too_low(energy, g.site, g.minimum_voltage_ppm):
        return False
    if g.checks & CHECK_PHASES == 0 or extra_mw <= 0:
        return True
    return _fits_phases(energy, shop, machine, extra_mw)


@compiled
def start_up(agenda: Any, shop: Any, machine: int) -> None:
    """Arm the end of the start-up peak of a machine on which work begins."""
    g = shop.group_c[shop.machine_c[machine].group]
    record = shop.machine[machine]
    record.peak_ms = agenda.clock[0].now_ms + g.start_ms
    arm(agenda, agenda.bases[slots.REWARM] + machine, record.peak_ms)


@compiled
def end_of_peak(agenda: Any, energy: Any, shop: Any, scratch: Any, machine: int) -> None:
    """A machine that has started up falls to its running power."""
    record = shop.machine[machine]
    g = shop.group_c[shop.machine_c[machine].group]
    if record.op == NONE or record.running == 0 or record.peak_ms > agenda.clock[0].now_ms:
        return
    draw_power(energy, shop, machine, g.run_mw)
    if energy.site_c[g.site].ideal_power == 1:
        return
    mark_site(energy, scratch, g.site)
    if energy.site[g.site].refused == 1:
        mark_all_groups(energy, shop, scratch, g.site)
