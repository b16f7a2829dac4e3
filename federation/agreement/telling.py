"""What happens to proposals and to the schedule, told to the change log."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from federation.agreement.proposal import PlanProposal
from federation.events import ChangeLog
from federation.ledger import Ledger
from twins.clock import Clock


class Telling:
    """Compares the proposals before and after a change, and logs an event for each difference.

    Parameters
    ----------
    log
        Where events go.
    clock
        Their time.
    ledger
        What it holds at the beginning is no news.
    """

    def __init__(self, log: ChangeLog, clock: Clock, ledger: Ledger) -> None:
        self._log, self._clock = log, clock
        self._version = ledger.schedule.version

    def changed(self, before: Iterable[PlanProposal], ledger: Ledger) -> None:
        """Log what happened since ``before``: ``proposal.*``, then ``schedule.published``."""
        known = {proposal.id: proposal for proposal in before}
        for proposal in ledger.proposals:
            was = known.get(proposal.id)
            if was is not proposal:
                self._proposal(was, proposal)
        for version in ledger.versions[-1:]:
            if version.version > self._version:
                data: dict[str, Any] = {
                    "reason": version.reason,
                    "put": version.put,
                    "removed": version.removed,
                }
                if version.proposal:
                    data["proposal"] = version.proposal
                self._tell("schedule.published", f"schedule/{version.version}", data)
        self._version = ledger.schedule.version

    def _proposal(self, was: PlanProposal | None, now: PlanProposal) -> None:
        subject = f"proposal/{now.id}"
        if was is None:
            data = {
                "base_version": now.delta.base,
                "deadline": now.deadline.isoformat(),
                "policy": now.policy,
                "reason": now.delta.reason,
                "sites": list(now.parts),
                "replaces": now.replaces or None,
            }
            self._tell("proposal.made", subject, data)
        for site, answer in now.answers.items():
            if was is None or site not in was.answers:
                kind = "proposal.accepted" if answer.accepted else "proposal.rejected"
                said = {"site": site, "reason": answer.reason, "by_policy": answer.by_policy}
                self._tell(kind, subject, said)
        if now.closed is not None and (was is None or was.closed is None):
            self._tell(f"proposal.{now.closed}", subject, {"version": now.version})
        if now.leftover and (was is None or not was.leftover):
            self._tell("proposal.nothing_left", subject, {"reasons": list(now.leftover)})

    def _tell(self, kind: str, subject: str, data: dict[str, Any]) -> None:
        self._log.append(kind, subject, self._clock.now(), data)
