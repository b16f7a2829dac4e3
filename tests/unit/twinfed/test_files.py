"""A recording replaces an earlier recording, and nothing else."""

import os

import pytest

from twinfed.errors import PlaceError
from twinfed.files import writable_file


def _record(path):
    with writable_file(path, "--out") as partial:
        partial.write_bytes(b"PAR1 new")


def test_an_earlier_recording_is_replaced_whole(tmp_path):
    path = tmp_path / "day.parquet"
    path.write_bytes(b"PAR1 old")
    _record(path)
    assert path.read_bytes() == b"PAR1 new"
    assert path.stat().st_mode & 0o777 == 0o644
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_of_another_kind_stays(tmp_path):
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear Ada")
    with pytest.raises(PlaceError, match=r"there is another file of that name; name a new file"):
        _record(letter)
    assert letter.read_text() == "Dear Ada"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_what_is_no_file_stays(tmp_path):
    # Renaming onto a device would replace the device itself, where the user may do that.
    os.mkfifo(tmp_path / "device")
    with pytest.raises(PlaceError, match="no file but a device"):
        _record(tmp_path / "device")
    assert (tmp_path / "device").is_fifo()
    with pytest.raises(PlaceError, match="this is a folder"):
        _record(tmp_path)


def test_a_name_too_long_is_told(tmp_path):
    with pytest.raises(PlaceError, match="File name too long"):
        _record(tmp_path / ("a" * 300))
