"""Plans through the public names: what is proposed, what is refused, and how each end is named."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

import twinfed as tf
from analytics.edits.border_closed import BorderClosed
from analytics.edits.grid_outage import GridOutage
from analytics.edits.site_down import SiteDown
from analytics.rerouting.errors import ReroutingError
from analytics.rerouting.explained.tables import PLAN_TABLES
from analytics.rerouting.questions import Question
from analytics.rerouting.weights import Weights
from federation.agreement.agreeing import Offer
from federation.errors import ProposalError
from federation.topology.model import ClusterSpec
from tests.support.metal_cluster import START, cluster_data
from tests.support.three_shops import DARK, three_shops
from twinfed.client import LocalCluster

EXAMPLE = Path(__file__).parents[3] / "examples" / "three-shops"
GUIDE = Path(__file__).parents[3] / "docs" / "guide" / "rerouting.md"
END = START + timedelta(days=40)
OUT = GridOutage(kind="grid_outage", site="North", start=START, end=END)


def fork_of(change=None):
    """The live state of two metal shops, one of which has South for a neighbour abroad."""
    data = cluster_data(orders=3, gap_h=2.0, lead_days=3.0, lateness=30.0)
    data["sites"][1]["country"] = "GH"
    data["products"][0]["permissions"][2]["approval_cost"] = 1
    if change is not None:
        change(data)
    with LocalCluster(ClusterSpec.model_validate(data)) as fed:
        fed.clock.hold(START)
        return fed.fork()


def asked(change=None, *edits, policy="greedy", **limits):
    return tf.reroute(fork_of(change), [OUT, *edits], policy, frozen_h=0.0, **limits)


def south(answer):
    """What is said of South about bending: everywhere the same."""
    rows = [
        row for row in answer.sites.to_pylist() if (row["site"], row["step"]) == ("South", "bend")
    ]
    return {(row["qualified"], row["requirement"], row["reason"]) for row in rows}


def to_south(answer):
    return [move.lot for move in answer.proposal.explanation if move.to_site == "South"]


def test_without_a_hindrance_work_goes_where_it_may_go() -> None:
    answer = asked()
    assert answer.kind == "reroute"
    assert len(to_south(answer)) == 6
    assert answer.sentence.startswith("Reroute: 3 lots move with 6 operations, which saves")
    assert answer.stay.total - answer.proposal.total == pytest.approx(answer.saving)
    assert answer.lower_bound <= answer.proposal.total
    assert 0.0 <= answer.gap < 1.0
    (told,) = south(answer)
    assert told[:2] == (True, "permission")
    assert "South needs a first article of P/enclosure: 4.0 h" in told[2]


def test_staying_is_told_by_what_is_known_of_other_plans() -> None:
    stay = asked(policy="stay")
    assert asked().saving > 0.5 * stay.stay.total
    assert stay.sentence.startswith("Stay: the policy stay moves nothing (")
    assert stay.sentence.endswith("; ask greedy or search for a plan.")
    why = {step.why for lot in stay.explained() for step in lot.steps if step.id == "bend"}
    assert why == {
        "it stays at North/brake: the policy stay moves nothing; South/brake could do it"
    }
    calm = tf.reroute(fork_of(), None, "greedy", frozen_h=0.0)
    words = "greedy found no plan with it at South/brake that costs enough less"
    why = {step.why for lot in calm.explained() for step in lot.steps if step.id == "bend"}
    assert why == {f"it stays at North/brake: {words}"}
    assert calm.sentence.startswith("Stay: greedy found no plan that costs enough less than")
    proven = replace(calm, proposal=replace(calm.proposal, lower_bound=calm.proposal.total))
    assert proven.sentence.startswith("Stay: no plan costs less than waiting (")
    why = {step.why for lot in proven.explained() for step in lot.steps if step.id == "bend"}
    assert why == {
        "it stays at North/brake: going to South/brake would not make the whole plan cheaper"
    }


def unapproved(data):
    del data["products"][0]["permissions"][2]


def undisclosed(data):
    data["products"][0]["root"]["components"][0]["disclosed_to"] = ["North", "Port"]


def no_sheet(data):
    data["sites"][1]["stock"] = []


def nights(data):
    """People who could run South's machines, and are there only when South is closed."""
    shifts = [{"days": ["mon"], "start": "20:00", "end": "22:00"}]
    skills = {"laser_cutting": 3, "bending": 3}
    data["sites"][1]["pools"] = [
        {"id": "night", "headcount": 4, "skills": skills, "shifts": shifts}
    ]


