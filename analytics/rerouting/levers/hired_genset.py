"""A hired genset at each site that loses its grid and has an offer."""

from __future__ import annotations

import math
from dataclasses import dataclass

from analytics.rerouting.levers.base import LeverCost, LeverPlan, table
from analytics.rerouting.problem import ReroutingProblem
from analytics.simulation.layout import DAY_MS, HOUR_MS, P_HIRED_GENSET
from federation.topology.model import ClusterSpec, GensetHireSpec

_NAME = "hired-genset"


@dataclass(frozen=True, slots=True)
class HiredGenset:
    """Hire a genset until the grid is believed back.

    It stands at the site after the offer's lead time and at least its minimum days. None is ordered
    that would come after the recovery. An order that was placed stands; when the recovery moves, so
    does the end of the hire, never before the minimum. Days that have begun are paid.
    """

    def offered(self, cluster: ClusterSpec) -> bool:
        """Whether somebody hires out a genset."""
        return bool(cluster.genset_hire)

    def act(self, problem: ReroutingProblem, before: LeverPlan) -> LeverPlan:
        """Orders of all sites, earlier ones included."""
        rows: list[tuple[int, int, int, int]] = []
        costs: list[LeverCost] = []
        ordered = {cost.site: cost for cost in before.costs}
        for offer in problem.cluster.genset_hire:
            stay = _stay(problem, offer, ordered.get(offer.site))
            if stay is None:
                continue
            site = problem.model.names.site_row[offer.site]
            arrive, leave = stay
            rows += [(arrive, P_HIRED_GENSET, site, 1), (leave, P_HIRED_GENSET, site, -1)]
            days = math.ceil((leave - arrive) / DAY_MS)
            amount = days * offer.price_per_day
            costs.append(LeverCost(_NAME, offer.site, "hire", amount, arrive, leave))
        return LeverPlan(table(rows), tuple(costs))


def _stay(
    problem: ReroutingProblem, offer: GensetHireSpec, order: LeverCost | None
) -> tuple[int, int] | None:
    """When the genset comes and goes; ``None``: it is not hired."""
    site = problem.model.names.site_row[offer.site]
    off = problem.outlook.edited_off[site]
    recovery = off[-1][1] if off else problem.now_ms
    if order is None:
        arrive = problem.now_ms + max(1, int(offer.lead_h * HOUR_MS))
        if recovery <= arrive:
            return None
    else:
        arrive = order.from_ms
        if order.to_ms <= problem.now_ms:
            return order.from_ms, order.to_ms  # it has left; one hire for one crisis
    least = arrive + offer.minimum_days * DAY_MS
    return arrive, max(least, recovery, problem.now_ms + 1 if arrive <= problem.now_ms else 0)
