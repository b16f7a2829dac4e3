"""Marginal values as jobs: ask, watch, read the answer, cancel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request, Response

from twinfed.endpoint import problems
from twinfed.endpoint.jobs import BusyError, Job, Jobs, Status
from twinfed.endpoint.models import ValueRequest
from twinfed.endpoint.negotiation import JSON, plain
from twinfed.endpoint.problems import Problem
from twinfed.endpoint.values import ValueAnswer

ValueJobs = Jobs[ValueRequest, ValueAnswer]
ValueJob = Job[ValueRequest, ValueAnswer]


def router(jobs: ValueJobs, check: Callable[[ValueRequest], None]) -> APIRouter:
    """Routes below ``/api/v1``."""
    routes = APIRouter(tags=["values"])

    @routes.post("/values", status_code=202)
    def ask(question: ValueRequest, request: Request, response: Response) -> dict[str, Any]:
        """Fork the live twins and rank what could be bought; the answer says where to watch."""
        check(question)
        try:
            job = jobs.submit(question)
        except BusyError as error:
            raise Problem(429, str(error), kind="busy", headers={"Retry-After": "10"}) from error
        document = _status(job, request)
        response.headers["Location"] = document["links"]["self"]
        return document

    @routes.get("/values/{value_id}")
    async def status(value_id: str, request: Request) -> dict[str, Any]:
        """How far a question is."""
        return _status(jobs.get(value_id), request)

    @routes.get("/values/{value_id}/result", response_class=Response)
    def result(value_id: str) -> Response:
        """The answer: sentence, ranked candidates, plan."""
        job = jobs.get(value_id)
        if job.status is Status.SUCCEEDED and job.result is not None:
            return Response(job.result.json, media_type=JSON)
        detail = {
            Status.FAILED: f"the question failed: {job.error}",
            Status.CANCELLED: "the question was cancelled; ask it again",
        }.get(job.status, "the question is not done; watch its status until it has succeeded")
        raise Problem(409, detail, kind=f"value-{job.status.value}")

    @routes.delete("/values/{value_id}", status_code=202)
    async def cancel(value_id: str, request: Request) -> dict[str, Any]:
        """Stop a question; one that is over is forgotten, with its result."""
        return _status(jobs.cancel(value_id), request)

    return routes


def _status(job: ValueJob, request: Request) -> dict[str, Any]:
    own = f"{request.url.path.split('/values')[0]}/values/{job.id}"
    document: dict[str, Any] = {
        "id": job.id,
        "status": job.status.value,
        "phase": job.phase,
        "progress": {"done": job.done, "total": job.total},
        "replications": job.request.replications,
        "seed": job.request.seed,
        "created_at": job.created_at,
        "started_at": job.started_at,
        "finished_at": job.finished_at,
        "links": {"self": own, "result": f"{own}/result"},
    }
    if job.error is not None:
        document["error"] = problems.body(problems.status_of(job.error), str(job.error), own)
    found: dict[str, Any] = next(iter(plain([document])))
    return found