SHUT = BorderClosed(kind="border_closed", country="NG", other="GH", start=START, end=END)
REMOVED = {
    "unapproved": (unapproved, (), "permission", "no permission for P/enclosure"),
    "undisclosed": (undisclosed, (), "disclosure", "P/enclosure is not disclosed to South"),
    "no material": (no_sheet, (), "material", "South has no sheet, and none is on order"),
    "closed border": (None, (SHUT,), "route", "the way from South to Port is closed between"),
    "people without notice": (nights, (), "calendar", "have no shift in the hours of South"),
}


@pytest.mark.parametrize("name", REMOVED)
@pytest.mark.parametrize("policy", ["greedy", "search"])
def test_each_thing_removed_in_turn_is_a_named_refusal(name, policy) -> None:
    change, edits, requirement, words = REMOVED[name]
    limits = {"iterations": 5} if policy == "search" else {}
    answer = asked(change, *edits, policy=policy, **limits)
    assert to_south(answer) == []
    step = "cut" if requirement == "material" else "bend"
    told = {
        (row["qualified"], row["requirement"])
        for row in answer.sites.to_pylist()
        if (row["site"], row["step"]) == ("South", step)
    }
    assert told == {(False, requirement)}
    assert any(words in row["reason"] for row in answer.sites.to_pylist())
    assert answer.lots.num_rows > 0
    assert answer.lower_bound <= answer.proposal.total


def test_no_capable_site_is_told_with_what_is_not_done_and_why() -> None:
    down = SiteDown(kind="site_down", site="North", start=START, end=END)
    answer = asked(unapproved, down)
    assert answer.kind == "stay"
    assert "Stay: greedy found no plan that costs enough less than waiting" in answer.sentence
    assert {one.order for one in answer.unserved} == {"O-000", "O-001", "O-002"}
    words = answer.unserved[0].why
    assert "cut of O-000/01/enclosure has not begun at North/laser by the end of" in words
    assert "North stands" in words
    bend = [row for row in answer.sites.to_pylist() if row["step"] == "bend"]
    assert not any(row["qualified"] for row in bend)
    assert {row["requirement"] for row in bend} == {"site", "permission", "process"}
    assert answer.lower_bound > 0.0


def test_a_freeze_longer_than_the_plan_is_refused_and_one_over_all_work_is_told() -> None:
    fork = fork_of()
    with pytest.raises(
        ReroutingError, match="frozen horizon of 900 h is longer than the horizon of 672"
    ):
        tf.reroute(fork, [OUT], "greedy", frozen_h=900.0)
    calm = tf.reroute(fork, None, "greedy", frozen_h=672.0)
    assert calm.kind == "nothing to decide"
    assert calm.sentence.startswith(
        "Nothing to decide: none of 9 operations may move (9: it starts"
    )
    assert calm.lots.num_rows == 6
    assert all("inside the frozen horizon" in step.why for step in calm.explained()[0].steps)


