"""Starts and ends Ray for this process: loopback only, with a token, in a directory of its own.

The settings and their reasons:

* Ray binds all interfaces unless ``RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER=0`` is set before it is first
  imported (the name speaks of other systems; it is read on Linux too).
* Authentication by token stays on. Ray reads a token once per process, so there is one token file
  per process, readable by its owner alone, and ``~/.ray`` is not touched.
* Paths of Ray's sockets are limited to 107 bytes: its directory must be short.
* Workers run at normal priority (Ray's default is nice 15), and numerical libraries in them use one
  thread each: Ray divides the cores.
"""

from __future__ import annotations

import atexit
import logging
import os
import secrets
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from federation.errors import FederationError
from federation.runtime.processes import end, started_from

OBJECT_STORE_BYTES = 256 * 2**20
"""Shared memory for objects; costs nothing until it is used. Ray refuses less than 75 MiB."""
_LONGEST_DIRECTORY = 40
_log = logging.getLogger(__name__)
_ENVIRONMENT = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
    "RAY_AUTH_MODE": "token",
    "RAY_worker_niceness": "0",
}
_WORKER_ENVIRONMENT = {"POLARS_MAX_THREADS": "1", "NUMBA_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


@dataclass
class _Process:
    """What this process knows of the Ray that it runs."""

    lock: threading.RLock = field(default_factory=threading.RLock)
    home: Path | None = None
    leases: int = 0
    ours: bool = False


_process = _Process()


def cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class RaySession:
    """A share in the process's Ray: started with the first share, ended with the last.

    A Ray that the process is already connected to is used and left running.

    Parameters
    ----------
    num_cpus
        Cores for tasks; default: those this process may use.
    object_store_bytes
        Shared memory for objects.

    Raises
    ------
    FederationError
        When Ray is not installed or does not start.
    """

    def __init__(
        self, num_cpus: int | None = None, object_store_bytes: int = OBJECT_STORE_BYTES
    ) -> None:
        self._open = False
        with _process.lock:
            ray = prepare()
            if not ray.is_initialized():
                try:
                    with _signals_wait(ray):
                        _start(ray, num_cpus or cores(), object_store_bytes)
                        _process.ours = True
                except BaseException:  # a signal, too: that which waited, or that Ray answered
                    _process.ours = False
                    with suppress(Exception):
                        _shutdown(ray)
                    raise
            _process.leases += 1
            self._open = True
        self.ray: Any = ray

    def close(self) -> None:
        """Give the share back; the last one ends a Ray started here. Safe to call twice."""
        with _process.lock:
            if not self._open:
                return
            self._open = False
            _process.leases -= 1
            if _process.leases == 0 and _process.ours:
                _process.ours = False
                _shutdown(self.ray)
                _remove_sessions()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def prepare() -> Any:
    """Import Ray with the settings above; returns the module.

    Raises
    ------
    FederationError
        When Ray is not installed.
    """
    home = _home()
    for name, value in _ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    os.environ.setdefault("RAY_AUTH_TOKEN_PATH", str(home / "token"))
    try:
        import ray
    except ImportError as error:
        raise FederationError(
            f"Ray cannot be imported ({error}); install it with 'pip install ray', or use "
            'engine="local"'
        ) from error
    return ray


def _home() -> Path:
    """The directory of this process's Ray: short, private, removed at exit."""
    if _process.home is None:
        home = Path(tempfile.mkdtemp(prefix="tf-"))
        if len(str(home)) > _LONGEST_DIRECTORY:
            home.rmdir()
            home = Path(tempfile.mkdtemp(prefix="tf-", dir="/tmp"))
        token = home / "token"
        token.touch(mode=0o600)
        token.write_text(secrets.token_hex(32))
        _process.home = home
        atexit.register(_at_exit, os.getpid())
    return _process.home


def _at_exit(owner: int) -> None:
    if os.getpid() != owner or _process.home is None:
        return  # a forked child must not remove what its parent uses
    if _process.ours and "ray" in sys.modules:
        _process.ours = False
        with suppress(Exception):
            _shutdown(sys.modules["ray"])
    shutil.rmtree(_process.home, ignore_errors=True)


def _start(ray: Any, num_cpus: int, object_store_bytes: int) -> None:
    _messages_to_log(ray)
    with _inherited_by_workers():
        try:
            ray.init(
                num_cpus=num_cpus,
                include_dashboard=False,
                object_store_memory=object_store_bytes,
                log_to_driver=False,
                logging_level="ERROR",
                namespace="twinfed",
                _temp_dir=str(_home()),
            )
        except (OSError, RuntimeError, ValueError, ConnectionError, TimeoutError) as error:
            raise FederationError(
                f"Ray did not start ({type(error).__name__}: {error}); free memory or space in "
                f'{tempfile.gettempdir()} and /dev/shm, or use engine="local"'
            ) from error


def _shutdown(ray: Any) -> None:
    """End the Ray that was started here, and what it leaves running."""
    started = started_from(_home())
    ray.shutdown()
    end(started)


@contextmanager
def _signals_wait(ray: Any) -> Iterator[None]:
    """Have SIGINT and SIGTERM wait for the start of Ray inside, and keep their answers.

    Ended halfway through its start, Ray leaves an agent behind that nobody ends; and its answer to
    SIGTERM takes the place of the process's own. It stays where the process has none.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    # What was not set from Python (None) cannot be put back, and is left alone.
    answers: dict[int, Any] = {
        number: answer
        for number in (signal.SIGINT, signal.SIGTERM)
        if (answer := signal.getsignal(number)) is not None
    }

    def keep(answer: Any) -> None:
        if answers.get(signal.SIGTERM) is signal.SIG_DFL:
            answers[signal.SIGTERM] = answer

    # Private to Ray: without it, a signal in the second of the start is Ray's to answer.
    utils: Any = getattr(getattr(ray, "_private", None), "utils", None)
    setter = getattr(utils, "set_sigterm_handler", None)
    if setter is not None:
        utils.set_sigterm_handler = keep
    for number in answers:
        signal.signal(number, lambda number, _: came.append(number))
    try:
        yield
    finally:
        if setter is not None:
            utils.set_sigterm_handler = setter
        for number, answer in answers.items():
            signal.signal(number, answer)
    if came:
        signal.raise_signal(came[0])


@contextmanager
def _inherited_by_workers() -> Iterator[None]:
    """Limits for Ray's processes only: set while they are started, then taken back."""
    before = {name: os.environ.get(name) for name in _WORKER_ENVIRONMENT}
    for name, value in _WORKER_ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    try:
        yield
    finally:
        for name, old in before.items():
            if old is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = old


def _messages_to_log(ray: Any) -> None:
    """Send what Ray prints about its workers on the driver's stdout to the log instead.

    Neither ``log_to_driver`` nor ``logging_level`` silences it, and it would end up in the middle
    of output that a machine reads. The function is private to Ray: without it, the messages stay.
    """
    worker: Any = getattr(getattr(ray, "_private", None), "worker", None)
    if hasattr(worker, "print_to_stdstream"):
        worker.print_to_stdstream = _log_message


def _log_message(data: dict[str, Any], ignore_prefix: bool = False) -> None:  # noqa: ARG001
    for line in data.get("lines", ()):
        _log.info("ray: %s", line)


def _remove_sessions() -> None:
    """Delete what the ended Ray left in its directory; the token stays for the next start."""
    if _process.home is not None:
        for entry in _process.home.iterdir():
            if entry.is_symlink() or entry.is_file():
                if entry.name != "token":
                    entry.unlink(missing_ok=True)
            else:
                shutil.rmtree(entry, ignore_errors=True)
