"""Recorded telemetry as batches of all its sites, in time order."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from connectors.base import Connector
from connectors.errors import RecordingError
from connectors.mtconnect.config import MTConnectReplayConfig
from connectors.mtconnect.connector import MTConnectReplay
from connectors.replay.config import ReplayConfig
from connectors.replay.connector import ParquetReplay
from federation.topology.model import LAST_YEAR
from federation.topology.validation import load_model
from twins.clock import to_us
from twins.spec_base import Spec
from twins.telemetry import TelemetryBatch

_TOO_LATE_US = to_us(datetime(LAST_YEAR + 1, 1, 1, tzinfo=UTC))


class RecordingList(Spec):
    """A YAML file that says what is recorded where; relative paths start at its folder."""

    parquet: tuple[ReplayConfig, ...] = ()
    mtconnect: tuple[MTConnectReplayConfig, ...] = ()


def read_recording(path: Path | str) -> Iterator[TelemetryBatch]:
    """The batches of a recording: a Parquet file, or a YAML file that lists recordings.

    Raises
    ------
    RecordingError
        When a recording is missing, cut short, or holds something else.
    ClusterError
        When a list of recordings is wrong.
    """
    connectors = _connectors(Path(path))
    streams = [connector.batches() for connector in connectors]
    try:
        yield from heapq.merge(*streams, key=last_time_us)
    finally:
        for connector in connectors:
            connector.close()


def last_time_us(batch: TelemetryBatch) -> int:
    """Device time of the youngest row, in microseconds of the Unix epoch; 0 without rows.

    Rows of another millennium are passed over: a clock must not follow them.
    """
    times = batch.table.column("time").cast(pa.int64())
    youngest = pc.max(times.filter(pc.less(times, _TOO_LATE_US))).as_py()
    return 0 if youngest is None else int(youngest)


def _connectors(path: Path) -> list[Connector]:
    if path.suffix in {".yaml", ".yml"}:
        listed, _ = load_model(RecordingList, path)
        return [
            *(ParquetReplay(config, path.parent) for config in listed.parquet),
            *(MTConnectReplay(config, path.parent) for config in listed.mtconnect),
        ]
    return [ParquetReplay(ReplayConfig(site=site, path=str(path))) for site in sites_in(path)]


def sites_in(path: Path) -> list[str]:
    """The sites that a Parquet recording speaks of, sorted.

    Raises
    ------
    RecordingError
        When the file cannot be read, or does not say of which site its rows are.
    """
    if path.exists() and not path.is_file():
        # A pipe would be waited for without end.
        raise RecordingError(
            "this is no file", where=str(path), remedy="correct the path of the recording"
        )
    try:
        with pq.ParquetFile(path) as recording:
            if "site" not in recording.schema_arrow.names:
                raise RecordingError(
                    "the recording does not say of which site its rows are",
                    where=str(path),
                    remedy="add a column 'site', or list it in a YAML file under 'parquet'",
                )
            names: set[str] = set()
            for piece in recording.iter_batches(columns=["site"]):
                names.update(str(name) for name in pc.unique(piece.column(0)).to_pylist() if name)
    except FileNotFoundError as error:
        raise RecordingError(
            "there is no such file", where=str(path), remedy="correct the path of the recording"
        ) from error
    except (pa.ArrowException, OSError) as error:
        raise RecordingError(
            f"not a whole Parquet file ({error})",
            where=str(path),
            remedy="it was cut short or is of another kind: copy or record it again",
        ) from error
    return sorted(names)
