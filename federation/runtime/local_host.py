"""A host in this process: for notebooks, tests and clusters that fit one core."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from federation.runtime.hosts import Done, Pending
from federation.runtime.placement import HostPlan
from twins.clock import Clock
from twins.errors import TwinfedError
from twins.host import HostHealth, TwinHost
from twins.journal import SourcePosition, Verification
from twins.readings import IngestResult, SiteReading
from twins.spec import SiteSpec
from twins.telemetry import TelemetryBatch

T = TypeVar("T")


class LocalHost:
    """The twins of a plan, called directly.

    Parameters
    ----------
    plan
        Name and sites.
    specs
        The sites' specifications.
    directory
        Where the journals lie.
    clock
        The federation's.
    """

    def __init__(
        self, plan: HostPlan, specs: Iterable[SiteSpec], directory: Path, clock: Clock
    ) -> None:
        self.name = plan.name
        self.sites = plan.sites
        self._host = TwinHost(specs, directory, plan.name, clock)

    def ingest(
        self, batches: Sequence[TelemetryBatch], received_at_us: int
    ) -> Pending[list[IngestResult | TwinfedError]]:
        """Ingest now."""
        return _now(lambda: self._host.ingest_many(batches, received_at_us))

    def snapshot(self, sites: Sequence[str], now_us: int) -> Pending[Mapping[str, SiteReading]]:
        """Read now."""
        return _now(lambda: self._host.snapshot(sites, now_us))

    def state_hashes(self) -> Pending[Mapping[str, str]]:
        """The hash of each site's state."""
        return _now(self._host.state_hashes)

    def last_sequence(self, site: str, source: str) -> Pending[SourcePosition | None]:
        """The last batch in the journal."""
        return _now(lambda: self._host.last_sequence(site, source))

    def verify(self) -> Pending[Verification]:
        """Check the journal now."""
        return _now(self._host.verify)

    def health(self) -> Pending[HostHealth]:
        """How it fares."""
        return _now(self._host.health)

    def revive(self) -> None:
        """It ends with this process only."""

    def close(self) -> None:
        """Give the journal back."""
        self._host.close()


def _now(call: Callable[[], T]) -> Done[T]:
    try:
        return Done(call())
    except TwinfedError as error:
        return Done(error=error)
