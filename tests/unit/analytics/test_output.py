import os
import shutil
import tempfile
from pathlib import Path

import pytest

from analytics.output import MANIFEST, OutputError, check_output, whole_folder


def write(directory, text="{}"):
    with whole_folder(directory) as folder:
        (folder / MANIFEST).write_text(text)


def fail_halfway(directory):
    with whole_folder(directory) as folder:
        (folder / MANIFEST).write_text("half")
        raise ZeroDivisionError


def test_a_result_appears_whole_with_parents(tmp_path):
    write(tmp_path / "deep" / "result")
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["result"]
    assert (tmp_path / "deep" / "result" / MANIFEST).read_text() == "{}"


def test_a_block_that_fails_leaves_nothing(tmp_path):
    with pytest.raises(ZeroDivisionError):
        fail_halfway(tmp_path / "result")
    assert list(tmp_path.iterdir()) == []


def test_an_older_result_is_replaced_whole_and_kept_when_the_new_one_fails(tmp_path):
    target = tmp_path / "result"
    write(target, "first")
    (target / "extra.parquet").write_text("of the first")
    write(target, "second")
    assert [path.name for path in target.iterdir()] == [MANIFEST]
    with pytest.raises(ZeroDivisionError):
        fail_halfway(target)
    assert (target / MANIFEST).read_text() == "second"
    assert [path.name for path in tmp_path.iterdir()] == ["result"]


def test_files_of_others_are_never_replaced(tmp_path):
    (tmp_path / "thesis.docx").write_text("years of work")
    with pytest.raises(OutputError, match=r"holds other files.*name a new or an empty folder"):
        check_output(tmp_path)
    with pytest.raises(OutputError, match="there is a file of that name"):
        check_output(tmp_path / "thesis.docx")


def test_a_folder_of_others_that_happens_to_hold_a_manifest_is_never_replaced(tmp_path):
    for name in (MANIFEST, "index.html"):
        (tmp_path / name).write_text("{}")
    with pytest.raises(OutputError, match=r"would be lost with it: index\.html; move that"):
        write(tmp_path)
    assert (tmp_path / "index.html").exists()


def test_a_link_to_nowhere_and_a_name_too_long_are_said_before_the_run(tmp_path):
    (tmp_path / "link").symlink_to("nowhere")
    with pytest.raises(OutputError, match="there is a file of that name"):
        check_output(tmp_path / "link")
    with pytest.raises(OutputError, match="File name too long"):
        check_output(tmp_path / ("a" * 300))


def test_a_folder_that_cannot_be_written_is_said_before_the_run(tmp_path, monkeypatch):
    def refuse(*args, **kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("analytics.output.tempfile.TemporaryDirectory", refuse)
    with pytest.raises(OutputError, match=r"result: .*Permission denied.*; name a folder"):
        check_output(tmp_path / "result")


@pytest.fixture
def read_only_folder():
    """A folder that this process may not write into, whoever runs it."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o555)
    superuser = os.geteuid() == 0
    if superuser:  # the superuser may write everywhere, so someone else takes the place
        os.seteuid(65534)
    yield folder
    if superuser:
        os.seteuid(0)
    folder.chmod(0o755)
    shutil.rmtree(folder)


def test_a_read_only_parent_is_one_clear_error(read_only_folder):
    with pytest.raises(OutputError, match="may write"):
        check_output(read_only_folder / "result")


def test_the_error_is_an_os_error_too():
    assert issubclass(OutputError, OSError)
