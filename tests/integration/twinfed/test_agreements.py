"""From a plan to the next version of the schedule, and what is left when a site says no."""

from datetime import timedelta

import numpy as np
import pytest

import twinfed as tf
from analytics.rerouting.leftover import Wanted, leftover
from analytics.rerouting.policy import POLICIES
from analytics.rerouting.questions import Question
from federation.errors import AgreementError
from federation.schedule import ScheduleDelta, apply
from tests.support.metal_cluster import START
from tests.support.plan_rules import check_plan
from tests.support.three_shops import DARK, dark_plan, three_shops
from twinfed.client import LocalCluster
from twinfed.errors import UsageError
from twinfed.mirror_clock import mark_played


@pytest.fixture(scope="module")
def planned():
    return dark_plan()


@pytest.fixture
def fed():
    with LocalCluster(three_shops()) as opened:
        opened.clock.hold(START + timedelta(hours=2))
        yield opened


def sites_of(schedule):
    return {step: entry.site for step, entry in schedule.entries.items()}


def test_a_plan_that_all_sites_agree_to_is_what_the_next_fork_runs(fed, planned):
    _, problem, proposal, offer = planned
    first = fed.schedule
    made = fed.propose(offer, START + timedelta(hours=6))
    assert set(made.parts) >= {"North", "South", "East"}
    assert fed.schedule == first
    for site in made.waiting:
        found = fed.accept(made.id, site)
    assert (found.status, found.version, fed.schedule.version) == ("agreed", 2, 2)
    assert apply(first, fed.schedule_delta(2)) == fed.schedule
    again = Question(DARK).problem(fed.fork())
    op = proposal.op
    assert np.array_equal(again.state.op["group"][op], proposal.group)
    names = problem.model.names
    for row in op[proposal.start_ms() < 100 * 3_600_000].tolist():
        lot = int(problem.state.op["lot"][row])
        step = (names.lots[lot], row - int(problem.model.lot["first_op"][lot]))
        start = problem.model.fork_at + timedelta(
            milliseconds=int(proposal.end.op["start_ms"][row])
        )
        assert fed.schedule.entries[step].planned_start == start
    assert POLICIES["greedy"].propose(again).moves == 0


def test_without_an_answer_no_site_changes_its_plan(fed, planned):
    made = fed.propose(planned[3], START + timedelta(hours=6))
    before = sites_of(fed.schedule)
    fed.accept(made.id, "South")
    fed.clock.hold(START + timedelta(hours=6))
    assert fed.proposal(made.id).status == "expired"
    assert sites_of(fed.schedule) == before
    with pytest.raises(AgreementError, match="make the proposal again"):
        fed.accept(made.id, "North")


def test_when_one_says_no_the_rest_is_proposed_if_it_is_still_a_plan(fed, planned):
    east = {step for step, site in sites_of(fed.schedule).items() if site == "East"}
    made = fed.propose(planned[3], START + timedelta(hours=6))
    for site in made.waiting:
        if site != "East":
            fed.accept(made.id, site)
    refused = fed.reject(made.id, "East", "no people this week")
    assert refused.status == "refused"
    rest = fed.proposal(refused.replaced_by)
    assert rest.replaces == made.id
    assert "East" not in rest.parts
    assert 0 < len(rest.parts["South"].gains) <= len(made.parts["South"].gains)
    assert set(rest.parts["South"].gains) <= set(made.parts["South"].gains)
    assert rest.deadline == made.deadline
    for site in rest.waiting:
        rest = fed.accept(rest.id, site)
    assert rest.status == "agreed"
    assert east == {step for step, site in sites_of(fed.schedule).items() if site == "East"}
    assert fed.recheck(made.id) == fed.proposal(rest.id)


def test_when_nothing_is_left_it_is_said_why(fed, planned):
    made = fed.propose(planned[3], START + timedelta(hours=6))
    for site in made.waiting:
        if site not in {"East", "South"}:
            fed.accept(made.id, site)
    fed.reject(made.id, "South", "full")
    refused = fed.reject(made.id, "East", "full")
    assert (refused.replaced_by, refused.leftover) == (
        "", ("nothing could move without East, South",),
    )  # fmt: skip
    with pytest.raises(UsageError, match="was not partly accepted"):
        fed.recheck(fed.propose(planned[3], START + timedelta(hours=6), key="again").id)


def test_an_expired_plan_is_checked_again_when_asked(fed, planned):
    made = fed.propose(planned[3], START + timedelta(hours=3))
    for site in made.waiting:
        if site != "South":
            fed.accept(made.id, site)
    fed.clock.hold(START + timedelta(hours=3))
    rest = fed.recheck(made.id)
    assert (fed.proposal(made.id).status, rest.replaces) == ("expired", made.id)
    assert rest.deadline == START + timedelta(hours=4)
    assert "South" not in rest.parts
    fed.federation.publish_schedule(fed.schedule.entries.values(), "by hand")
    late = fed.proposal(rest.id)
    assert late.status == "superseded"


def test_a_rest_of_another_version_is_refused(fed, planned):
    made = fed.propose(planned[3], START + timedelta(hours=3))
    fed.accept(made.id, "South")
    fed.clock.hold(START + timedelta(hours=3))
    fed.proposal(made.id)
    fed.federation.publish_schedule(fed.schedule.entries.values(), "by hand")
    (why,) = fed.recheck(made.id).leftover
    assert "made from version 1 of the schedule, and version 2 runs by now" in why


@pytest.mark.parametrize("agreeing", [("North", "South"), ("North", "East"), ("South", "East"), ()])
def test_what_is_left_breaks_no_rule_and_touches_nobody_else(planned, agreeing):
    _, problem, proposal, offer = planned
    wanted = Wanted.of(proposal)
    refusing = {
        site: ("gains", "losses", "shifts")
        for site in ("North", "South", "East")
        if site not in agreeing
    }
    left = leftover(problem, wanted, refusing, "rest")
    if "North" not in agreeing:
        (why,) = left.reasons
        assert left.proposal is None
        assert ("nothing could move without East, North" in why) == (not agreeing)
        assert ("it does not pay" in why) == bool(agreeing)
        return
    check_plan(problem, left.proposal)
    site = problem.model.group["site"]
    moved = left.proposal.group != problem.state.op["group"][left.proposal.op]
    to = {problem.model.names.sites[row] for row in site[left.proposal.group[moved]].tolist()}
    assert to <= set(agreeing)
    by_entries = Wanted.of_entries(problem, offer.entries, ())
    assert np.array_equal(by_entries.group, wanted.group)


def test_a_plan_goes_over_the_ledger_and_back_unchanged(fed, planned):
    made = fed.propose(planned[3], START + timedelta(hours=6))
    delta = fed.proposal(made.id).delta
    assert ScheduleDelta.from_table(delta.table()) == delta
    assert Question.from_json(made.question) == Question(DARK, frozen_h=4.0)
    with pytest.raises(tf.TwinfedError, match="cannot be read"):
        Question.from_json("{}")


def test_a_data_directory_keeps_proposals_for_the_next_opening(planned, tmp_path):
    mark_played(tmp_path)  # the clock stands at the start of the cluster
    with LocalCluster(three_shops(), data_dir=tmp_path) as opened:
        made = opened.propose(planned[3], START + timedelta(hours=6))
        assert f"greedy: {planned[2].moves} moves, " in made.delta.reason
    with LocalCluster(three_shops(), data_dir=tmp_path) as again:
        assert again.proposals == (made,)
        assert again.fork().tables["proposals"].num_rows == len(made.parts)
