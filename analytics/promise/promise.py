"""Promise dates: the order planned beside the running schedule, and its fate in many runs.

Capable to promise: the greedy decoder places the lots of the order into the capacity that the
schedule leaves, nothing of which is moved (``place``). It goes operation by operation, so that
plans that keep to one site compete with its own (``sites``). The simulator then runs the cluster
with and without the order under the same draws. The dates are quantiles over the replications
with the order, the cost is the paired difference.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np

from analytics.edits.more_orders import with_orders
from analytics.job import Job, make_case
from analytics.kpis.base import micros, setting_of
from analytics.kpis.cost import cost_parts
from analytics.kpis.registry import UNDISTURBED
from analytics.promise.answer import Promise, SplitLot
from analytics.promise.errors import PromiseError
from analytics.promise.material import free_material, units_available
from analytics.promise.place import NewOrder
from analytics.promise.request import PromiseRequest
from analytics.promise.sites import Tried, alternatives_of, best_of, reason_of, steps_of, tried_of
from analytics.replication import run_alone
from analytics.rerouting.questions import believed
from analytics.rerouting.weights import Weights
from analytics.scenario import Scenario
from analytics.simulation.layout import HOUR_MS
from analytics.statistics import mean_interval, wilson
from analytics.study_check import LARGEST_SEED, check_energy, is_whole
from analytics.wording import number
from federation.matching import Match, match
from federation.snapshot import ClusterSnapshot
from federation.topology.model import OrderSpec

MOST_REPLICATIONS = 10_000
_US_PER_H = 3.6e9
_PRICE_SHARE = 0.01
"""Of the price: what a day counts in a plan for the earliest date where lateness costs nothing."""


@dataclass(frozen=True, eq=False)
class _Plan:
    """The best plan for the order of those that were tried, and what its runs found."""

    new: NewOrder
    chosen: Tried
    tried: tuple[Tried, ...]
    not_tried: int
    hours: tuple[float | None, ...] = ()
    costs: tuple[dict[str, float], ...] = ()
    penalties: tuple[float, ...] = ()

    def kept(self, hours: float) -> int:
        """In how many runs the order is there after so many hours."""
        return sum(1 for one in self.hours if one is not None and one <= hours)


def promise(
    snapshot: ClusterSnapshot,
    request: PromiseRequest,
    *,
    horizon_h: float = 672.0,
    replications: int = 100,
    seed: int = 1,
    weights: Weights | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Promise:
    """Answer a question for a promise date from a fork; nothing of it is changed.

    Parameters
    ----------
    snapshot
        The state.
    request
        What is asked.
    horizon_h
        Length of the runs.
    replications, seed
        Runs with and without the order, and the seed of both.
    weights
        What counts when the order is placed.
    progress
        Called with runs done and runs in all.

    Raises
    ------
    NotInClusterError
        When there is no such product, variant or customer.
    PromiseError
        When a figure of the question means nothing.
    CompileError
        When the cluster or its state cannot be simulated as described.
    """
    check_runs(replications, seed)
    order = request.order(snapshot, horizon_h)
    check_energy(snapshot.cluster, horizon_h)
    found = match(snapshot, request.product)
    answer = Promise(
        request=request,
        customer=order.customer,
        currency=snapshot.cluster.currency,
        taken_at=snapshot.taken_at,
        horizon_h=horizon_h,
        replications=replications,
        seed=seed,
        match=found,
    )
    if not found.makeable:
        return replace(answer, reason=reason_of(found))
    asked = _Asked(snapshot, order, found, round(horizon_h * HOUR_MS), seed, weights or Weights())
    plans = [asked.plan(urgent=request.by is None)]
    if not plans[0].chosen.placed.possible:
        return asked.no_way(answer, plans[0].new)
    plans = [asked.run(plans[0], range(replications), progress)]
    if request.by is not None:
        wished_h = (request.by - snapshot.taken_at) / timedelta(hours=1)
        if plans[0].kept(wished_h) < request.probability * replications:
            # The cheapest plan is not sure enough: is the soonest one?
            sooner = asked.plan(urgent=True)
            if not np.array_equal(sooner.chosen.placed.group, plans[0].chosen.placed.group):
                plans.append(asked.run(sooner, range(replications), progress))
        chosen = max(plans, key=lambda plan: plan.kept(wished_h))  # the first of equals
        on_time = wilson(chosen.kept(wished_h), replications)
    else:
        chosen, on_time = plans[0], None
    return _answered(replace(answer, on_time=on_time), asked, chosen)


def check_runs(replications: int, seed: int) -> None:
    """See that there are enough runs for a probability, and a seed.

    Raises
    ------
    PromiseError
        When there are not.
    """
    for name, value in (("replications", replications), ("seed", seed)):
        if not is_whole(value):
            raise PromiseError(f"{name} is {value!r}", remedy="give a whole number")
    if not 2 <= replications <= MOST_REPLICATIONS:
        raise PromiseError(
            f"{replications} replications give no probability",
            remedy=f"ask for 2 to {MOST_REPLICATIONS:,}; 100 are usual",
        )
    if not 0 <= seed <= LARGEST_SEED:
        raise PromiseError(f"the seed {seed} is none", remedy="use one from 0 to 2**63 - 1")


class _Asked:
    """The state with and without the order."""

    def __init__(
        self,
        snapshot: ClusterSnapshot,
        order: OrderSpec,
        found: Match,
        horizon_ms: int,
        seed: int,
        weights: Weights,
    ) -> None:
        calm = Scenario(id=UNDISTURBED, title="live", fork_at=snapshot.taken_at, edits=())
        self.order = order
        self.match = found
        self.without = make_case(calm, snapshot, horizon_ms)
        larger = with_orders(snapshot, (order,))
        self.case = make_case(calm, larger, horizon_ms)
        self.cluster = larger.cluster
        model = self.case.model
        self.problem = believed(
            calm,
            calm.beliefs(model, 0),
            model.with_run(seed, 0),
            self.case.state,
            self.cluster,
            horizon_ms,
            0,  # nothing is moved, so nothing need be frozen
            weights,
        )
        self.job = Job(
            cases=(self.case,),
            undisturbed=self.without,
            responses=(),
            setting=setting_of(larger, timedelta(milliseconds=horizon_ms)),
            horizon_ms=horizon_ms,
            seed=seed,
            frozen_ms=0,
            weights=weights,
        )
        self._bare: dict[int, dict[str, float]] = {}

    def plan(self, *, urgent: bool) -> _Plan:
        """Place the order where it is cheapest; ``urgent``: for the earliest date."""
        rate = None
        if urgent:
            product = self.cluster.product(self.order.product)
            rate = product.lateness_cost_per_unit_day or _PRICE_SHARE * product.price or 1.0
        new = NewOrder(self.problem, self.order.id, rate)
        tried, left = tried_of(new, self.match)
        return _Plan(new, best_of(tried, urgent=urgent), tried, left)

    def run(
        self, plan: _Plan, replications: range, progress: Callable[[int, int], None] | None
    ) -> _Plan:
        """Run the cluster with the order, and without it where that was not run yet."""
        case = replace(self.case, state=plan.new.write(self.case.state, plan.chosen.placed))
        hours: list[float | None] = []
        costs: list[dict[str, float]] = []
        penalties: list[float] = []
        for run_number in replications:
            if progress is not None:
                progress(run_number - replications.start, len(replications))
            run = run_alone(self.job, case, run_number)
            delivered, never = run.tables["orders"].moments("delivered_at")
            row = run.tables["orders"].texts("order").index(self.order.id)
            start = micros(self.case.model.fork_at)
            hours.append(None if never[row] else (int(delivered[row]) - start) / _US_PER_H)
            own = float(run.tables["orders"].numbers("penalty")[row])
            before = self._without(run_number)
            parts = cost_parts(run, case.setting)
            parts["penalty"] -= own
            costs.append({kind: parts[kind] - before[kind] for kind in parts})
            penalties.append(own)
        if progress is not None:
            progress(len(replications), len(replications))
        return replace(plan, hours=tuple(hours), costs=tuple(costs), penalties=tuple(penalties))

    def _without(self, replication: int) -> dict[str, float]:
        if replication not in self._bare:
            run = run_alone(self.job, self.without, replication)
            self._bare[replication] = cost_parts(run, self.without.setting)
        return self._bare[replication]

    def no_way(self, answer: Promise, new: NewOrder) -> Promise:
        """The answer where every operation has a site, and the order has no way all the same."""
        # Where lots like it are made: the place for want of a better one.
        material = free_material(self.case.model, self.problem.state, new)
        short = [one for one in material if one.share < 1.0]
        if short:
            lacks = "; ".join(
                f"{one.site} has {number(one.free)} of {number(one.needed)} {one.material} that no "
                "planned lot needs, and not enough is on order"
                for one in short
            )
            reason = f"material is short: {lacks}"
        else:
            reason = (
                f"no way leads from site to site and to {self.order.customer} within the horizon: "
                "links are missing or closed, or machines are booked or shut to its end; ask "
                "'twinfed routes', or lengthen the horizon"
            )
        return replace(
            answer,
            reason=reason,
            free=material,
            available_units=units_available(material, self.order.quantity),
        )


def _answered(answer: Promise, asked: _Asked, plan: _Plan) -> Promise:
    """The answer with all that the chosen plan and its runs say."""
    new, placed, model = plan.new, plan.chosen.placed, asked.case.model
    end = new.replay(placed)
    product = asked.cluster.product(asked.order.product)

    planned = new.write(asked.problem.state, placed)
    material = free_material(model, planned, new)
    lots = tuple(
        SplitLot(
            model.names.lots[lot],
            int(model.lot["quantity"][lot]),
            new.moment(int(end.lot["done_ms"][lot])),
        )
        for lot in new.wanted.tolist()
    )
    kinds = plan.costs[0].keys()
    return replace(
        answer,
        lots=lots,
        steps=steps_of(new, placed, end, answer.match),
        alternatives=alternatives_of(new, plan.chosen, plan.tried),
        not_tried=plan.not_tried,
        free=material,
        available_units=units_available(material, asked.order.quantity),
        expected=new.moment(new.delivered_ms(end)),
        hours=plan.hours,
        cost=mean_interval([sum(parts.values()) for parts in plan.costs]),
        cost_parts={
            kind: sum(parts[kind] for parts in plan.costs) / len(plan.costs) for kind in kinds
        },
        own_penalty=sum(plan.penalties) / len(plan.penalties),
        revenue=product.price * asked.order.quantity,
    )
