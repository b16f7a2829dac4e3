"""The truth of a plant's machines, in the columns of a snapshot. Pure."""

from __future__ import annotations

import math
from typing import Any

from analytics.plant_birth import failure_ms, powered_ms
from analytics.plant_machines import hours_now, machine_columns, tellers
from analytics.simulation.compile.people import pool_ids
from analytics.simulation.compile.setups import family_numbers
from analytics.simulation.features import USE_CLOCK
from analytics.simulation.layout import NONE
from analytics.simulation.model import SimModel, SimState


def machine_rows(model: SimModel, state: SimState, start_us: int) -> list[dict[str, Any]]:
    """A row for each machine; null where it has nothing to tell of a fact."""
    told, tells = machine_columns(model, state), tellers(model)
    now_ms = int(state.clock["now_ms"][0])
    families, pools = [""], []
    if model.cluster is not None:
        families += family_numbers(model.cluster)
        pools += [pool for _, _, pool in pool_ids(model.cluster)]

    def row_of(row: int) -> dict[str, Any]:
        (site, unit), record = model.names.machines[row], state.machine[row]
        group = int(model.machine["group"][row])

        def value(signal: str) -> float | None:
            found = float(told[signal][row]) if tells[signal][row] else math.nan
            return None if math.isnan(found) else found

        def hours(signal: str) -> float | None:
            found = value(signal)
            return None if found is None else hours_now(signal, found, now_ms)

        def at(time_ms: int) -> int:
            return start_us + time_ms * 1000

        lot, family, pool = value("job.lot"), value("setup.family"), value("job.pool")
        powered, failure = value("machine.powered"), value("failure.state")
        warms = powered and model.group["rewarm_ms"][group] > 0
        paused = int(record["paused_ms"])
        # By use nothing counts from the calendar moment of the last repair.
        by_use = bool(model.group["features"][group] & USE_CLOCK)
        counts = failure is not None and not (by_use and failure == 0)
        people = pools[int(pool)] if pool is not None else ""
        return {
            "site": site,
            "work_centre": model.names.groups[group][1],
            "machine": unit,
            "state": int(record["state"]),
            "since": at(int(record["since_ms"])),
            "lot": None if lot is None else model.names.lots[int(lot)],
            "operation": value("job.operation"),
            "remaining_h": hours("job.remaining_h"),
            "good": int(record["good_units"]),
            "scrap": int(record["scrap_units"]),
            "powered": None if powered is None else bool(powered),
            "powered_since": at(powered_ms(model, state, row, now_ms)) if warms else None,
            "family": None if family is None else families[int(family)],
            "setup_left_h": hours("setup.remaining_h"),
            "setup_h": value("setup.whole_h"),
            "interrupted": paused != NONE,
            "interrupted_since": at(paused) if paused != NONE else None,
            "pool": people if tells["job.pool"][row] else None,
            "failure": failure,
            "failure_since": at(failure_ms(model, state, row, now_ms)) if counts else None,
            "use_h": hours("failure.use_h"),
            "upkeep": value("upkeep.state"),
            "upkeep_left_h": hours("upkeep.left_h"),
        }

    return [row_of(row) for row in range(len(model.machine))]
