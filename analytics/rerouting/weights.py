"""What counts in a plan, in the reporting currency."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

from analytics.rerouting.errors import ReroutingError


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights of the parts of the objective, which all are money.

    Parameters
    ----------
    lateness, production, transport, energy, labour, approval, carbon, unassigned
        Factors on the money of each part; 1: as it is.
    idle
        Factor on the wages of regular hours without work. They are paid whatever the plan, so by
        default they do not count; above 0 work goes where people would be idle.
    makespan
        Money for each hour until the last operation of the plan is done.
    stability
        Money for each operation that is moved to another work centre: telling people, moving papers
        and programs. A plan that moves nothing has none.
    site_change
        Money for each lot of which an operation is moved to another site.
    start_shift
        Money for each hour by which an operation that stays in the plan starts sooner or later
        than it would without a new plan.
    margin_fraction
        A tree of lots moves only when that saves more than this share of what staying would cost.
    plan_margin_fraction
        A new plan is proposed only when it saves more than this share of what the running one
        costs: people do not change a schedule for less than the accuracy of its prices.

    Raises
    ------
    ReroutingError
        When a weight is no number of at least 0, or moves cost nothing and need not save anything.
    """

    lateness: float = 1.0
    production: float = 1.0
    transport: float = 1.0
    energy: float = 1.0
    labour: float = 1.0
    idle: float = 0.0
    approval: float = 1.0
    carbon: float = 1.0
    makespan: float = 0.0
    unassigned: float = 1.0
    stability: float = 1.0
    site_change: float = 0.0
    start_shift: float = 0.0
    margin_fraction: float = 0.1
    plan_margin_fraction: float = 0.01

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not math.isfinite(value) or value < 0.0:
                raise ReroutingError(
                    f"the weight '{field.name}' is {value}; give a finite number of at least 0"
                )
        if self.stability == 0.0 and self.margin_fraction == 0.0:
            raise ReroutingError(
                "stability and margin_fraction are both 0, so that every move is free; "
                "give one of them a value above 0"
            )
