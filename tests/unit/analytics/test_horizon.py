"""An answer says whether it outlives its horizon."""

import math
from datetime import timedelta

import pytest

from analytics.horizon import HorizonCheck, grown
from analytics.kpis.cost import PARTS
from analytics.longer_horizon import Beyond
from analytics.scenario import Scenario
from analytics.statistics import Interval
from analytics.study import Study, StudyCancelledError
from analytics.verdict import judge
from federation.cut import planned
from tests.support.small_cluster import MONDAY, small_cluster
from tests.unit.analytics.answers import GREEDY, STAY, context, figures

SAVING = Interval(120.0, 100.0, 140.0, 4)


def check(answer, longer):
    return HorizonCheck(672.0, 1008.0, 4, answer, longer, "greedy rerouting", SAVING)


def verdict(longer):
    values = {(one, f"{part}_cost"): [0.0] * 4 for one in ("stay", "greedy") for part in PARTS}
    values["stay", "cost"] = [1000.0, 1010.0, 990.0, 1000.0]
    values["greedy", "cost"] = [700.0, 700.0, 700.0, 710.0]
    return judge(figures(values), context(STAY, GREEDY, longer=longer))


def test_an_answer_that_flips_says_so_in_its_sentence():
    found = verdict(check("greedy rerouting", "waiting"))
    assert found.sentence.endswith(
        "The answer flips when the horizon grows from 28 to 42 days: then waiting instead of "
        "greedy rerouting, for greedy rerouting saves 100 to 140 USD against waiting."
    )


def test_an_answer_that_holds_says_so_in_its_reasons():
    found = verdict(check("greedy rerouting", "greedy rerouting"))
    assert "horizon" not in found.sentence
    assert any(
        one.startswith("The answer holds when the horizon grows from 28 to 42 days: ")
        for one in found.reasons
    )


def test_without_the_check_nothing_is_said():
    found = verdict(None)
    assert not any("horizon grows" in one for one in (found.sentence, *found.reasons))


def test_the_change_of_a_few_runs_is_added_with_the_uncertainty_of_both():
    found = grown(Interval(100.0, 97.0, 103.0, 30), Interval(-10.0, -14.0, -6.0, 5))
    assert (found.estimate, found.low, found.high) == (90.0, 85.0, 95.0)
    alone = grown(Interval(100.0, 97.0, 103.0, 30), Interval(5.0, math.nan, math.nan, 1))
    assert alone.estimate == 105.0
    assert not alone.has_bounds


OUTAGE = {
    "kind": "grid_outage", "region": "sahel", "start": MONDAY + timedelta(hours=24),
    "end": MONDAY + timedelta(hours=174),
}  # fmt: skip


def study(horizon_h, **changes):
    """Six days without grid in the north; what is moved south pays off slowly."""
    what = Scenario(id="test", title="Test", fork_at=MONDAY, edits=(OUTAGE,))
    settings = {"replications": 3, "engine": "local", **changes}
    return Study(
        planned(small_cluster()), what, ["stay", "greedy"], horizon_h=horizon_h, **settings
    )


@pytest.mark.slow
def test_a_week_says_wait_and_twelve_days_say_reroute():
    short = study(200.0).run().verdict
    assert short.response == "stay"
    assert short.longer is not None
    assert not short.longer.holds
    assert (short.longer.answer, short.longer.longer_answer) == ("waiting", "greedy rerouting")
    longer = study(300.0, horizon_check=False).run().verdict  # what the check foresaw
    assert longer.response == "greedy"
    assert longer.longer is None
    assert longer.saving.estimate == pytest.approx(short.longer.saving.estimate)


@pytest.mark.slow
def test_an_answer_of_twelve_days_holds_and_progress_counts_the_check():
    told = []
    asked = study(300.0)
    found = asked.run(progress=lambda done, whole: told.append((done, whole))).verdict
    assert found.response == "greedy"
    assert found.longer.holds
    whole = asked.runs + 2 * 3  # waiting and rerouting, three times
    assert [one for one, _ in told] == [*range(whole + 1), whole]
    assert {one for _, one in told} == {whole}


def test_runs_of_a_check_that_is_not_made_count_as_done():
    told = []
    whole = Beyond(lambda done, of: told.append((done, of)), 12)
    whole(5, 6)
    whole(6, 6)
    whole.step()
    whole.close()
    assert told == [(5, 18), (6, 18), (7, 18), (18, 18)]


@pytest.mark.slow
def test_the_check_can_be_cancelled():
    asked = study(100.0, replications=1)

    def after_the_runs(done, whole):
        if done == asked.runs:
            asked.cancel()

    with pytest.raises(StudyCancelledError):
        asked.run(progress=after_the_runs)
