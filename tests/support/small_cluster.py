"""A small cluster that uses every figure of the specifications once."""

from datetime import UTC, datetime
from typing import Any

from federation.topology.model import ClusterSpec

MONDAY = datetime(2027, 1, 4, tzinfo=UTC)


def small_cluster(**changes: Any) -> ClusterSpec:
    """Two sites, two customers, two links, two products; ``changes`` replace top-level keys."""
    return ClusterSpec.model_validate({**_CLUSTER, **changes})


_NORTH: dict[str, Any] = {
    "id": "NORTH",
    "name": "North",
    "country": "NG",
    "region": "sahel",
    "latitude_deg": 10.5105,
    "longitude_deg": 7.4165,
    "utc_offset_h": 1.0,
    "machines": [
        {
            "id": "brake",
            "process": "bending",
            "count": 2,
            "bus": "shop",
            "idle_kw": 0.2,
            "run_kw": 4.0,
            "speed_factor": 1.25,
            "operators": 1.5,
            "failure": {
                "time_to_failure": {"kind": "weibull", "mean_h": 90.0, "shape": 2.0},
                "time_to_repair": {"kind": "lognormal", "mean_h": 10.0, "cv": 1.0, "cap_h": 40.0},
            },
        },
        {
            "id": "oven",
            "process": "coating",
            "bus": "shop",
            "idle_kw": 1.0,
            "run_kw": 24.0,
            "batch_capacity_units": 40,
            "rewarm_min": 30.0,
            "ride_through_s": 0.5,
        },
    ],
    "shifts": [
        {"days": ["mon", "tue", "wed", "thu", "fri", "sat"], "start": "08:00", "end": "16:00"}
    ],
    "labour": {"headcount": 6, "wage_per_h": 2.5},
    "stock": [
        {"material": "sheet", "on_hand": 500.0, "weekly_receipt": 120.0, "receipt_day": "tue"},
        {"material": "powder", "on_hand": 40.0},
    ],
    "energy": {
        "buses": [
            {"id": "shop", "base_load_kw": 2.0, "limit_kw": 60.0},
            {"id": "essential", "base_load_kw": 0.5},
        ],
        "grid": {
            "limit_kw": 50.0,
            "tariff_per_kwh": 0.16,
            "emission_g_per_kwh": 523.0,
            "outages": {"per_month": 30.0, "duration": {"kind": "exponential", "mean_h": 5.0}},
        },
        "inverter": {
            "power_kw": 5.0,
            "backs_up": ["essential"],
            "transfer_time_s": 0.02,
            "pv": {"peak_kw": 10.0},
            "battery": {
                "capacity_kwh": 15.0,
                "charge_kw": 5.0,
                "discharge_kw": 5.0,
                "reserve_fraction": 0.3,
                "initial_soc_fraction": 0.8,
            },
        },
    },
}

_SOUTH: dict[str, Any] = {
    "id": "SOUTH",
    "name": "South",
    "country": "GH",
    "latitude_deg": 4.9,
    "longitude_deg": -1.7667,
    "machines": [
        {"id": "laser", "process": "laser_cutting", "run_kw": 6.5, "materials_worked": ["sheet"]},
        {"id": "brake", "process": "bending", "run_kw": 4.0},
        {"id": "oven", "process": "coating", "run_kw": 24.0, "batch_capacity_units": 40},
        {"id": "printer", "process": "3d_printing_fdm", "count": 3, "unattended": True},
        {"id": "cell", "process": "assembly", "run_kw": 0.2, "operators": 2.0},
    ],
    "stock": [
        {"material": "sheet", "on_hand": 900.0},
        {"material": "powder", "on_hand": 60.0},
        {"material": "filament", "on_hand": 30.0, "weekly_receipt": 5.0},
    ],
    "energy": {
        "grid": {"limit_kw": 65.0, "tariff_per_kwh": 0.125},
        "genset": {
            "rated_kw": 20.0,
            "minimum_load_fraction": 0.3,
            "tank_l": 100.0,
            "fuel_on_hand_l": 60.0,
            "deliveries": {"lead_h": 24.0, "allocation_l": 15.0, "every_h": 48.0},
        },
        "island_order": ["genset", "battery"],
    },
}

