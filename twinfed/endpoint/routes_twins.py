"""Twins, graph and snapshot: what the cluster is and does now."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pyarrow as pa
from fastapi import APIRouter, Header, Query, Request, Response

from twinfed.endpoint import negotiation, views
from twinfed.endpoint.negotiation import ARROW_STREAM, JSON, PARQUET, TABULAR
from twinfed.endpoint.paging import page
from twinfed.endpoint.problems import Problem
from twinfed.endpoint.read_model import ReadModel

Etag = Annotated[str | None, Header(alias="If-None-Match", description="Entity tag known already.")]
Accept = Annotated[str | None, Header(description=f"{JSON}, {ARROW_STREAM} or {PARQUET}.")]
TwinTable = Literal["values", "lots", "counters", "meters", "quarantine"]
_TABLES: dict[str, Any] = {
    JSON: {"schema": {"type": "object"}},
    ARROW_STREAM: {"schema": {"type": "string", "format": "binary"}},
    PARQUET: {"schema": {"type": "string", "format": "binary"}},
}
TABLE_ANSWER: dict[int | str, dict[str, Any]] = {
    200: {"description": "The table.", "content": _TABLES}
}
_ARROW_ANSWER: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The snapshot; twinfed reads it with ClusterSnapshot.from_ipc.",
        "content": {ARROW_STREAM: {"schema": {"type": "string", "format": "binary"}}},
    },
    304: {"description": "Not changed."},
}
_NOT_CHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "Not changed."}}


def router(reads: ReadModel) -> APIRouter:
    """Routes below ``/api/v1``; all are answered from the read model."""
    routes = APIRouter(tags=["twins"])

    @routes.get("/twins")
    async def twins(
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
        cursor: Annotated[str | None, Query(description="From the last page.")] = None,
    ) -> dict[str, Any]:
        """The twins, in the order of the cluster; the last page has no ``cursor``."""
        found = page("sites", reads.cluster.sites, limit, cursor)
        found["items"] = [reads.twin(site.id).summary for site in found["items"]]
        return found

    @routes.get("/twins/{site}", responses=_NOT_CHANGED)
    async def twin(site: str, if_none_match: Etag = None) -> Response:
        """One twin: its attributes, and its assets as features with their last values."""
        view = reads.twin(site)
        if views.tag_matches(if_none_match, view.etag):
            return Response(status_code=304, headers={"ETag": view.etag})
        return Response(view.json, media_type=JSON, headers={"ETag": view.etag})

    @routes.get("/twins/{site}/tables/{table}", responses=TABLE_ANSWER, response_class=Response)
    def twin_table(site: str, table: TwinTable, accept: Accept = None) -> Response:
        """A table of a twin as JSON, Arrow or Parquet by ``Accept``."""
        return tabular(accept, reads.twin(site).tables[table])

    @routes.get("/graph", responses=_NOT_CHANGED)
    async def graph(if_none_match: Etag = None) -> Response:
        """Sites, customers and links with live attributes, in networkx's node-link form."""
        view = reads.graph()
        if views.tag_matches(if_none_match, view.etag):
            return Response(status_code=304, headers={"ETag": view.etag})
        return Response(view.json, media_type=JSON, headers={"ETag": view.etag})

    @routes.get("/snapshot", responses=_ARROW_ANSWER, response_class=Response)
    def snapshot(request: Request, if_none_match: Etag = None) -> Response:
        """A fork of the live twins as one Arrow stream."""
        if negotiation.choose(request.headers.get("accept"), (ARROW_STREAM,)) is None:
            raise Problem(406, f"a snapshot is sent as {ARROW_STREAM} only; accept that")
        cut = reads.snapshot()
        tag = f'"hash:{cut.content_hash}"'
        if views.tag_matches(if_none_match, tag):
            return Response(status_code=304, headers={"ETag": tag})
        return Response(cut.to_ipc(), media_type=ARROW_STREAM, headers={"ETag": tag})

    return routes


def tabular(accept: str | None, table: pa.Table) -> Response:
    """``table`` in the representation that ``accept`` likes best.

    Raises
    ------
    Problem
        406 when there is none.
    """
    media_type = negotiation.choose(accept, TABULAR)
    if media_type is None:
        raise Problem(406, f"this table is sent as {', '.join(TABULAR)}; accept one of them")
    body = negotiation.encode(table, media_type)
    return Response(body, media_type=media_type, headers={"Vary": "Accept"})
