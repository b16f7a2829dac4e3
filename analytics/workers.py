"""Who runs the runs of a study: this process, or tasks on Ray. Rows do not depend on it."""

from __future__ import annotations

import pickle
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from analytics.job import Job, acts
from analytics.replication import run_cost, run_replication
from analytics.rerouting.response import Response
from analytics.run_result import Parcel, Receiver, RunResult

Check = Callable[[], None]
"""Called again and again while something runs; raises where it is to stop."""

_IN_FLIGHT = 8
"""Parcels that a worker may be ahead of the reader."""
_LOOK_S = 0.2
"""How often a wait looks up whether the study was cancelled, and a worker sends what it has."""


class Workers(Protocol):
    """Runs what a study asks for."""

    def replications(self, job: Job, numbers: range) -> Iterator[RunResult]:
        """The runs of some replications, in any order."""

    def costs(
        self, job: Job, arms: Sequence[Response], replications: int
    ) -> Iterator[tuple[str, int, float]]:
        """Response, replication and cost of single runs to the first scenario, in any order."""


class Here:
    """Runs them in this process, one after another.

    Parameters
    ----------
    check
        Called before each result is given.
    """

    def __init__(self, check: Check) -> None:
        self._check = check

    def replications(self, job: Job, numbers: range) -> Iterator[RunResult]:
        """The runs of some replications."""
        for number in numbers:
            for result in run_replication(job, number):
                self._check()
                yield result

    def costs(
        self, job: Job, arms: Sequence[Response], replications: int
    ) -> Iterator[tuple[str, int, float]]:
        """Response, replication and cost of single runs to the first scenario."""
        for arm in arms:
            for number in range(replications):
                self._check()
                yield arm.id, number, run_cost(job, arm, number)


class OnRay:
    """Runs them as Ray tasks, which share the runs and stream what they find.

    Parameters
    ----------
    ray
        The module, connected.
    workers
        Tasks at a time.
    check
        Called while it waits.
    beside
        What this process does while the tasks of the replications start.
    """

    def __init__(
        self, ray: Any, workers: int, check: Check, beside: Callable[[], object] = lambda: None
    ) -> None:
        self._ray = ray
        self._workers = workers
        self._check = check
        self._beside = beside
        self._sent: dict[int, tuple[Job, Any]] = {}

    def replications(self, job: Job, numbers: range) -> Iterator[RunResult]:
        """The runs of some replications."""
        receiver = Receiver(job)
        shares = [numbers[own :: self._workers] for own in range(self._workers)]
        for parcels in self._spread(_replications, job, shares, self._beside):
            for parcel in parcels:
                yield receiver.unpacked(parcel)

    def costs(
        self, job: Job, arms: Sequence[Response], replications: int
    ) -> Iterator[tuple[str, int, float]]:
        """Response, replication and cost of single runs to the first scenario."""
        runs = [(arm, number) for arm in arms for number in range(replications)]
        shares = [runs[own :: self._workers] for own in range(self._workers)]
        for found in self._spread(_costs, job, shares):
            yield from found

    def _spread(
        self,
        part: Callable[[Job, Any], Iterator[bytes]],
        job: Job,
        shares: Sequence[Sequence[Any]],
        beside: Callable[[], object] = lambda: None,
    ) -> Iterator[Any]:
        """What tasks send, each with a share of the work, in the order in which it comes."""
        task = self._ray.remote(num_cpus=1)(part).options(
            num_returns="streaming", _generator_backpressure_num_objects=_IN_FLIGHT
        )
        running = [task.remote(self._shared(job), share) for share in shares if len(share)]
        try:
            beside()
            yield from self._read(list(running))
        except BaseException:  # a reader that leaves, too
            for generator in running:  # only then: to cancel what has just ended can end Ray
                self._ray.cancel(generator)
            raise

    def _shared(self, job: Job) -> Any:
        """The job in the shared store, put there once."""
        if id(job) not in self._sent:
            self._sent[id(job)] = job, self._ray.put(job)
        return self._sent[id(job)][1]

    def _read(self, running: list[Any]) -> Iterator[Any]:
        while running:
            ready, _ = self._ray.wait(running, num_returns=1, timeout=_LOOK_S)
            self._check()
            for generator in ready:
                try:
                    reference = next(generator)
                except StopIteration:
                    running.remove(generator)
                    continue
                yield pickle.loads(self._ray.get(reference))  # noqa: S301 - what tasks of ours sent


@contextmanager
def on_ray(
    workers: int | None, check: Check, beside: Callable[[], object] = lambda: None
) -> Iterator[OnRay]:
    """Workers on Ray, which is started where none runs.

    Parameters
    ----------
    workers
        Tasks at a time; default: the cores that this process may use.
    check, beside
        See ``OnRay``.
    """
    from federation.runtime.ray_runtime import RaySession, cores

    with RaySession(num_cpus=workers) as session:
        yield OnRay(session.ray, workers or cores(), check, beside)


def warm(job: Job) -> None:
    """Have all machine code ready before any task starts: one process compiles, others load."""
    from analytics.simulation.compile.estimates import ESTIMATE, OPENING, RESIDUALS
    from analytics.simulation.run import KERNEL

    for entry in (KERNEL, ESTIMATE, RESIDUALS, OPENING):
        entry.load()
    if any(acts(one) for one in job.responses):
        from analytics.rerouting.decode.entry import DECODER

        DECODER.load()


def _replications(job: Job, numbers: Sequence[int]) -> Iterator[bytes]:
    """The share of one worker: pickled results, those that finish soon after each other together.

    As bytes they end up in memory of the reader, and the shared store can forget them.
    """
    mine = _own(job)
    ready: list[Parcel] = []
    since = time.monotonic()
    for number in numbers:
        for result in run_replication(mine, number):
            ready.append(result.packed())
            if time.monotonic() - since >= _LOOK_S:
                yield pickle.dumps(ready, 5)
                ready, since = [], time.monotonic()
    if ready:
        yield pickle.dumps(ready, 5)


def _costs(job: Job, runs: Sequence[tuple[Response, int]]) -> Iterator[bytes]:
    """The share of one worker."""
    mine = _own(job)
    for arm, number in runs:
        yield pickle.dumps([(arm.id, number, run_cost(mine, arm, number))], 5)


def _own(job: Job) -> Job:
    mine = job.writable()
    warm(mine)
    return mine
