"""What is refused at load of tariffs, dispatch rules, phases, feeders, buses without a source."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from federation.topology.load import ClusterError, load_cluster

SITE = """
id: {id}
name: Site
country: KE
latitude_deg: 0.0
longitude_deg: 0.0
machines:
  - {{id: m, process: work, run_kw: 2, bus: main{machine}}}
energy:
  buses: [{{id: main{bus}}}, {{id: other}}]
{energy}
"""


@pytest.fixture
def problems(tmp_path: Path) -> Callable[..., list[str]]:
    """Load one site with these lines of energy; the rules and texts of what is wrong."""

    def load(energy: str, *, bus: str = "", machine: str = "", head: str = "") -> list[str]:
        (tmp_path / "sites").mkdir(exist_ok=True)
        lines = "\n".join(f"  {line}" for line in energy.strip().splitlines())
        for name in ("A", "B"):
            text = SITE.format(id=name, energy=lines, bus=bus, machine=machine)
            (tmp_path / "sites" / f"{name}.yaml").write_text(text)
        (tmp_path / "cluster.yaml").write_text(head or "name: test\n")
        try:
            load_cluster(tmp_path)
        except ClusterError as error:
            return [f"{problem.file} {problem}" for problem in error.problems]
        return []

    return load


BANDS = (
    "grid: {{limit_kw: 5, bands: [{{id: a, price_per_kwh: 1, start: '08:00', end: '12:00'}}, "
    "{{id: {}, price_per_kwh: 2, start: '{}', end: '13:00'}}]}}"
)
CYCLE = "dispatch: cycle_charging"
BATTERY = "battery: {capacity_kwh: 10, charge_kw: 2, discharge_kw: 2}"


@pytest.mark.parametrize(
    ("energy", "expected"),
    [
        ("genset: {rated_kw: 5, tank_l: 9, fuel_on_hand_l: 9, backs_up: [other]}", "no source"),
        ("inverter: {power_kw: 5, pv: {peak_kw: 3}}", "no source"),
        (
            "grid: {limit_kw: 5}\ninverter: {power_kw: 5, "
            + BATTERY.replace("}", ", charge_efficiency: 1.1}}"),
            "charge_efficiency",
        ),
        ("grid: {limit_kw: 5}\ndispatch: self_consumption", "needs a battery"),
        (
            f"grid: {{limit_kw: 5}}\ninverter: {{power_kw: 5, {BATTERY}}}\ndispatch: tariff",
            "two prices",
        ),
        (
            f"grid: {{limit_kw: 5}}\ninverter: {{power_kw: 5, {BATTERY}}}\n{CYCLE}",
            "needs a genset",
        ),
        ("grid: {limit_kw: 5, export: {limit_kw: 2}}", "export"),
        ("grid: {limit_kw: 5}\npv_shift: {heavy_kw: 2}", "pv_shift needs"),
        (
            BANDS.format("b", "11:00"),
            "one price",
        ),
        (
            BANDS.format("a", "12:00"),
            "two prices",
        ),
        ("grid: {limit_kw: 5, bands: [{id: base, price_per_kwh: 1}]}", "another id"),
        (
            "grid: {limit_kw: 5, bands: [{id: a, price_per_kwh: 1, start: '22:00', end: '06:00'}]}",
            "midnight",
        ),
    ],
)
def test_energy_that_cannot_work_is_refused(problems, energy: str, expected: str) -> None:
    found = problems(energy)
    assert len(found) == 2  # one in each of the two files
    assert all(expected in text for text in found)
    assert {text.split()[0] for text in found} == {"sites/A.yaml", "sites/B.yaml"}


@pytest.mark.parametrize(
    ("bus", "machine", "expected"),
    [
        (", phases: 1", ", phase: L2", "one phase"),
        (", phases: 2", "", "phases"),
        ("", ", start_kw: 5", "start_s"),
        ("", ", start_kw: 1, start_s: 4", "below run_kw"),
        ("", ", power_factor: 1.2", "power_factor"),
    ],
)
def test_machines_that_cannot_hang_on_their_bus_are_refused(
    problems, bus: str, machine: str, expected: str
) -> None:
    found = problems("grid: {limit_kw: 5}", bus=bus, machine=machine)
    assert found
    assert all(expected in text for text in found)


@pytest.mark.parametrize(
    ("feeders", "expected"),
    [
        ("[{id: F, limit_kw: 9, sites: [A, C]}]", "not a site"),
        ("[{id: F, limit_kw: 9, sites: [A, B, A]}]", "listed twice"),
        ("[{id: F, limit_kw: 9, sites: [A]}]", "shared by nobody"),
        ("[{id: F, limit_kw: 9, sites: [A, B]}, {id: G, limit_kw: 9, sites: [A, B]}]", "already"),
    ],
)
def test_feeders_that_lead_nowhere_are_refused(problems, feeders: str, expected: str) -> None:
    found = problems("grid: {limit_kw: 5}", head=f"feeders: {feeders}\n")
    assert found
    assert all(expected in text for text in found)


def test_a_site_without_a_grid_is_on_no_feeder(problems) -> None:
    genset = "genset: {rated_kw: 5, tank_l: 9, fuel_on_hand_l: 9}"
    head = "feeders: [{id: F, limit_kw: 9, sites: [A, B]}]\n"
    assert all("no connection" in text for text in problems(genset, head=head))


def test_what_is_right_is_read(problems) -> None:
    energy = f"""
grid:
  limit_kw: 5
  demand_charge_per_kw: 3
  export: {{limit_kw: 2, price_per_kwh: 0.1}}
  bands: [{{id: night, price_per_kwh: 0.1, start: "22:00", end: "24:00"}}]
inverter: {{power_kw: 5, pv: {{peak_kw: 4, error_cv: 0.2}}, {BATTERY}}}
dispatch: tariff
pv_shift: {{heavy_kw: 1}}
"""
    head = "pv_error_correlation: 0.5\nfeeders: [{id: F, limit_kw: 9, sites: [A, B]}]\n"
    assert problems(energy, bus=", limit_kva: 4", machine=", phase: L3", head=head) == []
