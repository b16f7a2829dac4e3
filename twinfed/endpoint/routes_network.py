"""What the graph of the cluster answers without a simulation."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response

from federation.journeys import MOST_ROUTES, Criterion, best_routes
from federation.matching import match
from federation.resilience.schemas import ResilienceTable
from twinfed.documents import routes_document
from twinfed.endpoint.negotiation import JSON, TABULAR, choose, plain
from twinfed.endpoint.read_model import ReadModel
from twinfed.endpoint.resilience import Question, Reports
from twinfed.endpoint.routes_twins import TABLE_ANSWER, Accept, Etag, tabular
from twinfed.endpoint.views import tag_matches

Close = Annotated[list[str] | None, Query(description="Link, or border as NG:BJ; repeatable.")]
_NOT_CHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "Not changed."}}


def router(reads: ReadModel) -> APIRouter:
    """Routes below ``/api/v1``; each asks a fork of the twins, made now."""
    routes = APIRouter(tags=["network"])
    reports = Reports()

    @routes.get("/matches/{product}", responses=TABLE_ANSWER, response_class=Response)
    def matches(
        product: str,
        part: Annotated[str | None, Query(description="Only this part.")] = None,
        operation: Annotated[str | None, Query(description="Only this operation.")] = None,
        accept: Accept = None,
    ) -> Response:
        """Who can do the operations of a product, and on which requirement others are refused."""
        return tabular(accept, match(reads.snapshot(), product, part, operation).table())

    @routes.get("/routes", responses=TABLE_ANSWER, response_class=Response)
    def best(
        origin: Annotated[str, Query(alias="from", description="Site or customer.")],
        destination: Annotated[str, Query(alias="to", description="Site or customer.")],
        by: Criterion = "time",
        count: Annotated[int, Query(ge=1, le=MOST_ROUTES)] = 3,
        ready: Annotated[
            datetime | None, Query(description="With its UTC offset; default: now.")
        ] = None,
        mass_kg: Annotated[float, Query(gt=0.0, allow_inf_nan=False)] = 1000.0,
        dangerous: bool = False,
        expedited: bool = False,
        close: Close = None,
        accept: Accept = None,
    ) -> Response:
        """The best routes between two places, or why there is none."""
        cut = reads.snapshot()
        found = best_routes(
            cut.cluster,
            origin,
            destination,
            by=by,
            count=count,
            ready=ready or cut.taken_at,
            mass_kg=mass_kg,
            dangerous=dangerous,
            expedited=expedited,
            closed=close or (),
        )
        if choose(accept, TABULAR) == JSON:
            return document(routes_document(found))
        return tabular(accept, found.table())

    @routes.get("/resilience", responses=_NOT_CHANGED)
    def report(question: Asked, if_none_match: Etag = None) -> Response:
        """What the cluster depends on, and what is left of it after losses; tables apart."""
        found = reports.answer(reads.snapshot(), question)
        if tag_matches(if_none_match, found.etag):
            return Response(status_code=304, headers={"ETag": found.etag})
        return Response(found.json, media_type=JSON, headers={"ETag": found.etag})

    @routes.get("/resilience/tables/{table}", responses=TABLE_ANSWER, response_class=Response)
    def report_table(table: ResilienceTable, question: Asked, accept: Accept = None) -> Response:
        """A table of the report as JSON, Arrow or Parquet by ``Accept``."""
        return tabular(accept, reports.answer(reads.snapshot(), question).tables[table])

    return routes


def _question(
    product: Annotated[
        str | None, Query(description="This one alone, as if nothing else were made.")
    ] = None,
    n2: Annotated[bool, Query(description="Pairs of sites and links too.")] = False,
    close: Close = None,
    week: Annotated[
        int | None, Query(ge=1, description="Demand of its orders; default: the mean week.")
    ] = None,
    approved_only: Annotated[
        bool, Query(description="Without sites that need a first article.")
    ] = False,
) -> Question:
    return Question(product, n2, tuple(close or ()), week, approved_only)


Asked = Annotated[Question, Depends(_question)]


def document(found: Mapping[str, Any]) -> Response:
    """A document as JSON, where the same address also gives tables."""
    text = json.dumps(next(iter(plain([found]))), allow_nan=False)
    return Response(text, media_type=JSON, headers={"Vary": "Accept"})
