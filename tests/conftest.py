"""Settings of every test: quiet, on one thread, on loopback only; one Ray for all that need it."""

import os
import signal
from collections.abc import Iterator
from typing import Any

# A run in the background ignores Ctrl-C, and so would every command under test.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Read by the libraries when they are first imported, so they stand before any other import.
for _name, _value in {
    "MKL_NUM_THREADS": "1",
    "NUMBA_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "POLARS_MAX_THREADS": "1",
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",  # listen on 127.0.0.1 only
    "RAY_USAGE_STATS_ENABLED": "0",
    "TWINFED_CHECK_LAWS": "1",  # every run obeys the laws: also those of commands and workers
}.items():
    os.environ.setdefault(_name, _value)

import pytest  # noqa: E402
from hypothesis import settings  # noqa: E402

# A first example may have to wait for compiled code: no deadline for one example.
settings.register_profile("twinfed", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("twinfed")


@pytest.fixture(scope="session")
def ray_rt() -> Iterator[Any]:
    """The one Ray of a test run: started with the first test that asks, ended with the last."""
    from federation.runtime.ray_runtime import RaySession

    with RaySession(num_cpus=2, object_store_bytes=80 * 2**20) as session:
        yield session.ray
