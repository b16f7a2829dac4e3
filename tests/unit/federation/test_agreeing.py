"""Proposals: what each site is asked, how they end, and what becomes of the schedule."""

from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread

import pytest

from federation.cut import Cutter
from federation.errors import AgreementError, ProposalError, UnknownProposalError
from federation.schedule import apply
from federation.snapshot import ClusterSnapshot
from tests.support.agreeing import Desk, in_hours, metal_with

ALL = {"auto_accept": ["gains", "losses", "shifts"]}


@pytest.fixture
def desk(tmp_path):
    """``desk(**policies)``: a ledger with version 1 of its schedule."""
    made = []

    def make(**policies):
        found = Desk(tmp_path / f"{len(made)}.db", metal_with(**policies))
        found.publish()
        made.append(found)
        return found

    yield make
    for one in made:
        one.close()


def at_sites(ledger, order):
    return {
        entry.site for (lot, _), entry in ledger.schedule.entries.items() if lot.startswith(order)
    }


def test_each_site_is_asked_for_what_it_gains_loses_or_must_shift(desk):
    own = desk()
    offer = own.moved(["O-001"])
    late = timedelta(hours=5)
    shifted = tuple(
        replace(entry, planned_start=entry.planned_start + late)
        if entry.lot == "O-001/01/box"
        else entry
        for entry in offer.entries
    )
    shifted = tuple(
        replace(entry, planned_finish=max(entry.planned_finish, entry.planned_start))
        for entry in shifted
    )
    made = own.agreeing.propose(replace(offer, entries=shifted), in_hours(10))
    steps = (("O-001/01/enclosure", 0), ("O-001/01/enclosure", 1))
    assert made.parts["South"].gains == made.parts["North"].losses == steps
    # 16 pieces at 3 min, and at 15 min
    assert made.parts["South"].gained_h == made.parts["North"].lost_h == pytest.approx(4.8)
    assert made.parts["Port"].shifts == (("O-001/01/box", 0),)
    assert made.parts["Port"].largest_shift_h == 5.0
    assert (made.status, made.waiting) == ("open", ("North", "Port", "South"))


def test_a_delay_that_comes_anyway_is_nothing_to_agree_to(desk):
    own = desk()
    late = timedelta(hours=30)

    def slipped(entry):
        if entry.site != "Port":
            return entry
        return replace(
            entry,
            planned_start=entry.planned_start + late,
            planned_finish=entry.planned_finish + late,
        )

    offer = own.moved(["O-001"])
    offer = replace(offer, entries=tuple(map(slipped, offer.entries)))
    expected = tuple(map(slipped, own.ledger.schedule.entries.values()))
    told = own.agreeing.propose(replace(offer, expected=expected), in_hours(10), key="expected")
    assert set(told.parts) == {"North", "South"}
    assert set(own.agreeing.propose(offer, in_hours(10), key="not").parts) > {"Port"}


def test_a_shift_below_an_hour_is_the_same_date(desk):
    own = desk()
    offer = own.moved(["O-001"])
    little = tuple(
        replace(entry, planned_finish=entry.planned_finish + timedelta(minutes=59))
        if entry.site == "Port"
        else entry
        for entry in offer.entries
    )
    assert "Port" not in own.agreeing.propose(replace(offer, entries=little), in_hours(9)).parts


def test_with_the_last_yes_the_schedule_is_published_in_the_same_commit(desk):
    own = desk()
    first = own.ledger.schedule
    made = own.agreeing.propose(own.moved(["O-001"]), in_hours(10))
    assert own.agreeing.answer(made.id, "South", accept=True).status == "open"
    assert own.ledger.schedule == first
    found = own.agreeing.answer(made.id, "North", accept=True)
    assert (found.status, found.version) == ("agreed", 2)
    assert own.ledger.schedule == apply(first, own.ledger.delta(2))
    assert at_sites(own.ledger, "O-001/01/enclosure") == {"South"}
    assert own.ledger.versions[-1].proposal == made.id
    assert own.kinds()[-4:] == [
        "proposal.accepted", "proposal.accepted", "proposal.agreed", "schedule.published",
    ]  # fmt: skip
    times = {entry.received_at_us for entry in own._journal.entries("ledger", 3)}
    assert len(times) == 1


def test_a_no_leaves_the_plan_of_every_site_as_it_was(desk):
    own = desk()
    first = own.ledger.schedule
    made = own.agreeing.propose(own.moved(["O-001"]), in_hours(10))
    own.agreeing.answer(made.id, "North", accept=True)
    found = own.agreeing.answer(made.id, "South", accept=False, reason="the laser is down")
    assert (found.status, found.partly) == ("refused", True)
    assert own.ledger.schedule == first
    assert own.kinds()[-2:] == ["proposal.rejected", "proposal.refused"]
    with pytest.raises(ProposalError, match="without a reason"):
        own.agreeing.answer(made.id, "South", accept=False, reason=" ")


