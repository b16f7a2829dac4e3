import logging

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from twinfed.endpoint import security
from twinfed.errors import UsageError

TOKEN = "correct-horse-battery-staple"  # noqa: S105


async def _length(request: Request) -> PlainTextResponse:
    return PlainTextResponse(str(len(await request.body())))


def _client(middleware, **options):
    routes = [Route("/data", _length, methods=["GET", "POST"]), Route("/health", _length)]
    app = Starlette(routes=routes)
    app.add_middleware(middleware, **options)
    return TestClient(app, base_url="http://127.0.0.1")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "localhost", "::1", "[::1]"])
def test_loopback_needs_no_token(host):
    security.check_exposure(host, None)


@pytest.mark.parametrize("host", ["::", "192.168.1.7", "example.org", "10.0.0.1"])
def test_the_network_needs_a_token(host):
    with pytest.raises(UsageError, match="TWINFED_TOKEN"):
        security.check_exposure(host, None)
    security.check_exposure(host, TOKEN)


@pytest.mark.parametrize(
    ("header", "status"),
    [
        (None, 401),
        ("Bearer wrong-horse", 401),
        (f"Bearer {TOKEN}x", 401),
        (f"Basic {TOKEN}", 401),
        (TOKEN, 401),
        (b"Bearer \xff\xfe", 401),
        (f"Bearer {TOKEN}", 200),
        (f"bearer  {TOKEN} ", 200),
    ],
)
def test_only_the_token_admits(header, status, caplog):
    caplog.set_level(logging.DEBUG)
    client = _client(security.TokenGuard, token=TOKEN)
    answer = client.get("/data", headers={"Authorization": header} if header else {})
    assert answer.status_code == status
    if status == 401:
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert answer.json()["status"] == 401
    assert TOKEN not in caplog.text


def test_health_needs_no_token():
    assert _client(security.TokenGuard, token=TOKEN).get("/health").status_code == 200


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8000", 200),
        ("localhost", 200),
        ("LOCALHOST:8000", 200),
        ("[::1]:8000", 200),
        ("evil.example", 421),
        ("127.0.0.1.evil.example", 421),
        ("", 421),
    ],
)
def test_without_a_token_only_loopback_names_are_answered(host, status):
    client = _client(security.HostGuard)
    assert client.get("/data", headers={"Host": host}).status_code == status


def test_an_announced_body_above_the_limit_is_refused():
    client = _client(security.BodyLimit, max_bytes=10)
    assert client.post("/data", content=b"x" * 10).text == "10"
    refused = client.post("/data", content=b"x" * 11)
    assert refused.status_code == 413
    assert refused.headers["content-type"] == "application/problem+json"


def test_a_body_of_unknown_length_is_counted():
    client = _client(security.BodyLimit, max_bytes=10)
    assert client.post("/data", content=iter([b"x" * 4, b"y" * 6])).text == "10"
    assert client.post("/data", content=iter([b"x" * 8, b"y" * 8])).status_code == 413
