"""Harmattan as its twins see it at the fork of a scenario, and small studies on it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from analytics.scenario import load_scenario
from analytics.study import Study
from federation.topology.load import load_cluster
from twinfed.client import LocalCluster

HARMATTAN = Path(__file__).parents[3] / "configs" / "harmattan"
RESPONSES = ("stay", "stay+hired-genset", "greedy")


def scenario(name: str) -> Any:
    return load_scenario(HARMATTAN / "scenarios" / f"{name}.yaml")


@pytest.fixture(scope="session")
def harmattan() -> Any:
    return load_cluster(HARMATTAN)


@pytest.fixture(scope="session")
def fed(harmattan) -> Iterator[LocalCluster]:
    """The twins, told their state at the fork of the collapse."""
    with LocalCluster(harmattan, folder=HARMATTAN) as cluster:
        cluster.emulate(scenario("nigeria-grid-collapse").fork_at, seed=1)
        yield cluster


@pytest.fixture(scope="session")
def snapshot(fed):
    return fed.fork()


@pytest.fixture(scope="session")
def collapse_study(snapshot):
    """``collapse_study(**changes)``: a small study of the collapse, in this process."""

    def make(**changes: Any) -> Study:
        settings = {"replications": 3, "seed": 7, "engine": "local", **changes}
        scenarios = settings.pop("scenarios", scenario("nigeria-grid-collapse"))
        return Study(snapshot, scenarios, settings.pop("responses", RESPONSES), **settings)

    return make


@pytest.fixture(scope="session")
def result(collapse_study):
    return collapse_study().run()
