"""Replays recorded MTConnect adapter streams (SHDR) as the telemetry of a site."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from connectors.errors import RecordingError
from connectors.mapping import Row, batches_of
from connectors.mtconnect.config import MTConnectRecording, MTConnectReplayConfig
from connectors.mtconnect.machine import MachineMapper
from connectors.mtconnect.payload import Condition, Observation, decode_line
from connectors.status import Health, Status
from twins.telemetry import TelemetryBatch


class MTConnectReplay:
    """The recordings of a site's machines, told together in device-time order.

    Parameters
    ----------
    config
        Which recording speaks for which machine.
    folder
        Where relative paths of the recordings start.
    """

    def __init__(self, config: MTConnectReplayConfig, folder: Path | str = ".") -> None:
        self._config = config
        self._folder = Path(folder)
        self._mappers = [MachineMapper(rec.machine, rec.keys) for rec in config.recordings]
        self._health = Health.IDLE
        self._detail = ""
        self._lines = self._rows = self._batches = 0
        self._unread: Counter[str] = Counter()

    def batches(self) -> Iterator[TelemetryBatch]:
        """Batches numbered from 1, each up to ``batch_rows`` long.

        Raises
        ------
        RecordingError
            When a recording is missing, not text, or holds no line of an adapter.
        """
        self._health = Health.OK
        try:
            streams = [
                self._rows_of(recording, mapper)
                for recording, mapper in zip(self._config.recordings, self._mappers, strict=True)
            ]
            merged = heapq.merge(*streams, key=lambda row: row.time_us)
            config = self._config
            for batch in batches_of(
                merged, config.site, config.source_id, config.source_epoch, config.batch_rows
            ):
                self._batches += 1
                self._rows += batch.table.num_rows
                yield batch
        except RecordingError as error:
            self._health, self._detail = Health.FAILED, str(error)
            raise
        self._health = Health.DONE

    def status(self) -> Status:
        """Counts so far; ``skipped`` names everything that became no row."""
        skipped = Counter(self._unread)
        for mapper in self._mappers:
            skipped.update(mapper.skipped)
        return Status(
            self._health, self._detail, self._lines, self._rows, self._batches, dict(skipped)
        )

    def close(self) -> None:
        """Nothing is held open between batches."""

    def _rows_of(self, recording: MTConnectRecording, mapper: MachineMapper) -> list[Row]:
        path = self._folder / recording.path
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except OSError as error:
            raise RecordingError(
                f"{path}: the recording cannot be read ({error.strerror}); correct the path in the "
                "connector's settings"
            ) from error
        except UnicodeDecodeError as error:
            raise RecordingError(
                f"{path}: no text (byte {error.start}); an SHDR recording is plain UTF-8 text"
            ) from error
        conditions = frozenset(recording.keys.conditions)
        timed = []
        for line in lines:
            decoded = decode_line(line, conditions)
            if isinstance(decoded[0], Observation | Condition):
                timed.append((decoded[0].time_us, decoded))
            else:
                mapper.apply(decoded)
        self._lines += len(lines)
        if not timed:
            raise RecordingError(
                f"{path}: none of its {len(lines)} lines is one of an MTConnect adapter "
                "(time|key|value|...); give an SHDR recording"
            )
        # A recording put together from several files need not be in order; a stream is.
        timed.sort(key=lambda entry: entry[0])
        rows: list[Row] = []
        for _, decoded in timed:
            rows += mapper.apply(decoded)
        return rows
