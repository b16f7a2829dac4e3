"""A cluster that uses every feature of the shop floor, energy and transport at least once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from federation.topology.model import ClusterSpec

START = datetime(2027, 1, 4, tzinfo=UTC)
WORKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat"]


def whole_cluster(*, certain: bool = False, orders: int = 12) -> ClusterSpec:
    """A hub that makes plates and rods, and a depot that joins and packs them.

    Parameters
    ----------
    certain
        Every length of time is its mean, and the grid fails after a roster alone; what is drawn by
        lot and operation (yield, rework, rejects, times of operations) stays.
    orders
        Kits ordered; every third order is for rods, with priority.
    """

    def spread(mean_h: float, **kind: Any) -> dict[str, Any]:
        if certain:
            return {"kind": "deterministic", "mean_h": mean_h}
        return {"mean_h": mean_h, **kind}

    return ClusterSpec.model_validate(
        {
            "id": "whole",
            "name": "Everything once",
            "start": START,
            "lot_size": 10,
            "materials": [
                {"id": "sheet", "unit": "kg", "price": 1.4},
                {"id": "scrap-sheet", "unit": "kg", "price": 0.9},
                {"id": "bar", "unit": "kg", "price": 2.0},
                {"id": "paint", "unit": "kg", "price": 6.0, "dangerous_goods": "3"},
                {"id": "box", "unit": "piece", "price": 0.4},
            ],
            "sites": [_hub(spread, certain=certain), _depot(spread)],
            "customers": [
                {"id": "shop", "name": "Shop", "country": "KE", "at_site": "DEPOT"},
                {
                    "id": "clinic",
                    "name": "Clinic",
                    "country": "TZ",
                    "latitude_deg": -6.8,
                    "longitude_deg": 39.3,
                    "utc_offset_h": 3.0,
                },
            ],
            "links": _links(certain=certain),
            "products": [_kit(spread), _rod()],
            "orders": list(_orders(orders)),
            "conwip": [
                {"product": "kit", "lots": 5},
                {"product": "kit", "part": "plate", "site": "HUB", "lots": 4},
            ],
        }
    )


def _hub(spread: Any, *, certain: bool) -> dict[str, Any]:
    roster = {
        "first": "2027-01-05",
        "last": "2027-02-28",
        "off": [
            {"days": ["tue", "thu"], "start": "09:00", "end": "17:30"},
            {"days": ["fri"], "start": "13:00", "end": "23:30"},
        ],
    }
    outages = {"per_month": 40.0, "duration": {"kind": "lognormal", "mean_h": 3.0, "cv": 0.8}}
    return {
        "id": "HUB",
        "name": "Hub",
        "country": "KE",
        "region": "coast",
        "latitude_deg": -1.3,
        "longitude_deg": 36.8,
        "utc_offset_h": 3.0,
        "shifts": [{"days": WORKDAYS, "start": "07:00", "end": "19:00"}],
        "holidays": [{"day": "2027-01-13"}],
        "labour": {"headcount": 5, "wage_per_h": 3.0},
        "pools": [
            {"id": "fitters", "headcount": 2, "skills": {"sawing": 2, "milling": 2}},
            {
                "id": "helpers",
                "headcount": 2,
                "skills": {"sawing": 1, "coating": 1},
                "shifts": [{"days": WORKDAYS, "start": "07:00", "end": "15:00"}],
            },
        ],
        "repair_crews": 1,
        "tools": [{"id": "jig", "count": 2}],
        "machines": [
            {
                "id": "saw",
                "process": "sawing",
                "count": 2,
                "bus": "shop",
                "idle_kw": 0.3,
                "run_kw": 3.0,
                "start_kw": 5.0,
                "start_s": 40.0,
                "failure": {
                    "time_to_failure": spread(31.0, kind="weibull", shape=3.0),
                    "time_to_repair": spread(2.3, kind="lognormal", cv=0.7),
                },
                "maintenance": {
                    "every_h": 60.0,
                    "duration": spread(1.4, kind="gamma", cv=0.5),
                    "overdue_h": 3.0,
                },
                "setups": {
                    "default_min": 80.0,
                    "same_family_min": 4.0,
                    "changeovers": [{"before": "thin", "after": "thick", "time_min": 110.0}],
                },
                "dispatch": {"rule": "fifo", "preemptive": True},
            },
            {
                "id": "mill",
                "process": "milling",
                "bus": "shop",
                "idle_kw": 0.5,
                "run_kw": 6.0,
                "skill_level": 2,
                "buffer_lots": 1,
                "rewarm_min": 20.0,
                "failure": {
                    "time_to_failure": spread(14.0, kind="weibull", shape=2.5),
                    "time_to_repair": spread(4.1, kind="lognormal", cv=0.6),
                    "clock": "use",
                },
                "maintenance": {
                    "every_h": 11.0,
                    "first_h": 6.0,
                    "clock": "use",
                    "duration": spread(2.2, kind="gamma", cv=0.4),
                    "window": [{"days": WORKDAYS, "start": "12:00", "end": "18:00"}],
                },
            },
            {
                "id": "oven",
                "process": "coating",
                "bus": "shop",
                "idle_kw": 0.5,
                "run_kw": 9.0,
                "batch_capacity_units": 30,
                "batch_minimum_units": 20,
                "batch_longest_wait_min": 300.0,
                "rewarm_min": 45.0,
                "ride_through_s": 1.0,
                "kanban": [{"product": "kit", "part": "plate", "cards": 2}],
            },
        ],
        "stock": [
            {
                "material": "sheet",
                "on_hand": 32.0,
                "supplier": {
                    "id": "mill-co",
                    "reorder_point": 40.0,
                    "order_quantity": 50.0,
                    "lead": spread(41.0, kind="gamma", cv=0.4),
                    "hours": {"open": "08:00", "close": "17:00"},
                },
            },
            {"material": "scrap-sheet", "on_hand": 20.0},
            {"material": "sheet", "on_hand": 24.0, "owner": "clinic"},
            {"material": "bar", "on_hand": 30.0, "weekly_receipt": 40.0, "receipt_day": "wed"},
            {"material": "paint", "on_hand": 40.0},
        ],
        "energy": {
            "buses": [
                {"id": "shop", "base_load_kw": 0.8, "limit_kw": 30.0},
                {"id": "office", "base_load_kw": 0.4},
            ],
            "grid": {
                "limit_kw": 24.0,
                "tariff_per_kwh": 0.2,
                **({"roster": [roster]} if certain else {"outages": outages}),
            },
            "inverter": {
                "power_kw": 8.0,
                "backs_up": ["shop", "office"],
                "transfer_time_s": 8.0,
                "pv": {"peak_kw": 6.0, "error_cv": 0.0 if certain else 0.35},
                "battery": {
                    "capacity_kwh": 9.0,
                    "charge_kw": 4.0,
                    "discharge_kw": 6.0,
                    "reserve_fraction": 0.3,
                },
            },
            "genset": {
                "rated_kw": 10.0,
                "backs_up": ["shop"],
                "start_time_s": 1500.0,
                "tank_l": 60.0,
                "fuel_on_hand_l": 8.0,
                "deliveries": {"lead_h": 20.0, "allocation_l": 9.0, "every_h": 50.0},
            },
        },
    }


def _depot(spread: Any) -> dict[str, Any]:
    return {
        "id": "DEPOT",
        "name": "Depot",
        "country": "KE",
        "region": "coast",
        "latitude_deg": -4.0,
        "longitude_deg": 39.6,
        "utc_offset_h": 3.0,
        "shifts": [{"days": WORKDAYS, "start": "08:00", "end": "18:00"}],
        "pools": [{"id": "packers", "headcount": 3, "skills": {"packing": 1, "assembly": 1}}],
        "machines": [
            {"id": "press", "process": "milling", "run_kw": 4.0, "unattended": True},
            {"id": "table", "process": "assembly", "count": 2, "operators": 1.0},
            {
                "id": "line",
                "process": "packing",
                "operators": 2.0,
                "dispatch": {"rule": "atc"},
                "failure": {
                    "time_to_failure": spread(50.0, kind="gamma", cv=0.5),
                    "time_to_repair": spread(3.0, kind="exponential"),
                },
            },
            {"id": "printer", "process": "printing", "count": 2, "unattended": True},
        ],
        "stock": [
            {"material": "bar", "on_hand": 200.0},
            {
                "material": "box",
                "on_hand": 40.0,
                "supplier": {
                    "id": "box-co",
                    "reorder_point": 15.0,
                    "order_quantity": 30.0,
                    "lead": spread(30.0, kind="lognormal", cv=0.5),
                },
            },
        ],
    }


def _links(*, certain: bool) -> list[dict[str, Any]]:
    return [
        {
            "id": "H-D",
            "start": "HUB",
            "end": "DEPOT",
            "mode": "van",
            "distance_km": 480.0,
            "drive_h": 5.5,
            "night_driving": False,
            "consolidation_h": 3.0,
            "vehicles": 1,
            "capacity_kg": 90.0,
            "papers_h": 1.5,
            "dangerous_goods": "papers",
            "dangerous_papers_h": 4.0,
            "travel_time_cv": 0.0 if certain else 0.2,
        },
        {
            "id": "D-C",
            "start": "DEPOT",
            "end": "clinic",
            "mode": "rigid",
            "distance_km": 350.0,
            "drive_h": 7.0,
            "border_h": 5.0,
            "customs": {"open": "07:00", "close": "19:00"},
            "departures": ["09:00", "17:00"],
            "travel_time_cv": 0.0 if certain else 0.3,
        },
    ]


def _kit(spread: Any) -> dict[str, Any]:
    return {
        "id": "kit",
        "name": "Kit",
        "price": 60.0,
        "lateness_cost_per_unit_day": 1.0,
        "root": {
            "id": "kit",
            "mass_kg": 4.0,
            "operations": [
                {"id": "join", "process": "assembly", "unit_time_min": 9.0, "time_cv": 0.2},
                {
                    "id": "pack",
                    "process": "packing",
                    "unit_time_min": 5.0,
                    "consumes": [{"material": "box", "quantity_per_unit": 1.0}],
                    "inspection": {"hold": spread(9.0, kind="gamma", cv=0.6)},
                },
            ],
            "components": [
                {
                    "id": "plate",
                    "mass_kg": 2.0,
                    "operations": [
                        {
                            "id": "cut",
                            "process": "sawing",
                            "unit_time_min": 24.0,
                            "time_cv": 0.3,
                            "setup_family": "thin",
                            "tool": "jig",
                            "consumes": [
                                {
                                    "material": "sheet",
                                    "quantity_per_unit": 1.2,
                                    "substitute": {
                                        "material": "scrap-sheet",
                                        "quantity_per_unit": 1.5,
                                    },
                                }
                            ],
                        },
                        {
                            "id": "mill",
                            "process": "milling",
                            "unit_time_min": 21.0,
                            "time_cv": 0.4,
                            "yield_fraction": 0.92,
                            "recovers": [{"material": "scrap-sheet", "quantity_per_unit": 0.8}],
                            "rework": {"to": "mill", "probability": 0.25, "at_most": 3},
                        },
                        {
                            "id": "coat",
                            "process": "coating",
                            "cycle_time_min": 150.0,
                            "tool": "jig",
                            "on_interruption": "restart",
                            "longest_pause_min": 240.0,
                            "consumes": [{"material": "paint", "quantity_per_unit": 0.1}],
                            "inspection": {
                                "hold": spread(5.0, kind="lognormal", cv=0.5),
                                "reject_probability": 0.35,
                                "on_reject": "rework",
                            },
                            "rework": {
                                "to": "mill",
                                "probability": 0.0,
                                "site": "DEPOT",
                                "work_centre": "press",
                            },
                        },
                    ],
                },
                {
                    "id": "clip",
                    "mass_kg": 0.1,
                    "operations": [
                        {
                            "id": "print",
                            "process": "printing",
                            "unit_time_min": 40.0,
                            "yield_fraction": 0.85,
                        }
                    ],
                },
            ],
        },
        "permissions": [
            {"part": "kit", "site": "DEPOT", "status": "first_article", "approval_h": 30.0,
             "approver": "HUB"},
            {"part": "plate", "site": "HUB"},
            {"part": "plate", "site": "DEPOT"},
            {"part": "clip", "site": "DEPOT"},
        ],
    }  # fmt: skip


def _rod() -> dict[str, Any]:
    return {
        "id": "rod",
        "name": "Rod",
        "price": 20.0,
        "root": {
            "id": "rod",
            "mass_kg": 3.0,
            "operations": [
                {
                    "id": "cut",
                    "process": "sawing",
                    "unit_time_min": 14.0,
                    "setup_family": "thick",
                    "consumes": [{"material": "bar", "quantity_per_unit": 1.0}],
                },
            ],
        },
        "permissions": [{"part": "rod", "site": "HUB"}],
    }


def _orders(count: int) -> Any:
    for number in range(count):
        urgent = number % 3 == 2
        release = START + timedelta(hours=5 + 9 * number)
        yield {
            "id": f"O{number + 1:02d}",
            "product": "rod" if urgent else "kit",
            "customer": "clinic" if number % 2 else "shop",
            "quantity": 6 if urgent else 20,
            "release": release.isoformat(),
            "due": (release + timedelta(days=8)).isoformat(),
            "priority": -1 if urgent else 0,
        }
