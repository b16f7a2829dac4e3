"""Who may ask, and how much: bearer token and body limit, before any route runs."""

from __future__ import annotations

import hmac
import json
from collections.abc import MutableMapping
from ipaddress import ip_address
from typing import Any

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from twinfed.endpoint import problems
from twinfed.errors import UsageError

OPEN_PATHS = frozenset({"/health", "/ready"})
"""Answered without a token: they say nothing but that the server lives."""


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server that listens on ``host``."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def check_exposure(host: str, token: str | None) -> None:
    """Refuse to listen to the network without an access token.

    Raises
    ------
    UsageError
        When ``host`` is not loopback and there is no token.
    """
    if not is_loopback(host) and token is None:
        raise UsageError(
            f"--host {host} opens the endpoint to the network, and no access token is set",
            remedy="set TWINFED_TOKEN or --token-file (openssl rand -hex 32 makes one), or listen "
            "on 127.0.0.1",
        )


class TokenGuard:
    """Lets a request through that carries ``Authorization: Bearer <token>``.

    The token is compared in constant time and is never logged.
    """

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._token = token.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http" or scope["path"] in OPEN_PATHS or self._admits(scope):
            await self._app(scope, receive, send)
            return
        detail = "an access token is needed; send Authorization: Bearer <token>"
        await _refuse(scope, send, 401, detail, {"WWW-Authenticate": 'Bearer realm="twinfed"'})

    def _admits(self, scope: Scope) -> bool:
        scheme, _, given = Headers(scope=scope).get("authorization", "").partition(" ")
        # Encoded as Latin-1, as it came: compare_digest takes no other text than ASCII.
        return scheme.lower() == "bearer" and hmac.compare_digest(
            given.strip().encode("latin-1"), self._token
        )


class HostGuard:
    """Refuses requests that name a host other than loopback.

    A web page can make a browser send requests to a server on its own machine under a name that
    the page controls (DNS rebinding). Without a token, the name in the request is the only sign.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] == "http":
            name = Headers(scope=scope).get("host", "")
            host = name[: name.index("]") + 1] if "]" in name else name.partition(":")[0]
            if not is_loopback(host):
                detail = "this server answers to loopback names only; ask 127.0.0.1, or set a token"
                await _refuse(scope, send, 421, detail, {})
                return
        await self._app(scope, receive, send)


class BodyLimit:
    """Refuses bodies above ``max_bytes``, announced or not."""

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self._app = app
        self._max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "")
        if announced.isdigit() and int(announced) > self._max_bytes:
            await self._too_large(scope, send)
            return
        if "transfer-encoding" in Headers(scope=scope):
            body = await self._read(receive)
            if body is None:
                await self._too_large(scope, send)
                return
            receive = _replay(body, receive)
        await self._app(scope, receive, send)

    async def _read(self, receive: Receive) -> bytes | None:
        """A body of unknown length; ``None`` when it goes on beyond the limit."""
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] != "http.request":
                return bytes(body)
            body += message.get("body", b"")
            if len(body) > self._max_bytes:
                return None
            if not message.get("more_body", False):
                return bytes(body)

    async def _too_large(self, scope: Scope, send: Send) -> None:
        detail = f"the body is larger than {self._max_bytes} bytes; send less at a time"
        await _refuse(scope, send, 413, detail, {"Connection": "close"})


def _replay(body: bytes, receive: Receive) -> Receive:
    """A receiver that hands out ``body`` once, then what else comes."""
    pending = [body]

    async def replayed() -> Message:
        if pending:
            return {"type": "http.request", "body": pending.pop(), "more_body": False}
        return await receive()

    return replayed


async def _refuse(
    scope: MutableMapping[str, Any], send: Send, status: int, detail: str, headers: dict[str, str]
) -> None:
    content = json.dumps(problems.body(status, detail, scope["path"])).encode()
    given = {
        "content-type": problems.MEDIA_TYPE,
        "content-length": str(len(content)),
        **{name.lower(): value for name, value in headers.items()},
    }
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in given.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": content})
