"""How much of a gain would come without the disruption, and how that is said."""

import pytest

from analytics.control import control_of, control_table
from analytics.kpis.registry import UNDISTURBED, control_id
from analytics.verdict import Verdict, judge
from tests.unit.analytics.answers import GREEDY, OVERTIME, STAY, context, costs, figures

WAITING = [9000.0, 11000.0, 10000.0, 10500.0]
CALM = [6000.0, 6400.0, 6100.0, 6300.0]


def less(values: list[float], by: float, wobble: float = 0.0) -> list[float]:
    return [value - by + wobble * (-1) ** at for at, value in enumerate(values)]


def rows(repair: float, gain: float = 2000.0, wobble: float = 10.0):
    greedy = less(WAITING, gain, 20.0)
    control = less(CALM, repair, wobble)
    return costs(
        **{"stay": WAITING, "greedy": greedy, UNDISTURBED: CALM, control_id("greedy"): control}
    )


def verdict(repair: float, gain: float = 2000.0, wobble: float = 10.0) -> Verdict:
    return judge(figures(rows(repair, gain, wobble)), context(STAY, GREEDY))


def about_control(given: Verdict) -> list[str]:
    return [reason for reason in given.reasons if "without the disruption" in reason.lower()]


def test_the_gain_is_split_into_repair_and_answer_run_by_run():
    found = control_of(figures(rows(300.0)), context(STAY, GREEDY), GREEDY)
    assert found.gain.estimate == pytest.approx(2000.0)
    assert found.repair.estimate == pytest.approx(300.0)
    assert found.answer.estimate == pytest.approx(1700.0)
    # both wobble together, the gain by 20 and the repair by 10: paired, 10 are left
    assert found.answer.half_width == pytest.approx(found.repair.half_width)


def test_a_reason_says_what_repair_would_save_and_what_answers_the_disruption():
    given = verdict(300.0)
    (reason,) = about_control(given)
    assert reason == (
        "Re-planning would save 300 USD (282 to 318) even without the disruption; 1,700 USD "
        "(1,682 to 1,718) of the gain answers the disruption."
    )
    assert "without the disruption" not in given.sentence


def test_a_gain_that_is_mostly_repair_says_so_in_the_sentence():
    given = verdict(1200.0)
    assert given.kind == "reroute"
    assert given.sentence.endswith(
        ", though re-planning would save most of that without the disruption too."
    )


def test_mostly_repair_is_said_only_where_the_repair_is_sure():
    assert "without the disruption" not in verdict(1200.0, wobble=3000.0).sentence


def test_all_of_the_gain_can_be_repair():
    (reason,) = about_control(verdict(2100.0))
    assert reason.startswith("Re-planning would save 2,100 USD")
    assert "none of the gain answers the disruption (" in reason


def test_replanning_that_changes_nothing_undisturbed_leaves_all_of_the_gain_to_the_answer():
    (reason,) = about_control(verdict(0.0, wobble=0.0))
    assert reason == (
        "Without the disruption the same re-planning would save nothing: all of the gain answers "
        "the disruption."
    )


def test_replanning_that_costs_more_undisturbed_is_said():
    (reason,) = about_control(verdict(-200.0))
    assert reason == (
        "Without the disruption the same re-planning would cost 200 USD (182 to 218) more: all of "
        "the gain answers the disruption."
    )


def test_where_there_is_no_sure_gain_nothing_is_said_of_its_parts():
    given = verdict(300.0, gain=-500.0)
    assert given.kind == "stay"
    assert about_control(given) == [
        "Re-planning would save 300 USD (282 to 318) even without the disruption."
    ]
    assert about_control(verdict(0.0, gain=-500.0, wobble=0.0)) == []


def test_what_does_not_replan_has_no_control():
    found = figures(rows(300.0) | costs(overtime=WAITING))
    assert control_of(found, context(), OVERTIME) is None
    assert control_table(found, context(), OVERTIME) == []


def test_the_table_shows_the_kinds_of_cost_that_differ_and_adds_up():
    (table,) = control_table(figures(rows(300.0)), context(STAY, GREEDY), GREEDY)
    assert [row[0] for row in table.rows] == ["penalty for lateness", "all costs"]
    assert table.rows[-1][1:] == ("+2,000 ± 37", "+300 ± 18", "+1,700 ± 18")
