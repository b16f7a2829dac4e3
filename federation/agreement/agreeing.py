"""Agreeing: proposals are made, answered and expire; what all sites agreed to is published."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime

import pyarrow as pa

from federation.agreement.book import (
    answer_body,
    expired_body,
    leftover_body,
    proposal_body,
)
from federation.agreement.hours import WorkHours
from federation.agreement.parts import agrees, parts_of
from federation.agreement.proposal import Answer, PlanProposal
from federation.agreement.telling import Telling
from federation.errors import AgreementError, ProposalError, StaleProposalError
from federation.ledger import Ledger
from federation.schedule import Schedule, ScheduleDelta, Step, apply, diff
from federation.topology.model import ClusterSpec
from twins.clock import Clock, to_datetime
from twins.work import ScheduleEntry


@dataclass(frozen=True)
class Offer:
    """A plan that somebody wants the sites to agree to.

    Parameters
    ----------
    base
        The version of the schedule that it was made from.
    entries
        The whole schedule that would result.
    declined
        All lots of customers that nobody would make.
    reason
        Why, for the people who read it.
    policy
        What planned it.
    expected
        When operations that stay at their sites would begin and end without the change, where that
        is not when the running version says: a delay that comes anyway is nothing to agree to.
    question
        What the planner was asked, as JSON; empty: unknown.
    """

    base: int
    entries: tuple[ScheduleEntry, ...]
    declined: frozenset[str] = frozenset()
    reason: str = ""
    policy: str = ""
    expected: tuple[ScheduleEntry, ...] = ()
    question: str = ""


class Agreeing:
    """The proposals of a running federation. Safe to use from several threads.

    Parameters
    ----------
    ledger
        Keeps them.
    cluster
        Whose sites have policies.
    clock
        Ends what nobody answered.
    lock
        Held while the ledger is written to.
    telling
        Hears of everything that changes.
    """

    def __init__(
        self,
        ledger: Ledger,
        cluster: ClusterSpec,
        clock: Clock,
        lock: AbstractContextManager[bool],
        telling: Telling,
    ) -> None:
        self._ledger, self._clock, self._lock = ledger, clock, lock
        self._policies = {site.id: site.agreement for site in cluster.sites}
        self._telling = telling

    @property
    def all(self) -> tuple[PlanProposal, ...]:
        """Every proposal, in the order in which they were made."""
        with self._lock:
            self._settle(self._clock.now_us())
            return tuple(self._ledger.proposals)

    def get(self, proposal: str) -> PlanProposal:
        """The proposal of that id.

        Raises
        ------
        UnknownProposalError
            When there is none.
        """
        with self._lock:
            self._settle(self._clock.now_us())
            return self._ledger.proposals.get(proposal)

    def settle(self) -> None:
        """Let expire what is due. Every other method does it too."""
        if self._ledger.proposals.open:
            with self._lock:
                self._settle(self._clock.now_us())

    def propose(
        self, offer: Offer, deadline: datetime, *, key: str = "", replaces: str = ""
    ) -> PlanProposal:
        """Make a proposal; sites whose policy agrees answer at once.

        When nobody has to be asked, the schedule is published with it.

        Parameters
        ----------
        offer
            The plan.
        deadline
            Until when every site must have accepted.
        key
            A word of who proposes it: proposed again under it, the first one is the answer.
        replaces
            The partly accepted proposal of which this is what is left.

        Raises
        ------
        ProposalError
            When the plan changes nothing, names what the cluster does not have, or would have begun
            before the deadline, and when the deadline is no moment to come.
        ScheduleError
            When the plan contradicts itself.
        AgreementError
            When the plan was made from another version than the running one, or the key was used
            for another plan.
        UnknownProposalError
            When ``replaces`` names none.
        """
        check_asked(offer, deadline)
        with self._lock:
            now_us = self._clock.now_us()
            self._settle(now_us)
            running = self._ledger.schedule
            same = [found for found in self._ledger.proposals if key and found.key == key]
            if same:
                return _same_plan(same[0], offer)
            if offer.base != running.version:
                raise AgreementError(
                    f"the plan was made from version {offer.base} of the schedule, and version "
                    f"{running.version} runs by now",
                    remedy="plan again from the running version",
                )
            if replaces:
                self._ledger.proposals.get(replaces)
            made_at = to_datetime(now_us)
            _check_deadline(deadline, made_at)
            hours = WorkHours(self._ledger.cluster)
            delta = _delta(running, offer, hours)
            _check_begins(running, delta, deadline)
            made = PlanProposal(
                id=f"P-{len(self._ledger.proposals) + 1}",
                delta=delta,
                policy=offer.policy,
                made_at=made_at,
                deadline=deadline,
                parts=parts_of(_expected(running, offer), apply(running, delta).entries, hours),
                replaces=replaces,
                question=offer.question,
                key=key,
            )
            bodies = [("proposal", proposal_body(made))]
            found = made
            for site, part in made.parts.items():
                if agrees(self._policies[site], part):
                    answer = Answer(accepted=True, at=made_at, by_policy=True)
                    found = found.answered(site, answer)
                    bodies.append(("answer", answer_body(made.id, site, answer)))
            self._append(bodies, found, now_us)
            return self._ledger.proposals.get(made.id)

    def answer(
        self,
        proposal: str,
        site: str,
        *,
        accept: bool,
        reason: str = "",
        revision: int | None = None,
    ) -> PlanProposal:
        """Take a site's answer; with the last yes the schedule is published.

        Parameters
        ----------
        proposal, site
            Who answers what.
        accept
            Yes or no.
        reason
            Why; a no needs one.
        revision
            The revision of the proposal that is answered, where it matters that nothing else
            happened to it.

        Raises
        ------
        UnknownProposalError
            When there is no such proposal, or the site has no part in it.
        StaleProposalError
            When it is at another revision.
        AgreementError
            When the proposal is closed, or the site has said otherwise before.
        ProposalError
            When a no has no reason.
        """
        if not accept and not reason.strip():
            raise ProposalError(
                f"site '{site}' rejects {proposal} without a reason",
                remedy="say in a few words what would have to change",
            )
        with self._lock:
            now_us = self._clock.now_us()
            self._settle(now_us)
            known = self._ledger.proposals.get(proposal)
            if revision is not None and revision != known.revision:
                raise StaleProposalError(
                    f"proposal {proposal} is at revision {known.revision}, and revision {revision} "
                    "was answered",
                    remedy="read it again before you answer",
                )
            said = Answer(accept, to_datetime(now_us), reason.strip())
            found = known.answered(site, said)
            if found is not known:
                self._append([("answer", answer_body(proposal, site, said))], found, now_us)
            return self._ledger.proposals.get(proposal)

    def nothing_left(self, proposal: str, reasons: Iterable[str]) -> PlanProposal:
        """Note why no smaller plan is left of a partly accepted one.

        Raises
        ------
        UnknownProposalError
            When there is no such proposal.
        """
        with self._lock:
            found = self._ledger.proposals.get(proposal)
            if not found.leftover:
                before = tuple(self._ledger.proposals)
                self._ledger.append([("leftover", leftover_body(proposal, tuple(reasons)))])
                self._telling.changed(before, self._ledger)
            return self._ledger.proposals.get(proposal)

    def _append(self, bodies: list[tuple[str, pa.Table]], found: PlanProposal, now_us: int) -> None:
        """Write what happened to a proposal, and the version that it becomes, in one commit."""
        if found.closed is None and not found.waiting:
            agreed = replace(found.delta, proposal=found.id)
            bodies = [*bodies, ("schedule", agreed.table())]
        before = tuple(self._ledger.proposals)
        self._ledger.append(bodies, now_us)
        self._telling.changed(before, self._ledger)

    def _settle(self, now_us: int) -> None:
        now = to_datetime(now_us)
        due = [found.id for found in self._ledger.proposals.open if found.due(now)]
        if due:
            before = tuple(self._ledger.proposals)
            self._ledger.append([("expired", expired_body(one)) for one in due], now_us)
            self._telling.changed(before, self._ledger)


def _same_plan(found: PlanProposal, offer: Offer) -> PlanProposal:
    """The proposal that was made under the key, if it is of this plan."""
    put = {(entry.lot, entry.operation): entry for entry in offer.entries}
    same = offer.base == found.delta.base and all(
        put.get((entry.lot, entry.operation)) == entry for entry in found.delta.put
    )
    if not same or any(step in put for step in found.delta.removed):
        raise AgreementError(
            f"the key '{found.key}' was used for another plan, proposal {found.id}",
            remedy="give each plan a key of its own",
        )
    return found


def _delta(running: Schedule, offer: Offer, hours: WorkHours) -> ScheduleDelta:
    delta = diff(running, offer.entries, offer.reason, offer.declined)
    for entry in delta.put:
        missing = hours.knows(entry)
        if missing is not None:
            raise ProposalError(
                f"the plan names {missing}, which the cluster does not have",
                remedy="plan for the cluster as it is; what a scenario adds is not there yet",
            )
    if not (delta.put or delta.removed or delta.declined or delta.restored):
        raise ProposalError(
            f"the plan is version {running.version} of the schedule as it runs",
            remedy="there is nothing to agree to",
        )
    return delta


def check_asked(offer: object, deadline: object) -> None:
    """See that there is a plan, and a moment.

    Raises
    ------
    ProposalError
        When one of them is something else.
    """
    if not isinstance(offer, Offer):
        raise ProposalError(
            f"a value of type {type(offer).__name__} is no plan to agree to",
            where="plan",
            remedy="give an Offer, such as the offer() of an answer of reroute",
        )
    if not isinstance(deadline, datetime):
        raise ProposalError(
            f"{deadline!r} is no moment", where="deadline", remedy="give a datetime with UTC offset"
        )


def _check_deadline(deadline: datetime, now: datetime) -> None:
    if deadline.tzinfo is None:
        raise ProposalError(
            f"the deadline {deadline.isoformat()} has no UTC offset",
            remedy=f"write {deadline.isoformat()}+00:00 for UTC",
        )
    if deadline <= now:
        raise ProposalError(
            f"the deadline {deadline:%Y-%m-%d %H:%M} UTC has passed at {now:%Y-%m-%d %H:%M} UTC",
            remedy="give the sites time to answer",
        )


def _check_begins(running: Schedule, delta: ScheduleDelta, deadline: datetime) -> None:
    for entry in delta.put:
        was = running.entries.get((entry.lot, entry.operation))
        moves = was is None or was.site != entry.site
        if moves and entry.planned_start < deadline:
            raise ProposalError(
                f"operation {entry.operation} of lot '{entry.lot}' is to begin at {entry.site} at "
                f"{entry.planned_start:%Y-%m-%d %H:%M} UTC, before the deadline",
                remedy="ask for answers sooner, or plan with a longer frozen horizon",
            )


def _expected(running: Schedule, offer: Offer) -> Mapping[Step, ScheduleEntry]:
    """The running schedule with the dates that are expected of it."""
    entries = dict(running.entries)
    for entry in offer.expected:
        step = (entry.lot, entry.operation)
        was = entries.get(step)
        if was is not None and (was.site, was.work_centre) == (entry.site, entry.work_centre):
            entries[step] = entry
    return entries
