"""A cluster in which a part can be made at home and at Away; one change makes Away unfit.

Each entry of ``CHANGES`` is what one requirement of ``federation.topology.requirements`` is about.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from federation.topology.model import ClusterSpec
from tests.support.small_cluster import MONDAY

Data = dict[str, Any]


def _site(name: str, **changes: Any) -> Data:
    site = {
        "id": name,
        "name": name,
        "country": "NG",
        "organisation": f"{name}-Ltd",
        "latitude_deg": 6.0,
        "longitude_deg": 3.0,
        "machines": [
            {
                "id": "mill",
                "process": "cnc_milling",
                "materials_worked": ["aluminium", "steel"],
                "envelope_mm": [600, 400, 300],
                "run_kw": 6.0,
                "skill_level": 2,
            }
        ],
        "pools": [
            {
                "id": "millers",
                "headcount": 2,
                "skills": {"cnc_milling": 3},
                "shifts": [{"days": ["mon"], "start": "08:00", "end": "16:00"}],
            }
        ],
        "tools": [{"id": "fixture"}],
        "stock": [{"material": "aluminium", "on_hand": 50.0}],
        "energy": {"buses": [{"id": "main", "base_load_kw": 1.0}], "grid": {"limit_kw": 20.0}},
    }
    return {**site, **changes}


DATA: Data = {
    "id": "pair",
    "name": "Pair",
    "start": MONDAY,
    "materials": [
        {"id": "aluminium", "unit": "kg", "price": 4.0},
        {"id": "steel", "unit": "kg", "price": 1.0},
    ],
    "sites": [_site("Home"), _site("Away")],
    "links": [
        {"id": "H-A", "start": "Home", "end": "Away", "mode": "van", "distance_km": 10,
         "drive_h": 0.5},
    ],
    "customers": [{"id": "gate", "name": "Gate", "country": "NG", "at_site": "Home"}],
    "products": [
        {
            "id": "block",
            "name": "Block",
            "price": 90.0,
            "root": {
                "id": "block",
                "mass_kg": 2.0,
                "disclosed_to": ["Home", "Away-Ltd"],
                "operations": [
                    {
                        "id": "mill",
                        "process": "cnc_milling",
                        "material_worked": "aluminium",
                        "size_mm": [250, 550, 400],
                        "skill_level": 2,
                        "tool": "fixture",
                        "unit_time_min": 30,
                        "consumes": [{"material": "aluminium", "quantity_per_unit": 2.5}],
                    }
                ],
            },
            "permissions": [{"part": "block", "site": "Home"}, {"part": "block", "site": "Away"}],
        }
    ],
    "orders": [
        {"id": "O-1", "product": "block", "customer": "gate", "quantity": 8,
         "release": "2027-01-04T06:00:00+00:00", "due": "2027-01-09T16:00:00+00:00"}
    ],
}  # fmt: skip


def _at_away(key: str, value: Any) -> Callable[[Data], None]:
    def change(data: Data) -> None:
        data["sites"][1][key] = value

    return change


def _machine(**values: Any) -> Callable[[Data], None]:
    def change(data: Data) -> None:
        data["sites"][1]["machines"][0].update(values)

    return change


def _shown_to_home(data: Data) -> None:
    data["products"][0]["root"]["disclosed_to"] = ["Home"]


def _no_permission(data: Data) -> None:
    del data["products"][0]["permissions"][1]


_NIGHTS = {
    "id": "millers",
    "headcount": 2,
    "skills": {"cnc_milling": 3},
    "shifts": [{"days": ["mon"], "start": "20:00", "end": "22:00"}],
}


def _named_at_home(data: Data) -> None:
    (step,) = data["products"][0]["root"]["operations"]
    there = {"site": "Home", "work_centre": "mill", "unit_time_min": step.pop("unit_time_min")}
    step["alternatives"] = [there]


CHANGES: dict[str, Callable[[Data], None]] = {
    "process": _machine(process="cnc_turning"),
    "alternative": _named_at_home,
    "material_worked": _machine(materials_worked=["steel"]),
    "envelope": _machine(envelope_mm=[600, 400, 240]),
    "skill": _machine(skill_level=1),
    "tool": _at_away("tools", []),
    "energy": _at_away(
        "energy", {"buses": [{"id": "main", "base_load_kw": 1.0}], "grid": {"limit_kw": 6.9}}
    ),
    "calendar": _at_away("pools", [_NIGHTS]),
    "disclosure": _shown_to_home,
    "permission": _no_permission,
    "material": _at_away("stock", []),
}
"""Requirement to the change after which Away fails it, and no other."""


def pair(*changes: str) -> ClusterSpec:
    """The cluster after the changes for some requirements."""
    data = copy.deepcopy(DATA)
    for name in changes:
        CHANGES[name](data)
    return ClusterSpec.model_validate(data)
