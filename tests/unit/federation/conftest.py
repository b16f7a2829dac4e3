"""One small cluster for all: two sites that share work, and a customer."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pytest

from federation.tables import TIMESTAMP
from federation.topology.model import ClusterSpec
from twins.state_tables import SCHEMAS


@pytest.fixture(scope="session")
def cluster() -> ClusterSpec:
    return ClusterSpec.model_validate(
        {
            "id": "pair",
            "name": "Pair",
            "start": datetime(2027, 1, 4, tzinfo=UTC),
            "lot_size": 4,
            "materials": [
                {"id": "sheet", "unit": "kg", "price": 2.0},
                {"id": "resin", "unit": "l", "price": 9.0},
            ],
            "sites": [
                {
                    "id": "A",
                    "name": "Cutting",
                    "country": "GH",
                    "latitude_deg": 5.0,
                    "longitude_deg": -1.0,
                    "machines": [{"id": "laser", "process": "laser_cutting", "count": 2}],
                    "stock": [{"material": "sheet", "on_hand": 40.0}],
                    "energy": {
                        "grid": {"limit_kw": 50.0},
                        "inverter": {
                            "power_kw": 20.0,
                            "battery": {
                                "capacity_kwh": 20.0,
                                "charge_kw": 5.0,
                                "discharge_kw": 10.0,
                                "initial_soc_fraction": 0.5,
                            },
                        },
                        "genset": {"rated_kw": 10.0, "tank_l": 60.0, "fuel_on_hand_l": 45.0},
                    },
                },
                {
                    "id": "B",
                    "name": "Assembly",
                    "country": "TG",
                    "latitude_deg": 6.0,
                    "longitude_deg": 1.0,
                    "machines": [{"id": "bench", "process": "assembly"}],
                },
            ],
            "customers": [
                {
                    "id": "clinic",
                    "name": "Clinic",
                    "country": "TG",
                    "latitude_deg": 6.1,
                    "longitude_deg": 1.2,
                }
            ],
            "links": [
                {
                    "id": "A-B",
                    "start": "A",
                    "end": "B",
                    "mode": "rigid",
                    "distance_km": 100.0,
                    "drive_h": 3.0,
                    "border_h": 6.0,
                },
                {
                    "id": "A-B-air",
                    "start": "A",
                    "end": "B",
                    "two_way": False,
                    "mode": "air",
                    "distance_km": 80.0,
                    "drive_h": 5.0,
                },
                {
                    "id": "B-clinic",
                    "start": "B",
                    "end": "clinic",
                    "mode": "van",
                    "distance_km": 20.0,
                    "drive_h": 0.5,
                },
            ],
            "products": [
                {
                    "id": "lamp",
                    "name": "Lamp",
                    "lateness_cost_per_unit_day": 0.5,
                    "root": {
                        "id": "lamp",
                        "mass_kg": 0.5,
                        "operations": [{"id": "join", "process": "assembly", "unit_time_min": 5.0}],
                        "components": [
                            {
                                "id": "body",
                                "mass_kg": 0.2,
                                "operations": [
                                    {"id": "cut", "process": "laser_cutting", "unit_time_min": 1.0}
                                ],
                            }
                        ],
                    },
                    "permissions": [
                        {"part": "body", "site": "A"},
                        {
                            "part": "lamp",
                            "site": "B",
                            "status": "first_article",
                            "approval_h": 4.0,
                            "approver": "A",
                        },
                    ],
                }
            ],
            "orders": [
                {
                    "id": "ORD-1",
                    "product": "lamp",
                    "customer": "clinic",
                    "quantity": 6,
                    "release": datetime(2027, 1, 4, tzinfo=UTC),
                    "due": datetime(2027, 1, 15, tzinfo=UTC),
                }
            ],
        }
    )


LOTS = SCHEMAS["lots"]


@dataclass(frozen=True)
class FakeReading:
    """A twin's answer, made by hand."""

    tables: dict[str, pa.Table]
    revision: int
    state_hash: str
    last_time_us: int | None
    taken_at_us: int


def _reading(
    values: Iterable[tuple[str, str, datetime, float | None, str | None]] = (),
    lots: Iterable[dict[str, Any]] = (),
    revision: int = 1,
    quality: int = 0,
) -> FakeReading:
    rows = list(values)
    events = [dict.fromkeys(LOTS.names) | lot for lot in lots]
    times = [row[2] for row in rows] + [lot["since"] for lot in events]
    newest = max(times, default=None)
    return FakeReading(
        tables={
            "values": pa.table(
                {
                    "asset": pa.array([row[0] for row in rows], pa.string()),
                    "signal": pa.array([row[1] for row in rows], pa.string()),
                    "time": pa.array([row[2] for row in rows], TIMESTAMP),
                    "value": pa.array([row[3] for row in rows], pa.float64()),
                    "text": pa.array([row[4] for row in rows], pa.string()),
                    "quality": pa.array([quality] * len(rows), pa.uint8()),
                    "silence_s": pa.array([0.0] * len(rows)),
                }
            ),
            "lots": pa.Table.from_pylist(events, schema=LOTS),
        },
        revision=revision,
        state_hash=f"hash-{revision}",
        last_time_us=None if newest is None else round(newest.timestamp() * 1e6),
        taken_at_us=0 if newest is None else round(newest.timestamp() * 1e6),
    )


@pytest.fixture(scope="session")
def reading() -> Callable[..., FakeReading]:
    """Makes the reading of a site from (asset, signal, time, value, text) and lot events."""
    return _reading
