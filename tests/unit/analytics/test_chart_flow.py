"""The pictures of where time goes show what the tables say, and their captions the finding."""

from datetime import timedelta

import polars as pl
import pytest

from analytics.chart_flow import (
    bottleneck_chart,
    lead_time_chart,
    queue_chart,
    states_chart,
    wip_chart,
)
from analytics.chart_theme import PHASE, STATE
from analytics.report_flow import bottleneck_words
from analytics.tables import PHASES
from tests.unit.analytics.conftest import MONDAY, day, rows
from twins.work import LotState

WINDOW = (MONDAY, MONDAY + timedelta(days=2))


def spec(chart):
    return chart.properties(width=700).to_dict()


def values(chart, layer=0):
    found = spec(chart)
    place = found["layer"][layer].get("data") or found["data"]
    return place["values"] if "values" in place else found["datasets"][place["name"]]


def test_bars_of_a_lead_time_add_up_to_its_label():
    lots = rows(
        "lead_time",
        *(
            {"product": "lamp", "lead_time_h": 11.0 * n, **{f"{p}_h": 1.0 * n for p in PHASES}}
            for n in (24, 48)
        ),
    ).with_columns(response=pl.lit("stay"))
    chart = lead_time_chart(lots, {"stay": "waiting", "greedy": "greedy rerouting"})
    bars = values(chart)
    assert sum(bar["days"] for bar in bars) == pytest.approx(16.5)
    assert {bar["phase"] for bar in bars} == set(PHASE)  # all phases have a place and a colour
    assert values(chart, 1)[0]["text"] == "16.5"


RANKING = rows(
    "bottlenecks",
    {"rank": 1, "utilisation_rank": 2, "site": "NORTH", "work_centre": "oven", "lots": 3}
    | {"utilisation": 0.52, "waiting_caused_h": 48.0, "no_power_h": 12.0, "behind_work_h": 36.0},
    {"rank": 2, "utilisation_rank": 1, "site": "SOUTH", "work_centre": "press_brake"}
    | {"utilisation": 0.9, "waiting_caused_h": 24.0, "behind_work_h": 24.0},
)


def test_the_ranking_begins_with_the_worst_and_says_why():
    chart = bottleneck_chart(RANKING)
    assert [label["text"] for label in values(chart, 1)] == ["2 · 52 %", "1 · 90 %"]
    assert values(chart)[0]["centre"] == "NORTH · oven"
    assert bottleneck_words(RANKING) == (
        "NORTH oven has lots wait most: 2 lot-days on shift, in use for 52 % of its planned hours; "
        "25 % of the waiting is for power. Busiest is SOUTH press brake (90 %)"
    )


def test_shares_of_planned_hours_fill_the_bar_and_leave_off_shift_out():
    machines = rows(
        "machines",
        {"site": "NORTH", "work_centre": "oven", "run_h": 4.0, "no_operator_h": 1.0}
        | {"down_h": 8.0, "down_off_shift_h": 6.0, "off_shift_h": 100.0, "blocked_h": 1.0},
    )
    bars = values(states_chart(machines, [("NORTH", "oven")]))
    shares = {bar["state"]: bar["share"] for bar in bars}
    assert sum(shares.values()) == pytest.approx(1.0)
    assert shares["run"] == 0.5
    assert shares["down"] == 0.25
    assert set(shares) <= set(STATE)


def test_work_in_progress_sums_over_places():
    wip = rows(
        "wip",
        {"place": "NORTH", "time": MONDAY, "queued_lots": 2, "carried_lots": 1},
        {"place": "SOUTH", "time": MONDAY, "queued_lots": 3},
    )
    found = {row["kind"]: row["lots"] for row in values(wip_chart(wip, WINDOW))}
    assert found == {"in a queue": 5, "on the way": 1}


def test_a_queue_is_counted_lot_by_lot():
    lots = rows(
        "lot_series",
        *(
            {"place": "NORTH", "work_centre": "oven", "state": int(LotState.QUEUED)}
            | {"start": day(begin), "finish": day(end)}
            for begin, end in ((0.0, 1.0), (0.5, 2.0), (0.5, 2.0))
        ),
    ).with_columns(response=pl.lit("stay"))
    titles, colours = (
        {"stay": "waiting", "greedy": "rerouting"},
        {"stay": "#111111", "greedy": "#222222"},
    )
    chart = queue_chart(lots, ("NORTH", "oven"), titles, colours, WINDOW)
    told = {
        name: [row["lots"] for row in values(chart) if row["response"] == name]
        for name in titles.values()
    }
    assert told == {"waiting": [1, 3, 2, 2], "rerouting": [0, 0]}
    scale = spec(chart)["layer"][0]["encoding"]["color"]["scale"]
    assert scale == {"domain": ["waiting", "rerouting"], "range": ["#111111", "#222222"]}
