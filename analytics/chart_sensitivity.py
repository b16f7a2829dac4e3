"""The tornado: what each assumption, lowered and raised, does to what the best response saves."""

from __future__ import annotations

from typing import Any

import altair as alt

from analytics.chart_theme import ALARM, INK, MOVED, inline, layers
from analytics.charts import Chart, finished
from analytics.sensitivity.outcome import Effect, Sensitivity
from analytics.wording import number

SHOWN = 12
"""Groups of figures on the chart, at most."""
_BAR = 15
_LINE = 46
"""Characters of an assumption beside its bars."""


def tornado_chart(found: Sensitivity, shown: int = SHOWN) -> Chart:
    """Bars of the effect on the saving, the largest above; whiskers where it was confirmed.

    A dashed line stands where the saving is gone, if a bar comes near it.
    """
    rows: list[dict[str, Any]] = []
    for effects in found.ranked[:shown]:
        rows += [_row(effect, found) for effect in effects]
    names = list(dict.fromkeys(row["name"] for row in rows))
    ways = [_way(-found.change), _way(found.change)]
    base = alt.Chart(inline(rows))
    y = alt.Y("name:N", sort=names, title=None, axis=_names())
    offset = alt.YOffset("way:N", sort=ways)
    title = f"change of what {found.best.title} saves, {found.currency}"
    bars = base.mark_bar(height=_BAR).encode(
        y=y,
        yOffset=offset,
        x=alt.X(
            "effect:Q",
            title=title,
            axis=alt.Axis(format=",.0f", tickCount=6),
            scale=alt.Scale(domain=_room(rows, found)),
        ),
        color=alt.Color(
            "way:N", title=None, scale=alt.Scale(domain=ways, range=["#c8963e", MOVED])
        ),
        tooltip=["name:N", "way:N", alt.Tooltip("effect:Q", format=",.1f"), "answer:N"],
    )
    whiskers = base.mark_rule(color=INK, strokeWidth=1.2).encode(
        y=y, yOffset=offset, x="low:Q", x2="high:Q"
    )
    right = base.mark_text(align="left", dx=6).encode(
        y=y, yOffset=offset, x="most:Q", text="text:N"
    )
    charts = [bars, whiskers, right]
    gone = -found.base.estimate
    low, high = _room(rows, found)
    if low <= gone <= high:
        line = alt.Chart(inline([{"gone": gone, "text": "saves nothing"}]))
        charts.append(
            line.mark_rule(color=ALARM, strokeDash=[4, 3], strokeWidth=1.4).encode(x="gone:Q")
        )
        charts.append(
            line.mark_text(color=ALARM, align="left", dx=5, dy=-8).encode(
                x="gone:Q", y=alt.value("height"), text="text:N"
            )
        )
    return finished(layers(*charts), 46 * max(len(names), 1))


def _row(effect: Effect, found: Sensitivity) -> dict[str, Any]:
    interval = effect.effect
    low, high = (
        (interval.low, interval.high)
        if interval.has_bounds
        else (interval.estimate, interval.estimate)
    )
    flipped = f" → {found.named(effect.answer)}" if effect.flips and effect.answer else ""
    return {
        # the kind, which is not shown, keeps groups apart that read alike
        "name": f"{effect.group.title}\n{_short(effect.group.note)}\n{effect.group.kind}",
        "way": _way(effect.change),
        "effect": round(interval.estimate, 3),
        "low": low,
        "high": high,
        "most": max(high, 0.0),
        "text": number(interval.estimate, sign=True) + flipped,
        "answer": found.named(effect.answer) if effect.answer else "not confirmed",
    }


def _room(rows: list[dict[str, Any]], found: Sensitivity) -> list[float]:
    """From the lowest to the highest, with the line of no saving where that is not far away."""
    low = min((row["low"] for row in rows), default=0.0)
    high = max((row["high"] for row in rows), default=0.0)
    span = max(high - low, 1e-6)
    gone = -found.base.estimate
    if min(low, 0.0) - span <= gone <= max(high, 0.0) + span:
        low, high = min(low, gone), max(high, gone)
    span = max(high - low, 1e-6)
    return [min(low, 0.0) - 0.03 * span, max(high, 0.0) + 0.25 * span]


def _way(change: float) -> str:
    return f"{number(100.0 * change, 0, sign=True)} %"


def _short(note: str) -> str:
    return note if len(note) <= _LINE else f"{note[: _LINE - 1].rstrip()}…"


def _names() -> alt.Axis:
    """The kind of figure, and the assumption behind it on a second line."""
    return alt.Axis(
        domain=False,
        ticks=False,
        labelColor=INK,
        labelFontSize=11,
        labelLimit=alt.ExprRef(expr="windowSize()[0] < 600 ? 150 : 300"),
        labelExpr="slice(split(datum.label, '\\n'), 0, 2)",
        grid=False,
    )
