"""One operation at one work centre: how long it takes, and when it can be done there."""

from __future__ import annotations

from typing import Any

from analytics.rerouting.decode.capacity import find
from analytics.rerouting.decode.material import available_from
from analytics.simulation.cache import compiled
from analytics.simulation.features import SHARES
from analytics.simulation.layout import FOREVER, PPM
from analytics.simulation.rules.work import is_rest, kind_at, nominal_ms, units_at

ARTICLE = -1
"""Value of ``Gates.opens``: permission comes with a first article, which no lot is yet."""


@compiled
def machine_time(bill: Any, shop: Any, group: int, op: int, units: int) -> tuple[int, int, int]:
    """Duration of an operation, the machine time that it takes from other work, ms, and machines.

    The first two differ in an oven, where lots of the same size lie side by side. Several machines
    share a lot where they may; each has its own setup, and the duration is that of all shares in a
    row.
    """
    g = shop.group_c[group]
    kind = kind_at(bill.optype_c, bill.op[op].optype, group)
    nominal = nominal_ms(bill.optype_c[kind], g.speed_ppm, units, g.batch_units)
    machines = 1
    least = bill.optype_c[kind].share_units
    if least > 0 and g.features & SHARES:
        machines = max(1, min(g.machines, units // least))
        fixed_ms = bill.optype_c[kind].setup_ms + bill.optype_c[kind].cycle_ms
        nominal += (machines - 1) * fixed_ms * PPM // g.speed_ppm
    duration = max(1, int(nominal * g.planning_ppm // PPM))
    together = 1
    if g.batch_units > units:
        together = max(1, g.batch_units // units)
    return duration, max(1, duration // together), machines


@compiled
def planned_units(rules: Any, bill: Any, lot: int, step: int) -> int:
    """Units that an operation starts with, by the kernel's rule, without those it has done."""
    units = units_at(rules, bill, lot, step)
    if is_rest(bill, bill.lot_c[lot].first_op + step):
        units = min(units, bill.lot[lot].units)
    return max(1, units)


@compiled
def gate_row(gates: Any, bill: Any, site: int, lot: int) -> int:
    """Row of the permission of a site for the part of a lot."""
    return int(site * gates.parts + bill.lot_c[lot].part)


@compiled
def leaving_ms(gates: Any, bill: Any, site: int, lot: int, finish_ms: int) -> int:
    """When a lot may leave a site: a first article only once it is approved."""
    row = gate_row(gates, bill, site, lot)
    if gates.opens[row] == ARTICLE and finish_ms < FOREVER:
        return int(finish_ms + gates.wait_ms[row])
    return finish_ms


@compiled
def trial(
    rules: Any,
    bill: Any,
    shop: Any,
    gates: Any,
    store: Any,
    group: int,
    op: int,
    units: int,
    ready_ms: int,
) -> int:
    """End of an operation if it were planned at a work centre now; ``FOREVER``: impossible."""
    site = shop.group_c[group].site
    opens = gates.opens[gate_row(gates, bill, site, bill.op[op].lot)]
    ready_ms = max(ready_ms, opens)
    ready_ms = max(ready_ms, available_from(rules, bill, store, site, op, units, shop.start_ms))
    if ready_ms >= FOREVER:
        return FOREVER
    duration, need, machines = machine_time(bill, shop, group, op, units)
    _, end = find(shop, group, ready_ms, need, machines, False)
    return FOREVER if end >= FOREVER else int(end + duration - need)
