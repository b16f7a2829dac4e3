"""Scarce hours: the bound when orders have to pay for the machine time that they take.

Lagrangian relaxation of the capacity of all work centres: whatever prices the hours of machines
have, the cheapest ways of all orders at these prices, less what all hours that there are would
bring in, lie below the cost of every plan. A subgradient method looks for good prices: hours that
the cheapest ways ask too much of become dearer, others cheaper (Held, Wolfe and Crowder 1974).
Energy that sun and batteries give for nothing is shared out in the same way.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.rerouting.bounds.energy import EnergyFloor, Floats
from analytics.rerouting.bounds.orders import Orders
from analytics.simulation.layout import HOUR_MS

BUCKETS_MS = (24 * HOUR_MS, 48 * HOUR_MS)
"""Hours have one price for so long. In long spans orders are dated too soon, in short ones work of
many hours pays the price of the cheapest: both are tried."""
_FIRST_STEP = 0.3
"""The first step would lift the bound by this share if it were straight."""
_PATIENCE = 5
"""Rounds without a better bound after which steps get shorter by half."""
_MEMORY = 0.5
"""Share of the last direction that a step keeps, against zigzag."""


@dataclass(frozen=True, eq=False)
class Sharpened:
    """A bound on what all orders cost together.

    Parameters
    ----------
    parts
        float64[orders, 2 + PARTS]: what each costs at these prices, see ``Orders.cheapest``.
    hours_back, energy_back
        Money for all hours, and for all free energy, which is no cost of a plan.
    kwh
        float64[sites]: money for a kWh of work.
    hours
        float64[groups, buckets]: money for a machine-hour; ``None``: they cost nothing.
    """

    parts: Floats
    hours_back: float
    energy_back: float
    kwh: Floats
    hours: Floats | None = None

    @property
    def money(self) -> float:
        """The bound."""
        return float(self.parts.sum()) - self.hours_back - self.energy_back


def at_no_price(orders: Orders, floor: EnergyFloor) -> Sharpened:
    """The orders alone, with energy at its price where none of it is free."""
    kwh = np.where(floor.free_kwh > 0.0, 0.0, floor.price)
    return Sharpened(orders.cheapest(orders.alone(kwh)), 0.0, 0.0, kwh)


def sharpened(orders: Orders, floor: EnergyFloor, rounds: int) -> Sharpened:
    """Look for prices of hours and energy at which the bound is higher.

    Parameters
    ----------
    orders
        What is to be bounded.
    floor
        What energy costs.
    rounds
        How often prices are changed, for each length of the spans that have one price.
    """
    best = at_no_price(orders, floor)
    for bucket_ms in BUCKETS_MS if rounds else ():
        found = _climbed(orders, floor, rounds, bucket_ms)
        best = found if found.money > best.money else best
    return best


def _climbed(orders: Orders, floor: EnergyFloor, rounds: int, bucket_ms: int) -> Sharpened:
    best = at_no_price(orders, floor)
    there_h = orders.machine_ms(bucket_ms) / HOUR_MS
    kwh, hours = best.kwh.copy(), np.zeros_like(there_h)
    length, stale = _FIRST_STEP, 0
    toward_kwh, toward_hours = np.zeros_like(kwh), np.zeros_like(hours)
    for _ in range(rounds):
        found = orders.alone(kwh, hours / HOUR_MS, bucket_ms)
        here = Sharpened(
            orders.cheapest(found), float(np.sum(hours * there_h)),
            float(np.dot(kwh, floor.free_kwh)), kwh, hours,
        )  # fmt: skip
        stale += 1
        if here.money > best.money:
            best, stale = here, 0
        elif stale >= _PATIENCE:
            length, stale = length / 2.0, 0
        wanted_h = found.used_ms / HOUR_MS - there_h
        wanted_kwh = orders.kwh(found.used_ms) - floor.free_kwh
        toward_hours = _free(hours, wanted_h, np.inf) + _MEMORY * toward_hours
        toward_kwh = _free(kwh, wanted_kwh, floor.price) + _MEMORY * toward_kwh
        norm = float(np.sum(toward_hours**2) + np.sum(toward_kwh**2))
        if norm == 0.0:
            break
        step = length * max(abs(best.money), 1.0) / norm
        hours = np.maximum(hours + step * toward_hours, 0.0)
        kwh = np.clip(kwh + step * toward_kwh, 0.0, floor.price)
    return best


def _free(price: Floats, wanted: Floats, most: Floats | float) -> Floats:
    """Where a price may still go: not below 0, not above the most."""
    stuck = ((price <= 0.0) & (wanted < 0.0)) | ((price >= most) & (wanted > 0.0))
    return np.where(stuck, 0.0, wanted)
