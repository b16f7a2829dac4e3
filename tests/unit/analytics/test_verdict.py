from datetime import timedelta

from analytics.answer import Limit
from analytics.kpis.registry import UNDISTURBED
from analytics.verdict import Verdict, judge
from tests.unit.analytics.answers import FORK, GREEDY, OVERTIME, STAY, context, costs, figures

WAITING = [9000.0, 11000.0, 10000.0, 10500.0]


def shifted(by: float, wobble: float = 0.0) -> list[float]:
    return [value + by + wobble * (-1) ** at for at, value in enumerate(WAITING)]


def both(greedy: list[float]) -> Verdict:
    """Waiting against greedy rerouting."""
    return judge(figures(costs(stay=WAITING, greedy=greedy)), context(STAY, GREEDY))


def test_reroute_when_the_paired_saving_is_sure_although_the_runs_differ_widely():
    rows = costs(stay=WAITING, overtime=shifted(-50.0), greedy=shifted(-2000.0, 100.0))
    rows["stay", "late_orders"] = [40.0] * 4
    rows["greedy", "late_orders"] = [5.0] * 4
    verdict = judge(figures(rows), context())
    assert (verdict.kind, verdict.response) == ("reroute", "greedy")
    assert "costs 2,000 USD less than waiting" in verdict.sentence
    assert "leaves 5 orders late instead of 40" in verdict.sentence


def test_stay_when_rerouting_costs_more():
    verdict = judge(
        figures(costs(stay=WAITING, greedy=shifted(900.0, 100.0))), context(STAY, GREEDY)
    )
    assert (verdict.kind, verdict.response) == ("stay", "stay")
    assert "costs 900 USD more" in verdict.sentence


def test_stay_when_rerouting_changes_nothing():
    verdict = both(WAITING)
    assert (verdict.kind, verdict.response) == ("stay", "stay")
    assert "does the same" in verdict.sentence


def test_stay_when_the_saving_is_sure_but_not_worth_the_trouble():
    verdict = both(shifted(-20.0, 1.0))
    assert verdict.kind == "stay"
    assert (
        verdict.sentence == "Stay: greedy rerouting saves 20 USD, less than 1 % of the 10,125 USD "
        "that 28 days cost with waiting."
    )


def test_stay_with_a_lever_when_that_is_what_saves():
    rows = costs(stay=WAITING, overtime=shifted(-1500.0, 20.0), greedy=shifted(500.0))
    verdict = judge(figures(rows), context())
    assert (verdict.kind, verdict.response) == ("stay", OVERTIME.id)
    assert verdict.sentence.startswith("Stay: waiting with Sunday overtime costs")


def test_too_close_to_call_when_the_interval_holds_both_signs():
    verdict = judge(
        figures(costs(stay=WAITING, greedy=shifted(-500.0, 1500.0))), context(STAY, GREEDY)
    )
    assert verdict.kind == "too close to call"
    assert verdict.saving is not None
    assert verdict.saving.low < 0.0 < verdict.saving.high
    assert "More replications would narrow the interval." in verdict.reasons


def test_one_replication_is_never_enough():
    verdict = judge(
        figures(costs(stay=[9000.0], greedy=[10.0])), context(STAY, GREEDY, replications=1)
    )
    assert verdict.kind == "too close to call"
    assert "one replication gives no interval" in verdict.sentence


def test_several_alternatives_widen_the_intervals():
    alone = judge(
        figures(costs(stay=WAITING, greedy=shifted(-500.0, 300.0))), context(STAY, GREEDY)
    )
    rows = costs(stay=WAITING, overtime=shifted(10.0), greedy=shifted(-500.0, 300.0))
    beside = judge(figures(rows), context())
    assert beside.saving.half_width > alone.saving.half_width


def test_a_single_response_has_nothing_to_be_compared_with():
    verdict = judge(figures(costs(greedy=WAITING)), context(GREEDY))
    assert verdict.kind == "nothing to compare"


def test_the_sentence_says_until_when():
    rows = costs(stay=WAITING, greedy=shifted(-2000.0))
    limits = {"greedy": Limit(FORK, FORK, FORK + timedelta(days=2))}
    verdict = judge(figures(rows), context(STAY, GREEDY, decide_by=limits))
    assert verdict.decide_by == FORK
    assert verdict.sentence.endswith("Decide by Mon 15 Feb 05:00 UTC.")


