"""The objective: what a replayed plan costs from the decision to the horizon, part by part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields

import numpy as np

from analytics.rerouting.candidates import ARTICLE_NEEDED
from analytics.rerouting.intervals import length, without
from analytics.rerouting.money import Prices, prices_of
from analytics.rerouting.outlook import calendar_hours
from analytics.rerouting.problem import ReroutingProblem
from analytics.simulation.freight import freight_cost
from analytics.simulation.layout import NONE, PL_PER_L, UJ_PER_KWH
from analytics.simulation.model import Ints, SimState


@dataclass(frozen=True, slots=True)
class Objective(Mapping[str, float]):
    """Money in the reporting currency, unweighted, by part.

    Parameters
    ----------
    lateness
        Lateness cost of all lots for customers; one that is not delivered at the end of the horizon
        counts as delivered then.
    transport
        Consignments that leave: price of the mass, at least the minimum charge.
    energy
        Grid electricity and fuel.
    labour
        Overtime. Regular hours are paid whatever the plan.
    approval
        First articles that are begun.
    carbon
        Emissions of transport, grid and fuel at the carbon price.
    stability
        Moved operations.
    """

    lateness: float = 0.0
    transport: float = 0.0
    energy: float = 0.0
    labour: float = 0.0
    approval: float = 0.0
    carbon: float = 0.0
    stability: float = 0.0

    def __getitem__(self, part: str) -> float:
        if part not in _PARTS:
            raise KeyError(part)
        return float(getattr(self, part))

    def __iter__(self) -> Iterator[str]:
        return iter(_PARTS)

    def __len__(self) -> int:
        return len(_PARTS)

    def total(self, problem: ReroutingProblem) -> float:
        """The weighted sum. ``stability`` is money already and has no factor."""
        weights = problem.weights
        parts = (part for part in _PARTS if part != "stability")
        return self.stability + sum(float(getattr(weights, part)) * self[part] for part in parts)


_PARTS = tuple(field.name for field in fields(Objective))


def measure(problem: ReroutingProblem, end: SimState, moves: int) -> Objective:
    """Measure a plan by its replay.

    Parameters
    ----------
    problem
        The question; its state is where the replay began.
    end
        The state at the end of the horizon.
    moves
        Operations that the plan moves to another work centre.
    """
    prices = prices_of(problem.cluster, problem.model.names)
    transport, moved_kg = _transport(problem, end, prices)
    energy, energy_kg = _energy(problem, end, prices)
    return Objective(
        lateness=_lateness(problem, end, prices),
        transport=transport,
        energy=energy,
        labour=float(np.dot(_overtime_ms(problem), prices.overtime_per_ms)),
        approval=_approval(problem, end, prices),
        carbon=(moved_kg + energy_kg) * prices.carbon_per_kg,
        stability=moves * problem.weights.stability,
    )


def _lateness(problem: ReroutingProblem, end: SimState, prices: Prices) -> float:
    model = problem.model
    customer = (model.lot["parent"] == NONE) & (model.known_ms <= problem.now_ms)
    # What was delivered before the decision is the same in every plan and stays out.
    customer &= problem.state.lot["done_ms"] > problem.now_ms
    delivered = np.minimum(end.lot["done_ms"], problem.until_ms)
    late = np.maximum(delivered - model.lot["due_ms"], 0)
    return float(np.sum((late * prices.lateness_per_ms(model))[customer]))


def _transport(problem: ReroutingProblem, end: SimState, prices: Prices) -> tuple[float, float]:
    """Money and kg CO2e of the consignments that leave after the decision."""
    rows = end.consignment[: int(end.clock["consignments"][0])]
    rows = rows[int(problem.state.clock["consignments"][0]) :]
    link = rows["link"]
    cost = freight_cost(prices.freight, rows)
    return float(cost.sum()), float((prices.emission_per_g[link] * rows["mass_g"]).sum())


def _energy(problem: ReroutingProblem, end: SimState, prices: Prices) -> tuple[float, float]:
    """Money and kg CO2e of grid and fuel after the decision."""
    begin = problem.state.site
    kwh = (end.site["grid_uj"] - begin["grid_uj"]) / UJ_PER_KWH
    litres = (end.site["fuel_used_pl"] - begin["fuel_used_pl"]) / PL_PER_L
    rates = prices.energy
    money = float(np.sum(kwh * rates[:, 0] + litres * rates[:, 2]))
    return money, float(np.sum(kwh * rates[:, 1] + litres * rates[:, 3]))


def _overtime_ms(problem: ReroutingProblem) -> Ints:
    """int64[sites]: believed hours outside the regular ones, ms."""
    outlook = problem.outlook
    overtime = np.zeros(len(problem.model.site), dtype=np.int64)
    for site in range(len(overtime)):
        # Row 2 s of the calendars holds the regular hours of site s.
        regular = calendar_hours(problem.model, 2 * site, problem.now_ms, problem.until_ms)
        overtime[site] = length(without(outlook.hours[site], regular))
    return overtime


def _approval(problem: ReroutingProblem, end: SimState, prices: Prices) -> float:
    asked = problem.state.gate["status"] == ARTICLE_NEEDED
    begun = asked & (end.gate["status"] != ARTICLE_NEEDED)
    return float(prices.approval_cost[begun].sum())
