"""The shared schedule and its proposals; the same for a cluster here and for one that is served."""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import datetime
from typing import TYPE_CHECKING

from twinfed.errors import UsageError
from twinfed.rerouting import PlanQuestions

if TYPE_CHECKING:
    from federation.agreement.agreeing import Offer
    from federation.agreement.proposal import PlanProposal
    from federation.ledger import ScheduleVersion
    from federation.runtime.federation import Federation
    from federation.schedule import Schedule, ScheduleDelta
    from federation.snapshot import ClusterSnapshot


class Agreements(PlanQuestions, ABC):
    """What an engineer asks of the shared schedule and its plans, and what sites answer."""

    @property
    @abstractmethod
    def schedule(self) -> Schedule:
        """The running version of the shared schedule."""

    @property
    @abstractmethod
    def schedule_versions(self) -> tuple[ScheduleVersion, ...]:
        """Every version with when and why it was published, oldest first."""

    @abstractmethod
    def schedule_delta(self, version: int) -> ScheduleDelta:
        """What made a version of the one before it.

        Raises
        ------
        LookupError
            When there is no such version.
        """

    @property
    @abstractmethod
    def proposals(self) -> tuple[PlanProposal, ...]:
        """Every proposal, in the order in which they were made."""

    @abstractmethod
    def proposal(self, proposal: str) -> PlanProposal:
        """The proposal of that id.

        Raises
        ------
        LookupError
            When there is none.
        """

    @abstractmethod
    def propose(self, plan: Offer, deadline: datetime, *, key: str = "") -> PlanProposal:
        """Ask the sites that a plan touches to agree to it.

        Parameters
        ----------
        plan
            The whole schedule that would result, see ``offer_of``.
        deadline
            Until when all of them must have accepted; then the proposal expires.
        key
            Proposed again under the same key, the first proposal is the answer.

        Raises
        ------
        TwinfedError
            When the plan is none, was made from another version of the schedule, or would begin
            before the deadline.
        """

    @abstractmethod
    def accept(self, proposal: str, site: str, reason: str = "") -> PlanProposal:
        """A site agrees; with the last yes the schedule is published.

        Raises
        ------
        LookupError
            When there is no such proposal, or the site has no part in it.
        TwinfedError
            When the proposal is closed, or the site has rejected it.
        """

    @abstractmethod
    def reject(self, proposal: str, site: str, reason: str) -> PlanProposal:
        """A site does not agree, and says why.

        When all have answered and some have accepted, what is left of the plan is checked, and
        proposed where it is still a plan; see ``recheck``.

        Raises
        ------
        LookupError
            When there is no such proposal, or the site has no part in it.
        TwinfedError
            When the proposal is closed, the site has accepted it, or gives no reason.
        """

    @abstractmethod
    def recheck(self, proposal: str, deadline: datetime | None = None) -> PlanProposal:
        """Look for a smaller plan in one that only some sites accepted.

        Parameters
        ----------
        proposal
            Refused or expired, with at least one yes.
        deadline
            Of the smaller one; default: that of the first where it lies ahead, else as long again.

        Returns
        -------
        PlanProposal
            The smaller proposal; or, when there is none, the old one with its ``leftover``.

        Raises
        ------
        LookupError
            When there is no such proposal.
        TwinfedError
            When it was not partly accepted.
        """


class LocalAgreements(Agreements):
    """The same, of a federation in this process."""

    federation: Federation

    @abstractmethod
    def fork(self) -> ClusterSnapshot:
        """One cut of all twins as immutable Arrow tables."""

    @property
    def schedule(self) -> Schedule:
        """The running version of the shared schedule."""
        return self.federation.ledger.schedule

    @property
    def schedule_versions(self) -> tuple[ScheduleVersion, ...]:
        """Every version with when and why it was published, oldest first."""
        return self.federation.ledger.versions

    def schedule_delta(self, version: int) -> ScheduleDelta:
        """What made a version of the one before it.

        Raises
        ------
        NotInClusterError
            When there is no such version.
        """
        return self.federation.ledger.delta(version)

    @property
    def proposals(self) -> tuple[PlanProposal, ...]:
        """Every proposal, in the order in which they were made."""
        return self.federation.agreeing.all

    def proposal(self, proposal: str) -> PlanProposal:
        """The proposal of that id.

        Raises
        ------
        UnknownProposalError
            When there is none.
        """
        return self.federation.agreeing.get(proposal)

    def propose(self, plan: Offer, deadline: datetime, *, key: str = "") -> PlanProposal:
        """Ask the sites that a plan touches to agree to it; see ``Agreeing.propose``."""
        return self.federation.agreeing.propose(plan, deadline, key=key)

    def accept(self, proposal: str, site: str, reason: str = "") -> PlanProposal:
        """A site agrees; with the last yes the schedule is published."""
        return self.answer(proposal, site, accept=True, reason=reason)

    def reject(self, proposal: str, site: str, reason: str) -> PlanProposal:
        """A site does not agree, and says why."""
        return self.answer(proposal, site, accept=False, reason=reason)

    def answer(
        self,
        proposal: str,
        site: str,
        *,
        accept: bool,
        reason: str = "",
        revision: int | None = None,
    ) -> PlanProposal:
        """A site's yes or no; see ``Agreeing.answer``. A no may leave a smaller plan."""
        found = self.federation.agreeing.answer(
            proposal, site, accept=accept, reason=reason, revision=revision
        )
        if found.status == "refused" and found.accepted and not found.rechecked:
            self.recheck(found.id)
            return self.proposal(found.id)
        return found

    def recheck(self, proposal: str, deadline: datetime | None = None) -> PlanProposal:
        """Look for a smaller plan in one that only some sites accepted."""
        from twinfed.rechecking import recheck

        found = self.proposal(proposal)
        if not found.partly:
            raise UsageError(
                f"proposal {found.id} is {found.status} and was not partly accepted",
                remedy="only a refused or expired one with at least one yes is checked again",
            )
        if found.replaced_by:
            return self.proposal(found.replaced_by)
        return recheck(self.federation, self.fork(), found, deadline)
