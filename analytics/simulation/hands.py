"""What else begins and ends when a machine takes up work or lays it down."""

from __future__ import annotations

from typing import Any

from analytics.simulation import slots
from analytics.simulation.cache import compiled
from analytics.simulation.heap import arm
from analytics.simulation.layout import FOREVER
from analytics.simulation.people import dismiss
from analytics.simulation.upkeep import start_clocks, stop_clocks


@compiled
def next_stage(agenda: Any, shop: Any, machine: int) -> None:
    """Arm the end of the start-up peak or of the changeover, whichever comes next."""
    now = agenda.clock[0].now_ms
    record = shop.machine[machine]
    if record.running == 0:
        return
    moment = FOREVER
    if record.setup_until_ms > now:
        moment = record.setup_until_ms
    if record.peak_ms > now:
        moment = min(moment, record.peak_ms)
    if moment < FOREVER:
        arm(agenda, agenda.bases[slots.REWARM] + machine, moment)


@compiled
def take_up(agenda: Any, shop: Any, rules: Any, machine: int) -> None:
    """Work begins: the changeover first, and what runs down by use."""
    record = shop.machine[machine]
    if record.setup_left_ms > 0:
        record.setup_until_ms = agenda.clock[0].now_ms + record.setup_left_ms
        record.setup_left_ms = 0
        next_stage(agenda, shop, machine)
    start_clocks(agenda, shop, rules, machine)


@compiled
def lay_down(agenda: Any, energy: Any, shop: Any, scratch: Any, machine: int) -> None:
    """Work stops: what is left of a changeover, clocks of use, and people who are free now."""
    now = agenda.clock[0].now_ms
    record = shop.machine[machine]
    if record.setup_until_ms > now:
        record.setup_left_ms = record.setup_until_ms - now
        arm(agenda, agenda.bases[slots.REWARM] + machine, FOREVER)
    record.setup_until_ms = 0
    stop_clocks(agenda, shop, machine)
    dismiss(energy, shop, scratch, machine, now)
