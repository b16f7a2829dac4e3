"""What-ifs as jobs: queued, run in threads, watched, cancelled, kept for a while."""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

from twinfed.errors import CancelledError, UnknownNameError, UsageError
from twins.clock import Clock
from twins.errors import TwinfedError

Result = TypeVar("Result")
Request = TypeVar("Request")
Tell = Callable[[int, int, str], None]
"""Takes runs done, runs in all and a word on what happens; raises CancelledError to stop."""

_log = logging.getLogger(__name__)


class Status(StrEnum):
    """Where a job is in its life."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def over(self) -> bool:
        """Whether nothing more will happen."""
        return self not in {Status.QUEUED, Status.RUNNING}


class BusyError(TwinfedError, RuntimeError):
    """As many what-ifs wait as may wait."""


@dataclass
class Job(Generic[Request, Result]):
    """One what-if. Changed under the lock of its ``Jobs`` only."""

    id: str
    request: Request
    created_at: datetime
    status: Status = Status.QUEUED
    done: int = 0
    total: int = 0
    phase: str = "waiting"
    started_at: datetime | None = None
    finished_at: datetime | None = None
    result: Result | None = None
    error: TwinfedError | None = None
    stop: threading.Event = field(default_factory=threading.Event)
    future: Future[None] | None = None


class Jobs(Generic[Request, Result]):
    """The what-ifs of one server.

    Parameters
    ----------
    run
        Does the work of a request; calls ``tell`` now and then.
    clock
        For the times in the status.
    running, waiting
        How many run at a time, and how many more may wait.
    keep
        Finished jobs that stay readable; the oldest go first.
    word
        What a job is called in messages.
    """

    def __init__(
        self,
        run: Callable[[Request, Tell], Result],
        clock: Clock,
        *,
        running: int,
        waiting: int,
        keep: int,
        word: str = "what-if",
    ) -> None:
        self._run = run
        self._clock = clock
        self._open = running + waiting
        self._keep = keep
        self._word = word
        self._lock = threading.Lock()
        self._jobs: dict[str, Job[Request, Result]] = {}
        self._pool = ThreadPoolExecutor(running, thread_name_prefix="whatif")

    def submit(self, request: Request) -> Job[Request, Result]:
        """Queue a what-if.

        Raises
        ------
        BusyError
            When as many wait as may wait.
        """
        with self._lock:
            unfinished = sum(not job.status.over for job in self._jobs.values())
            if unfinished >= self._open:
                raise BusyError(
                    f"{unfinished} {self._word}s are running or waiting, no more are taken",
                    remedy="ask again later, or cancel one",
                )
            job = Job[Request, Result](uuid.uuid4().hex, request, self._clock.now())
            self._jobs[job.id] = job
            self._forget_oldest()
            job.future = self._pool.submit(self._work, job)
        return job

    def get(self, job_id: str) -> Job[Request, Result]:
        """The job of that id.

        Raises
        ------
        UnknownNameError
            When there is none, or none any more.
        """
        with self._lock:
            job = self._jobs.get(job_id)
        if job is None:
            raise UnknownNameError(
                f"there is no {self._word} '{job_id}'",
                remedy=f"it may be older than the last {self._keep} finished ones: ask it again",
            )
        return job

    def all(self) -> list[Job[Request, Result]]:
        """All known jobs, the newest first."""
        with self._lock:
            return list(reversed(self._jobs.values()))

    def cancel(self, job_id: str) -> Job[Request, Result]:
        """Stop a job that is not over; forget one that is."""
        job = self.get(job_id)
        with self._lock:
            if job.status.over:
                self._jobs.pop(job_id, None)
                return job
            job.stop.set()
            if job.future is not None and job.future.cancel():
                self._finish(job, Status.CANCELLED)
        return job

    def close(self) -> None:
        """Stop everything and wait for what is running."""
        with self._lock:
            for job in self._jobs.values():
                job.stop.set()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _work(self, job: Job[Request, Result]) -> None:
        def tell(done: int, total: int, phase: str) -> None:
            if job.stop.is_set():
                raise CancelledError(f"the {self._word} was cancelled", remedy="ask it again")
            with self._lock:
                job.done, job.total, job.phase = done, total, phase

        with self._lock:
            if job.stop.is_set():
                self._finish(job, Status.CANCELLED)
                return
            job.status, job.started_at, job.phase = Status.RUNNING, self._clock.now(), "forking"
        try:
            result = self._run(job.request, tell)
        except CancelledError:
            with self._lock:
                self._finish(job, Status.CANCELLED)
        except TwinfedError as error:
            with self._lock:
                job.error = error
                self._finish(job, Status.FAILED)
        except Exception:  # noqa: BLE001
            # The thread's end is the job's end: whatever went wrong must reach who asked.
            _log.exception("what-if %s failed", job.id)
            with self._lock:
                job.error = _DefectError("a defect of the server; its log says more")
                self._finish(job, Status.FAILED)
        else:
            with self._lock:
                job.result = result
                self._finish(job, Status.SUCCEEDED)

    def _finish(self, job: Job[Request, Result], status: Status) -> None:
        job.status, job.phase, job.finished_at = status, "", self._clock.now()

    def _forget_oldest(self) -> None:
        over = [job.id for job in self._jobs.values() if job.status.over]
        for job_id in over[: max(0, len(over) - self._keep)]:
            del self._jobs[job_id]


class _DefectError(TwinfedError, RuntimeError):
    """Something that should not happen."""


def check_size(runs: int, limit: int) -> None:
    """Refuse a what-if of more than ``limit`` runs.

    Raises
    ------
    UsageError
        When it is larger.
    """
    if runs > limit:
        raise UsageError(
            f"this what-if needs {runs} runs, the server takes {limit} at a time",
            remedy="ask for fewer replications or responses, or raise TWINFED_MAX_RUNS",
        )
