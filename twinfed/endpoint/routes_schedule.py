"""The shared schedule and its versions: what runs, and what each version changed."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Response

from federation.ledger import Ledger
from twinfed.endpoint.negotiation import JSON
from twinfed.endpoint.paging import page
from twinfed.endpoint.problems import Problem
from twinfed.endpoint.routes_network import document
from twinfed.endpoint.routes_twins import TABLE_ANSWER, Accept, tabular
from twinfed.endpoint.views import tag_matches

Etag = Annotated[str | None, Header(alias="If-None-Match", description="Entity tag known already.")]
NOT_CHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "Not changed."}}


def router(ledger: Ledger) -> APIRouter:
    """Routes below ``/api/v1``. A version never changes: the same version, the same bytes."""
    routes = APIRouter(tags=["schedule"])

    @routes.get("/schedule", responses=NOT_CHANGED, response_class=Response)
    def running(if_none_match: Etag = None) -> Response:
        """The running version: number, when and why it was published, declined lots."""
        return _version(ledger, ledger.schedule.version, if_none_match)

    @routes.get("/schedule/versions")
    def versions(
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
        cursor: Annotated[str | None, Query(description="From the last page.")] = None,
    ) -> dict[str, Any]:
        """All versions, the oldest first; the last page has no ``cursor``."""
        known = ledger.versions
        rows = [_line(ledger, one.version) for one in known]
        return page("versions", rows, limit, cursor)

    @routes.get("/schedule/versions/{version}", responses=NOT_CHANGED, response_class=Response)
    def one(version: int, if_none_match: Etag = None) -> Response:
        """One version."""
        return _version(ledger, version, if_none_match)

    @routes.get(
        "/schedule/versions/{version}/entries", responses=TABLE_ANSWER, response_class=Response
    )
    def entries(version: int, accept: Accept = None) -> Response:
        """The entries of a version, by work centre and rank."""
        found = tabular(accept, ledger.schedule_at(version).table())
        found.headers["ETag"] = _tag(version)
        return found

    @routes.get(
        "/schedule/versions/{version}/delta", responses=TABLE_ANSWER, response_class=Response
    )
    def delta(version: int, accept: Accept = None) -> Response:
        """What made it of the version before: entries put, and ``removed`` ones."""
        found = tabular(accept, ledger.delta(version).table())
        found.headers["ETag"] = _tag(version)
        return found

    return routes


def _tag(version: int) -> str:
    return f'"version:{version}"'


def _line(ledger: Ledger, version: int) -> dict[str, Any]:
    (found,) = (one for one in ledger.versions if one.version == version)
    return {
        "version": version,
        "published_at": found.published_at.isoformat(),
        "reason": found.reason,
        "put": found.put,
        "removed": found.removed,
        "proposal": found.proposal or None,
        "href": f"/api/v1/schedule/versions/{version}",
    }


def _version(ledger: Ledger, version: int, known: str | None) -> Response:
    if version == 0:
        raise Problem(404, "no schedule was published yet; open the cluster, or publish one")
    schedule = ledger.schedule_at(version)
    if tag_matches(known, _tag(version)):
        return Response(status_code=304, headers={"ETag": _tag(version)})
    href = f"/api/v1/schedule/versions/{version}"
    answer = document(
        {
            **_line(ledger, version),
            "declined": sorted(schedule.declined),
            "entries": len(schedule.entries),
            "links": {"entries": f"{href}/entries", "delta": f"{href}/delta"},
        }
    )
    answer.headers["ETag"] = _tag(version)
    answer.media_type = JSON
    return answer