_LAMP: dict[str, Any] = {
    "id": "lamp",
    "name": "Lamp",
    "price": 30.0,
    "lateness_cost_per_unit_day": 0.5,
    "root": {
        "id": "lamp",
        "mass_kg": 0.5,
        "operations": [{"id": "join", "process": "assembly", "unit_time_min": 4.3}],
        "components": [
            {
                "id": "shell",
                "mass_kg": 0.18,
                "operations": [
                    {
                        "id": "cut",
                        "process": "laser_cutting",
                        "material_worked": "sheet",
                        "unit_time_min": 0.5,
                        "setup_time_min": 5.0,
                        "consumes": [{"material": "sheet", "quantity_per_unit": 0.2}],
                    },
                    {"id": "bend", "process": "bending", "unit_time_min": 2.0, "time_cv": 0.3},
                    {
                        "id": "coat",
                        "process": "coating",
                        "cycle_time_min": 60.0,
                        "on_interruption": "restart",
                        "longest_pause_min": 90.0,
                        "consumes": [{"material": "powder", "quantity_per_unit": 0.01}],
                    },
                ],
            },
            {
                "id": "lens",
                "mass_kg": 0.012,
                "operations": [
                    {
                        "id": "print",
                        "process": "3d_printing_fdm",
                        "unit_time_min": 65.0,
                        "on_interruption": "resume",
                        "resume_probability": 0.4,
                        "yield_fraction": 0.9,
                        "consumes": [{"material": "filament", "quantity_per_unit": 0.012}],
                        "recovers": [{"material": "filament", "quantity_per_unit": 0.006}],
                    }
                ],
            },
        ],
    },
    "permissions": [
        {"part": "lamp", "site": "SOUTH"},
        {"part": "lens", "site": "SOUTH"},
        {"part": "shell", "site": "NORTH"},
        {
            "part": "shell",
            "site": "SOUTH",
            "status": "first_article",
            "approval_h": 4.0,
            "approver": "NORTH",
        },
    ],
    "variants": [{"id": "NG-plug", "markets": ["NG"]}],
}

_PLATE: dict[str, Any] = {
    "id": "plate",
    "name": "Plate",
    "price": 4.0,
    "lot_size": 12,
    "minimum_lot": 2,
    "root": {
        "id": "plate",
        "mass_kg": 1.0,
        "operations": [{"id": "bend", "process": "bending", "unit_time_min": 1.0}],
    },
    "permissions": [{"part": "plate", "site": "NORTH"}],
}

_CLUSTER: dict[str, Any] = {
    "id": "small",
    "name": "Small",
    "start": MONDAY,
    "lot_size": 16,
    "materials": [
        {"id": "sheet", "unit": "kg", "price": 1.4},
        {"id": "powder", "unit": "kg", "price": 6.0},
        {"id": "filament", "unit": "kg", "price": 18.0},
    ],
    "sites": [_NORTH, _SOUTH],
    "customers": [
        {"id": "gate", "name": "Gate", "country": "GH", "at_site": "SOUTH"},
        {
            "id": "clinic",
            "name": "Clinic",
            "country": "NG",
            "latitude_deg": 9.0,
            "longitude_deg": 7.0,
            "utc_offset_h": 1.0,
        },
    ],
    "links": [
        {
            "id": "N-S",
            "start": "NORTH",
            "end": "SOUTH",
            "mode": "rigid",
            "distance_km": 900.0,
            "drive_h": 18.0,
            "border_h": 12.0,
            "customs": {"open": "07:00", "close": "19:00"},
            "night_driving": False,
            "cost_per_t": 91.0,
            "minimum_charge": 25.0,
            "emission_kg_per_t": 63.0,
            "travel_time_cv": 0.2,
        },
        {
            "id": "N-C",
            "start": "NORTH",
            "end": "clinic",
            "mode": "van",
            "distance_km": 200.0,
            "drive_h": 4.0,
            "departures": ["17:00", "09:00"],
        },
    ],
    "products": [_LAMP, _PLATE],
    "orders": [
        {
            "id": "ORD-1",
            "product": "lamp",
            "variant": "NG-plug",
            "customer": "clinic",
            "quantity": 40,
            "release": "2027-01-04T06:00:00+00:00",
            "due": "2027-01-12T16:00:00+00:00",
        },
        {
            "id": "ORD-2",
            "product": "plate",
            "customer": "clinic",
            "quantity": 10,
            "release": "2027-01-05T06:00:00+00:00",
            "due": "2027-01-08T16:00:00+00:00",
            "lateness_cost_per_unit_day": 0.2,
        },
        {
            "id": "ORD-3",
            "product": "lamp",
            "customer": "gate",
            "quantity": 20,
            "release": "2027-01-11T06:00:00+00:00",
            "due": "2027-01-18T16:00:00+00:00",
        },
    ],
    "genset_hire": [
        {
            "id": "hire-north",
            "site": "NORTH",
            "lead_h": 120.0,
            "price_per_day": 80.0,
            "genset": {
                "rated_kw": 20.0,
                "backs_up": ["shop"],
                "tank_l": 80.0,
                "fuel_on_hand_l": 50.0,
            },
        }
    ],
}
