"""Choosing by the mean or by the worst runs, and against the best response without rerouting."""

import polars as pl
import pytest

from analytics.choice.benefit import benefit_of
from analytics.choice.criterion import saving, score
from analytics.choice.robust import robust_of, robust_words
from analytics.choice.tables import choice_table, on_time_table
from analytics.risk import cvar_interval
from analytics.screen import build_screen
from analytics.statistics import paired_difference, wilson
from analytics.verdict import judge
from tests.unit.analytics.answers import GREEDY, OVERTIME, STAY, context, costs, figures
from tests.unit.analytics.conftest import day, order, rows

RUNS = 120
WAITING = [10_000.0 + at % 7 for at in range(RUNS)]
# Cheaper than waiting on average, and a disaster in one run of six.
RISKY = [4_000.0 + at % 5 + (20_000.0 if at % 6 == 0 else 0.0) for at in range(RUNS)]
MEANS = {"stay": 10_003.0, "greedy": 4_002.0}


def asked(**more):
    return context(STAY, GREEDY, replications=RUNS, on_means=MEANS, **more)


def found():
    return figures(costs(stay=WAITING, greedy=RISKY))


def test_the_choice_by_the_worst_runs_is_another_than_by_the_mean():
    by_mean, by_tail = (judge(found(), asked(choose_by=one)) for one in ("mean", "cvar"))
    assert (by_mean.kind, by_mean.response) == ("reroute", "greedy")
    assert (by_tail.kind, by_tail.response) == ("stay", "stay")
    assert "more in the worst tenth of the runs" in by_tail.sentence


def test_the_tail_is_scored_as_the_mean_of_the_worst_tenth():
    tail = score(found(), asked(choose_by="cvar"), "greedy")
    expected = cvar_interval(RISKY, 0.9)
    assert tail.estimate == pytest.approx(expected.estimate)
    assert tail.estimate == pytest.approx(sum(sorted(RISKY)[-12:]) / 12)
    assert (tail.low, tail.high) == pytest.approx((expected.low, expected.high))


def test_what_two_tails_share_cancels():
    shifted = [value - 300.0 for value in RISKY]
    both = figures(costs(stay=RISKY, greedy=shifted))
    found = saving(both, asked(choose_by="cvar"), "stay", "greedy")
    assert found.estimate == pytest.approx(300.0)
    assert found.half_width == pytest.approx(0.0, abs=1e-9)
    assert saving(both, asked(), "stay", "greedy") == paired_difference(RISKY, shifted)


def test_few_runs_have_no_tail_to_judge_by():
    few = figures(costs(stay=WAITING[:40], greedy=RISKY[:40]))
    verdict = judge(few, asked(choose_by="cvar"))
    assert verdict.kind == "too close to call"
    assert (
        "40 replications give no interval in the worst tenth of the runs; in them"
        in verdict.sentence
    )


def test_the_winner_on_mean_values_is_named_where_it_is_not_the_robust_one():
    robust = robust_of(found(), asked(choose_by="cvar"))
    assert (robust.on_means.id, robust.chosen.id, robust.same) == ("greedy", "stay", False)
    assert robust.loses.low > 0.0
    (words,) = robust_words(found(), asked(choose_by="cvar"))
    assert words.startswith(
        "The plan on mean values is not the robust one: where all goes as expected greedy "
        "rerouting is cheapest (4,002 USD), but in the worst tenth of the runs waiting is"
    )
    assert words in judge(found(), asked(choose_by="cvar")).reasons
    (same,) = robust_words(found(), asked())
    assert "the plan on mean values is the robust one" in same


def test_a_difference_that_may_be_chance_is_called_so():
    noisy = [value + (900.0 if at % 2 else -1_000.0) for at, value in enumerate(WAITING)]
    found = context(STAY, GREEDY, on_means={"stay": 1.0, "greedy": 2.0}, replications=RUNS)
    (words,) = robust_words(figures(costs(stay=WAITING, greedy=noisy)), found)
    assert "where all goes as expected waiting is cheapest" in words
    assert words.endswith("which may be chance.")


