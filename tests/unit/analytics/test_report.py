"""The report and its charts from a small hand-made result."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser

import polars as pl
import pytest
import vl_convert

from analytics.answer import Context, Limit
from analytics.gallery import build_charts, shown_sites, window_of, worst_site
from analytics.kpis.registry import UNDISTURBED, control_id, measure
from analytics.result import StudyResult
from analytics.run_result import RunResult, joined
from analytics.tables import RUN
from tests.support.run_tables import table_of
from tests.support.small_cluster import MONDAY
from tests.unit.analytics.answers import GREEDY, STAY
from tests.unit.analytics.conftest import HORIZON, day
from twins.states import MachineState

HOSTILE = "</script><script>alert('Kaduna & co')</script>"


@pytest.fixture
def series():
    flows = {"load_kw": 6.0, "served_kw": 6.0, "grid_kw": 6.0, "soc_kwh": 15.0}
    dark = {"load_kw": 6.0, "served_kw": 1.0, "discharge_kw": 1.0}
    return table_of(
        "energy_series",
        {"site": "NORTH", "time": day(0.0), "on_grid": True, **flows},
        {"site": "NORTH", "time": day(1.0), "on_grid": False, **dark, "soc_kwh": 15.0},
        {"site": "NORTH", "time": day(1.5), "on_grid": True, **flows, "soc_kwh": 3.0},
    )


@pytest.fixture
def machine_series():
    north, south = {"site": "NORTH", "machine": "brake-1"}, {"site": "SOUTH", "machine": "brake"}
    return table_of(
        "machine_series",
        {**north, "time": day(1.0), "state": int(MachineState.NO_POWER)},
        {**north, "time": day(1.5), "state": int(MachineState.IDLE)},
        {**south, "time": day(1.0), "state": int(MachineState.RUN), "lot": "A/01/shell"},
        {**south, "time": day(1.2), "state": int(MachineState.IDLE)},
    )


@pytest.fixture
def result(setting, run, baseline, series, machine_series):
    runs = {UNDISTURBED: baseline, "stay": run, "greedy": run, control_id("greedy"): baseline}
    traces = {"energy_series": series, "machine_series": machine_series}
    found = [
        RunResult(
            "collapse", "stay", response, replication, measure(one, setting), one.tables | traces
        )
        for response, one in runs.items()
        for replication in (0, 1)
    ]
    context = Context(
        scenario="collapse",
        title=HOSTILE,
        currency="USD",
        fork_at=MONDAY,
        horizon_h=(HORIZON - MONDAY) / timedelta(hours=1),
        replications=2,
        responses=(STAY, GREEDY),
        disrupted=(day(1.0), day(1.5)),
        decide_by={"greedy": Limit(day(1.0), day(2.0), day(3.0))},
        oldest_site="NORTH",
        oldest_age_s=30.0,
    )
    manifest = {
        "study": {"seed": 7},
        "snapshot": {"content_hash": "ab" * 32, "schedule_version": 1, "ages_s": {"NORTH": 30.0}},
        "versions": {"twinfed": "0.1.0"},
    }
    tables = {name: joined(name, found) for name in ("kpis", *RUN)}
    return StudyResult(tables, (context,), setting, manifest)


class _Links(HTMLParser):
    def __init__(self):
        super().__init__()
        self.loaded = []
        self.tags = []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.loaded += [value for name, value in attrs if name in {"src", "href", "srcset"}]


def test_the_page_is_complete_in_itself(result):
    parser = _Links()
    page = result.report()
    parser.feed(page)
    assert parser.loaded == []
    assert "link" not in parser.tags
    assert "@import" not in page.split("</style>")[0]
    assert parser.tags.count("script") == 1


def test_names_from_outside_are_text_and_never_markup(result):
    page = result.report()
    assert "<script>alert" not in page
    assert "&lt;/script&gt;&lt;script&gt;alert(&#x27;Kaduna &amp; co&#x27;)" in page


def test_every_chart_has_its_place(result):
    page = result.report()
    places = re.findall(r'<div class="chart" id="(chart\d+)">', page)
    specs = json.loads(
        re.search(r"const charts=(\{.*?\});for", page).group(1).replace("<\\/", "</")
    )
    assert places == list(dict.fromkeys(places))
    assert set(places) == set(specs)
    assert len(places) == len(result.charts)


def test_the_page_shows_screen_arithmetic_and_assumptions(result):
    page = result.report()
    for text in (
        "Orders on time in full",
        "Cash needed in 7 days",
        "Power at North",
        "The arithmetic",
        "Extra against undisturbed, USD",
        "What moves with greedy rerouting",
        "What greedy rerouting saves with and without the disruption",
        "Assumptions",
        "Seed 7",
    ):
        assert text in page, text


def test_the_page_lists_what_was_not_told_at_the_fork(result):
    assert "were not told" not in result.report()
    snapshot = result.manifest["snapshot"] | {"untold": {"setup.family": 3, "job.pool": 1}}
    page = replace(result, manifest=result.manifest | {"snapshot": snapshot}).report()
    assert "At the fork 4 things were not told." in page
    assert "setup.family, 3 times" in page
    assert "people of the first pool that can do the work are at it" in page


def test_the_same_result_gives_the_same_page(result):
    assert result.report() == result.report()


def test_all_charts_can_be_drawn(result):
    charts = build_charts(result, result.context())
    assert set(charts) == {
        "cost", "on_time", "backlog", "power", "charge", "gantt_stay", "gantt_greedy",
    }  # fmt: skip
    for name, chart in charts.items():
        spec = chart.to_dict()
        spec["width"] = 600
        assert "<svg" in vl_convert.vegalite_to_svg(spec), name


def test_charts_that_are_not_checked_are_the_same(result):
    checked = build_charts(result, result.context())
    assert {name: chart.to_dict() for name, chart in result.charts_of().items()} == {
        name: chart.to_dict() for name, chart in checked.items()
    }


def test_the_site_that_loses_most_is_chosen_and_the_one_that_gains(result):
    figures, context = result.figures(), result.context()
    assert worst_site(figures, context) == "NORTH"
    assert shown_sites(figures, context) == ["NORTH", "SOUTH"]


def test_the_window_begins_before_the_disruption_and_stays_inside_the_horizon(result):
    begin, end = window_of(result.context(), 90.0)
    assert begin == day(0.5)
    assert end == HORIZON


def data_of(chart):
    """All rows of a chart, whatever layer they belong to."""
    layers = chart.to_dict()["layer"]
    shared = [chart.to_dict().get("data", {})]
    return [row for layer in [*layers, *shared] for row in _values(layer)]


def _values(part):
    return part.get("values", part.get("data", {}).get("values", []))


def test_the_battery_changes_evenly_between_two_rows(result):
    rows_ = data_of(result.charts["charge"])
    levels = {row["time"]: row["soc_kwh"] for row in rows_ if "soc_kwh" in row}
    assert levels[day(1.25).isoformat()] == pytest.approx(9.0)


def test_a_bar_is_marked_as_moved_where_its_lot_was_planned_elsewhere(result):
    rows_ = data_of(result.charts["gantt_greedy"])
    bars = [row for row in rows_ if row.get("lot") == "A/01/shell"]
    assert {row["work"] for row in bars} == {"moved here"}


def test_comparisons_are_paired(result):
    frame = result.compare("greedy", "undisturbed")
    row = frame.row(by_predicate=pl.col("kpi") == "penalty_cost", named=True)
    assert row["difference"] == row["low"] == row["high"] == 200.0
    assert row["replications"] == 2


def test_an_unknown_response_scenario_or_table_is_named(result):
    with pytest.raises(ValueError, match="no response 'wait'; choose one of stay, greedy"):
        result.compare("wait", "greedy")
    with pytest.raises(ValueError, match="no scenario 'flood'; choose one of collapse"):
        result.verdict_of("flood")
    with pytest.raises(ValueError, match="no table 'weather'"):
        result.frame("weather")
