"""The length of outage from which on rerouting pays: scenarios of other lengths, and the search."""

from datetime import UTC, timedelta, timezone
from types import SimpleNamespace

import pytest

from analytics.choice.break_even import BreakEven, Trial
from analytics.choice.lengths import length_h, with_length
from analytics.choice.outage_length import _Lengths
from analytics.scenario import Scenario
from analytics.statistics import Interval
from tests.unit.analytics.answers import FORK, GREEDY, OVERTIME, STAY, context

HOUR = timedelta(hours=1)
LAGOS = timezone(HOUR)
DARK = Scenario.model_validate(
    {
        "id": "dark",
        "title": "Dark",
        "fork_at": FORK,
        "edits": [
            {
                "kind": "grid_outage",
                "site": "NORTH",
                "start": (FORK + 2 * HOUR).astimezone(LAGOS),
                "end": FORK + 38 * HOUR,
                "believed_end": FORK + 26 * HOUR,
                "end_announced_at": FORK + 30 * HOUR,
            },
            {
                "kind": "grid_outage",
                "site": "NORTH",
                "supply": 0.5,
                "on_h": 6,
                "off_h": 6,
                "start": FORK + 38 * HOUR,
                "end": FORK + 102 * HOUR,
            },
            {
                "kind": "carbon_price",
                "start": FORK,
                "end": FORK + 500 * HOUR,
                "steps": [{"at": FORK, "price_per_t": 50.0}],
            },
        ],
    }
)


def ends(scenario):
    return [(edit.kind, (edit.end - FORK) / HOUR) for edit in scenario.edits]


def test_the_length_is_from_the_first_begin_to_the_last_end():
    assert length_h(DARK) == 100.0


def test_a_shorter_outage_loses_what_would_come_later_and_an_unannounced_end():
    short = with_length(DARK, 10.0)
    assert ends(short) == [("grid_outage", 12.0), ("carbon_price", 500.0)]
    outage = short.edits[0]
    assert outage.believed_end == FORK + 26 * HOUR  # nobody hoped for less
    assert outage.end_announced_at == outage.end


def test_between_them_the_later_part_is_cut_and_the_first_stays():
    middle = with_length(DARK, 60.0)
    assert ends(middle)[:2] == [("grid_outage", 38.0), ("grid_outage", 62.0)]
    assert middle.edits[0] == DARK.edits[0]


def test_a_longer_outage_goes_on_at_its_end():
    assert ends(with_length(DARK, 150.0))[:2] == [("grid_outage", 38.0), ("grid_outage", 152.0)]
    assert with_length(DARK, 100.0) == DARK


class Made(_Lengths):
    """Rerouting costs 1,000 and saves 20 an hour; every second run 1,000 dearer for both."""

    break_even_h = 50.0
    runs = 0

    def _costs(self, scenario, replications):
        self.runs += replications
        hours = length_h(scenario)
        noise = [1_000.0 * (at % 2) for at in range(replications)]
        odd = [40.0 * (-1) ** at for at in range(replications)]
        gain = 20.0 * (hours - self.break_even_h)
        return {
            "greedy": [10_000.0 - gain + a + b for a, b in zip(noise, odd, strict=True)],
            "stay": [10_000.0 + 1.0 * hours + a for a in noise],
            OVERTIME.id: [10_000.0 + a for a in noise],
        }


def search(break_even_h=50.0, horizon_h=672.0):
    study = SimpleNamespace(horizon_h=horizon_h, replications=30, choose_by="mean")
    found = Made(study, DARK, context(), GREEDY, (STAY, OVERTIME, GREEDY), lambda: None, None)
    found.break_even_h = break_even_h
    return found.found()


@pytest.mark.parametrize("hours", [7.0, 50.0, 99.0, 300.0])
def test_the_length_is_found_and_borne_out_by_runs_at_it(hours):
    found = search(hours)
    assert found.outcome == "found"
    assert found.confirmed
    assert found.length_h == pytest.approx(hours, rel=0.06, abs=0.5)
    assert found.ends_at == FORK + (2 + found.length_h) * HOUR
    assert found.ends_at.tzinfo is UTC
    assert all(one.saving.count == 30 for one in found.trials)
    assert {one.without for one in found.trials} == {OVERTIME.title}  # waiting is dearer


def test_what_pays_at_once_or_never_is_told_so():
    at_once, never = search(-5.0), search(900.0)
    assert (at_once.outcome, at_once.length_h) == ("always", 1.0)
    assert (never.outcome, never.length_h) == ("never", 670.0)  # the outage begins after 2 h
    (words,) = never.words("USD")
    assert words.startswith("No outage of up to 670 h makes greedy rerouting beat waiting with")
    (words,) = at_once.words("USD")
    assert words.startswith("Greedy rerouting beats waiting with Sunday overtime even where")


def told(*trials):
    return BreakEven("found", "greedy rerouting", "outage", 31.0, FORK + 33 * HOUR, trials)


def trial(hours, low, high):
    return Trial(hours, Interval((low + high) / 2.0, low, high, 30), "waiting")


def test_runs_bear_it_out_when_zero_is_inside_or_the_sign_turns():
    assert told(trial(31.0, -20.0, 30.0)).confirmed
    assert told(trial(31.0, 10.0, 30.0), trial(28.0, -40.0, -10.0)).confirmed
    doubtful = told(trial(31.0, 10.0, 30.0), trial(28.0, 5.0, 15.0))
    assert not doubtful.confirmed
    (words,) = doubtful.words("USD")
    assert "which the runs do not bear out" in words


def test_the_words_say_when_such_an_outage_is_over():
    (words,) = told(trial(31.0, -20.0, 30.0)).words("USD")
    assert words == (
        "Break-even at an outage of 31 h (over by Tue 16 Feb 14:00 UTC): a longer one makes greedy "
        "rerouting beat the best response without rerouting. Run at 31 h it saves 5 USD "
        f"({chr(0x2212)}20 to 30) against waiting."
    )
