"""Questions for a policy: the order book of a cluster, or the live state under a scenario."""

from __future__ import annotations

from datetime import timedelta

from analytics.rerouting.problem import ReroutingProblem
from analytics.rerouting.weights import Weights
from analytics.simulation.compile.snapshot import compile_snapshot
from analytics.simulation.layout import HOUR_MS, WEEK_MS
from federation.cut import planned
from federation.topology.model import ClusterSpec

AFTER_LAST_DUE_MS = 4 * WEEK_MS
"""How long after the last due date a plan for an order book may run."""


def order_book(
    cluster: ClusterSpec, weights: Weights | None = None, horizon_h: float | None = None
) -> ReroutingProblem:
    """The whole order book, from empty floors.

    The running plan is what each part's first permitted work centre would do, by due date.

    Parameters
    ----------
    cluster
        Sites, products and orders.
    weights
        What counts.
    horizon_h
        How far plans are judged; default: four weeks after the last due date.

    Raises
    ------
    CompileError
        When an operation has no permitted work centre.
    """
    if horizon_h is None:
        last_due = max((order.due for order in cluster.orders), default=cluster.start)
        span_ms = max(0, (last_due - cluster.start) // timedelta(milliseconds=1))
        horizon_ms = span_ms + AFTER_LAST_DUE_MS
    else:
        horizon_ms = round(horizon_h * HOUR_MS)
    sampled, state = compile_snapshot(planned(cluster), horizon_ms=horizon_ms)
    model = sampled.with_run(0, 0, deterministic=True)
    return ReroutingProblem(
        model, state, 0, 0, cluster, weights or Weights(), horizon_ms=horizon_ms
    )
