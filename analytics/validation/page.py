"""The validation report as a page of Markdown and as a document for machines."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from typing import Any

from analytics.validation.case import Figure, Outcome

_HEAD = """# Validation

What others published, or what follows from a closed formula, and what the simulator makes of it.
Written by `{command}` on {day} with twinfed {version}: {passed} cases pass, {failed} fail.

A figure in which nothing is random must be equal to the expected one, up to the grid of the
simulator's integers, or to the digits that were published, where the code of the case states it. A
random one comes from independent replications (or antithetic pairs of them) with fixed seeds; it
passes within three standard errors of the expected figure, where the standard error is at most
0.5 % of it. The cases are the functions of `analytics/validation`;
the test suite calls the same ones. Seconds are those of the clock, with as
many cases at a time as there are cores and beside whatever else they did: no measurement of speed.

| case | figure | expected | simulated | standard error | deviation | verdict | s |
|---|---|---:|---:|---:|---:|---|---:|
"""


def page(outcomes: Sequence[Outcome], *, day: date, version: str, command: str) -> str:
    """The report as Markdown: one row for each figure, then sources."""
    verdicts = [outcome.verdict for outcome in outcomes]
    head = _HEAD.format(
        command=command,
        day=day.isoformat(),
        version=version,
        passed=verdicts.count("pass"),
        failed=verdicts.count("fail"),
    )
    rows = [row for outcome in outcomes for row in _rows(outcome)]
    sources = [f"- **{one.case.id}** {one.case.title}: {one.case.source}" for one in outcomes]
    parts = [head + "\n".join(rows), "## Sources", "\n".join(sources)]
    return "\n\n".join(parts) + "\n"


def _rows(outcome: Outcome) -> list[str]:
    case = outcome.case
    rows = []
    for number, figure in enumerate(outcome.figures):
        first = number == 0
        seconds = f"{outcome.seconds:.1f}" if first else ""
        verdict = figure.verdict if figure.verdict == "pass" else "**FAIL**"
        error, deviation = error_text(figure)
        rows.append(
            f"| {case.id if first else ''} | {figure.name} | {number_text(figure.expected)} "
            f"| {number_text(figure.simulated)} | {error} | {deviation} | {verdict} | {seconds} |"
        )
    return rows


def number_text(value: float) -> str:
    """Six digits; whole numbers as they are."""
    if float(value).is_integer() and abs(value) < 1e15:
        return f"{int(value):d}"
    return f"{value:.6g}"


def error_text(figure: Figure) -> tuple[str, str]:
    """Standard error and deviation in standard errors; ``exact`` and the grid without chance."""
    deviation = figure.deviation
    if figure.standard_error is None or deviation is None:
        return (f"exact ±{figure.resolution:g}" if figure.resolution else "exact"), ""
    return f"{figure.standard_error:.2g}", f"{deviation:+.2f}"


def document(outcomes: Sequence[Outcome], *, day: date, version: str) -> dict[str, Any]:
    """The report for machines."""
    verdicts = [outcome.verdict for outcome in outcomes]
    return {
        "date": day.isoformat(),
        "version": version,
        "passed": verdicts.count("pass"),
        "failed": verdicts.count("fail"),
        "cases": [
            {
                "id": outcome.case.id,
                "title": outcome.case.title,
                "source": outcome.case.source,
                "verdict": outcome.verdict,
                "seconds": round(outcome.seconds, 3),
                "figures": [_figure(figure) for figure in outcome.figures],
            }
            for outcome in outcomes
        ],
    }


def _finite(value: float | None) -> float | None:
    """The number, or nothing where JSON has no word for it."""
    return float(value) if value is not None and math.isfinite(value) else None


def _figure(figure: Figure) -> dict[str, Any]:
    return {
        "name": figure.name,
        "expected": _finite(figure.expected),
        "simulated": _finite(figure.simulated),
        "standard_error": _finite(figure.standard_error),
        "deviation": _finite(figure.deviation),
        "resolution": figure.resolution,
        "verdict": figure.verdict,
    }
