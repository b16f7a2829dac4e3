"""A promise date as a document: for JSON on the command line and over HTTP."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

    from analytics.promise.answer import Promise
    from analytics.statistics import Interval


def promise_document(found: Promise) -> dict[str, Any]:
    """Question, dates, probability, sites, reasons, material and cost."""
    asked = found.request
    return {
        "product": asked.product,
        "variant": asked.variant,
        "quantity": asked.quantity,
        "customer": found.customer,
        "by": asked.by,
        "probability": asked.probability,
        "taken_at": found.taken_at,
        "horizon_h": found.horizon_h,
        "replications": found.replications,
        "seed": found.seed,
        "possible": found.possible,
        "reason": found.reason or None,
        "promised": found.date(),
        "dates": _dates(found),
        "expected": found.expected,
        "on_time": _interval(found.on_time),
        "available": {
            "units": found.available_units,
            "material": [
                {**asdict(one), "free": one.free, "share": one.share} for one in found.free
            ],
        },
        "lots": [asdict(lot) for lot in found.lots],
        "operations": [
            {
                "part": step.part,
                "operation": step.operation,
                "process": step.process,
                "qualified": list(step.sites),
                "refused": [asdict(no) for no in step.refused],
            }
            for step in found.match.steps
        ],
        "made": [
            {
                "part": step.part,
                "operation": step.operation,
                "sites": list(step.sites),
                "work_centres": list(step.work_centres),
                "first": step.first,
                "last": step.last,
            }
            for step in found.steps
        ],
        "alternatives": [asdict(one) for one in found.alternatives],
        "sites_not_tried": found.not_tried,
        "currency": found.currency,
        "cost": _interval(found.cost),
        "cost_parts": dict(found.cost_parts),
        "own_penalty": found.own_penalty,
        "revenue": found.revenue,
    }


def _dates(found: Promise) -> list[dict[str, Any]]:
    """The date that is kept with each probability, with the interval between order statistics."""
    if not found.possible:
        return []
    rows = []
    for probability in sorted({0.5, 0.9, found.request.probability}):
        edge = found.quantile(probability)
        rows.append(
            {
                "probability": probability,
                "date": _moment(found, edge.estimate),
                "low": _moment(found, edge.low),
                "high": _moment(found, edge.high),
            }
        )
    return rows


def _moment(found: Promise, hours: float) -> datetime | None:
    return found.moment(hours) if math.isfinite(hours) else None


def _interval(interval: Interval | None) -> dict[str, float | int] | None:
    if interval is None:
        return None
    return {
        "estimate": interval.estimate,
        "low": interval.low,
        "high": interval.high,
        "count": interval.count,
    }
