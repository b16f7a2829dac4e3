"""Public job shops, as clusters: the makespan alone counts."""

from __future__ import annotations

from analytics.rerouting.problem import ReroutingProblem
from analytics.rerouting.questions import order_book
from analytics.rerouting.weights import Weights
from analytics.validation.schedules import instances
from benchmarks._instances import Alternatives, job_shop_cluster

MINUTE_MS = 60_000
ONLY_MAKESPAN = Weights(
    **dict.fromkeys(
        ("lateness", "production", "transport", "energy", "labour", "approval", "carbon"), 0.0
    ),
    makespan=1.0,
    stability=0.0,
    plan_margin_fraction=0.0,
)


def optimum(name: str) -> int:
    """The proven makespan, minutes."""
    return int(instances()[name]["optimum"])


def shop_problem(name: str, horizon_h: float = 48) -> ReroutingProblem:
    """The order book of a job shop without alternatives."""
    jobs: list[list[Alternatives]] = [
        [[(machine, minutes)] for machine, minutes, _ in job] for job in instances()[name]["jobs"]
    ]
    return order_book(job_shop_cluster(jobs), ONLY_MAKESPAN, horizon_h=horizon_h)
