"""A small cluster with one bottleneck: sheet metal at two homes, assembly at a third.

North has a laser and a press brake without any backup power; South has both too, but needs a first
article; Port assembles and is where the customer collects. Times are round so that a plan can be
checked by hand.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from analytics.simulation.compile.snapshot import compile_snapshot
from analytics.simulation.layout import HOUR_MS, PRIMITIVE_C
from analytics.simulation.model import SimModel, SimState
from federation.cut import planned
from federation.topology.model import ClusterSpec

START = datetime(2027, 1, 4, tzinfo=UTC)  # a Monday

GRID = {"buses": [{"id": "main"}], "grid": {"limit_kw": 100, "tariff_per_kwh": 0.1}}
SHIFTS = [{"days": ["mon", "tue", "wed", "thu", "fri", "sat"], "start": "08:00", "end": "16:00"}]


def metal_site(name: str, latitude: float, **changes: Any) -> dict[str, Any]:
    """A site that cuts and bends sheet."""
    site = {
        "id": name,
        "name": name,
        "country": "NG",
        "latitude_deg": latitude,
        "longitude_deg": 5.0,
        "shifts": SHIFTS,
        "labour": {"headcount": 4, "wage_per_h": 2.0},
        "energy": GRID,
        "machines": [
            {"id": "laser", "process": "laser_cutting", "run_kw": 6, "idle_kw": 1},
            {"id": "brake", "process": "bending", "run_kw": 4, "idle_kw": 0.2},
        ],
        "stock": [{"material": "sheet", "on_hand": 5000.0}],
    }
    return {**site, **changes}


def cluster_data(
    orders: int = 12,
    quantity: int = 16,
    gap_h: float = 6.0,
    lead_days: float = 6.0,
    lateness: float = 2.0,
    approval_h: float = 4.0,
) -> dict[str, Any]:
    """The cluster as plain data, to be changed by a test and validated by ``ClusterSpec``."""
    port = {
        "id": "Port",
        "name": "Port",
        "country": "NG",
        "latitude_deg": 6.5,
        "longitude_deg": 3.4,
        "shifts": SHIFTS,
        "labour": {"headcount": 4, "wage_per_h": 2.0},
        "machines": [{"id": "cell", "process": "assembly", "count": 2}],
        "stock": [{"material": "carton", "on_hand": 100000.0}],
    }
    link = {"mode": "rigid", "distance_km": 200, "drive_h": 4, "cost_per_t": 50}
    enclosure = {
        "id": "enclosure",
        "mass_kg": 2.0,
        "operations": [
            {
                "id": "cut",
                "process": "laser_cutting",
                "unit_time_min": 3,
                "consumes": [{"material": "sheet", "quantity_per_unit": 1.0}],
            },
            {"id": "bend", "process": "bending", "unit_time_min": 15},
        ],
    }
    root = {
        "id": "box",
        "mass_kg": 3.0,
        "operations": [
            {
                "id": "assemble",
                "process": "assembly",
                "unit_time_min": 5,
                "consumes": [{"material": "carton", "quantity_per_unit": 1.0}],
            }
        ],
        "components": [enclosure],
    }
    return {
        "id": "metal",
        "name": "Metal",
        "start": START,
        "sites": [
            metal_site("North", 10.5),
            metal_site("South", 4.9),
            port,
        ],
        "customers": [{"id": "buyer", "name": "Buyer", "country": "NG", "at_site": "Port"}],
        "links": [
            {"id": "N-P", "start": "North", "end": "Port", "minimum_charge": 25, **link},
            {"id": "S-P", "start": "South", "end": "Port", "minimum_charge": 25, **link},
        ],
        "materials": [
            {"id": "sheet", "unit": "kg", "price": 1.5},
            {"id": "carton", "unit": "piece", "price": 0.1},
        ],
        "products": [
            {
                "id": "P",
                "name": "Box",
                "price": 40,
                "lateness_cost_per_unit_day": lateness,
                "root": root,
                "permissions": [
                    {"part": "box", "site": "Port"},
                    {"part": "enclosure", "site": "North"},
                    {
                        "part": "enclosure",
                        "site": "South",
                        "status": "first_article",
                        "approval_h": approval_h,
                        "approver": "Port",
                        "approval_cost": 60,
                    },
                ],
            }
        ],
        "orders": [
            {
                "id": f"O-{number:03d}",
                "product": "P",
                "customer": "buyer",
                "quantity": quantity,
                "release": START + timedelta(hours=gap_h * number),
                "due": START + timedelta(hours=gap_h * number, days=lead_days),
            }
            for number in range(orders)
        ],
    }


def metal_cluster(**figures: Any) -> ClusterSpec:
    """The cluster, validated."""
    return ClusterSpec.model_validate(cluster_data(**figures))


def believed(
    cluster: ClusterSpec, changes: list[tuple[int, int, int, int]] | None = None
) -> tuple[SimModel, SimState]:
    """The deterministic model and the state at the start, with timed changes (hours, ...)."""
    rows = [(hours * HOUR_MS, kind, entity, value) for hours, kind, entity, value in changes or []]
    model, state = compile_snapshot(planned(cluster), np.array(rows, dtype=PRIMITIVE_C))
    return model.with_run(0, 0, deterministic=True), state
