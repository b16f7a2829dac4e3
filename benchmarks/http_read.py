"""Reads of a twin over HTTP against an empty FastAPI route: one JSON line.

Two servers, each in a process of its own with the same settings: the endpoint of the sample cluster
with an access token, and an application with one route that answers ``{}``. Sixteen clients, each
with one open connection, ask them in turn. ``ratio`` is the rate of the twin over that of the empty
route (budget: at least 0.5); answers other than 200 end the measurement.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import statistics
import time
from multiprocessing.connection import Connection

TOKEN = "a-token-for-the-benchmark"  # noqa: S105 - guards nothing but this measurement
TWIN = "/api/v1/twins/WA-KAD"
EMPTY = "/empty"
BUDGET = 0.5


def serve_twins(told: Connection) -> None:
    """The endpoint of the sample cluster after a day of telemetry."""
    import twinfed as tf
    from twinfed.endpoint import server
    from twinfed.endpoint.app import create_app

    folder = tf.sample("harmattan")
    scenario = tf.load_scenario(folder / "scenarios" / "nigeria-grid-collapse.yaml")
    with tf.open(folder) as fed, server.bind("127.0.0.1", 0) as listener:
        fed.emulate(scenario.fork_at)
        port = listener.getsockname()[1]
        server.run(create_app(fed, token=TOKEN), listener, lambda: told.send(port))


def serve_nothing(told: Connection) -> None:
    """One route that answers an empty document."""
    from fastapi import FastAPI

    from twinfed.endpoint import server

    app = FastAPI()

    @app.get(EMPTY)
    async def empty() -> dict[str, str]:
        return {}

    with server.bind("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
        server.run(app, listener, lambda: told.send(port))


async def client(port: int, request: bytes, until: float) -> tuple[int, int]:
    """Requests answered on one connection, and the bytes of an answer's body."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answered = length = 0
    try:
        while time.perf_counter() < until:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                raise SystemExit(f"refused: {head.decode()}")
            length = next(
                int(line.split(b":")[1])
                for line in head.split(b"\r\n")
                if line.lower().startswith(b"content-length:")
            )
            await reader.readexactly(length)
            answered += 1
    finally:
        writer.close()
    return answered, length


async def rate(port: int, path: str, clients: int, seconds: float) -> tuple[float, int]:
    """Requests per second of all clients, and the bytes of an answer's body."""
    request = (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {TOKEN}\r\n\r\n"
    ).encode()
    begin = time.perf_counter()
    found = await asyncio.gather(*(client(port, request, begin + seconds) for _ in range(clients)))
    taken = time.perf_counter() - begin
    return sum(answered for answered, _ in found) / taken, found[0][1]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=4.0, help="of each measurement")
    parser.add_argument("--pairs", type=int, default=3)
    options = parser.parse_args()
    spawn = multiprocessing.get_context("spawn")
    started, ports = [], []
    try:
        for serve in (serve_twins, serve_nothing):
            here, there = spawn.Pipe(duplex=False)
            process = spawn.Process(target=serve, args=(there,))
            process.start()
            started.append(process)
            there.close()  # a server that dies is an end of file, not a wait for ever
            ports.append(here.recv())
        twins, empties, body = [], [], 0
        for seconds in (1.0, *[options.seconds] * options.pairs):
            twin, body = asyncio.run(rate(ports[0], TWIN, options.clients, seconds))
            empty, _ = asyncio.run(rate(ports[1], EMPTY, options.clients, seconds))
            twins.append(twin)
            empties.append(empty)
    finally:
        for process in started:
            process.terminate()
            process.join(20)
    ratios = [twin / empty for twin, empty in zip(twins[1:], empties[1:], strict=True)]
    print(
        json.dumps(
            {
                "benchmark": "http_read",
                "clients": options.clients,
                "ratio": round(statistics.median(ratios), 3),
                "twin_requests_per_s": round(statistics.median(twins[1:])),
                "empty_requests_per_s": round(statistics.median(empties[1:])),
                "twin_body_bytes": body,
                "budget": BUDGET,
            }
        )
    )


if __name__ == "__main__":
    main()