def test_rerouting_must_beat_the_best_response_without_it():
    overtime = [value - 2_000.0 for value in WAITING]
    wide = [value - 2_100.0 + (600.0 if at % 2 else -600.0) for at, value in enumerate(WAITING)]
    clear = [value - 4_000.0 for value in WAITING]

    def verdict(greedy):
        return judge(
            figures(costs(stay=WAITING, overtime=overtime, greedy=greedy)),
            context(replications=RUNS),
        )

    close = verdict(wide)
    assert close.kind == "too close to call"
    assert "against waiting with Sunday overtime, so it may as well cost more" in close.sentence
    assert verdict(clear).kind == "reroute"
    same = verdict([value - 2_050.0 for value in WAITING])  # 50 of 10,000 is not worth a move
    assert (same.kind, same.response) == ("stay", OVERTIME.id)


def test_the_benefit_is_told_in_money_late_orders_and_carbon():
    found = costs(stay=WAITING, overtime=[9_000.0] * RUNS, greedy=[7_200.0] * RUNS)
    for response, late, kg in (
        ("stay", 9.0, 50.0),
        (OVERTIME.id, 8.0, 60.0),
        ("greedy", 3.0, 80.0),
    ):
        found[response, "late_orders"] = [late] * RUNS
        found[response, "emission_kg"] = [kg] * RUNS
    benefit = benefit_of(figures(found), context(replications=RUNS))
    assert (benefit.rerouting.id, benefit.without.id) == ("greedy", OVERTIME.id)
    assert benefit.money.estimate == pytest.approx(1_800.0)
    assert benefit.share.estimate == pytest.approx(0.2)
    assert (benefit.late_orders.estimate, benefit.emission_kg.estimate) == (5.0, -20.0)
    assert benefit.words(context()) == (
        "Greedy rerouting saves 1,800 USD (1,800 to 1,800), 20.0 % (20.0 to 20.0 %) against "
        "waiting with Sunday overtime, the best response without rerouting; on average 5 late "
        "orders fewer (5 to 5) and 20 kg CO2e more (20 to 20)."
    )


def test_no_benefit_is_told_as_none():
    same = figures(costs(stay=WAITING, greedy=WAITING))
    words = benefit_of(same, context(STAY, GREEDY)).words(context())
    assert words == (
        "Greedy rerouting costs the same as waiting, the best response without rerouting."
    )


def test_the_share_has_the_error_of_a_ratio():
    half = figures(costs(stay=WAITING, greedy=[value / 2.0 for value in WAITING]))
    share = benefit_of(half, context(STAY, GREEDY)).share
    assert (share.estimate, share.low, share.high) == pytest.approx((0.5, 0.5, 0.5))


def test_the_choice_as_a_table():
    table = choice_table(found(), asked(choose_by="cvar")).to_pylist()
    assert [row["response"] for row in table] == ["stay", "greedy"]
    stay, greedy = table
    assert (stay["best_by_choice"], stay["answer"], stay["best_on_means"]) == (True, True, False)
    assert (greedy["best_by_choice"], greedy["best_on_means"]) == (False, True)
    assert greedy["mean_cost"] < stay["mean_cost"]
    assert greedy["tail_cost"] > stay["tail_cost"]
    assert greedy["cost_on_means"] == 4_002.0


def test_the_screen_shows_mean_tail_and_the_run_as_expected():
    basis = asked()
    screen = build_screen(found(), basis, judge(found(), basis))
    assert screen.row("mean_cost").best == {1}
    assert screen.row("tail_cost").best == {0}
    assert screen.row("cost_on_means").best == {1}


def test_each_order_has_its_chance():
    runs = [order("A", 5, 2.0, delivered) for delivered in (1.0, 3.0, None, 2.0)]
    frame = rows("orders", *runs).with_columns(
        scenario=pl.lit("collapse"),
        response=pl.lit("stay"),
        replication=pl.int_range(4, dtype=pl.Int32),
    )
    (told,) = on_time_table(frame, context(STAY), day(9.0)).to_pylist()
    share = wilson(2, 4)
    assert (told["runs"], told["on_time_runs"], told["probability"]) == (4, 2, 0.5)
    assert (told["probability_low"], told["probability_high"]) == (share.low, share.high)
    assert on_time_table(frame, context(STAY), day(1.5)).num_rows == 0
