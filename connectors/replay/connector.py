"""Replays a Parquet recording of telemetry."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from connectors.errors import RecordingError
from connectors.mapping import Row, TagMap, batches_of
from connectors.replay.config import ReplayConfig
from connectors.replay.payload import check_columns, record, rows_of
from connectors.status import Health, Status
from twins.telemetry import TelemetryBatch


class ParquetReplay:
    """One recording as one source of a site, in the order of the file.

    Parameters
    ----------
    config
        Which file, for which site.
    folder
        Where a relative path starts.
    """

    def __init__(self, config: ReplayConfig, folder: Path | str = ".") -> None:
        self._config = config
        self._path = Path(folder) / config.path
        self._tags = TagMap(config.tags) if config.tags else None
        self._health = Health.IDLE
        self._detail = ""
        self._lines = self._rows = self._batches = 0
        self._skipped: Counter[str] = Counter()

    def batches(self) -> Iterator[TelemetryBatch]:
        """Batches numbered from 1, read piece by piece: a recording may be larger than memory.

        Raises
        ------
        RecordingError
            When the file is missing, cut short, no Parquet, or no recording of telemetry.
        """
        self._health = Health.OK
        config = self._config
        try:
            for batch in batches_of(
                self._rows_in_file(),
                config.site,
                config.source_id,
                config.source_epoch,
                config.batch_rows,
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
        return Status(
            self._health, self._detail, self._lines, self._rows, self._batches, dict(self._skipped)
        )

    def close(self) -> None:
        """Nothing is held open between runs of ``batches``."""

    def _rows_in_file(self) -> Iterator[Row]:
        path = str(self._path)
        try:
            with pq.ParquetFile(path) as recording:
                check_columns(recording.schema_arrow.names, path, tagged=self._tags is not None)
                for piece in recording.iter_batches(self._config.batch_rows):
                    self._lines += piece.num_rows
                    table = pa.Table.from_batches([piece])
                    yield from rows_of(table, self._config.site, self._tags, self._skipped, path)
        except FileNotFoundError as error:
            raise RecordingError(
                f"{path}: there is no such file; correct the path of the recording"
            ) from error
        except (pa.ArrowException, OSError) as error:
            raise RecordingError(
                f"{path}: not a whole Parquet file ({error}); it was cut short or is of another "
                "kind: copy or record it again"
            ) from error


def write_recording(path: Path | str, batches: Iterable[TelemetryBatch]) -> int:
    """Write batches as a recording that ``ParquetReplay`` reads; returns the number of rows."""
    table = record(batches)
    pq.write_table(table, str(path), compression="zstd")
    rows: int = table.num_rows
    return rows
