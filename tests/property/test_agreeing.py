"""Any order of proposals, answers, deadlines, publications and crashes loses nothing."""

import tempfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from federation.agreement.documents import document, from_document
from federation.errors import AgreementError, ProposalError, UnknownProposalError
from federation.schedule import Schedule, ScheduleDelta, apply
from tests.support.agreeing import SITES, Desk, metal_with

ORDERS = [f"O-{number:03d}" for number in range(4)]
POLICIES = {
    "nobody": {},
    "takers": {"South": {"auto_accept": ["gains"], "max_extra_h": 8}},
    "givers": {
        "North": {"auto_accept": ["losses", "shifts"]},
        "South": {"auto_accept": ["losses"]},
    },
    "all": {site: {"auto_accept": ["gains", "losses", "shifts"]} for site in SITES},
}


class Agreements(RuleBasedStateMachine):
    """The real ledger beside a model of it: how proposals ended, and which versions there were."""

    @initialize(policies=st.sampled_from(sorted(POLICIES)))
    def opened(self, policies):
        self.folder = tempfile.TemporaryDirectory()
        path = Path(self.folder.name) / "ledger.db"
        self.desk = Desk(path, metal_with(**POLICIES[policies]))
        self.desk.publish()
        self.ended: dict[str, str] = {}
        self.said: dict[tuple[str, str], bool] = {}
        self.history = [Schedule(), self.desk.ledger.schedule]

    def teardown(self):
        if hasattr(self, "desk"):
            self.desk.close()
            self.folder.cleanup()

    def learn(self):
        """What is closed stays as it closed; an answer stays as it was given."""
        for found in self.desk.agreeing.all:
            if found.id in self.ended:
                assert found.status == self.ended[found.id]
            elif found.status != "open":
                self.ended[found.id] = found.status
            for site, answer in found.answers.items():
                assert self.said.setdefault((found.id, site), answer.accepted) == answer.accepted
        running = self.desk.ledger.schedule
        if running.version == len(self.history):
            self.history.append(running)

    @rule(
        lots=st.lists(st.sampled_from(ORDERS), max_size=3, unique=True),
        to=st.sampled_from(["North", "South"]),
        hours=st.integers(-1, 60),
        declines=st.booleans(),
        key=st.sampled_from(["", "a"]),
    )
    def propose(self, lots, to, hours, declines, key):
        offer = self.desk.moved(lots, to)
        if declines:
            gone = frozenset({"O-003/01/box"})
            kept = tuple(entry for entry in offer.entries if not entry.lot.startswith("O-003"))
            offer = replace(offer, declined=gone, entries=kept)
        before, version = len(self.desk.ledger.proposals), self.desk.ledger.schedule.version
        deadline = self.desk.clock.now() + timedelta(hours=hours)
        try:
            made = self.desk.agreeing.propose(offer, deadline, key=key)
        except (ProposalError, AgreementError):
            assert len(self.desk.ledger.proposals) == before
            assert self.desk.ledger.schedule.version == version
        else:
            assert self.desk.agreeing.get(made.id) == made
        self.learn()

    @precondition(lambda self: len(self.desk.ledger.proposals))
    @rule(data=st.data(), site=st.sampled_from(SITES), accept=st.booleans())
    def answer(self, data, site, accept):
        ids = [found.id for found in self.desk.ledger.proposals]
        chosen = data.draw(st.sampled_from(ids))
        before = self.desk.agreeing.get(chosen)
        try:
            found = self.desk.agreeing.answer(chosen, site, accept=accept, reason="because")
        except UnknownProposalError:
            assert site not in before.parts
        except AgreementError:
            known = self.said.get((chosen, site))
            assert before.status != "open" or known is not accept
        else:
            assert found.answers[site].accepted is accept
            again = self.desk.agreeing.answer(chosen, site, accept=accept, reason="because")
            assert again == found
        self.learn()

    @rule(hours=st.integers(1, 30))
    def time_passes(self, hours):
        self.desk.clock.advance(hours * 3600)
        self.learn()

    @rule(order=st.sampled_from(ORDERS))
    def somebody_publishes(self, order):
        running = self.desk.ledger.schedule
        entries = [
            replace(entry, rank=entry.rank + 1) if entry.lot.startswith(order) else entry
            for entry in running.entries.values()
        ]
        self.desk.agreeing.settle()
        self.desk.ledger.publish_schedule(entries, "by hand", running.version)
        self.learn()

    @rule()
    def crash(self):
        before = (tuple(self.desk.agreeing.all), self.desk.ledger.schedule)
        self.desk.restart()
        assert (tuple(self.desk.agreeing.all), self.desk.ledger.schedule) == before

    @invariant()
    def the_schedule_changes_with_an_agreement_or_a_publication_only(self):
        if not hasattr(self, "desk"):
            return
        for version in self.desk.ledger.versions:
            if version.proposal:
                found = self.desk.ledger.proposals.get(version.proposal)
                assert (found.status, found.version) == ("agreed", version.version)
                assert set(found.accepted) == set(found.parts)
            else:
                assert version.reason in {"from empty", "by hand"}

    @invariant()
    def every_version_is_the_one_before_with_its_delta(self):
        if not hasattr(self, "desk"):
            return
        for before, after in zip(self.history, self.history[1:], strict=False):
            delta = self.desk.ledger.delta(after.version)
            assert apply(before, ScheduleDelta.from_table(delta.table())) == after
            assert self.desk.ledger.schedule_at(after.version).table().equals(after.table())

    @invariant()
    def nothing_that_is_open_is_due_or_stale(self):
        if not hasattr(self, "desk"):
            return
        for found in self.desk.agreeing.all:
            if found.status == "open":
                assert found.waiting
                assert self.desk.clock.now() < found.deadline
                assert found.delta.base == self.desk.ledger.schedule.version

    @invariant()
    def a_proposal_survives_its_document(self):
        if not hasattr(self, "desk"):
            return
        for found in self.desk.agreeing.all:
            copy = from_document(document(found), found.delta)
            assert copy == replace(found, key="")


Agreements.TestCase.settings = settings(max_examples=30, stateful_step_count=25, deadline=None)
TestAgreements = Agreements.TestCase