@pytest.mark.parametrize("look", ["all", "get", "answer", "propose", "settle"])
def test_the_deadline_ends_it_whoever_looks_first(desk, look):
    own = desk()
    made = own.agreeing.propose(own.moved(["O-001"]), in_hours(10))
    own.agreeing.answer(made.id, "North", accept=True)
    own.clock.set(in_hours(10))
    if look == "answer":
        with pytest.raises(AgreementError, match="is expired since 2027-01-04 10:00 UTC"):
            own.agreeing.answer(made.id, "South", accept=True)
    elif look == "propose":
        own.agreeing.propose(own.moved(["O-002"]), in_hours(20))
    elif look == "get":
        assert own.agreeing.get(made.id).status == "expired"
    elif look == "all":
        assert [one.status for one in own.agreeing.all] == ["expired"]
    else:
        own.agreeing.settle()
    found = own.ledger.proposals.get(made.id)
    assert (found.status, found.closed_at, found.partly) == ("expired", in_hours(10), True)
    assert own.ledger.schedule.version == 1
    assert "proposal.expired" in own.kinds()


def test_an_answer_just_before_the_deadline_counts(desk):
    own = desk()
    made = own.agreeing.propose(own.moved(["O-001"]), in_hours(10))
    own.agreeing.answer(made.id, "North", accept=True)
    own.clock.set(in_hours(10) - timedelta(microseconds=1))
    assert own.agreeing.answer(made.id, "South", accept=True).status == "agreed"


def test_what_is_published_first_supersedes_the_others(desk):
    own = desk()
    one = own.agreeing.propose(own.moved(["O-001"]), in_hours(10))
    two = own.agreeing.propose(own.moved(["O-002"]), in_hours(10))
    for site in ("North", "South"):
        own.agreeing.answer(two.id, site, accept=True)
    late = own.agreeing.get(one.id)
    assert (late.status, late.version) == ("superseded", 2)
    with pytest.raises(AgreementError, match="plan again from the running version"):
        own.agreeing.answer(one.id, "North", accept=True)
    with pytest.raises(AgreementError, match=r"made from version 1 .* version 2 runs"):
        own.agreeing.propose(own.moved(["O-003"], base=1), in_hours(10))
    assert own.kinds().count("proposal.superseded") == 1


def test_the_same_answer_again_changes_nothing_and_another_one_is_refused(desk):
    own = desk()
    made = own.agreeing.propose(own.moved(["O-001"]), in_hours(10))
    first = own.agreeing.answer(made.id, "North", accept=True)
    revision = own.ledger.revision
    assert own.agreeing.answer(made.id, "North", accept=True) == first
    assert own.ledger.revision == revision
    with pytest.raises(AgreementError, match="site 'North' has accepted proposal P-1"):
        own.agreeing.answer(made.id, "North", accept=False, reason="no")
    own.agreeing.answer(made.id, "South", accept=True)
    assert own.agreeing.answer(made.id, "South", accept=True).status == "agreed"


def test_who_has_no_part_is_not_asked(desk):
    own = desk()
    made = own.agreeing.propose(own.moved(["O-001"]), in_hours(10))
    with pytest.raises(UnknownProposalError, match=r"'Port' has no part .* asks North, South"):
        own.agreeing.answer(made.id, "Port", accept=True)
    with pytest.raises(UnknownProposalError, match="no proposal 'P-9'; proposals: P-1"):
        own.agreeing.answer("P-9", "North", accept=True)


@pytest.mark.parametrize(
    ("policies", "answered"),
    [
        ({}, ()),
        ({"South": {"auto_accept": ["gains"]}}, ("South",)),
        ({"South": {"auto_accept": ["losses"]}, "North": {"auto_accept": ["losses"]}}, ("North",)),
        ({"South": {"auto_accept": ["gains"], "max_extra_h": 4.7}}, ()),
        ({"South": {"auto_accept": ["gains"], "max_extra_h": 4.9}}, ("South",)),
        ({"South": ALL, "North": ALL}, ("North", "South")),
    ],
)
def test_a_site_answers_by_its_policy(desk, policies, answered):
    own = desk(**policies)
    made = own.agreeing.propose(own.moved(["O-001"]), in_hours(10))
    assert made.accepted == answered
    assert all(made.answers[site].by_policy for site in answered)
    assert made.status == ("agreed" if len(answered) == 2 else "open")


def test_a_policy_may_limit_how_far_dates_shift(desk):
    tight = {"auto_accept": ["shifts"], "max_shift_h": 4}
    for allowed, policy in ((True, {**tight, "max_shift_h": 6}), (False, tight)):
        own = desk(Port=policy)
        late = timedelta(hours=5)
        entries = tuple(
            replace(e, planned_start=e.planned_start + late, planned_finish=e.planned_finish + late)
            if e.site == "Port"
            else e
            for e in own.moved([]).entries
        )
        made = own.agreeing.propose(own.moved([], entries=entries), in_hours(10))
        assert (made.status == "agreed") == allowed


