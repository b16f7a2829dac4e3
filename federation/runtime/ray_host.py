"""A host in a process of its own: a Ray actor around ``twins.host.TwinHost``.

The actor answers one call at a time, in the order they were sent. Ray starts it again when it dies,
and does not repeat calls by itself: it would repeat them out of order. What was not acknowledged is
sent again by the intake.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Generic, TypeVar

from federation.runtime.hosts import HostUnavailableError, Pending
from federation.runtime.placement import HostPlan
from federation.runtime.ray_runtime import RaySession
from twins.errors import TwinfedError
from twins.host import HostHealth, TwinHost
from twins.journal import SourcePosition, Verification
from twins.readings import IngestResult, SiteReading
from twins.spec import SiteSpec
from twins.telemetry import TelemetryBatch

T = TypeVar("T")


class RayHost:
    """A handle of the actor that keeps the twins of a plan.

    Parameters
    ----------
    session
        Keeps Ray running.
    plan
        Name and sites.
    specs
        The sites' specifications.
    directory
        Where the journals lie: a folder that the actor's machine reaches.
    namespace
        Of the federation; actors of others have the same names.
    """

    def __init__(
        self,
        session: RaySession,
        plan: HostPlan,
        specs: Sequence[SiteSpec],
        directory: Path,
        namespace: str,
    ) -> None:
        self.name = plan.name
        self.sites = plan.sites
        self._ray = session.ray
        self._options = {"name": f"{namespace}/{plan.name}", "namespace": namespace}
        self._arguments = (tuple(specs), str(directory), plan.name)
        self._class = session.ray.remote(
            num_cpus=0, max_restarts=-1, max_task_retries=0, max_concurrency=1
        )(TwinHost)
        self._closed = False
        self._actor = self._start()

    def ingest(
        self, batches: Sequence[TelemetryBatch], received_at_us: int
    ) -> Pending[list[IngestResult | TwinfedError]]:
        """Send batches."""
        return self._ask(self._actor.ingest_many, list(batches), received_at_us)

    def snapshot(self, sites: Sequence[str], now_us: int) -> Pending[Mapping[str, SiteReading]]:
        """Ask for readings."""
        return self._ask(self._actor.snapshot, list(sites), now_us)

    def state_hashes(self) -> Pending[Mapping[str, str]]:
        """Ask for the hash of each site's state."""
        return self._ask(self._actor.state_hashes)

    def last_sequence(self, site: str, source: str) -> Pending[SourcePosition | None]:
        """Ask for the last batch in the journal."""
        return self._ask(self._actor.last_sequence, site, source)

    def verify(self) -> Pending[Verification]:
        """Ask for a check of the journal."""
        return self._ask(self._actor.verify)

    def health(self) -> Pending[HostHealth]:
        """Ask how it fares."""
        return self._ask(self._actor.health)

    def process_id(self) -> int:
        """The process of the actor now.

        Raises
        ------
        HostUnavailableError
            When it does not answer.
        """
        found: Pending[int] = self._ask(self._actor.__ray_call__, _own_process)
        return found.result(30.0)

    def revive(self) -> None:
        """Start a new actor over the same journal, where the old one will not come back."""
        with suppress(Exception):
            self._ray.kill(self._actor)
        self._actor = self._start()

    def close(self) -> None:
        """End the actor. Its journal needs no farewell; a snapshot makes the next start quick."""
        if self._closed:
            return
        self._closed = True
        with suppress(Exception):
            self._ray.get(self._actor.close.remote(), timeout=30)
        with suppress(Exception):
            self._ray.kill(self._actor, no_restart=True)

    def _start(self) -> Any:
        return self._class.options(get_if_exists=True, **self._options).remote(*self._arguments)

    def _ask(self, method: Any, *arguments: object) -> _Reference[Any]:
        try:
            return _Reference(self._ray, self.name, method.remote(*arguments))
        except self._ray.exceptions.RayActorError as error:
            return _Reference(self._ray, self.name, None, error)


class _Reference(Generic[T]):
    """An answer under way in Ray."""

    def __init__(
        self, ray: Any, host: str, reference: Any, error: BaseException | None = None
    ) -> None:
        self._ray, self._host = ray, host
        self._reference, self._error = reference, error

    def result(self, timeout_s: float | None = None) -> T:
        """Wait for the answer; see ``federation.runtime.hosts.Pending``."""
        errors = self._ray.exceptions
        try:
            if self._error is not None:
                raise self._error
            answer: T = self._ray.get(self._reference, timeout=timeout_s)
        except errors.GetTimeoutError as error:
            raise HostUnavailableError(
                f"{self._host} did not answer within {timeout_s:g} s"
            ) from error
        except errors.ActorUnavailableError as error:
            raise HostUnavailableError(f"{self._host} is being started again") from error
        except errors.RayActorError as error:
            raise HostUnavailableError(f"{self._host} has ended", gone=True) from error
        except errors.RayTaskError as error:
            # Ray wraps what the twin raised; the cause is the twin's own error.
            if isinstance(error.cause, TwinfedError):
                raise error.cause from None
            raise
        return answer


def _own_process(_host: TwinHost) -> int:
    import os

    return os.getpid()
