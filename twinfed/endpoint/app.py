"""The HTTP application of one cluster, made by a factory: no state of its own, nothing global."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from fastapi import FastAPI

import twinfed
from twinfed.endpoint import (
    head,
    problems,
    routes_health,
    routes_network,
    routes_promises,
    routes_proposals,
    routes_schedule,
    routes_twins,
    routes_values,
    routes_whatifs,
    security,
)
from twinfed.endpoint.jobs import Jobs
from twinfed.endpoint.read_model import ReadModel
from twinfed.endpoint.values import ValueAnswer, ValueRunner
from twinfed.endpoint.whatifs import WhatIfAnswer, WhatIfRunner
from twinfed.settings import Settings
from twins.clock import SystemClock

if TYPE_CHECKING:
    from twinfed.client import LocalCluster
    from twinfed.endpoint.models import ValueRequest, WhatIfRequest

API = "/api/v1"


def create_app(
    cluster: LocalCluster, settings: Settings | None = None, *, token: str | None = None
) -> FastAPI:
    """The application that serves ``cluster``.

    Parameters
    ----------
    cluster
        An opened cluster; the caller closes it after the application has ended.
    settings
        Limits.
    token
        Access token; without one, requests must name a loopback host.
    """
    limits = settings or Settings()
    reads = ReadModel(cluster)
    runner = WhatIfRunner(cluster, limits.max_runs)
    jobs: Jobs[WhatIfRequest, WhatIfAnswer] = Jobs(
        runner,
        SystemClock(),
        running=limits.max_running_whatifs,
        waiting=limits.max_waiting_whatifs,
        keep=limits.keep_whatifs,
    )
    values = ValueRunner(cluster, limits.max_runs)
    value_jobs: Jobs[ValueRequest, ValueAnswer] = Jobs(
        values,
        SystemClock(),
        running=limits.max_running_whatifs,
        waiting=limits.max_waiting_whatifs,
        keep=limits.keep_whatifs,
        word="question of value",
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        reads.start()
        yield
        jobs.close()
        value_jobs.close()
        reads.stop()

    app = FastAPI(
        title="twinfed",
        summary=f"Digital twins of the cluster {cluster.spec.id}, their graph and their what-ifs.",
        version=twinfed.__version__,
        lifespan=lifespan,
        docs_url=None,  # the usual page loads scripts from elsewhere
        redoc_url=None,
        responses={
            "4XX": {
                "description": "What is wrong with the request (RFC 9457).",
                "content": {problems.MEDIA_TYPE: {"schema": problems.PROBLEM_SCHEMA}},
            },
            "5XX": {
                "description": "What is wrong with the server (RFC 9457).",
                "content": {problems.MEDIA_TYPE: {"schema": problems.PROBLEM_SCHEMA}},
            },
        },
    )
    app.include_router(routes_health.router(reads))
    app.include_router(routes_twins.router(reads), prefix=API)
    app.include_router(routes_network.router(reads), prefix=API)
    app.include_router(routes_promises.router(reads, limits.max_runs), prefix=API)
    app.include_router(routes_schedule.router(cluster.federation.ledger), prefix=API)
    app.include_router(routes_proposals.router(cluster), prefix=API)
    app.include_router(routes_whatifs.router(jobs, runner.check, cluster.scenarios), prefix=API)
    app.include_router(routes_values.router(value_jobs, values.check), prefix=API)
    problems.install(app)
    # The outermost is added last: who asks is judged before what is asked.
    app.add_middleware(security.BodyLimit, max_bytes=limits.max_body_bytes)
    if token is None:
        app.add_middleware(security.HostGuard)
    else:
        app.add_middleware(security.TokenGuard, token=token)
    app.add_middleware(head.HeadAsGet)
    return app
