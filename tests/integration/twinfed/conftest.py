"""Runs of the real command line in processes of their own."""

import os
import subprocess
import sys

import pytest

from tests.support.workshop import write_workshop


@pytest.fixture
def workshop(tmp_path):
    return write_workshop(tmp_path / "workshop")


@pytest.fixture
def twinfed(tmp_path):
    """``twinfed(*arguments, **environment)``: the finished process, with its outputs as text."""

    def run(*arguments, **environment):
        return subprocess.run(
            [sys.executable, "-m", "twinfed.cli.main", *map(str, arguments)],
            cwd=tmp_path,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )

    return run
