"""Proposals over HTTP: made, read, answered by sites, and checked again when some say no."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Header, Query, Response

from federation.agreement.agreeing import Offer
from federation.agreement.documents import document
from federation.agreement.proposal import PlanProposal
from federation.schedule import Schedule, ScheduleDelta, apply
from twinfed.endpoint.models import AnswerBody, EntryBody, ProposalRequest, RecheckBody
from twinfed.endpoint.negotiation import JSON
from twinfed.endpoint.paging import page
from twinfed.endpoint.problems import Problem
from twinfed.endpoint.routes_schedule import NOT_CHANGED, Etag
from twinfed.endpoint.routes_twins import TABLE_ANSWER, Accept, tabular
from twinfed.endpoint.views import etag, tag_matches
from twins.work import ScheduleEntry

if TYPE_CHECKING:
    from twinfed.agreements import LocalAgreements

Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        max_length=200,
        description="The same plan sent again under the same key is the same proposal.",
    ),
]
IfMatch = Annotated[
    str | None,
    Header(alias="If-Match", description="Entity tag of the proposal that is answered."),
]


def router(cluster: LocalAgreements) -> APIRouter:
    """Routes below ``/api/v1``."""
    routes = APIRouter(tags=["proposals"])

    @routes.get("/proposals")
    def proposals(
        status: Annotated[
            Literal["open", "agreed", "refused", "expired", "superseded"] | None,
            Query(description="Only these."),
        ] = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
        cursor: Annotated[str | None, Query(description="From the last page.")] = None,
    ) -> dict[str, Any]:
        """The proposals, in the order in which they were made; the last page has no ``cursor``."""
        known = [one for one in cluster.proposals if status in {None, one.status}]
        found = page(f"proposals-{status or 'all'}", known, limit, cursor)
        found["items"] = [_document(one) for one in found["items"]]
        return found

    @routes.post("/proposals", status_code=201)
    def propose(body: ProposalRequest, response: Response, key: Key = "") -> dict[str, Any]:
        """Ask the sites that a change touches; those whose policy agrees have answered then."""
        offer = _offer(cluster.schedule, body)
        made = cluster.propose(offer, body.deadline, key=key)
        response.headers["Location"] = _href(made)
        response.headers["ETag"] = etag(made.revision)
        return _document(made)

    @routes.get("/proposals/{proposal}", responses=NOT_CHANGED, response_class=Response)
    def proposal(proposal: str, if_none_match: Etag = None) -> Response:
        """One proposal: what each site is asked, and what it said."""
        found = cluster.proposal(proposal)
        if tag_matches(if_none_match, etag(found.revision)):
            return Response(status_code=304, headers={"ETag": etag(found.revision)})
        return _answer(found)

    @routes.get("/proposals/{proposal}/entries", responses=TABLE_ANSWER, response_class=Response)
    def entries(proposal: str, accept: Accept = None) -> Response:
        """The change: entries put, and ``removed`` ones."""
        return tabular(accept, cluster.proposal(proposal).delta.table())

    @routes.put("/proposals/{proposal}/answers/{site}", response_class=Response)
    def answer(proposal: str, site: str, body: AnswerBody, if_match: IfMatch = None) -> Response:
        """A site's yes or no; the same again changes nothing. With the last yes it is published."""
        found = cluster.answer(
            proposal,
            site,
            accept=body.answer == "accepted",
            reason=body.reason,
            revision=_revision(if_match),
        )
        return _answer(found)

    @routes.post("/proposals/{proposal}/recheck", response_class=Response)
    def recheck(proposal: str, body: RecheckBody) -> Response:
        """What is left of a partly accepted plan: a smaller proposal, or why there is none."""
        return _answer(cluster.recheck(proposal, body.deadline))

    return routes


def _revision(header: str | None) -> int | None:
    """The revision that ``If-Match`` names; ``None``: any."""
    if header is None or header.strip() == "*":
        return None
    tag = header.strip().removeprefix('"rev:').removesuffix('"')
    if not tag.isdecimal():
        raise Problem(
            412, f'{header} is no entity tag of a proposal; send its ETag, such as "rev:3"'
        )
    return int(tag)


def _offer(running: Schedule, body: ProposalRequest) -> Offer:
    """The whole schedule that the change would give.

    It is put together on the running version: the ledger refuses what was made from another.
    """
    gone = body.removed
    if body.base_version != running.version:
        gone = tuple(step for step in gone if step in running.entries)
    delta = ScheduleDelta(
        base=running.version,
        version=running.version + 1,
        removed=gone,
        put=tuple(map(_entry, body.put)),
        reason=body.reason,
        declined=body.declined,
        restored=body.restored,
    )
    schedule = apply(running, delta)
    return Offer(
        base=body.base_version,
        entries=tuple(schedule.entries.values()),
        declined=schedule.declined,
        reason=body.reason,
        policy=body.policy,
        expected=tuple(map(_entry, body.expected)),
        question=json.dumps(body.question, separators=(",", ":")) if body.question else "",
    )


def _entry(body: EntryBody) -> ScheduleEntry:
    return ScheduleEntry(
        lot=body.lot,
        operation=body.operation,
        site=body.site,
        work_centre=body.work_centre,
        rank=body.rank,
        planned_start=body.planned_start,
        planned_finish=body.planned_finish,
    )


def _href(proposal: PlanProposal) -> str:
    return f"/api/v1/proposals/{proposal.id}"


def _document(proposal: PlanProposal) -> dict[str, Any]:
    href = _href(proposal)
    links = {"self": href, "entries": f"{href}/entries", "answers": f"{href}/answers/{{site}}"}
    return {**document(proposal), "links": links}


def _answer(proposal: PlanProposal) -> Response:
    return Response(
        json.dumps(_document(proposal)),
        media_type=JSON,
        headers={"ETag": etag(proposal.revision)},
    )