def test_a_reason_says_how_long_it_still_pays():
    rows = costs(stay=WAITING, greedy=shifted(-2000.0))
    limits = {"greedy": Limit(FORK, FORK, FORK + timedelta(days=2), open_end=True)}
    reasons = " ".join(judge(figures(rows), context(STAY, GREEDY, decide_by=limits)).reasons)
    assert "keeps 90 % of its gain when decided by Mon 15 Feb 05:00 UTC" in reasons
    assert "pays until Wed 17 Feb 05:00 UTC or later" in reasons


def test_an_alternative_that_costs_more_says_so():
    rows = costs(stay=WAITING, overtime=shifted(300.0, 1.0), greedy=shifted(-2000.0))
    reasons = judge(figures(rows), context()).reasons
    assert any("Sunday overtime costs 29" in reason for reason in reasons)


def test_reasons_name_the_data_and_what_saves():
    rows = costs(stay=WAITING, greedy=shifted(-2000.0))
    rows["stay", "lost_to_power_h"] = [80.0] * 4
    rows["stay", "lost_to_power_h@site:NORTH"] = [60.0] * 4
    rows["stay", "lost_to_power_h@site:SOUTH"] = [20.0] * 4
    reasons = " ".join(judge(figures(rows), context(STAY, GREEDY)).reasons)
    assert "want of power costs 80 machine-hours, 75 % of them at NORTH" in reasons
    assert "penalty for lateness −2,000" in reasons
    assert "90 s old (NORTH); 120 figures of the cluster rest on 12 assumptions" in reasons


def test_hours_lost_to_power_are_told_beside_those_that_are_lost_undisturbed():
    rows = costs(stay=WAITING, greedy=shifted(-2000.0))
    rows["stay", "lost_to_power_h"] = [214.0] * 4
    rows[UNDISTURBED, "lost_to_power_h"] = [169.0] * 4
    reasons = " ".join(judge(figures(rows), context(STAY, GREEDY)).reasons)
    assert "want of power costs 214 machine-hours; 169 of them even undisturbed." in reasons


def test_power_is_no_reason_where_the_disruption_takes_none():
    rows = costs(stay=WAITING, greedy=shifted(-2000.0))
    for response in ("stay", UNDISTURBED):
        rows[response, "lost_to_power_h"] = [146.0] * 4
    reasons = judge(figures(rows), context(STAY, GREEDY)).reasons
    assert not any("want of power" in reason for reason in reasons)


def test_orders_that_would_be_late_anyway_are_not_blamed_on_the_disruption():
    rows = costs(stay=WAITING, greedy=shifted(-2000.0))
    rows[UNDISTURBED, "late_orders"] = [36.0, 37.0, 36.0, 36.0]
    rows[UNDISTURBED, "orders_due"] = [81.0] * 4
    reasons = judge(figures(rows), context(STAY, GREEDY)).reasons
    assert "Undisturbed, 36 of 81 orders would be late as well." in reasons


def calm_costs(extra: list[float], penalty: float, transport: float) -> tuple[str, ...]:
    rows = costs(stay=WAITING, greedy=shifted(-2000.0))
    rows[UNDISTURBED, "late_orders"] = [5.0] * 4
    rows["greedy", "extra_cost"] = extra
    rows["greedy", "extra_penalty_cost"] = [penalty] * 4
    rows["greedy", "extra_transport_cost"] = [transport] * 4
    reasons = judge(figures(rows), context(STAY, GREEDY)).reasons
    return tuple(reason for reason in reasons if "undisturbed weeks" in reason)


def test_a_response_cheaper_than_no_disruption_says_what_made_it_cheaper():
    border = calm_costs([-52.0, -50.0, -54.0, -52.0], 172.0, -225.0)
    assert border == (
        "Greedy rerouting costs less than the undisturbed weeks: most of all transport −225.",
    )
    (late,) = calm_costs([-300.0, -310.0, -290.0, -300.0], -800.0, 500.0)
    assert late.endswith(
        "most of all penalty for lateness −800, for it also makes up for delay that has other "
        "causes."
    )


def test_cheaper_than_no_disruption_is_said_only_where_it_is_sure():
    assert calm_costs([-50.0, 30.0, -45.0, 30.0], 17.0, -20.0) == ()


def test_what_was_not_told_at_the_fork_stands_among_the_reasons():
    rows = figures(costs(stay=WAITING, greedy=WAITING))
    told = judge(rows, context(STAY, GREEDY))
    assert not any("not told" in reason for reason in told.reasons)
    untold = {"setup.family": 3, "battery.held": 1}
    verdict = judge(rows, context(STAY, GREEDY, untold=untold))
    assert verdict.reasons[-1] == (
        "At the fork 4 things of 2 kinds were not told and are assumed, most of all setup.family: "
        "the machine is set up as at the start, or for the work on it."
    )
