"""The public names of the package are a promise: changing this list is changing the product."""

import subprocess
import sys

import twinfed as tf


def _run(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)


def test_the_public_names_are_these():
    assert tf.__all__ == [
        "ClusterSnapshot",
        "Response",
        "Scenario",
        "Study",
        "StudyResult",
        "TwinfedError",
        "connect",
        "load_cluster",
        "load_scenario",
        "open",
        "reroute",
        "sample",
    ]


def test_every_public_name_is_there():
    assert [name for name in tf.__all__ if getattr(tf, name, None) is None] == []
    assert set(tf.__all__) <= set(dir(tf))
    assert tf.__version__[0].isdigit()


def test_other_names_are_not():
    assert not hasattr(tf, "undefined")


HEAVY = (
    "altair", "analytics", "fastapi", "networkx", "numba", "numpy", "pandas", "polars", "pvlib",
    "pyarrow", "pydantic", "ray", "rich", "uvicorn", "yaml",
)  # fmt: skip


def test_importing_the_package_loads_nothing_heavy():
    found = _run(f"import sys, twinfed; print(sorted(set({HEAVY}) & set(sys.modules)))")
    assert found.stdout.strip() == "[]"


def test_the_command_line_that_only_helps_loads_nothing_heavy():
    code = (
        "import sys; sys.argv = ['twinfed', '--help']\n"
        "from twinfed.cli.main import run\n"
        "try: run()\n"
        "except SystemExit as end: assert not end.code\n"
        f"print(sorted(set({HEAVY}) & set(sys.modules)), file=sys.stderr)"
    )
    assert _run(code).stderr.strip() == "[]"
