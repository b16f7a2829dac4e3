"""The harmattan sample, and telemetry for it that is made by hand."""

from collections.abc import Callable
from pathlib import Path

import pytest

from federation.topology.load import load_cluster
from federation.topology.model import ClusterSpec
from twins.clock import to_us
from twins.telemetry import TelemetryBatch, build_batch

HARMATTAN = Path(__file__).parents[3] / "configs" / "harmattan"


@pytest.fixture(scope="session")
def harmattan() -> ClusterSpec:
    return load_cluster(HARMATTAN)


@pytest.fixture(scope="session")
def fuel_batch(harmattan) -> Callable[..., TelemetryBatch]:
    """A batch of a site's fuel level and battery charge: ``rows`` values, a second apart."""
    start = to_us(harmattan.start)

    def make(site: str, sequence: int, rows: int = 4, epoch: int = 1) -> TelemetryBatch:
        first = (sequence - 1) * rows
        told = [
            ("site", signal, start + number * 1_000_000, 50.0 + number % 7, None, 0)
            for number in range(first, first + rows)
            for signal in ("battery.soc_kwh", "grid.power_kw")
        ]
        return build_batch(site, "gateway", epoch, sequence, told)

    return make
