"""A mirror of an emulated plant without journals, and how it is compared with the truth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from federation.snapshot import ClusterSnapshot
from federation.tables import KEYS
from federation.topology.model import ClusterSpec
from twins.fold import TwinState
from twins.freshness import freshness, judged
from twins.readings import SiteReading
from twins.telemetry import TelemetryBatch

_US = "int64"


def mirrored(cluster: ClusterSpec, batches: Iterable[TelemetryBatch]) -> dict[str, SiteReading]:
    """Fold what a plant told; the readings of all sites, as of the newest device time."""
    states = {site.id: TwinState(site) for site in cluster.sites}
    newest = 0
    for batch in batches:
        newest = max(newest, *batch.table.column("time").cast(_US).to_pylist())
        states[batch.site].fold(batch, newest)
    return {site: _reading(site, state, newest) for site, state in states.items()}


def _reading(site: str, state: TwinState, now_us: int) -> SiteReading:
    tables = state.tables()
    tables["values"] = judged(tables["values"], state, now_us)
    fresh = freshness(tables["values"], state, now_us)
    return SiteReading(site, tables, 1, state.state_hash(), state.last_time_us, now_us, fresh, None)


def differences(truth: Mapping[str, pa.Table], snapshot: ClusterSnapshot) -> list[str]:
    """Where a snapshot does not show what is so; empty when it does, to the last digit."""
    found = []
    for name, table in truth.items():
        key = KEYS[name]
        shown = {_key(row, key): row for row in snapshot.tables[name].to_pylist()}
        for row in table.to_pylist():
            mirror = shown.get(_key(row, key))
            if mirror is None:
                found.append(f"{name} {_key(row, key)} is not shown")
                continue
            found += [
                f"{name} {_key(row, key)} {column}: {value!r} is shown as {mirror[column]!r}"
                for column, value in row.items()
                if mirror[column] != value
            ]
    return found


def _key(row: Mapping[str, Any], key: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple(row[column] for column in key)
