"""Which charts a result shows: chosen by its figures, the same for every reader."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import polars as pl

from analytics.answer import Context, Figures
from analytics.chart_flow import (
    SHOWN,
    bottleneck_chart,
    lead_time_chart,
    queue_chart,
    states_chart,
    wip_chart,
)
from analytics.chart_sites import charge_chart, fuel_chart, gantt_chart, power_chart
from analytics.charts import (
    Chart,
    backlog_chart,
    cost_chart,
    on_time_chart,
    response_colours,
)
from analytics.kpis.base import Setting
from analytics.kpis.registry import UNDISTURBED

if TYPE_CHECKING:
    from analytics.result import StudyResult

_GANTT_DAYS = 12
_ENERGY_DAYS = 4
_LEAD = timedelta(hours=12)


def build_charts(result: StudyResult, context: Context) -> dict[str, Chart]:
    """Charts by name, in the order of the report.

    ``cost, on_time, backlog`` always; ``power, charge, fuel`` of the site that loses most to power,
    as far as it has them; ``gantt_<response>`` of that site and of the one that gains most, for
    waiting and for the best response; then where time goes, see ``flow_charts``.
    """
    figures = result.figures(context.scenario)
    charts = {
        "cost": cost_chart(figures, context),
        "on_time": on_time_chart(figures, context),
        "backlog": backlog_chart(result.frame("lots"), context),
    }
    worst = worst_site(figures, context)
    if worst is not None:
        charts |= _energy(result, context, worst)
    responses = compared(result, context)
    sites = shown_sites(figures, context)
    if sites:
        for response in responses:
            charts[f"gantt_{response}"] = _gantt(result, context, response, sites)
    return charts | flow_charts(result, context, responses)


def flow_charts(
    result: StudyResult, context: Context, responses: Sequence[str]
) -> dict[str, Chart]:
    """Where time goes: ``lead_time``, ``bottlenecks``, ``states``, ``wip``, ``queue``."""
    ranking = traced(result, "bottlenecks", context, context.waiting.id).sort("rank")
    if ranking.is_empty():
        return {}
    arms = {one: context.response(one).title for one in responses} | {UNDISTURBED: UNDISTURBED}
    window = context.fork_at, context.fork_at + timedelta(hours=context.horizon_h)
    centres = list(ranking.head(SHOWN).select("site", "work_centre").iter_rows())
    mine = (pl.col("scenario") == context.scenario) & pl.col("response").is_in(list(arms))
    waiting = context.waiting.id
    lots = result.frame("lot_series").filter(mine)
    colours = response_colours(context)
    machines = result.frame("machines").filter(mine & (pl.col("response") == waiting))
    charts = {
        "lead_time": lead_time_chart(result.frame("lead_time").filter(mine), arms),
        "bottlenecks": bottleneck_chart(ranking),
        "states": states_chart(machines, centres),
        "queue": queue_chart(lots, centres[0], arms, colours, window),
    }
    return charts | {
        f"wip_{one}": wip_chart(traced(result, "wip", context, one), window) for one in responses
    }


def worst_site(figures: Figures, context: Context) -> str | None:
    """The site that loses most machine-hours to power while one waits; ``None``: none loses any."""
    lost = {
        site: sum(value or 0.0 for value in values)
        for site, values in figures.subjects(context.waiting.id, "lost_to_power_h", "site").items()
    }
    worst = max(lost, key=lambda site: lost[site], default=None)
    return worst if worst is not None and lost[worst] > 0.0 else None


def gaining_sites(figures: Figures, response: str) -> list[str]:
    """Sites that make what was planned elsewhere, the one with most operations first."""
    gained = {
        site: sum(value or 0.0 for value in values)
        for site, values in figures.subjects(response, "operations_moved", "site").items()
    }
    return sorted((site for site in gained if gained[site] > 0.0), key=lambda site: -gained[site])


def compared(result: StudyResult, context: Context) -> list[str]:
    """Waiting, and the response that the verdict names or, where it is waiting, the next best."""
    verdict = result.verdict_of(context.scenario)
    figures = result.figures(context.scenario)
    chosen = verdict.response
    if chosen == context.waiting.id:
        others = [one.id for one in context.responses if one.id != chosen]
        costs = {one: figures.mean(one, "cost") for one in others}
        known = {one: cost.estimate for one, cost in costs.items() if cost is not None}
        chosen = min(known, key=lambda one: known[one], default=chosen)
    return list(dict.fromkeys([context.waiting.id, chosen]))


def shown_sites(figures: Figures, context: Context) -> list[str]:
    """The site that loses most, then the one that gains most under a response that reroutes."""
    worst = worst_site(figures, context)
    found = [worst] if worst is not None else []
    for response in context.responses:
        if response.reroutes:
            found += gaining_sites(figures, response.id)[:1]
    return list(dict.fromkeys(found))


def site_names(setting: Setting, sites: list[str]) -> dict[str, str]:
    """Id to name."""
    return {site: setting.cluster.site(site).name for site in sites}


def window_of(context: Context, days: float) -> tuple[datetime, datetime]:
    """From shortly before the disruption, as long as asked for, inside the horizon."""
    last = context.fork_at + timedelta(hours=context.horizon_h)
    begin = context.disrupted[0] - _LEAD if context.disrupted is not None else context.fork_at
    begin = min(max(begin, context.fork_at), last)
    return begin, min(begin + timedelta(days=days), last)


def traced(result: StudyResult, name: str, context: Context, response: str) -> pl.DataFrame:
    """A table of the traced run of a response."""
    return result.frame(name).filter(
        (pl.col("scenario") == context.scenario)
        & (pl.col("response") == response)
        & (pl.col("replication") == 0)
    )


def _energy(result: StudyResult, context: Context, site: str) -> dict[str, Chart]:
    series = traced(result, "energy_series", context, context.waiting.id).filter(
        pl.col("site") == site
    )
    if series.is_empty():
        return {}
    window = window_of(context, _ENERGY_DAYS)
    charts = {"power": power_chart(series, window)}
    energy = result.setting.cluster.site(site).energy
    battery = energy.inverter.battery if energy is not None and energy.inverter else None
    if battery is not None:
        reserve = battery.reserve_fraction * battery.capacity_kwh
        charts["charge"] = charge_chart(series, window, reserve)
    if energy is not None and energy.genset is not None:
        charts["fuel"] = fuel_chart(series, window)
    return charts


def _gantt(result: StudyResult, context: Context, response: str, sites: list[str]) -> Chart:
    operations = traced(result, "operations", context, response).join(
        result.setting.planned, on=["lot", "operation"], how="left"
    )
    return gantt_chart(
        operations,
        traced(result, "machine_series", context, response),
        sites,
        window_of(context, _GANTT_DAYS),
    )
