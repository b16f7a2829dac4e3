"""What every connector is: a source of telemetry batches with a health that can be asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol, runtime_checkable

from connectors.status import Status
from twins.telemetry import TelemetryBatch


@runtime_checkable
class Connector(Protocol):
    """Brings the telemetry of one site.

    ``batches`` numbers its batches from 1 within a source epoch, so that a batch that is sent twice
    is recognised and a lost one is missed.
    """

    def batches(self) -> Iterator[TelemetryBatch]:
        """The batches in the order of their sequence numbers."""

    def status(self) -> Status:
        """Counts and health so far."""

    def close(self) -> None:
        """Give back files and connections; safe to call twice."""
