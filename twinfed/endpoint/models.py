"""What clients send."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from twins.spec_base import Spec


class WhatIfRequest(Spec):
    """A question: what happens under a scenario with each of these responses."""

    scenario: str | dict[str, Any] = Field(
        description="Id of a scenario that travels with the cluster, or a whole scenario: id, "
        "title, fork_at, edits.",
        examples=["nigeria-grid-collapse"],
    )
    responses: Annotated[tuple[str, ...], Field(min_length=1, max_length=20)] | None = Field(
        default=None,
        description="Policies, with their levers: stay, greedy, stay+sunday-overtime, ...; "
        "default: the built-in ones whose levers the cluster has something for.",
    )
    replications: int = Field(default=30, ge=1, le=10_000)
    seed: int = Field(default=1, ge=0, le=2**63 - 1)
    horizon_h: float = Field(default=672.0, gt=0.0, le=24.0 * 366)


ResultTable = Literal[
    "kpis",
    "orders",
    "operations",
    "energy",
    "transports",
    "labour",
    "people",
    "machines",
    "approvals",
    "stock",
    "lots",
    "plans",
    "energy_series",
    "machine_series",
]
"""Tables of a finished what-if."""