@pytest.mark.parametrize(
    ("figures", "words"),
    [
        ({"horizon_h": 0.0}, "a horizon of 0 h; give 1 to 8784, a year"),
        ({"horizon_h": -5.0}, "a horizon of -5 h"),
        ({"horizon_h": 0.001}, "a horizon of 0.001 h"),
        ({"horizon_h": 8785.0}, "a horizon of 8785 h"),
        ({"horizon_h": 1e300}, "a horizon of 1e.300 h"),
        ({"horizon_h": float("nan")}, "a horizon of nan h"),
        ({"horizon_h": "5"}, "horizon_h: '5' is no number; give a number"),
        ({"frozen_h": "5"}, "frozen_h: '5' is no number"),
        ({"frozen_h": -1.0}, "frozen horizon of -1 h ends before now; give 0 or more"),
        ({"frozen_h": float("nan")}, "frozen horizon of nan h"),
        ({"weights": {"stability": 1.0}}, "weights: .* are no weights"),
    ],
)
def test_hours_and_weights_that_mean_nothing_are_refused(figures, words) -> None:
    with pytest.raises(ReroutingError, match=words):
        Question(**figures)


@pytest.mark.parametrize("horizon_h", [1.0, 8784])
def test_a_plan_may_last_from_an_hour_to_a_year(horizon_h) -> None:
    assert Question(horizon_h=horizon_h, frozen_h=0.0).horizon_h == horizon_h


def test_what_is_no_scenario_cluster_or_plan_is_refused() -> None:
    with LocalCluster(three_shops()) as fed:
        for scenario, words in ((5, "scenario: 5 is no scen"), (["x"], "scenario: 'x' is no edit")):
            with pytest.raises(ReroutingError, match=words):
                fed.reroute(scenario)
            with pytest.raises(ReroutingError, match=words):
                tf.reroute(EXAMPLE, scenario)
        with pytest.raises(ReroutingError, match="cluster: None is no cluster; give its folder"):
            tf.reroute(None, "x")
        with pytest.raises(ReroutingError, match="there is no policy"):
            fed.reroute(None, ["greedy"])
        with pytest.raises(ProposalError, match="plan: a value of type NoneType is no plan"):
            fed.propose(None, None)
        with pytest.raises(ProposalError, match="deadline: 'noon' is no moment; give a datetime"):
            fed.propose(Offer(0, ()), "noon")


def test_weights_that_make_every_move_free_are_refused() -> None:
    with pytest.raises(ReroutingError, match="every move is free"):
        asked(weights=Weights(stability=0.0, margin_fraction=0.0))


def test_a_solver_that_finds_nothing_in_its_time_gives_the_greedy_plan_and_the_bound() -> None:
    greedy, exact = asked(), asked(policy="exact", seconds=0.001)
    assert exact.notes == ("exact: nothing was found in time: this is the greedy plan",)
    assert exact.proposal.group.tolist() == greedy.proposal.group.tolist()
    assert exact.lower_bound == pytest.approx(greedy.lower_bound, rel=0.05)
    assert exact.lots.num_rows == greedy.lots.num_rows > 0


@pytest.mark.parametrize(
    ("policy", "limits", "words"),
    [
        ("greedy", {"seconds": 3.0}, "seconds mean nothing to the policy 'greedy'"),
        ("exact", {"iterations": 3}, "iterations mean nothing to the policy 'exact'"),
        ("search", {"seconds": 0.0}, "0 seconds are no time; give a number above 0"),
        ("stay", {"gap": 5}, "gap means nothing to the policy 'stay'"),
        ("stay", {"gap": 5, "seed": 1}, "gap and seed mean nothing to the policy 'stay'"),
        ("search", {"seconds": "5"}, "seconds: '5' is no number; give a number"),
        ("search", {"iterations": 2.5}, "iterations: 2.5 is no whole number"),
        ("exact", {"gap": "5"}, "gap: '5' is no number"),
        ("search", {"seed": -1}, "there is no seed -1; use one from 0"),
        ("best", {}, "there is no policy 'best'; choose one of stay, reactive, greedy, search"),
    ],
)
def test_limits_that_mean_nothing_are_refused(policy, limits, words) -> None:
    with pytest.raises(ReroutingError, match=words):
        asked(policy=policy, **limits)


