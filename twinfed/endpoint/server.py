"""The server around the application: its socket, and its end."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING

from twinfed.errors import PlaceError

if TYPE_CHECKING:
    from fastapi import FastAPI


def bind(host: str, port: int) -> socket.socket:
    """A socket bound to ``host`` and ``port`` (0: any free one), before any other work is done.

    Raises
    ------
    PlaceError
        When the port is in use or the address is not of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named, for asyncio turns off Nagle's algorithm only where it reads TCP; with
    # Nagle's algorithm every answer on an open connection is 40 ms late.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host.strip("[]"), port))
    except (OSError, OverflowError) as error:
        listener.close()
        reason = getattr(error, "strerror", None) or str(error)
        raise PlaceError(
            f"cannot listen there ({reason})",
            where=f"{host}:{port}",
            remedy="end the program that uses the port, or choose another with --port",
        ) from error
    return listener


def url_of(listener: socket.socket) -> str:
    """The address that clients use."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def end_on_sigterm(code: int) -> None:
    """Make SIGTERM unwind the process like an exit, so that everything it started is ended too."""

    def stop(signum: int, frame: FrameType | None) -> None:  # noqa: ARG001 - given by the system
        raise SystemExit(code)

    signal.signal(signal.SIGTERM, stop)


def run(app: FastAPI, listener: socket.socket, ready: Callable[[], None]) -> None:
    """Serve until SIGINT or SIGTERM; open requests get five seconds to finish.

    Parameters
    ----------
    app
        The application.
    listener
        From ``bind``.
    ready
        Called when requests are answered.
    """
    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                ready()

    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=5,
        lifespan="on",
    )
    Server(config).run(sockets=[listener])
