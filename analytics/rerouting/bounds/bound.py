"""The lower bound on the weighted cost of a plan, with the argument for each part of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from analytics.remember import by_identity
from analytics.rerouting.bounds.alone.nouns import (
    APPROVAL,
    CAPACITY,
    ENERGY,
    PRODUCTION,
    STABILITY,
    TRANSPORT,
)
from analytics.rerouting.bounds.capacity import sharpened
from analytics.rerouting.bounds.energy import energy_floor
from analytics.rerouting.bounds.makespan import plain_makespan_ms
from analytics.rerouting.bounds.orders import Orders, OrdersAlone
from analytics.rerouting.objective import overtime_money
from analytics.rerouting.problem import Pin, ReroutingProblem
from analytics.rerouting.proposal import Proposal, can_decline
from analytics.rerouting.search.plain import plain_shop
from analytics.rerouting.trees import roots
from analytics.simulation.extract_costs import idle_wages
from analytics.simulation.layout import FOREVER, HOUR_MS
from analytics.simulation.model import Ints

_ROUNDING = 1e-9
"""Sums of floats in another order may differ by this share."""


@dataclass(frozen=True, slots=True)
class Argument:
    """One reason why no plan costs less.

    Parameters
    ----------
    part
        Part of the objective that it speaks of.
    money
        Weighted money.
    words
        The argument.
    """

    part: str
    money: float
    words: str


@dataclass(frozen=True, eq=False)
class Bound:
    """Money below which the weighted cost of no plan can lie.

    Parameters
    ----------
    money
        The bound.
    arguments
        What it is made of; their money adds up to it.
    root
        int64[orders' lots]: the lots for customers that were bounded one by one.
    arrive_ms
        int64, of the same length: when each could be delivered at the soonest if everything were
        there for it alone, ms from the fork; ``FOREVER``: not within the horizon.
    makespan_ms
        No plan does all that is open sooner than so long after the decision; what a plan may
        decline is not in it.
    """

    money: float
    arguments: tuple[Argument, ...]
    root: Ints
    arrive_ms: Ints
    makespan_ms: int

    def raised_to(self, money: float, words: str) -> Bound:
        """The bound with a better one found by other means; itself where that is no better."""
        if money <= self.money:
            return self
        more = Argument("solver", money - self.money, words)
        return replace(self, money=money, arguments=(*self.arguments, more))


@by_identity(4)
def lower_bound(problem: ReroutingProblem, rounds: int = 0) -> Bound:
    """Bound the weighted cost of every plan from below; kept for the problem.

    Each order is bounded as if all else stood still for it (``bounds.alone``): the soonest it can
    be made and delivered by the simulator's own rules, and the least money for its way, together.
    It may also not be delivered, or be declined at its price; the cheapest of these counts. To the
    sum over the orders come overtime, which no plan changes, energy that is bought whatever the
    plan (``bounds.energy``), and the least makespan where that counts.
    """
    floor = energy_floor(problem)
    orders = Orders(problem, floor)
    alone = orders.alone(np.zeros(len(problem.model.site)))
    best = sharpened(orders, floor, rounds)
    parts = best.parts
    makespan_ms, spanned = _makespan(problem, orders.root, alone)
    labour, idle = _people(problem)
    paid = parts.sum(axis=0)
    found = [
        Argument("lateness", paid[0] + paid[1 + CAPACITY] - best.hours_back, _LATENESS),
        Argument("transport", paid[1 + TRANSPORT], _TRANSPORT),
        Argument("production", paid[1 + PRODUCTION], _PRODUCTION),
        Argument("energy", paid[1 + ENERGY] - best.energy_back + floor.sites.sum(), _ENERGY),
        Argument("approval", paid[1 + APPROVAL], _APPROVAL),
        Argument("stability", paid[1 + STABILITY], _STABILITY),
        Argument("unassigned", paid[-1], _UNASSIGNED),
        Argument("labour", labour, "Overtime is paid as it is believed, whatever the plan."),
        Argument("idle", idle, "Wages without work can at best be those that are lost already."),
        Argument("makespan", spanned, _MAKESPAN),
    ]
    arguments = tuple(replace(one, money=float(one.money)) for one in found if one.money != 0.0)
    money = sum(one.money for one in arguments)
    money -= _ROUNDING * sum(abs(one.money) for one in arguments)
    return Bound(money, arguments, orders.root, alone.arrive_ms, makespan_ms)


def money_apart(problem: ReroutingProblem) -> float:
    """What is to be added to the cost of the orders that are planned: no plan spends less of it.

    Overtime, energy without work, and orders that are late for certain.
    """
    floor = energy_floor(problem)
    labour, idle = _people(problem)
    return labour + idle + float(floor.sites.sum()) + Orders(problem, floor).unplanned


def _people(problem: ReroutingProblem) -> tuple[float, float]:
    """Weighted money for overtime, which is as it is, and for idle hours, at least."""
    weights = problem.weights
    idle = float(idle_wages(problem.model, problem.state).sum())
    return overtime_money(problem) * weights.labour, -idle * weights.idle


def certified(problem: ReroutingProblem, proposal: Proposal) -> Proposal:
    """The proposal with the lower bound of its problem; a better one that it has is kept."""
    money = lower_bound(problem).money
    known = proposal.lower_bound
    return replace(proposal, lower_bound=money if known is None else max(known, money))


_LATENESS = (
    "Each order is at least as late as if machines, people and vehicles were there for it alone, "
    "or, where that is cheaper, as its cheapest way makes it; and all of them together need no "
    "more machine-hours than there are."
)
_TRANSPORT = (
    "What an order weighs has to go from where it is made to its customer; minimum charges are "
    "not counted, since one consignment may carry everything."
)
_PRODUCTION = "What an operation rejects by its yield is lost wherever it is done."
_ENERGY = (
    "Base loads and machines that stand ready draw on the grid beyond what the sun can give, and "
    "work draws beyond what sun and batteries can give over the whole horizon."
)
_APPROVAL = "Where every site that is worth it needs a first article, one has to be approved."
_STABILITY = "What is taken elsewhere because that is cheaper in all is a move."
_UNASSIGNED = "Orders that would cost more than their price are declined at their price."
_MAKESPAN = (
    "The last operation cannot end sooner than the longest order, made alone, nor than the busiest "
    "machines are done with what only they can do."
)


def _makespan(problem: ReroutingProblem, orders: Ints, alone: OrdersAlone) -> tuple[int, float]:
    """Least makespan, ms, of what must be done, and the least money that it costs."""
    model, state, pins = problem.model, problem.state, problem.pins
    root = roots(model)
    open_ops = (state.op["end_ms"] >= FOREVER) & (pins != Pin.UNKNOWN) & (pins != Pin.LATER)
    working = np.zeros(len(model.lot), dtype=np.bool_)
    working[root[state.op["lot"][open_ops]]] = True
    mine = working[orders]
    done = np.minimum(alone.done_ms, problem.until_ms)[mine] - problem.now_ms
    declined = can_decline(problem)[orders[mine]]
    kept = int(done[~declined].max(initial=0))
    if problem.weights.makespan == 0.0:
        return kept, 0.0
    plain = plain_shop(problem) if not declined.any() else None
    if plain is not None:
        kept = max(kept, min(plain_makespan_ms(plain), problem.horizon_ms))
    return kept, problem.weights.makespan * kept / HOUR_MS
