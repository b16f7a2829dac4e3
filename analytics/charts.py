"""Charts that compare the responses (Altair): cost, on-time share, backlog.

Each function gives one chart that is as wide as its place (``width="container"``); times are UTC.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import altair as alt
import numpy as np
import polars as pl

from analytics.answer import Context, Figures
from analytics.chart_theme import (
    CALM,
    INK,
    PARTS,
    RESPONSES,
    config,
    inline,
    layers,
    legend_columns,
)
from analytics.kpis.cost import PARTS as COST_PARTS
from analytics.kpis.registry import UNDISTURBED
from analytics.statistics import wilson_of_runs
from analytics.wording import number, percent

Chart = alt.Chart | alt.LayerChart
_GRID_H = 3
"""The backlog is read every so many hours."""


def finished(chart: Chart, height: int | None = None) -> Chart:
    """The chart with the house's look, as wide as its place."""
    properties: dict[str, Any] = {"width": "container"}
    if height is not None:
        properties["height"] = height
    done: Chart = chart.properties(**properties)
    done.config = alt.Config(**config())
    return done


def response_colours(context: Context) -> dict[str, str]:
    """A colour for each response, and for the undisturbed weeks, by id: the same in every chart."""
    ids = [one.id for one in context.responses]
    return dict(zip(ids, RESPONSES, strict=False)) | {UNDISTURBED: CALM}


def response_scale(context: Context) -> alt.Scale:
    """The colours of the responses by title."""
    titles = [one.title for one in context.responses]
    return alt.Scale(domain=titles, range=list(RESPONSES[: len(titles)]))


def cost_chart(figures: Figures, context: Context) -> Chart:
    """Extra cost by kind, stacked, with the interval of the whole."""
    titles = [one.title for one in context.responses]
    parts: list[tuple[str, str, float]] = []
    totals: list[dict[str, Any]] = []
    for one in context.responses:
        for part, title in COST_PARTS.items():
            mean = figures.mean(one.id, f"extra_{part}_cost")
            if mean is not None and abs(mean.estimate) >= 0.5:
                parts.append((one.title, title, mean.estimate))
        whole = figures.mean(one.id, "extra_cost")
        if whole is not None:
            low, high = (
                (whole.low, whole.high) if whole.has_bounds else (whole.estimate, whole.estimate)
            )
            costs = [cost for title, _, cost in parts if title == one.title]
            top = max(high, sum(cost for cost in costs if cost > 0.0))
            text = number(whole.estimate, sign=True)
            totals.append(
                {"response": one.title, "whole": whole.estimate, "low": low, "high": high}
                | {"top": top, "text": text}
            )
    rows = [{"response": name, "part": title, "cost": cost} for name, title, cost in parts]
    used = [title for title in PARTS if any(row["part"] == title for row in rows)]
    y = alt.Y("response:N", sort=titles, title=None, axis=_names())
    bars = (
        alt.Chart(inline(rows))
        .mark_bar(height=18)
        .encode(
            y=y,
            x=alt.X(
                "sum(cost):Q",
                title=f"{context.currency} more than undisturbed",
                axis=alt.Axis(format=",.0f", tickCount=5),
                scale=alt.Scale(domain=_room(rows, totals)),
            ),
            color=alt.Color(
                "part:N",
                title=None,
                legend=alt.Legend(orient="bottom", columns=legend_columns(3)),
                scale=alt.Scale(domain=used, range=[PARTS[title] for title in used]),
            ),
            order=alt.Order("order:Q"),
            tooltip=["response:N", "part:N", alt.Tooltip("cost:Q", format=",.0f")],
        )
        .transform_calculate(order=f"indexof({used!r}, datum.part)")
    )
    base = alt.Chart(inline(totals))
    whiskers = base.mark_rule(color=INK, strokeWidth=1.2).encode(y=y, x="low:Q", x2="high:Q")
    points = base.mark_point(color=INK, filled=True, size=26, opacity=1).encode(y=y, x="whole:Q")
    labels = base.mark_text(align="left", dx=8, fontWeight=600).encode(
        y=y, x="top:Q", text="text:N"
    )
    return finished(layers(bars, whiskers, points, labels), 44 * max(len(titles), 1))


def on_time_chart(figures: Figures, context: Context) -> Chart:
    """Share of orders on time in full with Wilson's interval."""
    titles = [one.title for one in context.responses]
    rows = []
    for one in context.responses:
        hits = [round(value) for value in figures.defined(one.id, "on_time_in_full_orders")]
        due = [round(value) for value in figures.defined(one.id, "orders_due")]
        share = wilson_of_runs(hits, due)
        if share.has_bounds:
            rows.append(
                {"response": one.title, "share": share.estimate, "low": share.low}
                | {"high": share.high, "text": percent(share.estimate)}
            )
    y = alt.Y("response:N", sort=titles, title=None, axis=_names())
    colour = alt.Color("response:N", scale=response_scale(context), legend=None)
    base = alt.Chart(inline(rows))
    x = alt.X(
        "share:Q",
        title="orders on time in full",
        scale=alt.Scale(domain=[0, 1]),
        axis=alt.Axis(format=".0%", values=[0, 0.25, 0.5, 0.75, 1]),
    )
    stems = (
        base.mark_rule(strokeWidth=2, opacity=0.35)
        .encode(y=y, x=alt.X("zero:Q"), x2="share:Q", color=colour)
        .transform_calculate(zero="0")
    )
    whiskers = base.mark_rule(strokeWidth=1.2, color=INK).encode(y=y, x="low:Q", x2="high:Q")
    points = base.mark_point(filled=True, size=80, opacity=1).encode(y=y, x=x, color=colour)
    labels = base.mark_text(dy=-13, fontWeight=600).encode(y=y, x=x, text="text:N")
    return finished(layers(stems, whiskers, points, labels), 44 * max(len(titles), 1))


