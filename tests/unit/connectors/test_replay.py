from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from connectors.base import Connector
from connectors.errors import RecordingError
from connectors.mapping import Row, TagRule, batches_of
from connectors.replay.config import ReplayConfig
from connectors.replay.connector import ParquetReplay, write_recording
from connectors.status import Health
from twins.telemetry import Quality

ROWS = [
    Row("site", "fuel.level_l", 1_000_000 * second, 50.0 - second, None, Quality.GOOD)
    for second in range(7)
]


def recording(folder: Path, site: str = "A") -> Path:
    path = folder / "day.parquet"
    write_recording(path, batches_of(ROWS, site, "tank", 1, batch_rows=4))
    return path


def replay(folder: Path, **settings: object) -> ParquetReplay:
    config = {"site": "A", "path": "day.parquet", "batch_rows": 3, **settings}
    return ParquetReplay(ReplayConfig.model_validate(config), folder)


def test_a_recording_comes_back_row_by_row_in_batches(tmp_path):
    recording(tmp_path)
    connector = replay(tmp_path)
    assert isinstance(connector, Connector)
    batches = list(connector.batches())
    assert [(batch.sequence, batch.table.num_rows) for batch in batches] == [(1, 3), (2, 3), (3, 1)]
    values = [value for batch in batches for value in batch.table.column("value").to_pylist()]
    assert values == [row.value for row in ROWS]
    status = connector.status()
    assert (status.health, status.lines, status.rows, status.batches) == (Health.DONE, 7, 7, 3)


def test_rows_of_other_sites_are_left_out_and_counted(tmp_path):
    recording(tmp_path, site="B")
    connector = replay(tmp_path)
    assert list(connector.batches()) == []
    assert connector.status().skipped == {"row of another site": 7}


def test_tags_are_mapped(tmp_path):
    table = pa.table(
        {
            "tag": ["tank/level", "tank/mood", "tank/level"],
            "time": pa.array([1, 2, None], pa.timestamp("us", tz="UTC")),
            "value": [30.0, 1.0, 2.0],
        }
    )
    pq.write_table(table, tmp_path / "day.parquet")
    rule = TagRule(tag="tank/level", asset="site", signal="fuel.level_l")
    connector = replay(tmp_path, tags=(rule,))
    (batch,) = connector.batches()
    assert batch.table.column("value").to_pylist() == [30.0]
    assert connector.status().skipped == {"tag not mapped": 1, "row without a time": 1}


def test_a_truncated_file_gives_one_clear_error(tmp_path):
    path = recording(tmp_path)
    path.write_bytes(path.read_bytes()[:-20])
    connector = replay(tmp_path)
    with pytest.raises(
        RecordingError, match=r"day\.parquet: not a whole Parquet file .* record it again"
    ):
        list(connector.batches())
    assert connector.status().health is Health.FAILED
    assert "cut short" in connector.status().detail


def test_a_file_of_another_kind_gives_one_clear_error(tmp_path):
    (tmp_path / "day.parquet").write_text("hello")
    with pytest.raises(RecordingError, match="not a whole Parquet file"):
        list(replay(tmp_path).batches())


def test_a_foreign_parquet_file_names_the_columns_it_lacks(tmp_path):
    pq.write_table(pa.table({"asset": ["x"], "price": [1.0]}), tmp_path / "day.parquet")
    with pytest.raises(RecordingError, match=r"has no column signal, time, value, text, quality"):
        list(replay(tmp_path).batches())


def test_a_column_of_the_wrong_type_is_named(tmp_path):
    table = pa.table(
        {
            "asset": ["x"],
            "signal": ["fuel.level_l"],
            "time": ["noon"],
            "value": [1.0],
            "text": pa.array([None], pa.string()),
            "quality": [0],
        }
    )
    pq.write_table(table, tmp_path / "day.parquet")
    with pytest.raises(RecordingError, match="column 'time' is string"):
        list(replay(tmp_path).batches())


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(RecordingError, match="no such file"):
        list(replay(tmp_path).batches())
