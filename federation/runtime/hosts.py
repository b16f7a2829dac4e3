"""What the federation needs of a host of twins, in this process or in another.

The calls answer with a ``Pending``: sent at once, waited for when its result is asked for. That a
host is gone for the moment is one error, whatever the engine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from federation.errors import FederationError
from twins.errors import TwinfedError
from twins.host import HostHealth
from twins.journal import SourcePosition, Verification
from twins.readings import IngestResult, SiteReading
from twins.telemetry import TelemetryBatch

T_co = TypeVar("T_co", covariant=True)
T = TypeVar("T")


class HostUnavailableError(FederationError):
    """A host does not answer: its process ended, is being started again, or takes too long.

    Parameters
    ----------
    what
        What happened.
    gone
        It will not come back by itself.
    """

    def __init__(self, what: str, *, gone: bool = False) -> None:
        super().__init__(what)
        self.gone = gone


class Pending(Protocol[T_co]):
    """An answer that may still be under way."""

    def result(self, timeout_s: float | None = None) -> T_co:
        """The answer.

        Raises
        ------
        HostUnavailableError
            When the host went away before it answered, or the time is over. Whether it did what was
            asked is not known.
        TwinfedError
            What the host raised.
        """


class Host(Protocol):
    """A host as the federation sees it."""

    @property
    def name(self) -> str:
        """Of the host, unique in its federation."""

    @property
    def sites(self) -> tuple[str, ...]:
        """Whose twins it keeps."""

    def ingest(
        self, batches: Sequence[TelemetryBatch], received_at_us: int
    ) -> Pending[list[IngestResult | TwinfedError]]:
        """Send batches of its sites, for one commit; refusals stand in the answer."""

    def snapshot(self, sites: Sequence[str], now_us: int) -> Pending[Mapping[str, SiteReading]]:
        """Ask for readings of some of its sites."""

    def state_hashes(self) -> Pending[Mapping[str, str]]:
        """Ask for the hash of each site's state."""

    def last_sequence(self, site: str, source: str) -> Pending[SourcePosition | None]:
        """Ask for the last batch that a site's journal holds of a source."""

    def verify(self) -> Pending[Verification]:
        """Ask for a check of its journal."""

    def health(self) -> Pending[HostHealth]:
        """Ask how it fares; the cheapest sign of life."""

    def revive(self) -> None:
        """Have a host that ended for good started again, with its journal."""

    def close(self) -> None:
        """End it; safe to call twice."""


@dataclass(frozen=True)
class Done(Generic[T]):
    """An answer that is there, or the error that came instead."""

    value: T | None = None
    error: BaseException | None = None

    def result(self, timeout_s: float | None = None) -> T:
        """The answer; ``timeout_s`` plays no role."""
        del timeout_s
        if self.error is not None:
            raise self.error
        return self.value  # type: ignore[return-value]  # without an error there is a value
