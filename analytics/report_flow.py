"""The part of the report that shows where time goes: each picture under the finding it makes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html import escape
from typing import TYPE_CHECKING

import polars as pl

from analytics.answer import Context
from analytics.gallery import compared, traced
from analytics.kpis.registry import UNDISTURBED
from analytics.report_parts import figure_html
from analytics.tables import PHASES
from analytics.wording import number, words

if TYPE_CHECKING:
    from analytics.result import StudyResult

_LEAST_DAYS = 0.05
"""A change of the lead time below this is none."""
_NAMED = {
    "waiting": "behind other work",
    "off_shift": "outside shifts",
    "no_operator": "for an operator",
    "no_power": "without power",
    "hold": "on hold",
    "down": "at machines that are down",
    "run": "in work",
    "setup": "in setup",
    "dock": "at docks",
    "transport": "on the road",
    "border": "at borders",
}


def flow_html(result: StudyResult, context: Context, chart: Callable[[str], str]) -> Iterator[str]:
    """Lead times, bottlenecks, machine states, queue and work in progress.

    Parameters
    ----------
    chart
        Name of a chart to its place on the page; empty where there is none.
    """
    ranking = traced(result, "bottlenecks", context, context.waiting.id).sort("rank")
    if ranking.is_empty():
        return
    products = ", ".join(f"{one.id}: {one.name}" for one in result.setting.cluster.products)
    yield "<h2>Where time goes</h2>"
    yield (
        f'<p class="lead">{escape(products)}. All but the machine states show one run, with '
        f"{escape(context.waiting.title)} where nothing else is said.</p>"
    )
    yield figure_html(lead_time_words(result, context), chart("lead_time"))
    yield figure_html(bottleneck_words(ranking), chart("bottlenecks"))
    yield figure_html(
        "What these work centres do in their planned hours, over all runs", chart("states")
    )
    yield figure_html(queue_words(result, context, ranking), chart("queue"))
    for response in compared(result, context):
        title = context.response(response).title
        mean = _mean_lots(traced(result, "wip", context, response))
        yield figure_html(
            f"Lots under way with {title}: {number(mean, 0)} on average", chart(f"wip_{response}")
        )


def lead_time_words(result: StudyResult, context: Context) -> str:
    """How long a lot takes, and what the disruption adds most to."""
    responses = [*compared(result, context), UNDISTURBED]
    means = {one: _mean_days(traced(result, "lead_time", context, one)) for one in responses}
    known = {one: mean for one, mean in means.items() if mean}
    if context.waiting.id not in known or UNDISTURBED not in known:
        return "Lead time of a lot, by phase"
    text = "A lot takes " + ", ".join(
        f"{number(mean['lead_time'], 1)} days"
        + (" undisturbed" if one == UNDISTURBED else f" with {context.response(one).title}")
        for one, mean in known.items()
    )
    waits, calm = known[context.waiting.id], known[UNDISTURBED]
    added = waits["lead_time"] - calm["lead_time"]
    if added < _LEAST_DAYS:
        return text
    change = {name: waits[name] - calm[name] for name in PHASES}
    most = max(change, key=lambda name: change[name])
    return (
        f"{text}; most of what the disruption adds passes {_NAMED[most]} "
        f"({number(change[most], 1)} days)"
    )


def bottleneck_words(ranking: pl.DataFrame) -> str:
    """Which work centre has lots wait most, and why."""
    first = ranking.row(0, named=True)
    caused = first["waiting_caused_h"]
    text = (
        f"{_centre(first)} has lots wait most: {number(caused / 24.0)} lot-days on shift, "
        f"in use for {_percent(first['utilisation'])} of its planned hours"
    )
    share = first["no_power_h"] / caused if caused else 0.0
    if share >= 0.01:
        text = f"{text}; {_percent(share)} of the waiting is for power"
    busiest = ranking.sort("utilisation_rank").row(0, named=True)
    if _centre(busiest) != _centre(first):
        text = f"{text}. Busiest is {_centre(busiest)} ({_percent(busiest['utilisation'])})"
    return text


def queue_words(result: StudyResult, context: Context, ranking: pl.DataFrame) -> str:
    """The mean queue of the first bottleneck under each response."""
    first = ranking.row(0, named=True)
    lengths = []
    for one in [*compared(result, context), UNDISTURBED]:
        rows = traced(result, "bottlenecks", context, one).filter(
            (pl.col("site") == first["site"]) & (pl.col("work_centre") == first["work_centre"])
        )
        mean = float(rows.get_column("mean_queue_lots").sum())
        name = UNDISTURBED if one == UNDISTURBED else f"with {context.response(one).title}"
        lengths.append(f"{number(mean)} {name}")
    return f"Lots in the queue of {_centre(first)}, on average {', '.join(lengths)}"


def _mean_days(rows: pl.DataFrame) -> dict[str, float]:
    """Mean days of a lot by phase and in all; empty without lots."""
    if rows.is_empty():
        return {}
    names = ["lead_time", *PHASES]
    means = rows.select(pl.col(f"{name}_h").mean() / 24.0 for name in names).row(0)
    return dict(zip(names, means, strict=True))


def _mean_lots(wip: pl.DataFrame) -> float:
    lots = wip.select(pl.sum_horizontal("^.*_lots$")).to_series()
    return float(lots.sum()) / max(wip.get_column("time").n_unique(), 1)


def _percent(share: float) -> str:
    return f"{100.0 * share:.0f} %"


def _centre(row: dict[str, object]) -> str:
    return f"{row['site']} {words(str(row['work_centre']))}"
