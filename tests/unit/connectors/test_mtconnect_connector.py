from pathlib import Path

import pyarrow as pa
import pytest

from connectors.base import Connector
from connectors.errors import RecordingError
from connectors.mtconnect.config import MTConnectReplayConfig
from connectors.mtconnect.connector import MTConnectReplay
from connectors.status import Health

CLEAN = """\
2017-02-01T05:00:00.000000Z|avail|UNAVAILABLE
2017-02-01T10:12:23.1718750Z|EStop_State|ARMED|Part_Count|1909|Program_Status|READY|avail|AVAILABLE
2017-02-02T11:20:00.0000000Z|Program_Status|ACTIVE|Spindle_Override|100
2017-02-02T11:23:57.1562500Z|Part_Count|1910
2017-02-02T11:24:00.0000000Z|Program_Status|PROGRAM_COMPLETED
"""


def with_markers() -> str:
    lines = CLEAN.splitlines()
    return "\n".join(
        ["<<<<<<< HEAD", *lines[:2], "=======", "* PING", *lines[2:], ">>>>>>> 3f2a91c", ""]
    )


def replay(folder: Path, batch_rows: int = 1000, **recordings: str) -> MTConnectReplay:
    entries = []
    for machine, text in recordings.items():
        (folder / f"{machine}.txt").write_text(text)
        entries.append({"path": f"{machine}.txt", "machine": machine})
    config = {"site": "WA-TKD", "recordings": entries, "batch_rows": batch_rows}
    return MTConnectReplay(MTConnectReplayConfig.model_validate(config), folder)


def rows(connector: MTConnectReplay) -> list[tuple[str, str, float]]:
    table = pa.Table.from_batches([batch.table for batch in connector.batches()])
    return [(row["asset"], row["signal"], row["value"]) for row in table.to_pylist()]


def test_a_recording_becomes_states_and_counts_in_device_time_order(tmp_path):
    connector = replay(tmp_path, mill=CLEAN)
    assert isinstance(connector, Connector)
    assert rows(connector) == [
        ("mill", "machine.state", 11.0),
        ("mill", "part.good", 1909.0),
        ("mill", "machine.state", 1.0),
        ("mill", "machine.state", 3.0),
        ("mill", "part.good", 1910.0),
        ("mill", "machine.state", 1.0),
    ]


def test_merge_markers_and_pings_are_counted_and_change_nothing(tmp_path):
    clean = rows(replay(tmp_path, mill=CLEAN))
    marked = replay(tmp_path, mill=with_markers())
    assert rows(marked) == clean
    assert marked.status().skipped == {"merge marker": 3, "ping": 1, "item not mapped": 1}
    assert marked.status().health is Health.DONE


def test_lines_out_of_order_are_put_in_order(tmp_path):
    shuffled = "\n".join(CLEAN.splitlines()[::-1])
    told = rows(replay(tmp_path, mill=shuffled))
    assert told == rows(replay(tmp_path, mill=CLEAN))


def test_machines_of_a_site_are_told_together_by_time(tmp_path):
    later = CLEAN.replace("2017-02-02", "2017-02-03")
    connector = replay(tmp_path, batch_rows=5, one=CLEAN, two=later)
    batches = list(connector.batches())
    assert [batch.sequence for batch in batches] == [1, 2, 3]
    times = [time for batch in batches for time in batch.table.column("time").to_pylist()]
    assert times == sorted(times)
    assert (connector.status().lines, connector.status().rows) == (10, 12)


@pytest.mark.parametrize(
    ("text", "message"),
    [("", "none of its 0 lines"), ("PAR1\nwhat\n", "none of its 2 lines is one of an MTConnect")],
)
def test_a_file_without_adapter_lines_is_refused(tmp_path, text, message):
    connector = replay(tmp_path, mill=text)
    with pytest.raises(RecordingError, match=message):
        list(connector.batches())
    assert connector.status().health is Health.FAILED


def test_a_binary_or_missing_file_is_refused(tmp_path):
    connector = replay(tmp_path, mill=CLEAN)
    (tmp_path / "mill.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(RecordingError, match="plain UTF-8 text"):
        list(connector.batches())
    (tmp_path / "mill.txt").unlink()
    with pytest.raises(RecordingError, match=r"cannot be read \(No such file"):
        list(connector.batches())
