"""Whether the server lives, and whether it can answer."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from twinfed.endpoint.problems import Problem
from twinfed.endpoint.read_model import ReadModel


def router(reads: ReadModel) -> APIRouter:
    """Routes that need no token."""
    routes = APIRouter(tags=["health"])

    @routes.get("/health")
    async def health() -> dict[str, str]:
        """The process lives."""
        return {"status": "ok"}

    @routes.get("/ready")
    async def ready() -> dict[str, Any]:
        """The twins can be read."""
        if not reads.ready:
            raise Problem(
                503, "the twins are not there yet; ask again", headers={"Retry-After": "1"}
            )
        return {"status": "ready", "cluster": reads.cluster.id, "twins": len(reads.cluster.sites)}

    return routes
