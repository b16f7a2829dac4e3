"""What the graph of the cluster answers without a simulation."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from federation.matching import match
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

    return routes
