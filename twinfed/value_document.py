"""Marginal values as a document: for JSON on the command line and over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analytics.investing.phases import Phase
    from analytics.investing.value import MarginalValue
    from analytics.investing.worth import Worth
    from analytics.statistics import Interval


def value_document(found: MarginalValue) -> dict[str, Any]:
    """Question, sentence, ranked candidates and plan."""
    plan = found.plan
    return {
        "scenario": found.scenario,
        "title": found.title,
        "currency": found.currency,
        "taken_at": found.taken_at,
        "horizon_h": found.horizon_h,
        "replications": found.replications,
        "seed": found.seed,
        "response": found.response,
        "sentence": found.sentence,
        "cost": _interval(found.cost),
        "candidates": [_worth(one) for one in found.worths],
        "plan": None
        if plan is None
        else {"phases": [_phase(phase) for phase in plan.phases], "stopped": plan.stopped},
    }


def _worth(one: Worth) -> dict[str, Any]:
    edit = one.candidate.edit
    return {
        "id": one.candidate.id,
        "title": one.candidate.title,
        "kind": edit.kind,
        "lever_group": edit.group,
        "level": edit.level,
        "basis": one.candidate.basis,
        "capital_cost": one.candidate.capital_cost,
        "life_years": edit.life_years,
        "interest_fraction": edit.interest_fraction,
        "upkeep_per_year": edit.upkeep_per_year,
        "charge": one.charge,
        "benefit": _interval(one.benefit),
        "net": _interval(one.net),
        "ratio": one.ratio,
        "verdict": one.verdict,
        "net_present_value": one.net_present_value,
        "payback_years": one.payback_years,
        "edit": edit.model_dump(mode="json", exclude_unset=True),
    }


def _phase(phase: Phase) -> dict[str, Any]:
    return {
        "phase": phase.number,
        "money": phase.money,
        "picks": [_worth(pick) for pick in phase.picks],
        "spent": phase.spent,
        "spent_in_all": phase.spent_in_all,
        "left": phase.left,
        "benefit": _interval(phase.benefit),
        "charge": phase.charge,
    }


def _interval(interval: Interval) -> dict[str, float | int]:
    return {
        "estimate": interval.estimate,
        "low": interval.low,
        "high": interval.high,
        "count": interval.count,
    }
