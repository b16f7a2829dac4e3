"""What the compiled kernel costs a process: a cold compile, and a warm load. One JSON line.

Cold: a new process with an empty cache compiles. Warm: the next new process loads what the first
one left; the time of the imports before it stands apart.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile

COLD_BUDGET_S, WARM_BUDGET_S = 45.0, 0.5

LOAD = """
import json, time
begin = time.perf_counter()
from analytics.simulation.run import KERNEL
imported = time.perf_counter()
KERNEL.load()
print(json.dumps([imported - begin, time.perf_counter() - imported]))
"""


def load(cache: str) -> tuple[float, float]:
    """Seconds of the imports and of the load in a new process with that cache folder."""
    done = subprocess.run(
        [sys.executable, "-c", LOAD],
        env={**os.environ, "TWINFED_CACHE_DIR": cache},
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    imports_s, load_s = json.loads(done.stdout)
    return imports_s, load_s


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as cache:
        _, cold_s = load(cache)
        imports_s, warm_s = min(load(cache) for _ in range(3))
    print(
        json.dumps(
            {
                "benchmark": "kernel_load",
                "cold_compile_s": round(cold_s, 1),
                "warm_load_s": round(warm_s, 3),
                "imports_s": round(imports_s, 3),
                "budget_cold_s": COLD_BUDGET_S,
                "budget_warm_s": WARM_BUDGET_S,
            }
        )
    )


if __name__ == "__main__":
    main()
