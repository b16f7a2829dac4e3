"""What a recording says of its time, and what is no recording."""

import os

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import twinfed as tf
from connectors.errors import RecordingError
from tests.support.workshop import FORK_AT, write_workshop
from twinfed.cli.options import moment
from twinfed.recordings import sites_in


@pytest.fixture
def folder(tmp_path):
    return write_workshop(tmp_path / "workshop")


def _row(time_us):
    times = pa.array([time_us], pa.int64()).cast(pa.timestamp("us", "UTC"))
    return pa.table(
        {
            "site": ["SHOP-A"], "asset": ["brake"], "signal": ["power.active_kw"], "time": times,
            "value": [1.0], "text": pa.array([None], pa.string()),
            "quality": pa.array([0], pa.uint8()),
        }
    )  # fmt: skip


def test_a_time_of_another_millennium_is_set_aside_and_moves_no_clock(folder, tmp_path):
    good = int(moment(FORK_AT, "").timestamp() * 1e6)
    pq.write_table(pa.concat_tables([_row(good), _row(2**62)]), tmp_path / "odd.parquet")
    with tf.open(folder) as fed:
        told = fed.replay(tmp_path / "odd.parquet")
        assert (told.accepted, told.quarantined) == (1, 1)
        assert fed.fork().taken_at == moment(FORK_AT, "")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(RecordingError, match="this is no file; correct the path"):
        sites_in(tmp_path / "pipe")


@pytest.mark.parametrize("text", ["0001-01-01T00:00Z", "9999-12-31T23:59Z"])
def test_a_moment_beyond_reason_is_refused(text):
    with pytest.raises(tf.TwinfedError, match="does not lie between 1971 and 2199"):
        moment(text, "--until")
