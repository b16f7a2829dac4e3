"""What-ifs as jobs: ask, watch, read the answer, cancel."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request, Response

from twinfed.endpoint import problems
from twinfed.endpoint.jobs import BusyError, Job, Jobs, Status
from twinfed.endpoint.models import ResultTable, WhatIfRequest
from twinfed.endpoint.negotiation import ARROW_STREAM, JSON, PARQUET, choose, plain
from twinfed.endpoint.problems import Problem
from twinfed.endpoint.routes_twins import TABLE_ANSWER, tabular
from twinfed.endpoint.whatifs import WhatIfAnswer

WhatIfJobs = Jobs[WhatIfRequest, WhatIfAnswer]
WhatIfJob = Job[WhatIfRequest, WhatIfAnswer]
Accept = Annotated[str | None, Header(description=f"{JSON}, {ARROW_STREAM} or {PARQUET}.")]


def router(
    jobs: WhatIfJobs, check: Callable[[WhatIfRequest], None], scenarios: Sequence[str]
) -> APIRouter:
    """Routes below ``/api/v1``."""
    routes = APIRouter(tags=["what-ifs"])

    @routes.get("/scenarios")
    async def list_scenarios() -> dict[str, list[str]]:
        """Ids of the scenarios that travel with the cluster."""
        return {"items": list(scenarios)}

    @routes.post("/whatifs", status_code=202)
    def ask(question: WhatIfRequest, request: Request, response: Response) -> dict[str, Any]:
        """Fork the live twins and compare the responses; the answer says where to watch."""
        check(question)
        try:
            job = jobs.submit(question)
        except BusyError as error:
            raise Problem(429, str(error), kind="busy", headers={"Retry-After": "10"}) from error
        document = _status(job, request)
        response.headers["Location"] = document["links"]["self"]
        return document

    @routes.get("/whatifs")
    async def list_whatifs(request: Request) -> dict[str, Any]:
        """The what-ifs of this server, the newest first."""
        return {"items": [_status(job, request) for job in jobs.all()]}

    @routes.get("/whatifs/{whatif_id}")
    async def status(whatif_id: str, request: Request) -> dict[str, Any]:
        """How far a what-if is."""
        return _status(jobs.get(whatif_id), request)

    @routes.get("/whatifs/{whatif_id}/result", responses=TABLE_ANSWER, response_class=Response)
    def result(whatif_id: str, accept: Accept = None) -> Response:
        """The answer: sentence and first screen as JSON, or the KPI rows as Arrow or Parquet."""
        answer = _answer(jobs.get(whatif_id))
        if choose(accept, (JSON, ARROW_STREAM, PARQUET)) == JSON:
            return Response(answer.json, media_type=JSON, headers={"Vary": "Accept"})
        return tabular(accept, answer.table("kpis"))

    @routes.get(
        "/whatifs/{whatif_id}/tables/{table}", responses=TABLE_ANSWER, response_class=Response
    )
    def table(whatif_id: str, table: ResultTable, accept: Accept = None) -> Response:
        """A result table as JSON, Arrow or Parquet by ``Accept``."""
        return tabular(accept, _answer(jobs.get(whatif_id)).table(table))

    @routes.delete("/whatifs/{whatif_id}", status_code=202)
    async def cancel(whatif_id: str, request: Request) -> dict[str, Any]:
        """Stop a what-if; one that is over is forgotten, with its result."""
        return _status(jobs.cancel(whatif_id), request)

    return routes


def _answer(job: WhatIfJob) -> WhatIfAnswer:
    if job.status is Status.SUCCEEDED and job.result is not None:
        return job.result
    detail = {
        Status.FAILED: f"the what-if failed: {job.error}",
        Status.CANCELLED: "the what-if was cancelled; ask it again",
    }.get(job.status, "the what-if is not done; watch its status until it has succeeded")
    raise Problem(409, detail, kind=f"whatif-{job.status}")


def _status(job: WhatIfJob, request: Request) -> dict[str, Any]:
    own = f"{request.url.path.split('/whatifs')[0]}/whatifs/{job.id}"
    question = job.request
    document = {
        "id": job.id,
        "status": job.status.value,
        "phase": job.phase,
        "progress": {"done": job.done, "total": job.total},
        "scenario": question.scenario
        if isinstance(question.scenario, str)
        else question.scenario.get("id"),
        "responses": question.responses,
        "coordination": question.coordination,
        "replications": question.replications,
        "choose_by": question.choose_by,
        "break_even": question.break_even,
        "seed": question.seed,
        "created_at": job.created_at,
        "started_at": job.started_at,
        "finished_at": job.finished_at,
        "links": {"self": own, "result": f"{own}/result", "tables": f"{own}/tables/{{table}}"},
    }
    if job.error is not None:
        document["error"] = problems.body(problems.status_of(job.error), str(job.error), own)
    found: dict[str, Any] = next(iter(plain([document])))
    return found
