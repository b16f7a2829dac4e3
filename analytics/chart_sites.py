"""Charts of single sites in the traced run: what machines do, and where the power comes from."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import altair as alt
import numpy as np
import polars as pl

from analytics.chart_theme import ALARM, HOME, INK, MOVED, SHADE, SOURCES, inline, layers
from analytics.charts import Chart, finished
from analytics.wording import words
from twins.states import MachineState

Window = tuple[datetime, datetime]
RUNNING = (MachineState.SETUP, MachineState.RUN)
DARK = (MachineState.NO_POWER, MachineState.REWARM)
_STEP_MIN = 15
"""Power is shown as the mean of so many minutes."""
_FLOWS = {"grid": "grid_kw", "PV": "pv_kw", "battery": "discharge_kw", "genset": "genset_kw"}


def gantt_chart(
    operations: pl.DataFrame,
    machine_series: pl.DataFrame,
    sites: list[str],
    window: Window,
) -> Chart:
    """Machines of some sites over time: work planned here, work moved here, times without power.

    Parameters
    ----------
    operations
        Of one run, with ``planned_site`` (null: not planned at the fork).
    machine_series
        Of the same run.
    sites
        In the order of the rows.
    window
        From, to.
    """
    series = machine_series.filter(pl.col("site").is_in(sites))
    moved = operations.filter(pl.col("planned_site") != pl.col("site")).select("lot", "site")
    runs = _spans(series, window, RUNNING).join(
        moved.unique().with_columns(work=pl.lit("moved here")), on=["lot", "site"], how="left"
    )
    runs = runs.with_columns(pl.col("work").fill_null("planned here"))
    dark = _spans(series, window, DARK)
    rows = _row_order(sites, {*runs.get_column("row"), *dark.get_column("row")})
    y = alt.Y(
        "row:N",
        title=None,
        scale=alt.Scale(domain=rows),
        axis=alt.Axis(domain=False, ticks=False, labelColor=INK, grid=True, minExtent=150),
    )
    x = _time_axis(window, "start:T")
    back = (
        alt.Chart(_data(dark, "row", "start", "finish"))
        .mark_bar(height={"band": 0.92}, color=SHADE)
        .encode(y=y, x=x, x2="finish:T", tooltip=_tips("no power"))
    )
    bars = (
        alt.Chart(_data(runs, "row", "start", "finish", "work", "lot"))
        .mark_bar(height={"band": 0.56})
        .encode(
            y=y,
            x=x,
            x2="finish:T",
            color=alt.Color(
                "work:N",
                title=None,
                scale=alt.Scale(domain=["planned here", "moved here"], range=[HOME, MOVED]),
            ),
            tooltip=["lot:N", "work:N", *_tips("")],
        )
    )
    return finished(layers(back, bars), max(20 * len(rows), 60))


def power_chart(series: pl.DataFrame, window: Window) -> Chart:
    """Where the power of a site comes from, and the load of what is on."""
    steps = _steps(series, window)
    rows = [
        {"time": row["time"], "source": source, "kw": round(row[column], 3)}
        for row in steps.iter_rows(named=True)
        for source, column in _FLOWS.items()
    ]
    used = [
        source for source in _FLOWS if any(r["source"] == source and r["kw"] > 0.0 for r in rows)
    ]
    x = _time_axis(window)
    peak = steps.sort("load_kw", descending=True).head(1)
    given = pl.sum_horizontal(_FLOWS.values())
    top = steps.select(pl.max_horizontal("load_kw", given).max()).item() or 1.0
    room = alt.Scale(domain=[0.0, 1.12 * top])  # for the label above the load
    y = alt.Y("kw:Q", title="power, kW", stack="zero", axis=_left(), scale=room)
    areas = (
        alt.Chart(inline([row for row in rows if row["source"] in used]))
        .mark_area(interpolate="step-after", opacity=0.95)
        .encode(
            x=x,
            y=y,
            color=alt.Color(
                "source:N",
                title=None,
                scale=alt.Scale(domain=used, range=[SOURCES[source] for source in used]),
            ),
            order=alt.Order("rank:Q"),
        )
        .transform_calculate(rank=f"indexof({list(_FLOWS)!r}, datum.source)")
    )
    wanted = (
        alt.Chart(_data(steps, "time", "load_kw"))
        .mark_line(interpolate="step-after", color=INK, strokeWidth=1.1, strokeDash=[3, 2])
        .encode(x=x, y=alt.Y("load_kw:Q", title="power, kW"))
    )
    label = (
        alt.Chart(_data(peak, "time", "load_kw"))
        .mark_text(text="load", dy=-7, fontSize=10, color=INK)
        .encode(x=x, y="load_kw:Q")
    )
    return finished(layers(_outages(steps, window), areas, wanted, label), 210)


def charge_chart(series: pl.DataFrame, window: Window, reserve_kwh: float | None) -> Chart:
    """What the battery holds; the line is what is kept for base loads."""
    steps = _steps(series, window)
    x = _time_axis(window)
    area = (
        alt.Chart(_data(steps, "time", "soc_kwh"))
        .mark_area(
            color=SOURCES["battery"],
            opacity=0.25,
            line={"color": SOURCES["battery"], "strokeWidth": 1.6},
        )
        .encode(x=x, y=alt.Y("soc_kwh:Q", title="battery, kWh", axis=_left()))
    )
    parts: list[Any] = [_outages(steps, window), area]
    if reserve_kwh is not None:
        level = inline([{"kwh": reserve_kwh, "text": "reserve for base loads"}])
        rule = alt.Chart(level).mark_rule(color=ALARM, strokeDash=[4, 3], strokeWidth=1)
        text = alt.Chart(level).mark_text(align="right", dx=-4, dy=-6, color=ALARM, fontSize=10)
        parts.append(rule.encode(y="kwh:Q"))
        parts.append(text.encode(y="kwh:Q", x=alt.value("width"), text="text:N"))
    return finished(layers(*parts), 100)


def fuel_chart(series: pl.DataFrame, window: Window) -> Chart:
    """What the tank holds."""
    steps = _steps(series, window)
    area = (
        alt.Chart(_data(steps, "time", "fuel_l"))
        .mark_area(
            color=SOURCES["genset"],
            opacity=0.25,
            line={"color": SOURCES["genset"], "strokeWidth": 1.6},
        )
        .encode(x=_time_axis(window), y=alt.Y("fuel_l:Q", title="diesel, L", axis=_left()))
    )
    return finished(layers(_outages(steps, window), area), 90)


def _row_order(sites: list[str], busy: set[str]) -> list[str]:
    return [row for site in sites for row in sorted(busy) if row.startswith(f"{site} · ")]


def _spans(series: pl.DataFrame, window: Window, states: tuple[MachineState, ...]) -> pl.DataFrame:
    """Times in which a machine was in some states: ``site, lot, row, start, finish``."""
    begin, end = window
    names = {name: words(name) for name in series.get_column("machine").unique()}
    machine = pl.col("machine").replace_strict(names, return_dtype=pl.String)
    return (
        series.sort("site", "machine", "time")
        .with_columns(finish=pl.col("time").shift(-1).over("site", "machine").fill_null(end))
        .filter(
            pl.col("state").is_in([int(state) for state in states])
            & (pl.col("time") < end)
            & (pl.col("finish") > begin)
        )
        .select(
            "site",
            "lot",
            row=pl.concat_str([pl.col("site"), machine], separator=" · "),
            start=pl.max_horizontal("time", pl.lit(begin)),
            finish=pl.min_horizontal("finish", pl.lit(end)),
        )
    )


def _steps(series: pl.DataFrame, window: Window) -> pl.DataFrame:
    """Flows as means of equal steps, and what battery and tank hold at their starts.

    A row of the series holds until the next one; battery and tank change evenly in between, but
    fuel that is delivered comes at once.
    """
    begin, end = window
    ordered = series.sort("time").unique("time", keep="last", maintain_order=True)
    minutes = pl.DataFrame(
        {"time": pl.datetime_range(begin, end, timedelta(minutes=1), time_unit="us", eager=True)}
    ).with_columns(pl.col("time").set_sorted())
    flows = ["load_kw", *_FLOWS.values()]
    held = minutes.join_asof(
        ordered.with_columns(pl.col("time").set_sorted()), on="time", strategy="backward"
    ).with_columns(_between(ordered, minutes, name) for name in ("soc_kwh", "fuel_l"))
    return (
        held.drop_nulls("load_kw")
        .group_by_dynamic("time", every=timedelta(minutes=_STEP_MIN))
        .agg(
            *(pl.col(name).mean().round(3) for name in flows),
            pl.col("soc_kwh", "fuel_l").first().round(3),
            pl.col("on_grid").first(),
        )
    )


def _between(ordered: pl.DataFrame, minutes: pl.DataFrame, name: str) -> pl.Series:
    times = ordered.get_column("time").to_physical().to_numpy()
    values = ordered.get_column(name).to_numpy()
    at = minutes.get_column("time").to_physical().to_numpy()
    found = np.interp(at, times, values)
    if name == "fuel_l":
        row = np.clip(np.searchsorted(times, at, side="right") - 1, 0, len(times) - 1)
        found = np.minimum(found, values[row])
    return pl.Series(name, found)


def _outages(steps: pl.DataFrame, window: Window) -> alt.Chart:
    """Shading behind the times without grid."""
    spans = (
        steps.with_columns(part=(pl.col("on_grid") != pl.col("on_grid").shift(1)).cum_sum())
        .with_columns(pl.col("part").fill_null(0), until=pl.col("time").shift(-1))
        .filter(~pl.col("on_grid"))
        .group_by("part", maintain_order=True)
        .agg(start=pl.col("time").first(), finish=pl.col("until").last())
        .with_columns(pl.col("finish").fill_null(window[1]))
    )
    shade: alt.Chart = (
        alt.Chart(_data(spans, "start", "finish"))
        .mark_rect(color=SHADE)
        .encode(x=_time_axis(window, "start:T"), x2="finish:T", tooltip=_tips("without grid"))
    )
    return shade


def _time_axis(window: Window, field: str = "time:T") -> alt.X:
    days = (window[1] - window[0]) / timedelta(days=1)
    axis = alt.Axis(
        format="%a %-d %b" if days > 3.0 else "%a %H:%M",
        tickCount="day" if days > 3.0 else 8,
        grid=True,
        labelAlign="left" if days > 3.0 else "center",
        labelOverlap=True,
        labelSeparation=8,
    )
    domain = [moment.isoformat() for moment in window]
    scale = alt.Scale(type="utc", domain=domain, clamp=True)
    return alt.X(field, title=None, scale=scale, axis=axis)


def _left() -> alt.Axis:
    return alt.Axis(minExtent=44, tickCount=4)


def _tips(what: str) -> list[alt.Tooltip]:
    label = f"{what} from" if what else "from"
    return [
        alt.Tooltip("start:T", title=label, format="%a %-d %b %H:%M"),
        alt.Tooltip("finish:T", title="to", format="%a %-d %b %H:%M"),
    ]


def _data(frame: pl.DataFrame, *columns: str) -> alt.Data:
    return inline(frame.select(columns).to_dicts())
