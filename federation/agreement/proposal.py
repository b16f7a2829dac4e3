"""PlanProposal: a change of the schedule that its sites agree to or not. A state machine; pure.

``open`` becomes ``agreed`` when every site that it touches has accepted, and is the next version of
the schedule in the same commit; ``refused`` when all have answered and one has rejected;
``expired`` at the deadline; ``superseded`` when another version of the schedule is published first.
None of them is ever left again, and only ``agreed`` changes the schedule.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Literal

from federation.agreement.parts import SitePart
from federation.errors import AgreementError, UnknownProposalError
from federation.schedule import ScheduleDelta

Status = Literal["open", "agreed", "refused", "expired", "superseded"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a site said.

    Parameters
    ----------
    accepted
        Yes or no.
    at
        When.
    reason
        Why not; may be empty for a yes.
    by_policy
        The site's policy answered, nobody was asked.
    """

    accepted: bool
    at: datetime
    reason: str = ""
    by_policy: bool = False


@dataclass(frozen=True, slots=True)
class PlanProposal:
    """A change of the shared schedule and how the sites stand to it.

    Parameters
    ----------
    id
        ``P-1``, ``P-2``, ... in the order in which they were made.
    delta
        The change: made from version ``delta.base``, version ``delta.version`` once it is agreed.
    policy
        What planned it.
    made_at, deadline
        When it was made, and when it expires.
    parts
        What each site that it touches must agree to, by site.
    replaces
        The partly accepted proposal of which this is what is left; empty: none.
    question
        What the planner was asked, as JSON, so that it can be asked again; empty: unknown.
    key
        Given by who proposes it; the same key does not make a second one. Empty: none.
    answers
        By site.
    closed, closed_at
        How and when it ended; ``None``: it is open.
    version
        The version of the schedule that it became, or that superseded it.
    leftover
        Why nothing is left of a partly accepted plan; empty: not looked at, or there is a rest.
    replaced_by
        The proposal of what is left of it; empty: none.
    """

    id: str
    delta: ScheduleDelta
    policy: str
    made_at: datetime
    deadline: datetime
    parts: Mapping[str, SitePart]
    replaces: str = ""
    question: str = ""
    key: str = ""
    answers: Mapping[str, Answer] = field(default_factory=dict)
    closed: Status | None = None
    closed_at: datetime | None = None
    version: int | None = None
    leftover: tuple[str, ...] = ()
    replaced_by: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "parts", MappingProxyType(dict(self.parts)))
        object.__setattr__(self, "answers", MappingProxyType(dict(self.answers)))

    @property
    def status(self) -> Status:
        """Where it is in its life."""
        return self.closed or "open"

    @property
    def waiting(self) -> tuple[str, ...]:
        """Sites that have not answered."""
        return tuple(site for site in self.parts if site not in self.answers)

    @property
    def accepted(self) -> tuple[str, ...]:
        """Sites that have accepted."""
        yes = {site for site, answer in self.answers.items() if answer.accepted}
        return tuple(site for site in self.parts if site in yes)

    @property
    def refusing(self) -> tuple[str, ...]:
        """Sites that were asked and have not accepted."""
        yes = self.accepted
        return tuple(site for site in self.parts if site not in yes)

    @property
    def partly(self) -> bool:
        """It failed although some sites accepted, so that a smaller plan may be left."""
        return self.closed in {"refused", "expired"} and bool(self.accepted)

    @property
    def rechecked(self) -> bool:
        """Whether a smaller plan was looked for."""
        return bool(self.leftover or self.replaced_by)

    @property
    def revision(self) -> int:
        """Grows with everything that happens to it; 1: it was made."""
        said = 1 + len(self.answers) + (self.closed is not None)
        return said + bool(self.leftover) + bool(self.replaced_by)

    def answered(self, site: str, answer: Answer) -> PlanProposal:
        """The proposal after a site's answer; the same answer again changes nothing.

        Raises
        ------
        UnknownProposalError
            When the site has no part in it.
        AgreementError
            When it is closed, or the site has said otherwise before.
        """
        if site not in self.parts:
            raise UnknownProposalError(
                f"site '{site}' has no part in proposal {self.id}",
                remedy=f"it asks {', '.join(self.parts)}",
            )
        before = self.answers.get(site)
        if before is not None and before.accepted == answer.accepted:
            return self
        if self.closed is not None:
            raise AgreementError(
                f"proposal {self.id} is {self.closed} since {self.closed_at:%Y-%m-%d %H:%M} UTC "
                "and takes no answers",
                remedy=_REMEDIES[self.closed],
            )
        if before is not None:
            said = "accepted" if before.accepted else "rejected"
            raise AgreementError(
                f"site '{site}' has {said} proposal {self.id} at {before.at:%Y-%m-%d %H:%M} UTC",
                remedy="an answer stands; make a new proposal to change the plan",
            )
        found = replace(self, answers={**self.answers, site: answer})
        if found.waiting or len(found.accepted) == len(found.parts):
            return found
        return replace(found, closed="refused", closed_at=answer.at)

    def agreed(self, version: int, at: datetime) -> PlanProposal:
        """The proposal that became a version of the schedule."""
        return replace(self, closed="agreed", closed_at=at, version=version)

    def superseded(self, version: int, at: datetime) -> PlanProposal:
        """The proposal after another version was published; a closed one stays as it is."""
        if self.closed is not None:
            return self
        return replace(self, closed="superseded", closed_at=at, version=version)

    def expired(self) -> PlanProposal:
        """The proposal after its deadline; a closed one stays as it is."""
        if self.closed is not None:
            return self
        return replace(self, closed="expired", closed_at=self.deadline)

    def due(self, now: datetime) -> bool:
        """Whether it is open and its deadline has passed."""
        return self.closed is None and now >= self.deadline


_REMEDIES: Mapping[str, str] = {
    "agreed": "the schedule has changed; propose another change from its running version",
    "refused": "see which sites rejected it and why, and propose another plan",
    "expired": "make the proposal again with a later deadline",
    "superseded": "plan again from the running version of the schedule",
}
