"""What clients send."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from federation.topology.model import Moment
from twins.spec_base import Spec

Degree = Annotated[int, Field(ge=0, le=4)]


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
    coordination: Annotated[tuple[Degree, ...], Field(min_length=1, max_length=5)] | None = Field(
        default=None,
        description="Degrees of coordination to compare, after the responses: 0 none, 1 informed, "
        "2 agreed, 3 central, 4 auction.",
    )
    replications: int = Field(default=30, ge=1, le=10_000)
    seed: int = Field(default=1, ge=0, le=2**63 - 1)
    horizon_h: float = Field(default=672.0, gt=0.0, le=24.0 * 366)
    choose_by: Literal["mean", "cvar"] = Field(
        default="mean",
        description="Choose by the mean cost of the runs, or by that of their worst tenth.",
    )
    break_even: bool = Field(
        default=False,
        description="Look for the length of outage from which on rerouting pays, too.",
    )


class ValueRequest(Spec):
    """A question: what would one more machine, battery, link or site be worth."""

    scenario: str | dict[str, Any] | None = Field(
        default=None,
        description="What happens: id of a scenario that travels with the cluster, or a whole "
        "scenario. Default: nothing but what chance brings.",
    )
    candidates: dict[str, Any] | None = Field(
        default=None,
        description="A scenario whose investments are compared; default: those that one run shows "
        "the want of, and those of the scenarios that travel with the cluster.",
    )
    budgets: Annotated[tuple[float, ...], Field(max_length=12)] = Field(
        default=(), description="Capital of each phase; none: no plan is made."
    )
    response: str = Field(default="greedy", description="How work is planned in all runs.")
    replications: int = Field(default=30, ge=2, le=10_000)
    seed: int = Field(default=1, ge=0, le=2**63 - 1)
    horizon_h: float = Field(default=672.0, ge=1.0, le=24.0 * 366)


class EntryBody(Spec):
    """One lot operation of the schedule."""

    lot: str
    operation: int = Field(ge=0)
    site: str
    work_centre: str
    rank: int = Field(ge=-(2**63), le=2**63 - 1)
    planned_start: Moment
    planned_finish: Moment


class ProposalRequest(Spec):
    """A change of the schedule that its sites are asked to agree to."""

    base_version: int = Field(ge=0, description="The version that the change is made from.")
    deadline: Moment = Field(description="Until when every site that it touches must accept.")
    put: tuple[EntryBody, ...] = Field(default=(), description="Entries that are new or changed.")
    removed: tuple[tuple[str, int], ...] = Field(
        default=(), description="Lot and operation of the entries that go."
    )
    declined: tuple[str, ...] = Field(
        default=(), description="Lots of customers that nobody makes any more."
    )
    restored: tuple[str, ...] = Field(
        default=(), description="Lots of customers that are declined no longer."
    )
    expected: tuple[EntryBody, ...] = Field(
        default=(),
        description="When operations that stay would begin and end without the change, where that "
        "is not when the running version says.",
    )
    reason: str = Field(default="", max_length=1000)
    policy: str = Field(default="", max_length=100)
    question: dict[str, Any] | None = Field(
        default=None, description="What the planner was asked; needed to check a rest again."
    )


class AnswerBody(Spec):
    """What a site says to its part of a proposal."""

    answer: Literal["accepted", "rejected"]
    reason: str = Field(default="", max_length=1000, description="A no needs one.")


class RecheckBody(Spec):
    """Ask for what is left of a partly accepted proposal."""

    deadline: Moment | None = Field(
        default=None,
        description="Of the rest; default: that of the proposal where it lies ahead, else as long "
        "again.",
    )


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
    "choice",
    "on_time",
    "energy_series",
    "machine_series",
]
"""Tables of a finished what-if."""
