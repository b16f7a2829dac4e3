"""Every sample cluster that travels with the product loads, can be made and is documented."""

from __future__ import annotations

from pathlib import Path

import pytest

from analytics.scenario import load_scenario
from federation.topology.check_material import material_weeks
from federation.topology.load import load_cluster
from federation.topology.provenance import undocumented
from twinfed.samples import sample, sample_names

SCENARIOS = [
    pytest.param(name, path, id=f"{name}-{path.stem}")
    for name in sample_names()
    for path in sorted((sample(name) / "scenarios").glob("*.yaml"))
]


def test_three_samples_travel_with_the_product() -> None:
    assert set(sample_names()) == {"harmattan", "nearmarket", "surge"}


@pytest.mark.parametrize("name", ["surge", "nearmarket"])
def test_no_figure_is_undocumented_and_no_material_runs_short(name: str) -> None:
    cluster = load_cluster(sample(name))
    assert undocumented(cluster) == ()
    assert [row for row in material_weeks(cluster) if row.short] == []


@pytest.mark.parametrize(("name", "path"), SCENARIOS)
def test_every_scenario_fits_its_cluster(name: str, path: Path) -> None:
    scenario = load_scenario(path)
    assert scenario.id == path.stem
    scenario.check(load_cluster(sample(name)))
