"""A user's mistake: one clear message with the remedy, exit code 2, no traceback, nothing lost."""

import json
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from analytics.simulation.cache import cache_root
from federation.runtime.workspace import Workspace
from tests.support.workshop import FORK_AT, write_workshop


def _refused(result, *words):
    told = result.stderr
    assert result.returncode == 2, told
    assert "Traceback" not in told
    assert result.stdout == ""
    assert [word for word in words if word not in told] == [], told


@pytest.mark.parametrize(
    ("change", "words"),
    [
        pytest.param(
            {"sites__shop_a": ("country: NG", "country: [NG")},
            ("sites/shop-a.yaml:", "]"),
            id="malformed YAML",
        ),
        pytest.param(
            {"products__frame": ("process: bending", "process: bendign")},
            (
                "products/frame.yaml:10",
                "operations[0].process",
                "bendign",
                "did you mean 'bending'",
            ),
            id="unknown process",
        ),
        pytest.param(
            {
                "sites__shop_a": ("process: mig_welding", "process: laser_cutting"),
                "products__frame": ("  - {site: SHOP-B, part: frame, status: approved}\n", ""),
            },
            (
                "products/frame.yaml:13",
                "operations[1]",
                "no permitted site can make",
                "add a permission",
            ),
            id="a routing that no site can make",
        ),
        pytest.param(
            {"cluster": ("end: SHOP-B", "end: SHOP-C")},
            ("cluster.yaml:", "links[0].end", "SHOP-C", "SHOP-B"),
            id="a link to nowhere",
        ),
        pytest.param(
            {"sites__shop_a": ("run_kw: 4", "run_kw: -4")},
            ("sites/shop-a.yaml:8", "machines[0].run_kw", "0"),
            id="negative power",
        ),
        pytest.param(
            {"scenarios__dark_north": ("region: north", "region: nroth")},
            ("scenarios/dark-north.yaml", "nroth", "north"),
            id="a scenario of a region that is not there",
        ),
    ],
)
def test_a_wrong_file_is_told_with_its_place(twinfed, tmp_path, change, words):
    folder = write_workshop(tmp_path / "wrong", **change)
    _refused(twinfed("check", folder), *words)


def test_all_problems_are_told_at_once_and_as_json(twinfed, tmp_path):
    folder = write_workshop(
        tmp_path / "wrong",
        sites__shop_a=("run_kw: 4", "run_kw: -4"),
        cluster=("end: SHOP-B", "end: SHOP-C"),
    )
    result = twinfed("check", folder, "--json")
    assert result.returncode == 2
    problems = json.loads(result.stdout)["problems"]
    assert {problem["file"] for problem in problems} == {"sites/shop-a.yaml", "cluster.yaml"}
    assert all(problem["line"] and problem["remedy"] for problem in problems)


def test_a_cluster_that_is_not_there(twinfed):
    _refused(twinfed("check", "nowhere"), "nowhere", "configs/harmattan")


def test_an_option_that_means_nothing(twinfed, workshop):
    assert twinfed("check", workshop, "--nope").returncode == 2
    engine = twinfed("replay", workshop, "x.parquet", "--engine", "fast")
    _refused(engine, "no engine 'fast'", "--engine local")
    until = twinfed("emulate", workshop, "--until", "soon", "--out", "x.parquet")
    _refused(until, "--until", "2027-02-14T06:00Z")
    _refused(twinfed("check", workshop, TWINFED_LOG="loud"), "TWINFED_LOG", "WARNING")


def test_a_scenario_or_response_that_is_not_there(twinfed, workshop):
    _refused(twinfed("whatif", workshop, "--scenario", "none"), "'none'", "dark-north")
    response = twinfed("whatif", workshop, "--scenario", "dark-north", "--response", "pray")
    _refused(response, "pray", "greedy")


def test_a_truncated_recording(twinfed, workshop, tmp_path):
    recording = tmp_path / "cut.parquet"
    recording.write_bytes(b"PAR1" + bytes(100))
    _refused(twinfed("replay", workshop, recording), "cut.parquet", "not a whole Parquet file")
    _refused(twinfed("replay", workshop, tmp_path / "none.parquet"), "no such file")


def test_a_data_directory_without_journals(twinfed, tmp_path):
    (tmp_path / "empty").mkdir()
    _refused(twinfed("verify", tmp_path / "empty"), "no journal", "--data-dir")
    _refused(twinfed("verify", tmp_path / "none"), "no such folder")


