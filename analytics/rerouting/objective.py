"""The objective: what a replayed plan costs from the decision to the horizon, part by part."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from analytics.rerouting.candidates import ARTICLE_NEEDED
from analytics.rerouting.intervals import length, without
from analytics.rerouting.money import Prices, prices_of
from analytics.rerouting.outlook import calendar_hours
from analytics.rerouting.problem import Pin, ReroutingProblem
from analytics.simulation.extract_costs import idle_wages
from analytics.simulation.extract_energy import energy_money
from analytics.simulation.extract_stock import purchases
from analytics.simulation.freight import freight_cost
from analytics.simulation.layout import FOREVER, HOUR_MS, NONE, PL_PER_L, UJ_PER_KWH
from analytics.simulation.model import Ints, SimModel, SimState
from twins.work import LotState

_Money = Callable[[SimModel, SimState], npt.NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class Objective(Mapping[str, float]):
    """Money in the reporting currency, unweighted but for the last two, by part.

    Parameters
    ----------
    lateness
        Lateness cost of all lots for customers; one that is not delivered at the end of the horizon
        counts as delivered then.
    production
        Material from suppliers, and material that is scrapped.
    transport
        Consignments that leave: price of the mass, at least the minimum charge.
    energy
        Grid electricity by its tariff, demand charge, fuel, less what is exported.
    labour
        Overtime. Regular hours are paid whatever the plan.
    idle
        Wages of regular hours without work.
    approval
        First articles that are begun.
    carbon
        Emissions of transport, grid and fuel at the carbon price.
    unassigned
        Sale price of the lots that the plan declines.
    makespan
        Hours until the last open operation is done, at ``Weights.makespan``; one that is not done
        at the end of the horizon counts as done then.
    stability
        Moved operations, site changes and shifted starts, at their weights.
    """

    lateness: float = 0.0
    production: float = 0.0
    transport: float = 0.0
    energy: float = 0.0
    labour: float = 0.0
    idle: float = 0.0
    approval: float = 0.0
    carbon: float = 0.0
    unassigned: float = 0.0
    makespan: float = 0.0
    stability: float = 0.0

    def __getitem__(self, part: str) -> float:
        if part not in _PARTS:
            raise KeyError(part)
        return float(getattr(self, part))

    def __iter__(self) -> Iterator[str]:
        return iter(_PARTS)

    def __len__(self) -> int:
        return len(_PARTS)

    def weighted(self, problem: ReroutingProblem) -> dict[str, float]:
        """Money of each part times its weight."""
        weights = problem.weights
        return {
            part: self[part] * (1.0 if part in _WEIGHTED else float(getattr(weights, part)))
            for part in _PARTS
        }

    def total(self, problem: ReroutingProblem) -> float:
        """The weighted sum."""
        return sum(self.weighted(problem).values())


_PARTS = tuple(field.name for field in fields(Objective))
_WEIGHTED = ("makespan", "stability")


@dataclass(frozen=True, slots=True)
class Stability:
    """How much a plan changes the running one.

    Parameters
    ----------
    moves
        Operations that go to another work centre.
    site_changes
        Lots of which an operation goes to another site.
    start_shift_h
        Sum over all operations that start in both plans of the hours between the two starts.
    """

    moves: int = 0
    site_changes: int = 0
    start_shift_h: float = 0.0

    def cost(self, problem: ReroutingProblem) -> float:
        """Money, by the weights of the problem."""
        weights = problem.weights
        return (
            self.moves * weights.stability
            + self.site_changes * weights.site_change
            + self.start_shift_h * weights.start_shift
        )


def stability(problem: ReroutingProblem, op: Ints, group: Ints, end: SimState) -> Stability:
    """Compare a plan with the running one.

    Parameters
    ----------
    problem
        The question; ``problem.present`` is the replay of the running plan.
    op, group
        int64: operations, and the work centres that the plan gives them to.
    end
        The replay of the plan.
    """
    before = problem.state.op["group"][op]
    moved = (before != group) & (group != NONE)
    sites = problem.model.group["site"]
    across = moved & ((before == NONE) | (sites[before] != sites[group]))
    lots = np.unique(problem.state.op["lot"][op[across]])
    then, now = (state.op["start_ms"][op] for state in (problem.present, end))
    both = (then < FOREVER) & (now < FOREVER)
    shift_ms = float(np.abs(then - now)[both].sum())
    return Stability(int(np.count_nonzero(moved)), len(lots), shift_ms / HOUR_MS)


def declined_lots(problem: ReroutingProblem, end: SimState) -> Ints:
    """Rows of the customers' lots that a plan gives to nobody."""
    model = problem.model
    nobody = np.unique(end.op["lot"][end.op["group"] == NONE])
    known = model.known_ms[nobody] <= problem.now_ms
    lots: Ints = nobody[(model.lot["parent"][nobody] == NONE) & known]
    return lots