def test_what_nobody_knows_yet_is_told() -> None:
    later = OUT.replace(start=START + timedelta(hours=9))
    answer = tf.reroute(fork_of(), [later], "greedy")
    assert answer.kind == "stay"
    assert answer.notes[0].startswith("edit 1 (grid_outage) is announced Mon 4 Jan 09:00, after")
    assert answer.sentence.endswith(
        ", without knowing of the disruption, which is announced on Mon 4 Jan 09:00."
    )
    both = tf.reroute(fork_of(), [OUT, later], "greedy")
    assert both.sentence.endswith(
        "%), without knowing of edit 2, which is announced on Mon 4 Jan 09:00."
    )
    assert "without knowing" not in asked().sentence


def test_a_plan_that_only_declines_says_so() -> None:
    down = SiteDown(kind="site_down", site="North", start=START, end=END)
    answer = asked(unapproved, down, policy="exact", seconds=20.0)
    assert len(answer.declined) == 6
    assert answer.sentence.startswith("Reroute: 6 lots are declined, which saves")


def test_the_tables_are_those_of_the_reference() -> None:
    answer = asked()
    for name, schema in PLAN_TABLES.items():
        table = getattr(answer, name)
        assert table.schema == schema
        assert table.num_rows > 0
    costs = {row["part"]: row["plan"] for row in answer.costs.to_pylist()}
    assert sum(costs.values()) == pytest.approx(answer.proposal.total)
    (lot,) = answer.explained(["O-001/01/enclosure"])
    assert lot.outcome == "moved"
    words = "O-9: no such lot has work that is still to begin; it is one of O-000/01/enclosure, O"
    with pytest.raises(ReroutingError, match=f"{words}.* and 3 more, see --all"):
        answer.explained(["O-9"])


def test_an_answer_of_the_live_state_is_offered_to_its_sites() -> None:
    with LocalCluster(three_shops()) as fed:
        fed.clock.hold(START + timedelta(hours=2))
        answer = fed.reroute(DARK, "greedy")
        made = fed.propose(answer.offer("north is dark"), START + timedelta(hours=6))
        assert made.status == "open"
        assert made.delta.reason == "north is dark"
        assert {"North", "South", "East"} <= set(made.parts)


def printed(twinfed, *arguments):
    done = twinfed("reroute", EXAMPLE, "dark-north", *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_guide_shows_what_the_command_line_prints(twinfed) -> None:
    told = printed(twinfed, "--policy", "greedy", "--lot", "O2/02/frame")
    block = GUIDE.read_text(encoding="utf-8").split("```text\n")[1].split("```")[0]
    assert [line.rstrip() for line in told.splitlines()] == block.splitlines()


def test_one_document_tells_the_whole_plan(twinfed) -> None:
    document = json.loads(printed(twinfed, "--policy", "greedy", "--json"))
    assert document["verdict"] == "reroute"
    assert document["stay"] - document["plan"] == pytest.approx(document["saving"])
    assert document["lower_bound"] <= document["plan"]
    assert len(document["moved"]) == 6
    assert set(document["tables"]) == set(PLAN_TABLES)
    refused = {row["requirement"] for row in document["tables"]["sites"] if row["site"] == "SHOP-C"}
    assert refused == {"disclosure"}


def test_what_is_asked_for_wrongly_is_told_at_once(twinfed) -> None:
    for arguments, words in (
        (("--policy", "best"), "there is no policy 'best'"),
        (("--policy", "greedy", "--seconds", "2"), "seconds mean nothing to the policy 'greedy'"),
        (("--horizon-h", "-1"), "a horizon of -1 h; give 1 to 8784"),
        (("--frozen-h", "-1"), "ends before now; give 0 or more"),
    ):
        done = twinfed("reroute", EXAMPLE, "dark-north", *arguments)
        assert done.returncode == 2, done.stdout
        assert words in done.stderr
