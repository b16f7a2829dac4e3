"""Errors over HTTP: problem details after RFC 9457, for everything that goes wrong."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from federation.errors import AgreementError, StaleProposalError
from twinfed.errors import CancelledError
from twins.errors import SequenceGap, TwinfedError

MEDIA_TYPE = "application/problem+json"
_log = logging.getLogger(__name__)

PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string", "description": "urn:twinfed:problem:<kind>"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "errors": {
            "type": "object",
            "description": "JSON pointer into the body to what is wrong there",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
    },
}
"""JSON Schema of a problem, for the OpenAPI document."""


class Problem(Exception):  # noqa: N818 - the word of RFC 9457
    """An answer that is an error, raised where it is noticed.

    Parameters
    ----------
    status
        HTTP status.
    detail
        What is wrong with this request, and the remedy.
    kind
        Last word of the problem's type; default: the status in words.
    headers
        Further headers of the answer.
    extra
        Further members of the body.
    """

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        kind: str | None = None,
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.kind = kind
        self.headers = dict(headers or {})
        self.extra = dict(extra or {})


def body(
    status: int,
    detail: str,
    instance: str,
    kind: str | None = None,
    extra: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The members of a problem."""
    title = HTTPStatus(status).phrase
    return {
        "type": f"urn:twinfed:problem:{kind or title.lower().replace(' ', '-')}",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": instance,
        **(extra or {}),
    }


def status_of(error: TwinfedError) -> int:
    """HTTP status of an error of the product, by the builtin that it is."""
    if isinstance(error, StaleProposalError):
        return HTTPStatus.PRECONDITION_FAILED
    if isinstance(error, (SequenceGap, CancelledError, AgreementError)):
        return HTTPStatus.CONFLICT
    if isinstance(error, LookupError):
        return HTTPStatus.NOT_FOUND
    if isinstance(error, PermissionError):
        return HTTPStatus.FORBIDDEN
    if isinstance(error, (ValueError, TypeError)):
        return HTTPStatus.UNPROCESSABLE_ENTITY
    return HTTPStatus.SERVICE_UNAVAILABLE


def pointers(error: RequestValidationError) -> dict[str, list[str]]:
    """What is wrong in a request: JSON pointer to messages; ``query/..`` for parameters."""
    found: dict[str, list[str]] = {}
    for item in error.errors():
        location = [str(part).replace("~", "~0").replace("/", "~1") for part in item["loc"]]
        if location and location[0] == "body":
            location[0] = ""
        found.setdefault("/".join(location), []).append(str(item["msg"]))
    return found


def install(app: FastAPI) -> None:
    """Answer every error of ``app`` with a problem."""

    def answer(request: Request, problem: Problem) -> JSONResponse:
        members = body(
            problem.status, problem.detail, request.url.path, problem.kind, problem.extra
        )
        return JSONResponse(members, problem.status, problem.headers, MEDIA_TYPE)

    @app.exception_handler(Problem)
    async def on_problem(request: Request, error: Problem) -> JSONResponse:
        return answer(request, error)

    @app.exception_handler(TwinfedError)
    async def on_product_error(request: Request, error: TwinfedError) -> JSONResponse:
        return answer(request, Problem(status_of(error), str(error), kind=_kind(error)))

    @app.exception_handler(RequestValidationError)
    async def on_invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        problem = Problem(
            422,
            "the request is not as the OpenAPI document says; see errors",
            extra={"errors": pointers(error)},
        )
        return answer(request, problem)

    @app.exception_handler(HTTPException)
    async def on_http(request: Request, error: HTTPException) -> JSONResponse:
        problem = Problem(error.status_code, str(error.detail), headers=error.headers)
        return answer(request, problem)

    @app.exception_handler(Exception)
    async def on_defect(request: Request, error: Exception) -> JSONResponse:
        _log.error("%s %s failed", request.method, request.url.path, exc_info=error)
        return answer(request, Problem(500, "a defect of the server; its log says more"))


def _kind(error: TwinfedError) -> str:
    name = type(error).__name__.removesuffix("Error")
    return "".join(f"-{c.lower()}" if c.isupper() else c for c in name).lstrip("-")