def measure(problem: ReroutingProblem, end: SimState, change: Stability) -> Objective:
    """Measure a plan by its replay.

    Parameters
    ----------
    problem
        The question; its state is where the replay began.
    end
        The state at the end of the horizon.
    change
        How much the plan changes the running one.
    """
    prices = prices_of(problem.cluster, problem.model.names)
    transport, moved_kg = _transport(problem, end, prices)
    declined = declined_lots(problem, end)
    return Objective(
        lateness=_lateness(problem, end, prices, declined),
        production=_production(problem, end, prices),
        transport=transport,
        energy=_gained(problem, end, energy_money),
        labour=_before(problem).overtime_money,
        idle=_gained(problem, end, idle_wages),
        approval=_approval(problem, end, prices),
        carbon=(moved_kg + _energy_kg(problem, end, prices)) * prices.carbon_per_kg,
        unassigned=float(prices.sale_price(problem.model)[declined].sum()),
        makespan=_makespan(problem, end),
        stability=change.cost(problem),
    )


class _Before:
    """What the plans of a question are measured against: how all stood at the decision."""

    def __init__(self, problem: ReroutingProblem) -> None:
        model, state = problem.model, problem.state
        accounts: tuple[_Money, ...] = (energy_money, idle_wages, purchases)
        self.accounts = {money: money(model, state) for money in accounts}
        self.overtime_money = overtime_money(problem)
        self.scrapped = state.op["scrapped"].copy()
        customers = (model.lot["parent"] == NONE) & (model.known_ms <= problem.now_ms)
        # What was delivered before the decision is the same in every plan and stays out.
        customers &= state.lot["done_ms"] > problem.now_ms
        self.customers: Ints = np.flatnonzero(customers)
        pins = problem.pins
        still = (state.op["end_ms"] >= FOREVER) & (pins != Pin.UNKNOWN) & (pins != Pin.LATER)
        self.open_ops: Ints = np.flatnonzero(still)


def _before(problem: ReroutingProblem) -> _Before:
    if _Before not in problem.remembered:
        problem.remembered[_Before] = _Before(problem)
    found: _Before = problem.remembered[_Before]
    return found


def _lateness(problem: ReroutingProblem, end: SimState, prices: Prices, declined: Ints) -> float:
    model, lots = problem.model, _before(problem).customers
    if len(declined):
        lots = lots[~np.isin(lots, declined)]
    delivered = np.minimum(end.lot["done_ms"][lots], problem.until_ms)
    lost = end.lot["state"][lots] == LotState.LOST  # it is done, and never comes
    delivered[lost] = problem.until_ms
    late = np.maximum(delivered - model.lot["due_ms"][lots], 0)
    return float(np.sum(late * prices.lateness_per_ms(model)[lots]))


def _production(problem: ReroutingProblem, end: SimState, prices: Prices) -> float:
    scrapped = end.op["scrapped"] - _before(problem).scrapped
    wasted = 0.0
    if scrapped.any():
        base = end.op["optype"] - problem.model.optype["base_back"][end.op["optype"]]
        wasted = float(np.dot(scrapped, prices.material_worth[base]))
    return wasted + _gained(problem, end, purchases)


def _gained(problem: ReroutingProblem, end: SimState, money: _Money) -> float:
    """What an account grows by from the decision to the end."""
    gained = money(problem.model, end) - _before(problem).accounts[money]
    return float(gained.sum())


def _transport(problem: ReroutingProblem, end: SimState, prices: Prices) -> tuple[float, float]:
    """Money and kg CO2e of the consignments that leave after the decision."""
    rows = end.consignment[: int(end.clock["consignments"][0])]
    rows = rows[int(problem.state.clock["consignments"][0]) :]
    link = rows["link"]
    cost = freight_cost(prices.freight, rows)
    return float(cost.sum()), float((prices.emission_per_g[link] * rows["mass_g"]).sum())


def _energy_kg(problem: ReroutingProblem, end: SimState, prices: Prices) -> float:
    """Kg CO2e of grid and fuel after the decision."""
    begin = problem.state.site
    kwh = (end.site["grid_uj"] - begin["grid_uj"]) / UJ_PER_KWH
    litres = (end.site["fuel_used_pl"] - begin["fuel_used_pl"]) / PL_PER_L
    rates = prices.energy_kg
    return float(np.sum(kwh * rates[:, 0] + litres * rates[:, 1]))


def overtime_money(problem: ReroutingProblem) -> float:
    """Money for the believed hours outside the regular ones; no plan changes them."""
    outlook = problem.outlook
    overtime = np.zeros(len(problem.model.site), dtype=np.int64)
    for site in range(len(overtime)):
        # Row 2 s of the calendars holds the regular hours of site s.
        regular = calendar_hours(problem.model, 2 * site, problem.now_ms, problem.until_ms)
        overtime[site] = length(without(outlook.hours[site], regular))
    prices = prices_of(problem.cluster, problem.model.names)
    return float(np.dot(overtime, prices.overtime_per_ms))


def _approval(problem: ReroutingProblem, end: SimState, prices: Prices) -> float:
    asked = problem.state.gate["status"] == ARTICLE_NEEDED
    begun = asked & (end.gate["status"] != ARTICLE_NEEDED)
    return float(prices.approval_cost[begun].sum())


def _makespan(problem: ReroutingProblem, end: SimState) -> float:
    """Money for the time from the decision to the end of the last operation that was open then."""
    if not problem.weights.makespan:
        return 0.0
    op, rows = end.op, _before(problem).open_ops
    rows = rows[op["group"][rows] != NONE]
    if not len(rows):
        return 0.0
    last = min(int(op["end_ms"][rows].max()), problem.until_ms)
    return problem.weights.makespan * max(0.0, (last - problem.now_ms) / HOUR_MS)
