"""What the graph of the cluster answers without a simulation."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from federation.journeys import MOST_ROUTES, Criterion, best_routes
from federation.matching import match
from twinfed.documents import routes_document
from twinfed.endpoint.negotiation import JSON, TABULAR, choose, plain
from twinfed.endpoint.read_model import ReadModel
from twinfed.endpoint.routes_twins import TABLE_ANSWER, Accept, tabular


def router(reads: ReadModel) -> APIRouter:
    """Routes below ``/api/v1``; each asks a fork of the twins, made now."""
    routes = APIRouter(tags=["network"])

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
        close: Annotated[
            list[str] | None, Query(description="Link, or border as NG:BJ; repeatable.")
        ] = None,
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
            closed=close or (),
        )
        if choose(accept, TABULAR) == JSON:
            return document(routes_document(found))
        return tabular(accept, found.table())

    return routes


def document(found: Mapping[str, Any]) -> Response:
    """A document as JSON, where the same address also gives tables."""
    text = json.dumps(next(iter(plain([found]))), allow_nan=False)
    return Response(text, media_type=JSON, headers={"Vary": "Accept"})
