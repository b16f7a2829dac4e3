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
    lateness, transport, energy, labour, approval, carbon
        Factors on the money of each part; 1: as it is.
    stability
        Money for each operation that is moved to another work centre: telling people, moving papers
        and programs. A plan that moves nothing has none.
    margin_fraction
        A tree of lots moves only when that saves more than this share of what staying would cost.
    plan_margin_fraction
        A new plan is proposed only when it saves more than this share of what the running one
        costs: people do not change a schedule for less than the accuracy of its prices.
    """

    lateness: float = 1.0
    transport: float = 1.0
    energy: float = 1.0
    labour: float = 1.0
    approval: float = 1.0
    carbon: float = 1.0
    stability: float = 1.0
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
