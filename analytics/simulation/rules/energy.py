"""Who supplies whom: the exact integer power balance of one site at one moment.

Loads come in three classes by what backs their bus up without the grid: the inverter alone, a
genset alone, or both. All figures are mW and integers, so that sources and uses agree to the last
digit.
"""

from __future__ import annotations

from typing import Any

from analytics.simulation.cache import compiled

# elements of the flow array
SERVED_INVERTER = 0
SERVED_GENSET = 1
SERVED_BOTH = 2
PV = 3
GRID = 4
DISCHARGE = 5
CHARGE = 6
GENSET = 7
DUMPED = 8
EXPORT = 9
FLOWS = 10


@compiled
def on_grid(
    flow: Any,
    load: int,
    grid_mw: int,
    inverter_mw: int,
    pv_mw: int,
    discharge_mw: int,
    charge_mw: int,
    charging_mw: int,
    battery_first: int,
    export_mw: int,
) -> None:
    """Grid on: PV, then grid, then battery; PV surplus and spare grid fill the battery.

    ``discharge_mw`` and ``charge_mw`` are what the battery can give or take now. Over the grid it
    is charged up to a total of ``charging_mw``, at most ``grid_mw``. With ``battery_first`` it
    serves before the grid. Up to ``export_mw`` of the PV that is left then goes to the grid.
    """
    usable = min(pv_mw, inverter_mw)
    from_pv = min(load, usable)
    deliverable = min(discharge_mw, inverter_mw - from_pv)
    if battery_first == 1:
        discharge = min(load - from_pv, deliverable)
        from_grid = min(load - from_pv - discharge, grid_mw)
    else:
        from_grid = min(load - from_pv, grid_mw)
        discharge = min(load - from_pv - from_grid, deliverable)
    charge_pv = 0
    charge_grid = 0
    if discharge == 0:
        charge_pv = min(usable - from_pv, charge_mw)
        charge_grid = min(charge_mw - charge_pv, max(charging_mw - from_grid, 0))
    export = min(usable - from_pv - charge_pv, export_mw)
    flow[SERVED_INVERTER] = from_pv + from_grid + discharge
    flow[SERVED_GENSET] = 0
    flow[SERVED_BOTH] = 0
    flow[PV] = from_pv + charge_pv + export
    flow[GRID] = from_grid + charge_grid
    flow[DISCHARGE] = discharge
    flow[CHARGE] = charge_pv + charge_grid
    flow[GENSET] = 0
    flow[DUMPED] = 0
    flow[EXPORT] = export


@compiled
def island(
    flow: Any,
    load_inverter: int,
    load_genset: int,
    load_both: int,
    inverter_mw: int,
    pv_mw: int,
    discharge_mw: int,
    charge_mw: int,
    genset_mw: int,
    genset_min_mw: int,
    genset_first: int,
    cycle_mw: int,
) -> None:
    """Grid off: PV first, then battery and genset in the site's order.

    ``inverter_mw`` is 0 when the inverter cannot form a grid, ``genset_mw`` 0 when the set does not
    run. Below its minimum load the genset's surplus charges the battery, and the rest is dumped.
    With ``cycle_mw`` above 0 it is run up to that power as far as the battery takes it.
    """
    usable = min(pv_mw, inverter_mw)
    room = inverter_mw
    used_pv = min(load_inverter, usable)
    room -= used_pv
    discharge = min(load_inverter - used_pv, min(discharge_mw, room))
    room -= discharge
    flow[SERVED_INVERTER] = used_pv + discharge

    genset = min(load_genset, genset_mw)
    flow[SERVED_GENSET] = genset

    need = load_both
    part = min(need, min(usable - used_pv, room))
    used_pv += part
    room -= part
    need -= part
    for turn in range(2):
        if (turn == 0) == (genset_first == 1):
            part = min(need, genset_mw - genset)
            genset += part
        else:
            part = min(need, min(discharge_mw - discharge, room))
            discharge += part
            room -= part
        need -= part
    flow[SERVED_BOTH] = load_both - need

    output = max(genset, genset_min_mw) if genset_mw > 0 else 0
    charge = 0
    from_pv = 0
    charging = discharge == 0 and inverter_mw > 0
    if charging:
        from_pv = min(usable - used_pv, charge_mw)
        output = max(output, min(cycle_mw, genset + charge_mw - from_pv))
    surplus = output - genset
    if charging:
        from_genset = min(surplus, charge_mw - from_pv)
        used_pv += from_pv
        surplus -= from_genset
        charge = from_pv + from_genset
    flow[PV] = used_pv
    flow[GRID] = 0
    flow[DISCHARGE] = discharge
    flow[CHARGE] = charge
    flow[GENSET] = output
    flow[DUMPED] = surplus
    flow[EXPORT] = 0


@compiled
def fuel_rate(intercept_pl_ms: int, slope_fl_ms_per_kw: int, output_mw: int) -> int:
    """Fuel of a running genset in pL/ms: the line of Skarstein and Uhlen (1989), floored.

    The slope comes in femtolitres, since a picolitre is too coarse for it.
    """
    return intercept_pl_ms + slope_fl_ms_per_kw * output_mw // 1_000_000_000
