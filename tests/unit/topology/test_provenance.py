"""Every figure says where it comes from, and the note survives loading."""

from __future__ import annotations

from pathlib import Path

import pytest

from federation.topology.load import load_cluster
from federation.topology.model import ClusterSpec
from federation.topology.provenance import figures, summary, undocumented
from twins.energy_spec import EnergySpec, GridSpec
from twins.spec import MachineSpec, SiteSpec

HARMATTAN = Path(__file__).parents[3] / "configs" / "harmattan"


@pytest.fixture(scope="module")
def cluster() -> ClusterSpec:
    return load_cluster(HARMATTAN)


def test_the_sample_has_no_undocumented_figure(cluster: ClusterSpec) -> None:
    assert [figure.path for figure in undocumented(cluster)] == []


def test_the_notes_of_the_sample_survive_loading(cluster: ClusterSpec) -> None:
    found = {figure.path: figure for figure in figures(cluster)}
    outages = found["sites[WA-KAD].energy.grid.outages.per_month"]
    assert (outages.value, outages.kind) == (32.8, "source")
    assert "World Bank" in outages.note
    wage = found["sites[WA-KAD].labour.wage_per_h"]
    assert (wage.value, wage.kind) == (1.6, "assumption")
    assert found["sites[WA-KAD].labour.headcount"].kind == "assumption"
    assert found["orders[P1-W01-LAG-1].quantity"].kind == "assumption"
    assert found["sites[WA-KAD].machines[press_brake].speed_factor"].kind == "default"


def test_the_nearest_note_wins() -> None:
    site = SiteSpec(
        id="A",
        name="A",
        country="GH",
        latitude_deg=5.0,
        longitude_deg=0.0,
        assumption="of the site",
        notes={"latitude_deg": "source: a map", "energy": "assumption: of the energy"},
        machines=(
            MachineSpec(id="a", process="bending", run_kw=4.0),
            MachineSpec(id="b", process="bending", run_kw=4.0, source="name plate"),
        ),
        energy=EnergySpec(grid=GridSpec(limit_kw=10.0, notes={"limit_kw": "source: contract"})),
    )
    cluster = ClusterSpec(id="c", name="c", start="2027-01-04T00:00Z", sites=(site,))
    found = {figure.path.removeprefix("sites[A]."): figure for figure in figures(cluster)}
    assert (found["latitude_deg"].kind, found["latitude_deg"].note) == ("source", "a map")
    assert found["longitude_deg"].note == "of the site"
    assert found["machines[a].run_kw"].note == "of the site"
    assert (found["machines[b].run_kw"].kind, found["machines[b].run_kw"].note) == (
        "source",
        "name plate",
    )
    assert found["energy.grid.limit_kw"].note == "contract"
    assert found["machines[a].idle_kw"].kind == "default"
    counts = summary(cluster)
    assert (counts.sourced, counts.assumed, counts.undocumented, counts.assumptions) == (3, 2, 0, 1)


def test_a_figure_without_any_note_is_undocumented() -> None:
    site = SiteSpec(
        id="A",
        name="A",
        country="GH",
        latitude_deg=5.0,
        longitude_deg=0.0,
        machines=(MachineSpec(id="a", process="bending"),),
    )
    cluster = ClusterSpec(id="c", name="c", start="2027-01-04T00:00Z", sites=(site,))
    assert [figure.path for figure in undocumented(cluster)] == [
        "sites[A].latitude_deg",
        "sites[A].longitude_deg",
    ]
