"""The report: one HTML page, complete in itself, that a plant manager would show a customer."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from analytics.answer import Context
from analytics.arithmetic import capacity_table, cost_table, moves_table, power_table
from analytics.choice.page import choice_page, on_time_page
from analytics.control import control_table
from analytics.gallery import compared, shown_sites, worst_site
from analytics.report_flow import flow_html
from analytics.report_parts import (
    APOSTROPHE,
    assumptions_html,
    figure_html,
    footer_html,
    screen_html,
    table_html,
    verdict_html,
)
from analytics.wording import day, number

if TYPE_CHECKING:
    from analytics.charts import Chart
    from analytics.result import StudyResult

_STYLE = Path(__file__).with_name("report.css")


def build_report(result: StudyResult) -> str:
    """The page: a part for each scenario, then what all rests on.

    It loads nothing from a network: style, charts and the code that draws them are in it.
    """
    charts: dict[str, Chart] = {}
    parts = [text for context in result.contexts for text in _Part(result, context, charts).html()]
    cluster = result.setting.cluster
    title = " · ".join(context.title for context in result.contexts)
    body = (
        f'<p class="brand">{escape(cluster.name)}</p>',
        *parts,
        *assumptions_html(cluster, result.manifest["snapshot"].get("untold", {})),
        *footer_html(result.manifest),
    )
    return page_html(f"{title}: {cluster.name}", body, charts)


def page_html(title: str, body: Iterable[str], charts: Mapping[str, Chart]) -> str:
    """A whole page; ``charts`` by the id of their place in the body."""
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escape(title)}</title>",
            f"<style>{_STYLE.read_text(encoding='utf-8')}</style></head><body>",
            *body,
            _scripts(charts),
            "</body></html>\n",
        ]
    )


class _Part:
    """The answer to one scenario; its charts are drawn by the page's script.

    Parameters
    ----------
    result, context
        Whose answer.
    charts
        Charts of the page by id of their place; grows.
    """

    def __init__(self, result: StudyResult, context: Context, charts: dict[str, Chart]) -> None:
        self.result, self.context, self._charts = result, context, charts
        self.figures = result.figures(context.scenario)
        self._found = result.charts_of(context.scenario)
        self.sites = shown_sites(self.figures, context)
        self.worst = worst_site(self.figures, context)

    def html(self) -> Iterator[str]:
        scenario = self.context.scenario
        yield "<article>"
        yield f"<h1>{escape(self.context.title)}</h1>"
        yield f'<p class="when">{escape(_when(self.context))}</p>'
        yield from verdict_html(self.result.verdict_of(scenario))
        yield from screen_html(self.result.screen_of(scenario))
        yield from self._comparison()
        yield from self._choice()
        yield from self._power()
        yield from self._machines()
        yield from flow_html(self.result, self.context, self._chart)
        yield from self._arithmetic()
        yield "</article>"

    def _chart(self, name: str) -> str:
        if name not in self._found:
            return ""
        place = f"chart{len(self._charts)}"
        self._charts[place] = self._found[name]
        return f'<div class="chart" id="{place}"></div>'

    def _comparison(self) -> Iterator[str]:
        yield "<h2>What the responses cost and keep</h2>"
        yield '<div class="pair">'
        yield figure_html("Extra cost, with the 95 % interval of the whole", self._chart("cost"))
        yield figure_html(
            f"Orders on time in full, with Wilson{APOSTROPHE}s interval", self._chart("on_time")
        )
        yield "</div>"
        yield figure_html(
            "Backlog: units past their due date and not yet with the customer; mean of the runs, "
            "the band holds 8 in 10",
            self._chart("backlog"),
        )

    def _choice(self) -> Iterator[str]:
        yield "<h2>What can be relied on</h2>"
        yield from table_html(choice_page(self.result.choice, self.context))
        for table in on_time_page(self.result.on_time, self.context):
            yield from table_html(table)

    def _power(self) -> Iterator[str]:
        if self.worst is None or "power" not in self._found:
            return
        site = self.result.setting.cluster.site(self.worst)
        yield f"<h2>Power at {escape(site.name)}</h2>"
        yield f'<p class="lead">{escape(self._power_words(site.id))}</p>'
        yield figure_html(
            "Where the power comes from; shaded: no grid; dashed: base loads and machines that "
            f"are on (one run, {self.context.waiting.title})",
            *(self._chart(name) for name in ("power", "charge", "fuel")),
        )

    def _power_words(self, site: str) -> str:
        """The energy of a site in two sentences, while one waits."""

        def mean(kpi: str) -> float:
            values = self.figures.values(self.context.waiting.id, kpi, "site", site)
            defined = [value for value in values if value is not None]
            return sum(defined) / len(defined) if defined else 0.0

        text = (
            f"In {number(self.context.horizon_h / 24)} days the grid is off for "
            f"{number(mean('grid_off_h'))} h. Base loads and the machines that are on want "
            f"{number(mean('load_kwh'))} kWh and get {number(mean('served_kwh'))} kWh; "
            f"{number(mean('lost_to_power_h'))} machine-hours with work waiting are lost."
        )
        autonomy = mean("autonomy_h")
        if autonomy > 0.0:
            text += (
                " What is stored carries the base load that it backs up for "
                f"{number(autonomy)} h without sun."
            )
        return text

    def _machines(self) -> Iterator[str]:
        if not self.sites:
            return
        cluster = self.result.setting.cluster
        names = ", ".join(f"{site}: {cluster.site(site).name}" for site in self.sites)
        yield "<h2>What the machines do</h2>"
        yield (
            f'<p class="lead">{escape(names)}. Bars: at work (one run). Shaded: no power, or not '
            "yet warm again.</p>"
        )
        for response in compared(self.result, self.context):
            title = self.context.response(response).title
            yield figure_html(title, self._chart(f"gantt_{response}"), strong=True)

    def _arithmetic(self) -> Iterator[str]:
        result, context = self.result, self.context
        tables = [cost_table(result, context)]
        for response in context.responses:
            tables += control_table(result.figures(context.scenario), context, response)
        if self.sites:
            tables.append(capacity_table(result, context, self.sites))
        if self.worst is not None:
            tables += power_table(result.setting.cluster.site(self.worst))
        for response in context.responses:
            if response.reroutes:
                tables += moves_table(result, context, response.id)
        yield "<h2>The arithmetic</h2>"
        for table in tables:
            yield from table_html(table)


def _when(context: Context) -> str:
    runs = f"{context.replications} runs of {number(context.horizon_h / 24)} days for each response"
    at = context.fork_at
    asked = f"Asked on {day(at)} {at:%Y}, {at:%H:%M} UTC"
    if context.disrupted is None:
        return f"{asked} · {runs}"
    begin, end = context.disrupted
    return f"{asked} · disrupted {day(begin)} to {day(end)} · {runs}"


def _scripts(charts: Mapping[str, Chart]) -> str:
    """The drawing code once, then every chart."""
    specs = {place: chart.to_dict(validate=False) for place, chart in charts.items()}
    # "</" would end the script element wherever it stands, also inside a text
    text = json.dumps(specs, separators=(",", ":"), sort_keys=True).replace("</", "<\\/")
    draw = (
        f"const charts={text};for (const [place, spec] of Object.entries(charts)) "
        'window.vegaEmbed(document.getElementById(place), spec, {actions: false, renderer: "svg"});'
    )
    return f'<script type="module">{_drawing_code()}\n{draw}</script>'


@cache
def _drawing_code() -> str:
    """Vega, Vega-Lite and Vega-Embed in one piece, about 0.9 MB."""
    import vl_convert

    code: str = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    return code.replace("</script", "<\\/script")
