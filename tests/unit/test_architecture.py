"""The house stays as drawn: imports run downwards, pure parts stay pure, files stay small."""

import subprocess
import sys
import tomllib
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("twins", "connectors", "federation", "analytics", "twinfed")
LINES_ALARM = 400

# Modules (with all below them) that may reach Ray and the network; all others in their packages
# are pure. A new entry is a decision about the architecture.
RUNTIME = (
    "twins.host",
    "federation.runtime",
    "analytics.study",
    "analytics.workers",
    "analytics.starts",
)
IMPURE = ("asyncio", "ray", "socket")


def _below(module: str, packages: tuple[str, ...]) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def _run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_import_contracts_hold():
    code = "from importlinter.cli import lint_imports_command as run; run(['--no-cache'])"
    result = _run(code)
    assert result.returncode == 0, result.stdout + result.stderr


def test_every_package_is_under_contract():
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    assert set(pyproject["importlinter"]["root_packages"]) == set(PACKAGES)
    assert set(pyproject["mypy"]["packages"]) == set(PACKAGES)


def test_only_runtime_files_reach_ray_or_the_network():
    graph = grimp.build_graph(*PACKAGES, include_external_packages=True, cache_dir=None)
    pure = sorted(
        module
        for module in graph.modules
        if _below(module, ("twins", "federation", "analytics")) and not _below(module, RUNTIME)
    )
    chains = [
        graph.find_shortest_chain(importer=module, imported=impure)
        for module in pure
        for impure in IMPURE
        if impure in graph.modules
    ]
    assert [" -> ".join(chain) for chain in chains if chain] == []


@pytest.mark.parametrize("module", ["twins", "twins.spec", "connectors", "federation.topology"])
def test_pure_imports_load_neither_ray_nor_fastapi(module):
    result = _run(f"import sys, {module}; print(sorted({{'ray', 'fastapi'}} & set(sys.modules)))")
    assert result.stdout.strip() == "[]", result.stdout + result.stderr


def test_files_stay_below_the_alarm():
    too_long = {
        str(path.relative_to(ROOT)): lines
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > LINES_ALARM
    }
    assert too_long == {}


def test_every_package_is_typed():
    assert [package for package in PACKAGES if not (ROOT / package / "py.typed").is_file()] == []
