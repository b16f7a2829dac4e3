"""What is made: products with their parts, routings and permissions; stock; the order book."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from federation.generator.equipment import PROCESSES, Equipment, site_names
from federation.generator.parameters import Parameters
from federation.generator.places import COUNTRIES, Places

START = datetime(2027, 1, 4, tzinfo=UTC)
LOT_SIZE = 32
_MATERIALS = 24
_PERMITTED = 6
"""Sites that may do a step of a part, where so many have the process: those nearest to its home."""
_LOT_WORK_H = 0.4
"""Mean machine time of an operation on a whole lot: about half of the machines' hours in all."""
_DISTRIBUTED_CUSTOMERS = 0.06


@dataclass(frozen=True, eq=False)
class Goods:
    """Files of the products; customers, materials, orders; the stock that each site needs."""

    products: list[dict[str, Any]]
    customers: list[dict[str, Any]]
    materials: list[dict[str, Any]]
    orders: list[dict[str, Any]]
    kept: list[set[int]]


def draw_goods(
    parameters: Parameters, places: Places, equipment: Equipment, random: np.random.Generator
) -> Goods:
    """Products that can be made: each step at sites that have its process and its material."""
    kept: list[set[int]] = [set() for _ in range(parameters.sites)]
    names = site_names(parameters)
    products = [
        _product(number, names, places, equipment, kept, random)
        for number in range(1, parameters.product_count + 1)
    ]
    count = max(2, round(_DISTRIBUTED_CUSTOMERS * parameters.sites))
    gates = np.sort(random.choice(parameters.sites, min(count, parameters.sites), replace=False))
    customers = [
        {
            "id": f"C{number:03d}",
            "name": f"Customer {number}",
            "country": COUNTRIES[places.country[site]].code,
            "at_site": names[site],
        }
        for number, site in enumerate(gates.tolist(), start=1)
    ]
    materials = [
        {
            "id": f"M{number:02d}",
            "unit": "kg",
            "price": round(float(random.uniform(0.5, 5.0)), 2),
            "assumption": "drawn",
        }
        for number in range(_MATERIALS)
    ]
    orders = _orders(parameters, products, customers, random)
    return Goods(products, customers, materials, orders, kept)


def _product(
    number: int,
    names: list[str],
    places: Places,
    equipment: Equipment,
    kept: list[set[int]],
    random: np.random.Generator,
) -> dict[str, Any]:
    """A tree of two to four levels whose routings have three to eight steps in all."""
    home = int(random.integers(len(names)))
    near = np.argsort(places.distance_km[home], kind="stable")
    depth, steps = int(random.integers(2, 5)), int(random.integers(3, 9))
    steps = max(steps, depth)
    # One part on each level carries the next one; further parts hang on any level but the top.
    level = [*range(depth), *random.integers(1, depth, max(0, (steps - depth) // 2)).tolist()]
    own = 1 + random.multinomial(steps - len(level), np.full(len(level), 1.0 / len(level)))
    chance = equipment.machines.sum(axis=0) / equipment.machines.sum()
    permissions: list[dict[str, Any]] = []
    parts: list[dict[str, Any]] = []
    for row, count in enumerate(own.tolist()):
        part = f"P{row}"
        operations, sites = [], set()
        for step in range(count):
            kind = int(random.choice(len(PROCESSES), p=chance))
            able = near[equipment.machines[near, kind] > 0][:_PERMITTED].tolist()
            sites.update(able)
            work_h = _LOT_WORK_H * float(np.exp(0.5 * random.standard_normal() - 0.125))
            operation: dict[str, Any] = {
                "id": f"{PROCESSES[kind]}_{step}",
                "process": PROCESSES[kind],
                "unit_time_min": round(work_h * 60.0 / LOT_SIZE, 3),
                "time_cv": 0.2,
                "resume_probability": 0.9,
            }
            operations.append(operation)
        material = int(random.integers(_MATERIALS))
        operations[0]["consumes"] = [{"material": f"M{material:02d}", "quantity_per_unit": 0.2}]
        for site in sites:
            kept[site].add(material)
        permissions += [{"part": part, "site": names[site]} for site in sorted(sites)]
        parts.append({"id": part, "mass_kg": 0.5, "operations": operations, "components": []})
    for row in range(1, len(parts)):
        # a part's carrier is the first one of the level above
        parts[level[row] - 1]["components"].append(parts[row])
    return {
        "id": f"G{number:04d}",
        "name": f"Product {number}",
        "price": 100.0,
        "lateness_cost_per_unit_day": 1.0,
        "assumption": "drawn by 'twinfed generate'; no such product exists",
        "root": parts[0],
        "permissions": permissions,
    }


def _orders(
    parameters: Parameters,
    products: list[dict[str, Any]],
    customers: list[dict[str, Any]],
    random: np.random.Generator,
) -> list[dict[str, Any]]:
    """Poisson arrivals round the clock, one lot each, due 3 to 21 days after release."""
    count = max(1, int(random.poisson(parameters.daily_orders * parameters.days)))
    release_min = np.sort(random.integers(0, parameters.days * 1440, count))
    due_min = release_min + (1440 * random.uniform(3.0, 21.0, count)).astype(np.int64)
    product = random.integers(0, len(products), count)
    customer = random.integers(0, len(customers), count)
    quantity = random.integers(4, LOT_SIZE + 1, count)
    digits = len(str(count))
    return [
        {
            "id": f"O{row + 1:0{digits}d}",
            "product": products[product[row]]["id"],
            "customer": customers[customer[row]]["id"],
            "quantity": int(quantity[row]),
            "release": _moment(release_min, row),
            "due": _moment(due_min, row),
        }
        for row in range(count)
    ]


def _moment(minutes: npt.NDArray[np.int64], row: int) -> str:
    return (START + timedelta(minutes=int(minutes[row]))).strftime("%Y-%m-%dT%H:%MZ")


def stock_of(materials: set[int], orders_per_site: float) -> list[dict[str, Any]]:
    """Three weeks of material on hand, as much again every week."""
    weekly = round(max(50.0, 7.0 * orders_per_site * LOT_SIZE), 0)
    return [
        {"material": f"M{number:02d}", "on_hand": 3.0 * weekly, "weekly_receipt": weekly}
        for number in sorted(materials)
    ]
