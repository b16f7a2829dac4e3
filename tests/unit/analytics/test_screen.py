import math

import pytest

from analytics.screen import build_screen
from analytics.screen_cells import assumptions
from analytics.verdict import judge
from tests.unit.analytics.answers import GREEDY, STAY, context, costs, figures

RUNS = 4


def screen(**extra):
    rows = costs(stay=[9000.0] * RUNS, greedy=[7000.0, 7100.0, 7200.0, 7300.0])
    rows |= {
        ("stay", "orders_due"): [20.0] * RUNS,
        ("greedy", "orders_due"): [20.0] * RUNS,
        ("stay", "late_orders"): [10.0, 12.0, 11.0, 11.0],
        ("greedy", "late_orders"): [0.0] * RUNS,
        ("stay", "undelivered_orders"): [3.0, 3.0, 2.0, 4.0],
        ("stay", "undelivered_units"): [100.0, 140.0, 80.0, 120.0],
        ("greedy", "undelivered_orders"): [0.0] * RUNS,
        ("greedy", "undelivered_units"): [0.0] * RUNS,
        ("stay", "on_time_in_full_orders"): [10.0, 8.0, 9.0, 9.0],
        ("greedy", "on_time_in_full_orders"): [20.0] * RUNS,
        ("stay", "worst_order_days"): [6.0, 7.0, 5.0, 6.0],
        ("stay", "late_order_days@order:A"): [6.0, 1.0, 1.0, 1.0],
        ("stay", "late_order_days@order:B"): [5.0, 7.0, 5.0, 6.0],
        ("stay", "normal_after_h"): [24.0, 48.0, None, 72.0],
        ("greedy", "normal_after_h"): [0.0] * RUNS,
        ("stay", "dry_after_h@site:NORTH"): [30.0, 31.0, None, 32.0],
        ("stay", "dry_after_h@site:SOUTH"): [None] * RUNS,
        ("stay", "extra_hire_cost"): [0.0] * RUNS,
        ("greedy", "extra_hire_cost"): [0.0] * RUNS,
        ("stay", "extra_penalty_cost"): [9000.0] * RUNS,
        ("greedy", "operations_moved@site:SOUTH"): [9.0] * RUNS,
        ("greedy", "operations_moved@site:NORTH"): [0.0] * RUNS,
        **extra,
    }
    read = figures(rows)
    basis = context(STAY, GREEDY)
    return build_screen(read, basis, judge(read, basis))


def cell(row, column):
    return screen().row(row).cells[column]


def test_rows_stand_in_the_order_in_which_they_are_read():
    ids = [row.id for row in screen().rows]
    expected = [
        "late_orders", "undelivered_orders", "on_time_in_full", "late_order_days",
        "worst_order_days", "units_by_due", "lost_to_power_h", "power_scrap_units", "extra_cost",
        "extra_penalty_cost",
        "extra_labour_cost", "extra_transport_cost", "extra_energy_cost", "extra_scrap_cost",
        "extra_approval_cost", "cash_7d", "fuel_l", "dry_after_h", "lots_moved", "sites_gaining",
        "consignments", "border_crossings", "normal_after_h", "extra_emission_kg", "decide_by",
        "data_age", "assumptions",
    ]  # fmt: skip
    assert [name for name in ids if name in expected] == expected


def test_a_kind_of_cost_that_nobody_has_is_left_out():
    assert "extra_hire_cost" not in {row.id for row in screen().rows}


def test_columns_are_the_responses():
    assert screen().columns == ("waiting", "greedy rerouting")
    assert screen().column_ids == ("stay", "greedy")


def test_figures_come_with_their_interval():
    late = cell("late_orders", 0)
    assert late.text == "11.0 ± 1.3"
    assert late.note == "of 20"
    assert late.low < 11.0 < late.high


def test_what_is_undelivered_at_the_end_stands_beside_the_late_orders():
    assert cell("undelivered_orders", 0).value == 3.0
    assert cell("undelivered_orders", 0).note == "110 units"
    assert cell("undelivered_orders", 1).text == "0"
    assert screen().row("undelivered_orders").best == {1}


def test_on_time_is_a_share_of_sums_with_a_wilson_interval():
    assert cell("on_time_in_full", 0).value == pytest.approx(36 / 80)
    full = cell("on_time_in_full", 1)
    assert full.text == "100 %"
    assert 0.9 < full.low < full.high == 1.0


def test_the_worst_order_is_named():
    assert cell("worst_order_days", 0).note == "B"


def test_a_tank_that_ran_dry_in_some_runs_says_in_how_many():
    assert cell("dry_after_h", 0).text == "NORTH 31 (3 of 4 runs)"
    assert cell("dry_after_h", 1).text == "no tank runs dry"


def test_recovery_that_is_not_seen_within_the_horizon_is_said():
    assert cell("normal_after_h", 0).text == "Wed 17 Feb"
    assert cell("normal_after_h", 0).note == "9 in 10: after Mon 15 Mar"
    assert cell("normal_after_h", 1).text == "at once"


def test_the_best_column_is_marked_only_where_they_differ():
    assert screen().row("late_orders").best == {1}
    assert screen().row("lots_moved").best == frozenset()


def test_sites_that_gain_are_named():
    assert cell("sites_gaining", 1).note == "SOUTH"


def test_what_was_not_told_at_the_fork_counts_as_an_assumption_of_each_kind():
    read = figures({("stay", "cost"): [1.0], ("greedy", "cost"): [1.0]})
    told, untold = context(STAY, GREEDY), context(STAY, GREEDY, untold={"setup.family": 3})
    assert assumptions(read, told, "stay").text == "12"
    assert assumptions(read, untold, "stay").text == "13"
    assert "1 of them of what was not told at the fork" in assumptions(read, untold, "stay").note


def test_figures_that_were_not_measured_are_dashes():
    assert cell("cash_7d", 0).text == "–"
    assert math.isnan(cell("cash_7d", 0).value)
