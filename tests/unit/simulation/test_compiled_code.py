"""Compiled code: what is only a part of an entry, and what Python calls too."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PROGRAM = {
    "inside.py": """
from analytics.simulation.cache import compiled

@compiled
def twice(x):
    return x + x + 1
""",
    "rules.py": """
from analytics.simulation.cache import rule

@rule
def twice(x):
    return 2 * x
""",
    "program.py": """
import numba
import inside, rules
from analytics.simulation.cache import CompiledEntry

def both(x):
    return inside.twice(x) + rules.twice(x)

print(CompiledEntry("both", both, lambda: numba.int64(numba.int64))(5), rules.twice(5))
""",
}


def test_a_rule_and_an_inner_function_may_share_their_name(tmp_path: Path) -> None:
    """The rule keeps the machine code that Python calls, in the process that compiles too."""
    for name, text in PROGRAM.items():
        (tmp_path / name).write_text(text)
    environment = {**os.environ, "TWINFED_CACHE_DIR": str(tmp_path / "cache")}
    environment["PYTHONPATH"] = os.pathsep.join([str(Path(__file__).parents[3]), str(tmp_path)])
    for _ in range(2):  # compiled, then loaded
        ended = subprocess.run(
            [sys.executable, str(tmp_path / "program.py")],
            capture_output=True,
            text=True,
            env=environment,
            timeout=240,
            check=False,
        )
        assert (ended.returncode, ended.stdout) == (0, "21 10\n"), ended.stderr
