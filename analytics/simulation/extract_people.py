"""The table of people, repair crews and tools, and what call-ins are paid beyond overtime."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from analytics.run_table import RunTable
from analytics.simulation.columns import RunColumns, hours
from analytics.simulation.layout import HOUR_MS, PPM
from analytics.simulation.model import SimModel, SimState
from analytics.simulation.people import CREW_POOL
from analytics.simulation.upkeep import WAITS_FOR_CREW

_PPM_HOUR = float(PPM) * HOUR_MS


def people(columns: RunColumns, model: SimModel, state: SimState) -> RunTable:
    """Hours of each pool from the fork to the horizon; utilisation is ``worked / available``."""
    pool = state.pool
    return RunTable(
        "people",
        {
            "site": columns.take("pool_sites"),
            "pool": columns.take("pools"),
            "kind": columns.take("pool_kinds"),
            "capacity": (model.pool["capacity_ppm"] + pool["change_ppm"]) / PPM,
            "available_h": pool["available_ppm_ms"] / _PPM_HOUR,
            "worked_h": pool["worked_ppm_ms"] / _PPM_HOUR,
            "waiting_h": _crew_waits(model, state),
            "call_in_h": pool["call_in_ppm_ms"] / _PPM_HOUR,
        },
    )


def _crew_waits(model: SimModel, state: SimState) -> npt.NDArray[np.float64]:
    """Hours for which machines of each crew's site waited, those that wait now included."""
    machine = state.machine
    waits = machine["crew_wait_ms"].copy()
    still = machine["failed"] == WAITS_FOR_CREW
    waits[still] += (state.clock["now_ms"][0] - machine["repair_ms"])[still]
    site = model.group["site"][model.machine["group"]]
    by_site = np.bincount(site, weights=waits, minlength=len(model.site))
    crews = model.pool["kind"] == CREW_POOL
    return hours(np.where(crews, by_site[model.pool["site"]], 0.0))


def call_in_hours(model: SimModel, state: SimState) -> npt.NDArray[np.float64]:
    """float64[sites]: person-hours paid beyond overtime, to the shortest call-in."""
    beyond = state.pool["call_in_ppm_ms"] / _PPM_HOUR
    found = np.bincount(model.pool["site"], weights=beyond, minlength=len(model.site))
    return found.astype(np.float64)
