"""What every connector keeps to, whatever it reads. A new one is added to ``CONNECTORS``."""

from collections.abc import Callable
from pathlib import Path

import pytest

from connectors.base import Connector
from connectors.errors import ConnectorError
from connectors.mapping import Row, batches_of
from connectors.mtconnect.config import MTConnectReplayConfig
from connectors.mtconnect.connector import MTConnectReplay
from connectors.replay.config import ReplayConfig
from connectors.replay.connector import ParquetReplay, write_recording
from connectors.status import Health
from twins.telemetry import SCHEMA

ROWS = 25


def parquet(folder: Path) -> Connector:
    rows = [Row("mill", "part.good", n * 1_000_000, float(n), None, 0) for n in range(ROWS)]
    write_recording(folder / "day.parquet", batches_of(rows, "A", "plant", 1, 100))
    return ParquetReplay(ReplayConfig(site="A", path="day.parquet", batch_rows=10), folder)


def mtconnect(folder: Path) -> Connector:
    lines = [f"2027-01-04T08:00:{n:02d}Z|Part_Count|{n}" for n in range(ROWS)]
    (folder / "mill.txt").write_text("\n".join(lines))
    recordings = [{"path": "mill.txt", "machine": "mill"}]
    config = {"site": "A", "recordings": recordings, "batch_rows": 10}
    return MTConnectReplay(MTConnectReplayConfig.model_validate(config), folder)


CONNECTORS = {"replay": parquet, "mtconnect": mtconnect}


@pytest.fixture(params=sorted(CONNECTORS))
def make(request) -> Callable[[Path], Connector]:
    return CONNECTORS[request.param]


def test_it_is_a_connector(make, tmp_path):
    assert isinstance(make(tmp_path), Connector)


def test_batches_are_numbered_from_1_without_gaps_and_belong_to_the_site(make, tmp_path):
    batches = list(make(tmp_path).batches())
    assert [batch.sequence for batch in batches] == [1, 2, 3]
    assert len({(batch.site, batch.source, batch.source_epoch) for batch in batches}) == 1
    assert {batch.table.schema for batch in batches} == {SCHEMA}


def test_a_recording_told_again_gives_the_same_batches(make, tmp_path):
    first, second = (list(make(tmp_path).batches()) for _ in range(2))
    assert [batch.sequence for batch in first] == [batch.sequence for batch in second]
    assert all(a.table.equals(b.table) for a, b in zip(first, second, strict=True))


def test_the_status_counts_what_was_read_and_handed_on(make, tmp_path):
    connector = make(tmp_path)
    assert connector.status().health is Health.IDLE
    batches = list(connector.batches())
    status = connector.status()
    assert (status.health, status.detail, status.lines) == (Health.DONE, "", ROWS)
    assert status.rows == sum(batch.rows for batch in batches) == ROWS
    assert status.batches == len(batches)


def test_a_missing_source_is_one_clear_error_and_shows_in_the_status(make, tmp_path):
    connector = make(tmp_path)
    for path in tmp_path.iterdir():
        path.unlink()
    with pytest.raises(ConnectorError, match="correct the path"):
        list(connector.batches())
    assert connector.status().health is Health.FAILED
    assert connector.status().detail


def test_closing_twice_is_safe(make, tmp_path):
    connector = make(tmp_path)
    connector.close()
    connector.close()
