"""Promise dates over HTTP."""

from __future__ import annotations

import threading
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query

from analytics.promise.promise import MOST_REPLICATIONS, promise
from analytics.promise.request import LEAST_PROBABILITY, MOST_PROBABILITY, PromiseRequest
from analytics.study_check import LARGEST_SEED, LONGEST_HORIZON_H
from twinfed.endpoint.jobs import check_size
from twinfed.endpoint.negotiation import plain
from twinfed.endpoint.problems import Problem
from twinfed.endpoint.read_model import ReadModel
from twinfed.promise_document import promise_document

MOST_WAITING = 4
"""Questions that wait for their turn; more are told to come again."""


def router(reads: ReadModel, max_runs: int) -> APIRouter:
    """Routes below ``/api/v1``; each asks a fork of the twins, made now."""
    routes = APIRouter(tags=["promises"])
    one_at_a_time = threading.Lock()
    waiting = threading.BoundedSemaphore(1 + MOST_WAITING)

    @routes.get("/promises")
    def ask(
        product: Annotated[str, Query(description="What is wanted.")],
        quantity: Annotated[int, Query(ge=1, description="How many.")],
        at: Annotated[
            str | None, Query(description="Customer to whom it goes; default: the only one.")
        ] = None,
        by: Annotated[
            datetime | None,
            Query(description="Wished date with its UTC offset; default: as soon as possible."),
        ] = None,
        variant: Annotated[str | None, Query(description="Of the product.")] = None,
        probability: Annotated[
            float,
            Query(ge=LEAST_PROBABILITY, le=MOST_PROBABILITY, description="How surely it is kept."),
        ] = 0.9,
        horizon_h: Annotated[float, Query(ge=1.0, le=LONGEST_HORIZON_H)] = 672.0,
        replications: Annotated[int, Query(ge=2, le=MOST_REPLICATIONS)] = 100,
        seed: Annotated[int, Query(ge=0, le=LARGEST_SEED)] = 1,
    ) -> dict[str, Any]:
        """From when a new order could be had, how surely, from where, and at what cost.

        The answer comes when its runs are done. Nothing is reserved or changed by asking.
        """
        check_size(2 * replications, max_runs)
        request = PromiseRequest(product, quantity, at, by, variant, probability)
        if not waiting.acquire(blocking=False):  # who waits holds one of the server's threads
            detail = f"{MOST_WAITING} questions wait already; ask again later"
            raise Problem(429, detail, kind="busy", headers={"Retry-After": "10"})
        try:
            with one_at_a_time:
                found = promise(
                    reads.snapshot(),
                    request,
                    horizon_h=horizon_h,
                    replications=replications,
                    seed=seed,
                )
        finally:
            waiting.release()
        answer: dict[str, Any] = next(iter(plain([promise_document(found)])))
        return answer

    return routes
