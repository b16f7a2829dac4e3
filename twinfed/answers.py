"""The answer of a study as a document: for JSON on the command line and over HTTP."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

    from analytics.answer import Context
    from analytics.choice.benefit import Benefit
    from analytics.choice.break_even import BreakEven, Trial
    from analytics.horizon import HorizonCheck
    from analytics.screen import Row, Screen
    from analytics.screen_cells import Cell
    from analytics.statistics import Interval
    from analytics.verdict import Verdict


def answer_document(
    context: Context, screen: Screen, verdict: Verdict, choice: pl.DataFrame
) -> dict[str, Any]:
    """Sentence, decision, choice and first screen of one scenario, in JSON values.

    Parameters
    ----------
    context
        Of the scenario.
    screen, verdict
        On it.
    choice
        Table ``choice`` of the result.
    """
    mine = choice.filter(choice["scenario"] == context.scenario)
    return {
        "scenario": context.scenario,
        "title": screen.title,
        "sentence": screen.sentence,
        "verdict": verdict.kind,
        "response": verdict.response,
        "decide_by": verdict.decide_by.isoformat() if verdict.decide_by else None,
        "reasons": list(verdict.reasons),
        "horizon_check": _horizon(verdict.longer),
        "choose_by": context.choose_by,
        "choice": mine.drop("scenario", "choose_by").to_dicts(),
        "benefit": _benefit(verdict.benefit),
        "break_even": _break_even(context.break_even),
        "columns": [
            {"response": response, "title": title}
            for response, title in zip(screen.column_ids, screen.columns, strict=True)
        ],
        "rows": [_row(row) for row in screen.rows],
        "notes": list(screen.notes),
    }


def _horizon(check: HorizonCheck | None) -> dict[str, Any] | None:
    if check is None:
        return None
    return {
        "horizon_h": check.horizon_h,
        "longer_h": check.longer_h,
        "holds": check.holds,
        "answer": check.answer,
        "longer_answer": check.longer_answer,
    }


def _benefit(benefit: Benefit | None) -> dict[str, Any] | None:
    if benefit is None:
        return None
    return {
        "rerouting": benefit.rerouting.id,
        "without": benefit.without.id,
        "money": _interval(benefit.money),
        "share": _interval(benefit.share),
        "late_orders": _interval(benefit.late_orders),
        "emission_kg": _interval(benefit.emission_kg),
    }


def _break_even(found: BreakEven | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "outcome": found.outcome,
        "title": found.title,
        "length_h": found.length_h,
        "ends_at": found.ends_at.isoformat(),
        "confirmed": found.confirmed,
        "runs": [_trial(one) for one in found.trials],
    }


def _trial(one: Trial) -> dict[str, Any]:
    return {"length_h": one.length_h, "against": one.without, "saving": _interval(one.saving)}


def _interval(found: Interval | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "estimate": _finite(found.estimate),
        "low": _finite(found.low),
        "high": _finite(found.high),
        "observations": found.count,
    }


def _row(row: Row) -> dict[str, Any]:
    return {
        "id": row.id,
        "label": row.label,
        "unit": row.unit,
        "group": row.group,
        "cells": [_cell(cell) for cell in row.cells],
    }


def _cell(cell: Cell) -> dict[str, Any]:
    return {
        "text": cell.text,
        "note": cell.note,
        "value": _finite(cell.value),
        "low": _finite(cell.low),
        "high": _finite(cell.high),
    }


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
