"""Charts of where time goes: lead times, bottlenecks, machine states, work in progress, queues.

All but the machine states are of the traced run. Each is as wide as its place; times are UTC.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import altair as alt
import polars as pl

from analytics.chart_theme import INK, PHASE, STATE, inline, layers
from analytics.chart_theme import legend_columns as columns
from analytics.charts import Chart, finished
from analytics.wording import number, words
from twins.states import MachineState
from twins.work import LotState

Window = tuple[datetime, datetime]
SHOWN = 10
"""Work centres in a ranking."""
_ROW = 26
_PHASES: Mapping[str, tuple[str, ...]] = {
    "run": ("run_h",),
    "setup": ("setup_h",),
    "behind work": ("waiting_h",),
    "off shift": ("off_shift_h",),
    "down, unmanned": ("down_h", "no_operator_h"),
    "no power": ("no_power_h",),
    "on hold": ("hold_h",),
    "at the dock": ("dock_h",),
    "transport": ("transport_h",),
    "border": ("border_h",),
}
"""Phases as they are shown to the columns of the lead times that they are made of."""
_REASONS: Mapping[str, tuple[str, ...]] = {
    "behind work": ("behind_work_h",),
    "no power": ("no_power_h",),
    "down, unmanned": ("down_h", "no_operator_h"),
    "on hold": ("hold_h",),
}
_STATES: Mapping[str, tuple[MachineState, ...]] = {
    "run": (MachineState.RUN,),
    "setup": (MachineState.SETUP,),
    "idle": (MachineState.IDLE,),
    "no power": (MachineState.NO_POWER,),
    "re-warms": (MachineState.REWARM,),
    "down": (MachineState.DOWN,),
    "maintenance": (MachineState.MAINTENANCE,),
    "no operator": (MachineState.NO_OPERATOR,),
    "blocked": (MachineState.BLOCKED, MachineState.UNKNOWN),
}
_KINDS = {
    "working_lots": ("on a machine", PHASE["run"]),
    "queued_lots": ("in a queue", PHASE["behind work"]),
    "held_lots": ("on hold", PHASE["on hold"]),
    "docked_lots": ("at the dock", PHASE["at the dock"]),
    "carried_lots": ("on the way", PHASE["transport"]),
}


def lead_time_chart(lead_time: pl.DataFrame, titles: Mapping[str, str]) -> Chart:
    """Mean lead time of a lot by product and response, stacked by phase.

    Parameters
    ----------
    lead_time
        Rows of the table ``lead_time``.
    titles
        Response id to title, in the order of the bars of a product.
    """
    days = {name: pl.sum_horizontal(parts).mean() / 24.0 for name, parts in _PHASES.items()}
    means = lead_time.group_by("product", "response").agg(
        **days, whole=pl.col("lead_time_h").mean() / 24.0, lots=pl.len()
    )
    means = means.filter(pl.col("response").is_in(list(titles)))
    bars: list[dict[str, Any]] = []
    wholes: list[dict[str, Any]] = []
    order: list[str] = []
    for product in sorted(means.get_column("product").unique()):
        mine = {row["response"]: row for row in means.to_dicts() if row["product"] == product}
        for response in (one for one in titles if one in mine):
            row, name = mine[response], f"{product} · {titles[response]}"
            order.append(name)
            bars += [{"row": name, "phase": p, "days": round(row[p], 4)} for p in _PHASES]
            wholes.append({"row": name, "whole": row["whole"], "text": number(row["whole"], 1)})
    top = max((row["whole"] for row in wholes), default=1.0)
    y = alt.Y("row:N", sort=order, title=None, axis=_names(150))
    x = alt.X(
        "sum(days):Q",
        title="mean lead time of a lot, days",
        axis=alt.Axis(tickCount=6),
        scale=alt.Scale(domain=[0.0, 1.12 * top]),
    )
    stack = _stack(bars, y, x, "phase", "days", _PHASES, PHASE)
    labels = (
        alt.Chart(inline(wholes))
        .mark_text(align="left", dx=6, fontWeight=600)
        .encode(y=y, x="whole:Q", text="text:N")
    )
    return finished(layers(stack, labels), _ROW * max(len(order), 1))


def bottleneck_chart(bottlenecks: pl.DataFrame) -> Chart:
    """Waiting that the work centres cause, by reason, the largest first; beside it their use."""
    rows = bottlenecks.sort("rank").head(SHOWN).to_dicts()
    names = [_centre(row) for row in rows]
    bars = [
        {"centre": name, "reason": reason, "days": sum(row[part] for part in parts) / 24.0}
        for name, row in zip(names, rows, strict=True)
        for reason, parts in _REASONS.items()
    ]
    whole = [
        {
            "centre": name,
            "whole": row["waiting_caused_h"] / 24.0,
            "text": f"{number(row['waiting_caused_h'] / 24.0)} · {100 * row['utilisation']:.0f} %",
        }
        for name, row in zip(names, rows, strict=True)
    ]
    top = max((row["whole"] for row in whole), default=1.0) or 1.0
    y = alt.Y("centre:N", sort=names, title=None, axis=_names(150))
    x = alt.X(
        "sum(days):Q",
        title=["waiting caused on shift, lot-days ·", "share of planned hours in use"],
        axis=alt.Axis(tickCount=4, format=",.0f"),
        scale=alt.Scale(domain=[0.0, 1.4 * top]),
    )
    stack = _stack(bars, y, x, "reason", "days", _REASONS, PHASE)
    labels = (
        alt.Chart(inline(whole))
        .mark_text(align="left", dx=6)
        .encode(y=y, x="whole:Q", text="text:N")
    )
    return finished(layers(stack, labels), _ROW * max(len(rows), 1))


def _total(frame: pl.DataFrame, column: str) -> float:
    return float(frame.get_column(column).sum())


def states_chart(machines: pl.DataFrame, centres: Sequence[tuple[str, str]]) -> Chart:
    """Share of the planned hours that each of some work centres spent in each state.

    Parameters
    ----------
    machines
        Rows of the table ``machines``, of as many runs as there are: they are summed.
    centres
        ``(site, work centre)`` in the order of the bars.
    """
    rows: list[dict[str, Any]] = []
    for site, centre in centres:
        mine = machines.filter((pl.col("site") == site) & (pl.col("work_centre") == centre))
        down = _total(mine, "down_off_shift_h")
        hours = {
            name: sum(_total(mine, f"{state.name.lower()}_h") for state in states)
            for name, states in _STATES.items()
        }
        beyond = min(down, hours["down"])  # outside the shift, which nobody planned to use
        hours["down"] -= beyond
        hours["maintenance"] -= min(down - beyond, hours["maintenance"])
        planned = sum(hours.values())
        name = f"{site} · {words(centre)}"
        rows += [
            {"centre": name, "state": state, "share": spent / planned if planned else 0.0}
            for state, spent in hours.items()
        ]
    names = list(dict.fromkeys(row["centre"] for row in rows))
    y = alt.Y("centre:N", sort=names, title=None, axis=_names(150))
    x = alt.X(
        "sum(share):Q",
        title="share of planned hours",
        axis=alt.Axis(format=".0%", values=[0, 0.25, 0.5, 0.75, 1]),
        scale=alt.Scale(domain=[0.0, 1.0]),
    )
    return finished(
        layers(_stack(rows, y, x, "state", "share", _STATES, STATE)), _ROW * max(len(names), 1)
    )


def wip_chart(wip: pl.DataFrame, window: Window) -> Chart:
    """Lots in the cluster over time: on machines, in queues, held, at docks and on the way."""
    whole = wip.group_by("time").agg(pl.col(list(_KINDS)).sum()).sort("time")
    whole = whole.filter(pl.col("time").dt.hour() % 3 == 0)
    rows = [
        {"time": row["time"], "kind": title, "lots": row[column]}
        for row in whole.iter_rows(named=True)
        for column, (title, _) in _KINDS.items()
    ]
    used = {row["kind"] for row in rows if row["lots"]}
    kinds = [(title, colour) for title, colour in _KINDS.values() if title in used]
    order = [title for title, _ in kinds]
    area = (
        alt.Chart(inline([row for row in rows if row["kind"] in used]))
        .mark_area(interpolate="step-after", opacity=0.95)
        .encode(
            x=_time(window),
            y=alt.Y("lots:Q", title="lots", stack="zero", axis=alt.Axis(tickCount=5)),
            color=alt.Color(
                "kind:N",
                title=None,
                legend=alt.Legend(columns=columns(5)),
                scale=alt.Scale(domain=order, range=[colour for _, colour in kinds]),
            ),
            order=alt.Order("rank:Q"),
        )
        .transform_calculate(rank=f"indexof({order!r}, datum.kind)")
    )
    return finished(layers(area), 220)


def queue_chart(
    lot_series: pl.DataFrame,
    centre: tuple[str, str],
    titles: Mapping[str, str],
    colours: Mapping[str, str],
    window: Window,
) -> Chart:
    """Lots in the queue of a work centre over time, a line for each response.

    The line of waiting is broad and lies below, so that a response that does the same is seen on
    it.

    Parameters
    ----------
    lot_series
        Rows of the table of that name.
    centre
        ``(site, work centre)``.
    titles
        Response id to title; the first waits.
    colours
        Response id to colour.
    window
        From, to.
    """
    site, name = centre
    queued = lot_series.filter(
        (pl.col("place") == site)
        & (pl.col("work_centre") == name)
        & (pl.col("state") == int(LotState.QUEUED))
    )
    rows: list[dict[str, Any]] = []
    for response, title in titles.items():
        mine = queued.filter(pl.col("response") == response)
        moves = pl.concat(
            [
                mine.select(time="start", change=pl.lit(1)),
                mine.filter(pl.col("finish") < window[1]).select(time="finish", change=pl.lit(-1)),
            ]
        )
        length = moves.group_by("time").agg(pl.col("change").sum()).sort("time")
        length = length.with_columns(pl.col("change").cum_sum())
        length = length.group_by_dynamic("time", every="3h").agg(pl.col("change").last())
        if length.is_empty() or length.get_column("time")[0] > window[0]:
            rows.append({"time": window[0], "response": title, "lots": 0})
        rows += [
            {"time": time, "response": title, "lots": lots} for time, lots in length.iter_rows()
        ]
        last = rows[-1]["lots"]
        rows.append({"time": window[1], "response": title, "lots": last})
    order = list(titles.values())
    base = alt.Chart(inline(rows)).encode(
        x=_time(window),
        y=alt.Y("lots:Q", title="lots in the queue", axis=alt.Axis(tickCount=5)),
        color=alt.Color(
            "response:N",
            title=None,
            scale=alt.Scale(domain=order, range=[colours[one] for one in titles]),
            legend=alt.Legend(
                symbolType="stroke", symbolStrokeWidth=3, columns=columns(len(order))
            ),
        ),
    )
    waits = alt.FieldOneOfPredicate(field="response", oneOf=order[:1])
    broad = base.mark_line(interpolate="step-after", strokeWidth=4).transform_filter(waits)
    others = alt.FieldOneOfPredicate(field="response", oneOf=order[1:])
    lines = base.mark_line(interpolate="step-after", strokeWidth=1.6).transform_filter(others)
    return finished(layers(broad, lines), 180)


def _stack(
    rows: list[dict[str, Any]],
    y: alt.Y,
    x: alt.X,
    kind: str,
    value: str,
    order: Mapping[str, Any],
    colours: Mapping[str, str],
) -> alt.Chart:
    """Stacked bars; what nobody has is left out of the legend too."""
    used = [name for name in order if any(row[kind] == name and row[value] > 0.0 for row in rows)]
    chart: alt.Chart = (
        alt.Chart(inline([row for row in rows if row[kind] in used]))
        .mark_bar(height=15, stroke="#ffffff", strokeWidth=0.6)
        .encode(
            y=y,
            x=x,
            color=alt.Color(
                f"{kind}:N",
                title=None,
                legend=alt.Legend(
                    columns=alt.ExprRef(expr="windowSize()[0] < 600 ? 2 : 5"), columnPadding=8
                ),
                scale=alt.Scale(domain=used, range=[colours[name] for name in used]),
            ),
            order=alt.Order("rank:Q"),
            tooltip=[f"{kind}:N", alt.Tooltip(f"{value}:Q", format=",.2f")],
        )
        .transform_calculate(rank=f"indexof({used!r}, datum.{kind})")
    )
    return chart


def _centre(row: Mapping[str, Any]) -> str:
    return f"{row['site']} · {words(row['work_centre'])}"


def _names(extent: int) -> alt.Axis:
    return alt.Axis(
        domain=False, ticks=False, grid=False, labelColor=INK, labelLimit=170, minExtent=extent
    )


def _time(window: Window) -> alt.X:
    axis = alt.Axis(format="%-d %b", grid=False, labelOverlap=True, labelSeparation=12)
    domain = [moment.isoformat() for moment in window]
    return alt.X("time:T", title=None, axis=axis, scale=alt.Scale(type="utc", domain=domain))
