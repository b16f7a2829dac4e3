"""The answer of a study as a document: for JSON on the command line and over HTTP."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analytics.horizon import HorizonCheck
    from analytics.screen import Row, Screen
    from analytics.screen_cells import Cell
    from analytics.verdict import Verdict


def answer_document(scenario: str, screen: Screen, verdict: Verdict) -> dict[str, Any]:
    """Sentence, decision and first screen of one scenario, in JSON values."""
    return {
        "scenario": scenario,
        "title": screen.title,
        "sentence": screen.sentence,
        "verdict": verdict.kind,
        "response": verdict.response,
        "decide_by": verdict.decide_by.isoformat() if verdict.decide_by else None,
        "reasons": list(verdict.reasons),
        "horizon_check": _horizon(verdict.longer),
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
