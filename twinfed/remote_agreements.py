"""The shared schedule and its proposals, of a cluster that is served elsewhere."""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import httpx
import pyarrow as pa

from federation.agreement.agreeing import check_asked
from federation.agreement.documents import from_document
from federation.ledger import ScheduleVersion
from federation.schedule import Schedule, ScheduleDelta, diff, entries_of
from twinfed.agreements import Agreements
from twinfed.errors import UnknownNameError

if TYPE_CHECKING:
    from federation.agreement.agreeing import Offer
    from federation.agreement.proposal import PlanProposal
    from twins.work import ScheduleEntry

_API = "/api/v1"


class RemoteAgreements(Agreements):
    """The same, over HTTP."""

    @abstractmethod
    def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Ask; raises what went wrong."""

    @abstractmethod
    def _pages(self, path: str) -> Iterator[Mapping[str, Any]]:
        """The items of a list, page by page."""

    @abstractmethod
    def _table(self, path: str) -> pa.Table:
        """A table."""

    @property
    def schedule(self) -> Schedule:
        """The running version of the shared schedule."""
        try:
            found = self._send("GET", f"{_API}/schedule").json()
        except UnknownNameError:
            return Schedule()
        entries = entries_of(self._table(found["links"]["entries"]))
        return Schedule(
            found["version"],
            {(entry.lot, entry.operation): entry for entry in entries},
            frozenset(found["declined"]),
        )

    @property
    def schedule_versions(self) -> tuple[ScheduleVersion, ...]:
        """Every version with when and why it was published, oldest first."""
        return tuple(
            ScheduleVersion(
                version=row["version"],
                published_at=datetime.fromisoformat(row["published_at"]),
                reason=row["reason"],
                put=row["put"],
                removed=row["removed"],
                proposal=row["proposal"] or "",
            )
            for row in self._pages(f"{_API}/schedule/versions")
        )

    def schedule_delta(self, version: int) -> ScheduleDelta:
        """What made a version of the one before it.

        Raises
        ------
        UnknownNameError
            When there is no such version.
        """
        return ScheduleDelta.from_table(self._table(f"{_API}/schedule/versions/{version}/delta"))

    @property
    def proposals(self) -> tuple[PlanProposal, ...]:
        """Every proposal, in the order in which they were made."""
        return tuple(self._whole(row) for row in self._pages(f"{_API}/proposals"))

    def proposal(self, proposal: str) -> PlanProposal:
        """The proposal of that id.

        Raises
        ------
        UnknownNameError
            When there is none.
        """
        return self._whole(self._send("GET", f"{_API}/proposals/{proposal}").json())

    def propose(self, plan: Offer, deadline: datetime, *, key: str = "") -> PlanProposal:
        """Ask the sites that a plan touches to agree to it.

        Raises
        ------
        AgreementError
            When the plan was made from another version of the schedule.
        ProposalError, UsageError
            When the plan or its deadline means nothing.
        """
        check_asked(plan, deadline)
        running = self.schedule
        delta = diff(running, plan.entries, plan.reason, plan.declined)
        put = {(entry.lot, entry.operation) for entry in delta.put}
        body = {
            "base_version": plan.base,
            "deadline": deadline.isoformat(),
            "put": _entries(delta.put),
            "removed": delta.removed,
            "declined": delta.declined,
            "restored": delta.restored,
            "expected": _entries(
                entry for entry in plan.expected if (entry.lot, entry.operation) in put
            ),
            "reason": plan.reason,
            "policy": plan.policy,
            "question": json.loads(plan.question) if plan.question else None,
        }
        headers = {"Idempotency-Key": key} if key else {}
        return self._whole(
            self._send("POST", f"{_API}/proposals", json=body, headers=headers).json()
        )

    def accept(self, proposal: str, site: str, reason: str = "") -> PlanProposal:
        """A site agrees; with the last yes the schedule is published.

        Raises
        ------
        UnknownNameError
            When there is no such proposal, or the site has no part in it.
        AgreementError
            When the proposal is closed, or the site has rejected it.
        """
        return self._answer(proposal, site, {"answer": "accepted", "reason": reason})

    def reject(self, proposal: str, site: str, reason: str) -> PlanProposal:
        """A site does not agree, and says why.

        Raises
        ------
        UnknownNameError
            When there is no such proposal, or the site has no part in it.
        AgreementError
            When the proposal is closed, or the site has accepted it.
        UsageError
            When it gives no reason.
        """
        return self._answer(proposal, site, {"answer": "rejected", "reason": reason})

    def recheck(self, proposal: str, deadline: datetime | None = None) -> PlanProposal:
        """Look for a smaller plan in one that only some sites accepted.

        Raises
        ------
        UnknownNameError
            When there is no such proposal.
        UsageError
            When it was not partly accepted.
        """
        body = {"deadline": deadline.isoformat() if deadline else None}
        path = f"{_API}/proposals/{proposal}/recheck"
        return self._whole(self._send("POST", path, json=body).json())

    def _answer(self, proposal: str, site: str, body: Mapping[str, str]) -> PlanProposal:
        path = f"{_API}/proposals/{proposal}/answers/{site}"
        return self._whole(self._send("PUT", path, json=body).json())

    def _whole(self, document: Mapping[str, Any]) -> PlanProposal:
        delta = ScheduleDelta.from_table(self._table(document["links"]["entries"]))
        return from_document(document, delta)


def _entries(entries: Iterable[ScheduleEntry]) -> list[dict[str, Any]]:
    return [
        {
            "lot": entry.lot,
            "operation": entry.operation,
            "site": entry.site,
            "work_centre": entry.work_centre,
            "rank": entry.rank,
            "planned_start": entry.planned_start.isoformat(),
            "planned_finish": entry.planned_finish.isoformat(),
        }
        for entry in entries
    ]
