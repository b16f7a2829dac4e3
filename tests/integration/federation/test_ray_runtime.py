"""How Ray is started and ended: seen from outside, in a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.ray, pytest.mark.slow]

SCRIPT = """
import json, os, signal, stat, sys
from pathlib import Path
from federation.runtime import ray_runtime
from federation.runtime.ray_runtime import RaySession

def own(signum, frame):
    raise SystemExit(143)

signal.signal(signal.SIGTERM, own)
with RaySession(num_cpus=1, object_store_bytes=80 * 2**20) as first, RaySession() as second:
    ray = first.ray

    @ray.remote
    def look():
        return {name: os.environ.get(name) for name in ("NUMBA_NUM_THREADS", "POLARS_MAX_THREADS")}

    home = Path(os.environ["RAY_AUTH_TOKEN_PATH"]).parent
    found = {
        "worker": ray.get(look.remote()),
        "driver": os.environ.get("NUMBA_NUM_THREADS"),
        "home": str(home),
        "token_mode": stat.S_IMODE((home / "token").stat().st_mode),
        "loopback": ray.get_runtime_context().gcs_address.startswith("127.0.0.1:"),
    }
    found["sigterm"] = signal.getsignal(signal.SIGTERM) is own
    second.close()
    found["after_one_share"] = ray.is_initialized()
found["after_all"] = ray.is_initialized()
found["left"] = sorted(entry.name for entry in home.iterdir())
with RaySession(num_cpus=1, object_store_bytes=80 * 2**20):
    found["again"] = ray.is_initialized()
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    folder = tmp_path_factory.mktemp("a-long-name-for-a-temporary-directory-of-a-user")
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("RAY_") and name not in {"NUMBA_NUM_THREADS", "POLARS_MAX_THREADS"}
    }
    environment |= {"HOME": str(folder), "TMPDIR": str(folder)}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
        env=environment,
        cwd=Path(__file__).parents[3],
    )
    assert done.returncode == 0, done.stderr
    return folder, done.stdout


def test_nothing_but_the_answer_is_printed(seen):
    assert len(seen[1].splitlines()) == 1


def test_the_last_share_ends_it_and_it_can_be_started_again(seen):
    found = json.loads(seen[1])
    assert (found["after_one_share"], found["after_all"], found["again"]) == (True, False, True)
    assert found["left"] == ["token"]


def test_it_lives_in_a_short_private_directory_that_goes_away(seen):
    folder, answer = seen
    found = json.loads(answer)
    assert len(found["home"]) <= 40
    assert found["token_mode"] == 0o600
    assert found["loopback"]
    assert not Path(found["home"]).exists()
    assert not (folder / ".ray").exists()


def test_workers_run_libraries_on_one_thread_and_the_driver_is_left_alone(seen):
    found = json.loads(seen[1])
    assert found["worker"] == {"NUMBA_NUM_THREADS": "1", "POLARS_MAX_THREADS": "1"}
    assert found["driver"] is None


def test_the_answer_to_sigterm_stays_that_of_the_process(seen):
    assert json.loads(seen[1])["sigterm"] is True