def test_a_port_in_use(twinfed, workshop, tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = twinfed("serve", workshop, "--port", port, "--data-dir", tmp_path / "data")
    _refused(result, f"127.0.0.1:{port}", "in use", "--port")
    assert not (tmp_path / "data").exists()


def test_a_data_directory_that_another_holds(twinfed, workshop, tmp_path):
    with closing(Workspace(tmp_path / "data")):
        result = twinfed(
            "whatif", workshop, "--data-dir", tmp_path / "data", "--scenario", "dark-north"
        )
    _refused(result, str(tmp_path / "data"), "in use by another federation", "close it")


def test_the_network_without_a_token(twinfed, workshop):
    result = twinfed("serve", workshop, "--host", "::", "--port", 0)
    _refused(result, "--host ::", "TWINFED_TOKEN", "--token-file")


def test_a_token_file_with_a_short_token(twinfed, workshop, tmp_path):
    (tmp_path / "token").write_text("abc\n")
    result = twinfed("serve", workshop, "--port", 0, "--token-file", tmp_path / "token")
    _refused(result, "the access token has 3 characters", "openssl rand -hex 32")


# The suite may run as root, who may write anywhere: only places where nobody can count.
def _unwritable(tmp_path):
    file = tmp_path / "file"
    file.touch()
    return [file / "below", "/proc/twinfed"]


def test_a_folder_that_cannot_be_written(twinfed, workshop, tmp_path):
    for place in _unwritable(tmp_path):
        demo = twinfed("demo", "--out", place)
        _refused(demo, str(place), "folder")
        asked = twinfed("whatif", workshop, "--scenario", "dark-north", "--out", place)
        _refused(asked, str(place), "folder")
        recorded = twinfed("emulate", workshop, "--until", FORK_AT, "--out", f"{place}/x.parquet")
        _refused(recorded, str(place), "--out")
        served = twinfed("serve", workshop, "--port", 0, "--data-dir", place)
        _refused(served, str(place), "--data-dir")


def test_a_home_that_cannot_be_written(twinfed, workshop, tmp_path):
    home = _unwritable(tmp_path)[0]
    served = twinfed("serve", workshop, "--port", 0, HOME=str(home), XDG_DATA_HOME="")
    _refused(served, str(home), "--data-dir")
    assert twinfed("check", workshop, HOME=str(home), XDG_CACHE_HOME="").returncode == 0


@pytest.mark.slow
@pytest.mark.ray
def test_a_question_needs_no_home(twinfed, workshop, tmp_path):
    home = {"HOME": str(_unwritable(tmp_path)[0]), "XDG_CACHE_HOME": ""}
    compiled = str(cache_root().parent)
    asked = ("--scenario", "dark-north", "--response", "stay", "--replications", 2)
    for engine in ("local", "ray"):
        result = twinfed(
            "whatif", workshop, *asked, "--engine", engine, TWINFED_CACHE_DIR=compiled, **home
        )
        assert result.returncode == 0, result.stderr
        assert "late orders" in result.stdout


@pytest.mark.slow
@pytest.mark.ray
def test_sigterm_ends_the_work_and_its_processes(workshop):
    command = [sys.executable, "-m", "twinfed.cli.main", "whatif", workshop]
    question = ["--scenario", "dark-north", "--replications", "20000", "--engine", "ray"]
    with subprocess.Popen([*command, *question], stderr=subprocess.PIPE, text=True) as process:
        for line in process.stderr:
            if "runs" in line:  # some are done
                break
        process.terminate()
        process.stderr.read()
        assert process.wait(timeout=60) == 143


def test_a_reader_that_leaves_is_no_error(workshop):
    command = f"{sys.executable} -m twinfed.cli.main check {workshop} --provenance | head -1"
    result = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)  # noqa: S602
    assert result.stderr == ""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("closed", "shown"), [(">&-", False), ("2>&-", True), ("<&- >&- 2>&-", False)]
)
def test_a_closed_stream_is_no_defect(workshop, closed, shown):
    command = f"{sys.executable} -m twinfed.cli.main check {workshop} {closed}"
    result = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)  # noqa: S602
    assert result.returncode == 0
    assert ("Two metal shops" in result.stdout) == shown
    assert result.stderr == ""


@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="no full device here")
def test_what_is_said_by_the_way_may_be_lost(workshop, tmp_path):
    until = f"--until {FORK_AT} --out {tmp_path / 'x.parquet'} 2> /dev/full"
    command = f"{sys.executable} -m twinfed.cli.main emulate {workshop} {until}"
    result = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)  # noqa: S602
    assert result.returncode == 0
    assert "rows of telemetry" in result.stdout


def test_ctrl_c_ends_with_130(tmp_path):
    command = [sys.executable, "-m", "twinfed.cli.main", "emulate", "harmattan"]
    span = ["--since", "2027-01-05T00:00Z", "--until", "2027-03-20T00:00Z"]
    out = tmp_path / "long.parquet"
    with subprocess.Popen(
        [*command, *span, "--out", out], stderr=subprocess.PIPE, text=True
    ) as process:
        for line in process.stderr:
            if "emulating" in line:
                break
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        rest = process.stderr.read()
        assert process.wait(timeout=60) == 130
    assert rest.splitlines()[-1] == "interrupted"
    assert "Traceback" not in rest
    assert list(tmp_path.iterdir()) == []