def test_declined_lots_are_kept_and_can_be_taken_up_again(desk):
    own = desk(North=ALL, Port=ALL, South=ALL)
    kept = [e for e in own.ledger.schedule.entries.values() if not e.lot.startswith("O-002")]
    gone = frozenset({"O-002/01/box"})
    made = own.agreeing.propose(own.moved([], entries=tuple(kept), declined=gone), in_hours(10))
    assert [len(part.losses) for part in made.parts.values()] == [2, 1]
    assert own.ledger.schedule.declined == gone
    own.restart()
    assert own.ledger.schedule.declined == gone
    again = tuple(own.ledger.schedule_at(1).entries.values())
    own.agreeing.propose(own.moved([], entries=again, declined=frozenset()), in_hours(10))
    assert (own.ledger.schedule.version, own.ledger.schedule.declined) == (3, frozenset())


@pytest.mark.parametrize(
    ("changes", "hours", "words"),
    [
        ({}, -1, "has passed"),
        ({}, 60, "is to begin at South at 2027-01-06 08:00 UTC, before the deadline"),
        ({"reason": "same", "lots": ()}, 10, "version 1 of the schedule as it runs"),
        ({"to": "Mars"}, 10, "names the work centre 'Mars/laser'"),
    ],
)
def test_a_plan_that_means_nothing_is_refused(desk, changes, hours, words):
    own = desk()
    own.clock.set(in_hours(0))
    given = dict(changes)
    offer = own.moved(given.pop("lots", ["O-000"]), given.pop("to", "South"), **given)
    with pytest.raises(ProposalError, match=words):
        own.agreeing.propose(offer, in_hours(hours))
    with pytest.raises(ProposalError, match="no UTC offset"):
        own.agreeing.propose(own.moved(["O-001"]), in_hours(1).replace(tzinfo=None))
    assert len(own.ledger.proposals) == 0


def test_proposed_again_under_its_key_it_is_the_same_proposal(desk):
    own = desk()
    made = own.agreeing.propose(own.moved(["O-001"]), in_hours(10), key="k")
    assert own.agreeing.propose(own.moved(["O-001"]), in_hours(12), key="k") == made
    with pytest.raises(AgreementError, match="key 'k' was used for another plan, proposal P-1"):
        own.agreeing.propose(own.moved(["O-002"]), in_hours(10), key="k")
    assert len(own.ledger.proposals) == 1


def test_a_rest_is_linked_with_what_it_is_left_of(desk):
    own = desk()
    made = own.agreeing.propose(own.moved(["O-001", "O-002"]), in_hours(10))
    own.agreeing.answer(made.id, "North", accept=True)
    own.agreeing.answer(made.id, "South", accept=False, reason="one is enough")
    rest = own.agreeing.propose(own.moved(["O-001"]), in_hours(20), replaces=made.id)
    other = own.agreeing.propose(own.moved(["O-003"]), in_hours(20))
    own.agreeing.nothing_left(other.id, ["South has no sheet"])
    own.restart()
    assert own.agreeing.get(made.id).replaced_by == rest.id
    assert own.agreeing.get(rest.id).replaces == made.id
    assert own.agreeing.get(other.id).leftover == ("South has no sheet",)


def test_one_of_two_that_race_is_heard(desk):
    own = desk()
    made = own.agreeing.propose(own.moved(["O-001"]), in_hours(10))
    own.agreeing.answer(made.id, "North", accept=True)
    start, outcomes = Barrier(2), []

    def say(*, accept):
        start.wait()
        try:
            found = own.agreeing.answer(made.id, "South", accept=accept, reason="mine")
            outcomes.append(found.status)
        except AgreementError:
            outcomes.append("too late")

    racers = [Thread(target=say, kwargs={"accept": accept}) for accept in (True, False)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert sorted(outcomes) in (["agreed", "too late"], ["refused", "too late"])
    own.restart()
    assert own.agreeing.get(made.id).status in outcomes
    assert own.ledger.schedule.version == (2 if "agreed" in outcomes else 1)


def test_a_fork_carries_open_proposals_with_answers_and_entries(desk):
    own = desk()
    made = own.agreeing.propose(own.moved(["O-001"]), in_hours(10))
    own.agreeing.answer(made.id, "North", accept=True)

    def cut():
        ledger = own.ledger
        return Cutter(own.cluster).cut(own.clock.now(), {}, ledger.schedule, ledger.proposals.open)

    fork = ClusterSnapshot.from_ipc(cut().to_ipc())
    asked = fork.tables["proposals"].to_pylist()
    assert [(row["site"], row["accepted"]) for row in asked] == [("North", True), ("South", None)]
    assert [row["losses"] + row["gains"] for row in asked] == [2, 2]
    put = fork.tables["proposed"].to_pylist()
    assert {(row["proposal"], row["lot"], row["site"], row["removed"]) for row in put} == {
        (made.id, "O-001/01/enclosure", "South", False)
    }
    own.agreeing.answer(made.id, "South", accept=False, reason="no")
    later = cut()
    assert later.tables["proposals"].num_rows == later.tables["proposed"].num_rows == 0
    assert later.content_hash != fork.content_hash
