"""Sequence-dependent setups: what a machine is set up for, and what a change takes."""

from __future__ import annotations

from typing import Any

from analytics.simulation.cache import compiled
from analytics.simulation.features import SETUPS
from analytics.simulation.layout import NONE, PPM
from analytics.simulation.rules.work import duration_ms


@compiled
def changeover_ms(shop: Any, work: Any, rules: Any, machine: int, op: int) -> int:
    """Setup of a machine for an operation, given what it is set up for."""
    group = shop.machine_c[machine].group
    g = shop.group_c[group]
    family = work.optype_c[work.op[op].optype].family
    if g.features & SETUPS == 0 or family == 0:
        return 0
    before = shop.machine[machine].family
    span = g.setup_default_ms
    if before == family:
        span = g.setup_same_ms
    else:
        for row in range(g.first_setup, g.first_setup + g.setups):
            if shop.setup_c[row].before == before and shop.setup_c[row].after == family:
                span = shop.setup_c[row].setup_ms
    if rules.scalar[0].deterministic == 1:
        span = span * g.planning_ppm // PPM
    return int(span)


@compiled
def work_ms(shop: Any, work: Any, rules: Any, group: int, op: int, units: int) -> int:
    """How long an operation takes at the speed of now, without changeover."""
    span = duration_ms(rules, work, shop.group_c[group], op, units)
    change = shop.group[group].speed_change_ppm
    if change != 0:
        span = max(1, span * PPM // max(PPM + change, 1))
    return int(span)


@compiled
def span_ms(shop: Any, work: Any, rules: Any, machine: int, op: int) -> int:
    """How long a machine would be busy with an operation of its queue, changeover included."""
    span = work.op[op].left_ms
    if span == 0:
        group = shop.machine_c[machine].group
        span = work_ms(shop, work, rules, group, op, work.lot[work.op[op].lot].units)
    return int(span + changeover_ms(shop, work, rules, machine, op))


@compiled
def prepare(shop: Any, work: Any, rules: Any, machine: int) -> None:
    """Work that was laid aside keeps what is left of it; a changeover comes before the work."""
    record = shop.machine[machine]
    entry = work.op[record.op]
    if entry.left_ms > 0:
        record.work_left_ms = entry.left_ms
    op = record.op
    while op != NONE:
        work.op[op].left_ms = 0
        op = work.op[op].batch_next
    span = changeover_ms(shop, work, rules, machine, record.op)
    record.setup_ms = span
    record.setup_left_ms = span
    record.work_left_ms += span
    family = work.optype_c[entry.optype].family
    if family > 0:
        record.family = family


@compiled
def begin_anew(shop: Any, machine: int) -> bool:
    """Whether a machine was interrupted in its changeover, which then begins anew."""
    record = shop.machine[machine]
    if record.setup_left_ms == 0:
        return False
    record.work_left_ms += record.setup_ms - record.setup_left_ms
    record.setup_left_ms = record.setup_ms
    return True
