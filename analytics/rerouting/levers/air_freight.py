"""Lots that are sent by expedited links where that is believed to be worth the freight."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from analytics.rerouting.levers.base import LeverPlan, table
from analytics.rerouting.money import Prices, prices_of
from analytics.rerouting.problem import ReroutingProblem
from analytics.rerouting.trees import roots
from analytics.simulation.layout import FOREVER, NONE, P_EXPRESS
from analytics.simulation.model import Ints
from federation.topology.model import ClusterSpec
from twins.work import LotState

_DONE = (LotState.JOINED, LotState.DELIVERED, LotState.LOST)
_EXPRESS = 2
"""The blocks of ``next_hop`` with expedited links lie so many behind those without."""


@dataclass(frozen=True, slots=True)
class _Journey:
    """One way of a lot to a place: mean hours without waiting, and its price, carbon included."""

    time_ms: int
    price: float


class AirFreight:
    """Send late lots by expedited links, air freight or couriers, where the time is worth it.

    A lot is sent so if the present plan is believed to make its order late, and what the lot gains
    on its remaining ways costs less than the lateness it saves: gained are the mean hours of
    driving, border and papers, at most the lateness of the order and, for a component, what it
    comes later than all others that it is joined with. The price is that of the lot alone in its
    consignments, carbon included, less the usual one. A lot that was sent so stays so; it takes an
    expedited link only where that is faster.
    """

    def offered(self, cluster: ClusterSpec) -> bool:
        """Whether the cluster has an expedited link."""
        return any(link.expedited for link in cluster.links)

    def act(self, problem: ReroutingProblem, before: LeverPlan) -> LeverPlan:
        """All lots that are sent so, earlier ones included; the freight is paid as transport."""
        rows: list[tuple[int, int, int, int]] = before.primitives.tolist()
        sent = set(before.primitives["entity"].tolist())
        moment = problem.now_ms + 1
        rows += [(moment, P_EXPRESS, lot, 1) for lot in _worth_it(problem) if lot not in sent]
        return LeverPlan(table(rows))


def _worth_it(problem: ReroutingProblem) -> Iterator[int]:
    model, state, end = problem.model, problem.state, problem.present
    if state.next_hop.shape[1] <= _EXPRESS * len(state.next_hop):
        return  # nothing is expedited
    prices = prices_of(problem.cluster, model.names)
    rate = prices.lateness_per_ms(model) * problem.weights.lateness
    root = roots(model)
    done = np.minimum(end.lot["done_ms"], problem.until_ms)
    late = (done - model.lot["due_ms"])[root]
    known = (model.known_ms <= problem.now_ms) & (model.lot["release_ms"] <= problem.until_ms)
    wanted = known & (late > 0) & (rate[root] > 0.0) & ~np.isin(state.lot["state"], _DONE)
    alone = _alone_ms(problem, done)
    for lot in np.flatnonzero(wanted).tolist():
        gained, extra = _gain(problem, prices, lot)
        useful = min(gained, int(late[lot]), int(alone[lot]))
        if useful > 0 and float(rate[root[lot]]) * useful > extra:
            yield lot


def _alone_ms(problem: ReroutingProblem, done: Ints) -> Ints:
    """int64[lots]: how much later a component comes than all others of its lot; at least 0."""
    parent = problem.model.lot["parent"]
    alone = np.full(len(parent), FOREVER, dtype=np.int64)
    component = np.flatnonzero(parent != NONE)
    order = component[np.lexsort((-done[component], parent[component]))]
    above = parent[order]
    first = np.flatnonzero(np.r_[True, above[1:] != above[:-1]]) if len(order) else order
    alone[component] = 0
    for at in first.tolist():
        last = order[at]
        has_next = at + 1 < len(order) and above[at + 1] == above[at]
        alone[last] = done[last] - done[order[at + 1]] if has_next else FOREVER
    return alone


def _gain(problem: ReroutingProblem, prices: Prices, lot: int) -> tuple[int, float]:
    """Time that a lot gains on its remaining ways, and what that costs more."""
    gained, extra = 0, 0.0
    for start, end in _ways(problem, lot):
        usual = _journey(problem, prices, lot, start, end, 0)
        fast = _journey(problem, prices, lot, start, end, _EXPRESS)
        if usual is None or fast is None:
            continue
        gained += usual.time_ms - fast.time_ms
        extra += fast.price - usual.price
    return gained, extra


def _ways(problem: ReroutingProblem, lot: int) -> Iterator[tuple[int, int]]:
    """From where to where a lot still has to go by the present plan."""
    model, state = problem.model, problem.state
    record, constant = state.lot[lot], model.lot[lot]
    ops = model.op_rows(lot)
    groups = state.op["group"][ops.start + int(record["op"]) : ops.stop]
    places = model.group["site"][groups].tolist()
    here = int(record["place"])
    if record["state"] == LotState.TRANSIT and record["link"] != NONE:
        here = int(model.link["end"][record["link"]])
    if here != NONE and int(record["op"]) > 0:
        places.insert(0, here)
    parent = int(constant["parent"])
    target = int(constant["destination"])
    if parent != NONE:
        target = int(model.group["site"][state.op["group"][model.op_rows(parent).start]])
    places.append(target)
    for start, end in pairwise(places):
        if start != end:
            yield start, end


def _journey(
    problem: ReroutingProblem, prices: Prices, lot: int, start: int, end: int, block: int
) -> _Journey | None:
    """The way of a lot by the links of a block; ``None``: there is none."""
    model, hops = problem.model, problem.state.next_hop
    constant = model.lot[lot]
    dangerous, mass_g = int(constant["dangerous"]), int(constant["mass_g"])
    column = end + (dangerous + block) * len(hops)
    carbon = prices.carbon_per_kg * problem.weights.carbon
    time_ms, money, emission_kg = 0, 0.0, 0.0
    place = start
    while place != end:
        link = int(hops[place, column])
        if link == NONE:
            return None
        row = model.link[link]
        papers = max(int(row["papers_ms"]), int(row["dangerous_ms"]) * dangerous)
        time_ms += int(row["drive_ms"]) + int(row["border_ms"]) + papers
        per_t, minimum, fee, dangerous_fee, _ = prices.freight[:, link]
        money += max(mass_g / 1e6 * per_t, minimum) + fee + dangerous * dangerous_fee
        emission_kg += mass_g * float(prices.emission_per_g[link])
        place = int(row["end"])
    return _Journey(time_ms, money * problem.weights.transport + emission_kg * carbon)
