"""Each order as if it were alone: what is left when nothing else needs machines or vehicles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from analytics.rerouting.bounds import arrays
from analytics.rerouting.bounds.alone.entry import ALONE, ARGUMENTS
from analytics.rerouting.bounds.alone.nouns import PARTS
from analytics.rerouting.bounds.energy import EnergyFloor, Floats
from analytics.rerouting.intervals import both, within
from analytics.rerouting.money import prices_of
from analytics.rerouting.problem import ReroutingProblem
from analytics.rerouting.proposal import can_decline
from analytics.rerouting.trees import plan_order
from analytics.simulation.layout import (
    FOREVER,
    HOUR_MS,
    NONE,
)
from analytics.simulation.model import Ints


@dataclass(frozen=True, eq=False)
class OrdersAlone:
    """The answer for each tree of lots, see ``trees.plan_order``.

    Parameters
    ----------
    cost
        float64[trees, 1 + PARTS]: lateness and the other money, weighted, of the cheapest way;
        infinite lateness where none ends within the horizon.
    arrive_ms, done_ms
        int64[trees]: soonest delivery, and soonest end of the last operation; ``FOREVER``: not
        within the horizon.
    used_ms
        float64[groups, buckets]: machine time of the cheapest ways, if it was asked for.
    """

    cost: Floats
    arrive_ms: Ints
    done_ms: Ints
    used_ms: Floats


class Orders:
    """The orders of one problem, to be bounded one by one, at prices for energy and hours.

    Parameters
    ----------
    problem
        The question.
    floor
        What energy costs.
    """

    def __init__(self, problem: ReroutingProblem, floor: EnergyFloor) -> None:
        model, state = problem.model, problem.state
        order, tree_first = plan_order(problem)
        self.root: Ints = order[tree_first[1:] - 1]
        self._problem = problem
        self._kw = floor.work_kw
        self._site = model.group["site"].astype(np.int64)
        self._fixed: dict[str, Any] = {
            "scalar": model.scalar, "calendar": model.calendar, "interval": model.interval,
            "closure": model.closure, "timetable": model.timetable, "group_c": model.group,
            "optype_c": model.optype, "consume_c": model.consume, "lot_c": model.lot,
            "link_c": model.link, "lot": state.lot, "op": state.op, "next_hop": state.next_hop,
            "horizon_ms": problem.until_ms, "start_ms": problem.now_ms,
            "order": order, "tree_first": tree_first,
            **arrays.work(problem), **arrays.transport(problem), **arrays.gates(problem, order),
            **arrays.stock(problem), **arrays.lots(problem), **arrays.choices(problem),
        }  # fmt: skip
        self._fixed |= arrays.work_space(problem, tree_first, self._fixed)
        self._price_orders()

    def alone(self, kwh: Floats, hours: Floats | None = None, bucket_ms: int = 0) -> OrdersAlone:
        """Bound each tree of lots by itself.

        Parameters
        ----------
        kwh
            float64[sites]: money for a kWh of work.
        hours
            float64[groups, buckets]: money for a millisecond of a machine in each bucket of
            ``bucket_ms``; default: they cost nothing, and what is used is not told.
        """
        trees = len(self.root)
        asked = hours is not None
        prices = np.zeros((len(self._kw), 1)) if hours is None else hours
        found = OrdersAlone(
            np.zeros((trees, 1 + PARTS)),
            np.full(trees, FOREVER, dtype=np.int64),
            np.full(trees, FOREVER, dtype=np.int64),
            np.zeros_like(prices),
        )
        if trees == 0:
            return found
        given: dict[str, Any] = {
            **self._fixed,
            "energy": self._kw * kwh[self._site] / HOUR_MS,
            "price": prices,
            "floor": prices.min(axis=1),
            "bucket_ms": bucket_ms if asked else self._problem.horizon_ms + 1,
            "instead": self._instead if asked else np.full(trees, -np.inf),
            "node_used": np.array([0 if asked else -1], dtype=np.int64),
            "best": found.cost, "arrive_ms": found.arrive_ms, "done_ms": found.done_ms,
            "used_ms": found.used_ms,
        }  # fmt: skip
        ALONE(*(given[name] for name in ARGUMENTS))
        return found

    def machine_ms(self, bucket_ms: int) -> Floats:
        """float64[groups, buckets]: machine time that there is at most."""
        problem, group = self._problem, self._problem.model.group
        buckets = -(-(problem.horizon_ms + 1) // bucket_ms)
        first, spans = self._fixed["open_first"].tolist(), self._fixed["open_ms"].tolist()
        found = np.zeros((len(group), buckets))
        for row in range(len(group)):
            times = tuple((begin, end) for begin, end in spans[first[row] : first[row + 1]])
            count = int(group["machines"][row])
            found[row] = count * within(times, problem.now_ms, bucket_ms, buckets)
            begin = int(group["first_machine"][row])
            for machine in range(begin, begin + count if count > 1 else begin):
                down = problem.outlook.machine_down(machine, edits_only=True)
                if down:
                    lost = both(down, times)
                    found[row] -= within(lost, problem.now_ms, bucket_ms, buckets)
        return found

    def kwh(self, used_ms: Floats) -> Floats:
        """float64[sites]: energy of the work in ``used_ms``."""
        each = used_ms.sum(axis=1) * self._kw / HOUR_MS
        sites = len(self._problem.model.site)
        found: Floats = np.bincount(self._site, weights=each, minlength=sites).astype(np.float64)
        return found

    def _price_orders(self) -> None:
        """What it costs not to deliver an order within the horizon, and to decline it."""
        problem, model = self._problem, self._problem.model
        customer = (model.lot["parent"] == NONE) & (model.known_ms <= problem.now_ms)
        customer &= problem.state.lot["done_ms"] > problem.now_ms
        rows = np.flatnonzero(customer)
        prices = prices_of(problem.cluster, model.names)
        late_ms = np.maximum(problem.until_ms - model.lot["due_ms"], 0)
        rate = prices.lateness_per_ms(model) * problem.weights.lateness
        self._never: Floats = (late_ms * rate)[rows]
        self._price: Floats = (prices.sale_price(model) * problem.weights.unassigned)[rows]
        self._price[~can_decline(problem)[rows]] = np.inf
        at = np.full(len(model.lot), NONE, dtype=np.int64)
        at[self.root] = np.arange(len(self.root))
        self._tree: Ints = at[rows]
        self._instead = np.zeros(len(self.root))
        planned = self._tree != NONE
        self._instead[self._tree[planned]] = np.minimum(self._never, self._price)[planned]

    @property
    def unplanned(self) -> float:
        """What orders cost at least that are released too late for the horizon."""
        apart = self._tree == NONE
        return float(np.minimum(self._never, self._price)[apart].sum())

    def cheapest(self, found: OrdersAlone) -> Floats:
        """What each order for a customer costs at least: delivered, not delivered, or declined.

        Returns
        -------
        float64[orders, 2 + PARTS]
            The parts of ``OrdersAlone.cost``, and the price of those that are declined.
        """
        rows, planned = len(self._tree), self._tree != NONE
        delivered = np.full((rows, 1 + PARTS), np.inf)
        delivered[planned] = found.cost[self._tree[planned]]
        delivered[~np.isfinite(delivered[:, 0]), 1:] = 0.0
        whole = delivered.sum(axis=1)
        deliver = (whole <= self._never) & (whole <= self._price)
        decline = ~deliver & (self._price < self._never)
        wait = ~deliver & ~decline
        parts = np.zeros((rows, 2 + PARTS))
        parts[deliver, : 1 + PARTS] = delivered[deliver]
        parts[decline, -1] = self._price[decline]
        parts[wait, 0] = self._never[wait]
        return parts
