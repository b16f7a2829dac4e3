"""What a daemon leaves running is found through it, and ended; other children are left alone."""

import subprocess
import sys
from pathlib import Path

import pytest

from federation.runtime.processes import end, started_from

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")

DAEMON = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print(child.pid, flush=True)
sys.stdin.read()
"""


def test_the_child_of_a_daemon_does_not_outlive_it(tmp_path):
    sleeper = [sys.executable, "-c", "import time; time.sleep(60)"]
    with (
        subprocess.Popen(sleeper) as other,
        subprocess.Popen(
            [sys.executable, "-c", DAEMON, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as daemon,
    ):
        child = int(daemon.stdout.readline())
        found = started_from(tmp_path)
        assert {pid for pid, _ in found} == {daemon.pid, child}
        daemon.kill()
        daemon.wait()
        end(found)
        stat = Path(f"/proc/{child}/stat")
        assert not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] in "ZX"
        assert other.poll() is None
        other.kill()