def backlog_chart(lots: pl.DataFrame, context: Context) -> Chart:
    """Late open units over time: the mean of the runs, and the band that holds 8 in 10 of them.

    Only waiting and what reroutes have a band; more of them would hide each other. The line of
    waiting is broad and lies below, so that a response that does the same is seen on it.
    """
    hours = np.arange(0.0, context.horizon_h + _GRID_H, _GRID_H)
    names = {one.id: one.title for one in context.responses} | {UNDISTURBED: "undisturbed"}
    rows: list[dict[str, Any]] = []
    banded = [one.title for one in context.responses if one.waits or one.reroutes]
    for response, title in names.items():
        mine = lots.filter(
            (pl.col("scenario") == context.scenario) & (pl.col("response") == response)
        )
        runs = [_backlog(run, context, hours) for _, run in mine.group_by("replication")]
        if not runs:
            continue
        stack = np.vstack(runs)
        low, high = np.quantile(stack, [0.1, 0.9], axis=0)
        for hour, mean, least, most in zip(hours, stack.mean(axis=0), low, high, strict=True):
            time = (context.fork_at + timedelta(hours=float(hour))).isoformat()
            rows.append(
                {"response": title, "time": time, "units": round(float(mean), 1)}
                | {"low": float(least), "high": float(most)}
            )
    titles = list(names.values())
    scale = alt.Scale(domain=titles, range=[*RESPONSES[: len(titles) - 1], CALM])
    base = alt.Chart(inline(rows))
    days = alt.Axis(format="%-d %b", grid=False)
    x = alt.X("time:T", title=None, scale=alt.Scale(type="utc"), axis=days)
    legend = alt.Legend(symbolType="stroke", symbolStrokeWidth=3, columns=legend_columns(5))
    colour = alt.Color("response:N", scale=scale, title=None, legend=legend)
    quiet = alt.Color("response:N", scale=scale, legend=None)
    band = (
        base.mark_area(opacity=0.14)
        .encode(x=x, y="low:Q", y2="high:Q", color=quiet)
        .transform_filter(alt.FieldOneOfPredicate(field="response", oneOf=banded))
    )
    waiting = context.waiting.title
    lines = base.mark_line().encode(
        x=x,
        y=alt.Y("units:Q", title="late open units", axis=alt.Axis(format=",.0f")),
        color=colour,
        strokeWidth=alt.condition(
            alt.FieldEqualPredicate(field="response", equal=waiting), alt.value(4), alt.value(1.8)
        ),
    )
    # one legend for both layers would take the pale colours of the band
    return finished(layers(band, lines).resolve_legend(color="independent"), 240)


def _backlog(run: pl.DataFrame, context: Context, hours: Any) -> Any:
    """Late open units of a run at some hours after the fork."""
    fork = context.fork_at
    quantity = run.get_column("quantity").to_numpy()
    due = _hours(run.get_column("due"), fork)
    done = _hours(run.get_column("delivered_at").fill_null(fork + timedelta(days=3650)), fork)
    late = done > due
    due, done, quantity = due[late], done[late], quantity[late]
    at = hours[:, None]
    return ((due <= at) & (done > at)).astype(float) @ quantity


def _hours(times: pl.Series, fork: Any) -> Any:
    return (times - fork).dt.total_microseconds().to_numpy() / 3.6e9


def _room(rows: Sequence[dict[str, Any]], totals: list[dict[str, Any]]) -> list[float]:
    """From the lowest to the highest, with room for the figure beside the bar."""
    low = min((row["low"] for row in totals), default=0.0)
    for title in {row["response"] for row in rows}:
        parts = (row["cost"] for row in rows if row["response"] == title)
        low = min(low, sum(cost for cost in parts if cost < 0.0))
    high = max((row["top"] for row in totals), default=0.0)
    span = max(high - min(low, 0.0), 1.0)
    return [min(low, 0.0) - 0.03 * span, max(high, 0.0) + 0.17 * span]


def _names() -> alt.Axis:
    """Names of responses, a lever on a line of its own: a phone has no room beside the bars."""
    return alt.Axis(
        domain=False,
        ticks=False,
        labelColor=INK,
        labelFontSize=12,
        labelLimit=260,
        labelExpr="split(replace(datum.label, ' with ', '\\nwith '), '\\n')",
        grid=False,
    )
