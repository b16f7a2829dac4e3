"""Every example runs as it stands, from anywhere."""

import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[3] / "examples"
ARGUMENTS = {"charts.py": ("pictures", "2"), "over_http.py": ("data",)}
SAYS = {
    "ask_what_if.py": "by rerouting",
    "charts.py": "pictures/cost.png",
    "look_around.py": "forked at Thu 09:00",
    "resilience.py": "P1: hangs on WA-ABA, WA-ACC, WA-IBA, WA-LOS, WA-TKD, ACC-TKD, IBA-ABA",
    "over_http.py": "10 twins, scenarios: accra-pnp-down",
    "own_cluster.py": "O-1/01/stool bench: Mon",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(path.name for path in EXAMPLES.glob("*.py")))
def test_an_example_runs(name, tmp_path):
    result = subprocess.run(
        [sys.executable, EXAMPLES / name, *ARGUMENTS.get(name, ())],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert SAYS[name] in result.stdout
