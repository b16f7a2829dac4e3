"""``twinfed sensitivity`` in processes of its own."""

import json
import signal
import subprocess
import sys

import polars as pl
import pytest

from tests.support.workshop import write_workshop

pytestmark = pytest.mark.slow

ASKED = ("--scenario", "dark-north", "--response", "stay", "--response", "greedy")


@pytest.fixture
def guessed(tmp_path):
    """The workshop with a guess about its road."""
    change = ("    cost_per_t: 30\n", "    assumption: a guess\n    cost_per_t: 30\n")
    return write_workshop(tmp_path / "guessed", cluster=change)


def test_it_answers_in_words_as_json_and_in_a_folder(twinfed, guessed, tmp_path):
    out = tmp_path / "result"
    asked = (*ASKED, "--replications", 2, "--horizon-h", 168)
    words = twinfed("sensitivity", guessed, *asked, "--out", out)
    assert words.returncode == 0, words.stderr
    assert "varying the assumptions" in words.stderr
    assert {path.name for path in out.iterdir()} == {
        "manifest.json", "report.html", "sensitivity.parquet",
    }  # fmt: skip
    answer = json.loads(twinfed("sensitivity", guessed, *asked, "--json").stdout)
    assert answer["sentence"] in " ".join(words.stdout.split())
    rows = pl.read_parquet(out / "sensitivity.parquet")
    assert [row["effect"] for row in answer["effects"]] == rows.get_column("effect").to_list()
    assert {row["kind"] for row in answer["effects"]} >= {"links.cost_per_t", "links.drive_h"}
    assert len(answer["most"]) == min(5, len({row["kind"] for row in answer["effects"]}))


def test_ctrl_c_ends_it_and_leaves_nothing(guessed, tmp_path):
    out = tmp_path / "half"
    command = [sys.executable, "-m", "twinfed.cli.main", "sensitivity", guessed, *ASKED]
    with subprocess.Popen(
        [*map(str, command), "--replications", "90000", "--out", str(out)],
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        for line in process.stderr:
            if "varying" in line:
                break
        process.send_signal(signal.SIGINT)
        rest = process.stderr.read()
        assert process.wait(timeout=60) == 130
    assert rest.splitlines()[-1] == "interrupted"
    assert "Traceback" not in rest
    assert [path.name for path in tmp_path.iterdir()] == ["guessed"]
