"""Information shared: every site re-plans its own work knowing when that of others comes to it.

No operation goes to another site. A site may give its operations to other work centres of its own,
and do them in another order: by due date, by arrival, or by the least time to spare, whichever the
replay likes best.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.rerouting.coordination.desks import Desks
from analytics.rerouting.decoding import Decoded
from analytics.rerouting.problem import Pin, ReroutingProblem
from analytics.rerouting.proposal import Proposal, make_proposal, open_operations
from analytics.rerouting.ranks import due_ranks
from analytics.rerouting.stay import Stay
from analytics.rerouting.trees import rest_after, roots
from analytics.simulation.layout import NONE
from analytics.simulation.model import Ints


@dataclass(frozen=True, slots=True)
class Informed:
    """Each site re-plans its own machines and order of work."""

    def propose(self, problem: ReroutingProblem) -> Proposal:
        """The best of these plans, if it is better than the running one by the plan margin."""
        stay = Stay().propose(problem)
        if len(problem.movable) == 0:
            return stay
        desks = Desks(problem)
        group = _own_centres(desks)
        decoded = desks.whole(group)
        op = open_operations(problem)
        best = stay
        limit = stay.total - problem.weights.plan_margin_fraction * abs(stay.total)
        for rank in (due_ranks(problem, decoded), *_orders(problem, decoded)):
            found = make_proposal(problem, "informed", op, group[op], rank[op])
            if found.total < min(best.total, limit):
                best = found
        return best


def _own_centres(desks: Desks) -> Ints:
    """int64[ops]: work centres after each site has chosen among its own."""
    group = desks.present.copy()
    optype = desks.problem.state.op["optype"]
    for site in range(len(desks.problem.model.site)):
        here = desks.free & (group != NONE) & (desks.site_of[group] == site)
        here &= desks.own(site).counts[optype] > 1
        if here.any():
            found = desks.plan(site, group, desks.touching(group, site), here)
            group[here] = found.group[here]
    return group


def _orders(problem: ReroutingProblem, decoded: Decoded) -> tuple[Ints, Ints]:
    """Ranks by estimated start, and by the time to spare; what is frozen comes first as it is."""
    model, state = problem.model, problem.state
    due = model.lot["due_ms"][roots(model)[state.op["lot"]]]
    latest = due - rest_after(model, state)
    frozen = np.isin(problem.pins, (Pin.STARTED, Pin.FROZEN))
    found = []
    for key, tie in ((decoded.start_ms, due), (latest, decoded.start_ms)):
        keys = (
            np.arange(len(key)),
            np.where(frozen, 0, tie),
            np.where(frozen, state.op["rank"], key),
            ~frozen,
        )
        rank = np.empty(len(key), dtype=np.int64)
        rank[np.lexsort(keys)] = np.arange(len(key))
        found.append(rank)
    return found[0], found[1]
