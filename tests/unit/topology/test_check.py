"""The arithmetic of a cluster can be followed without simulating it."""

from __future__ import annotations

from collections import defaultdict
from math import exp
from pathlib import Path

import pytest

from analytics.simulation.compile.dists import DistTable
from federation.topology.availability import availability, capped_mean_h
from federation.topology.check import check_cluster, single_sources, unmakeable
from federation.topology.check_energy import bus_power, site_power
from federation.topology.check_hours import process_needs, process_weeks, shift_hours
from federation.topology.load import load_cluster
from federation.topology.model import ClusterSpec
from twins.distribution_spec import DistributionSpec
from twins.spec import ShiftSpec

HARMATTAN = Path(__file__).parents[3] / "configs" / "harmattan"


@pytest.fixture(scope="module")
def cluster() -> ClusterSpec:
    return load_cluster(HARMATTAN)


# Hours a week over all sites: base weeks, peak weeks 6 to 9, machine hours available. The published
# figures leave out the final assembly of P2 and the flat-packing of P4.
PUBLISHED = {
    "bending": (33, 49, 2 * 48, None),
    "soldering": (34, 54, 3 * 48, None),
    "pcb_assembly": (23, 34, 3 * 48, None),
    "assembly": (57, 91, 6 * 48, {"P1"}),
    "packaging": (11, 17, 6 * 48, {"P1", "P2", "P3"}),
    "repair": (69, 69, 2 * 48, None),
    "3d_printing_fdm": (870, 1390, 28 * 168, None),
}


@pytest.mark.parametrize("process", PUBLISHED)
def test_the_hours_of_the_sample_are_the_published_ones(cluster: ClusterSpec, process: str) -> None:
    base, peak, available, products = PUBLISHED[process]
    hours: dict[int, float] = defaultdict(float)
    for need in process_needs(cluster):
        if need.process == process and (products is None or need.product in products):
            hours[need.week] += need.hours
    for week in range(1, 13):
        expected = peak if 6 <= week <= 9 else base
        assert hours[week] == pytest.approx(expected, rel=0.04)
    rows = [row for row in process_weeks(cluster) if row.process == process]
    assert {row.available_h for row in rows} == {available}


def test_what_the_published_hours_leave_out_is_small(cluster: ClusterSpec) -> None:
    rest = {
        (need.process, need.product): need.hours
        for need in process_needs(cluster)
        if need.week == 1
    }
    assert rest["assembly", "P2"] == pytest.approx(60 * 8 / 60)
    assert rest["packaging", "P4"] == pytest.approx(40 * 3 / 60)


def test_a_yield_starts_more_units_and_a_batch_is_shared_by_full_lots(cluster: ClusterSpec) -> None:
    hours = {
        (need.process, need.product): need.hours
        for need in process_needs(cluster)
        if need.week == 1
    }
    assert hours["repair", "P3"] == pytest.approx(120 / 0.72 * 25 / 60)
    assert hours["coating", "P1"] == pytest.approx(800 / 32)  # two lots of 16 in an oven for 40


def test_a_process_above_95_percent_is_flagged(cluster: ClusterSpec) -> None:
    assert check_cluster(cluster).full == ()
    crowded = cluster.model_copy(
        update={
            "orders": tuple(
                order.model_copy(update={"quantity": order.quantity * 2})
                if order.product == "P3"
                else order
                for order in cluster.orders
            )
        }
    )
    flagged = check_cluster(crowded).full
    assert {row.process for row in flagged} == {"repair"}
    assert len(flagged) == 12
    assert flagged[0].load == pytest.approx(2 * 69.44 / 96, rel=1e-3)


def test_single_sources_of_the_sample(cluster: ClusterSpec) -> None:
    assert {(row.product, row.part, row.site) for row in single_sources(cluster)} == {
        ("P1", "strap", "WA-ABA"),
        ("P1", "bracket", "WA-TKD"),
        ("P3", "board", "WA-COO"),
    }
    assert check_cluster(cluster).single_processes == (
        ("cnc_milling", "WA-TKD"),
        ("repair", "WA-COO"),
        ("sewing", "WA-ABA"),
    )


def test_a_step_that_no_permitted_site_can_make_is_named_with_the_reasons(
    cluster: ClusterSpec,
) -> None:
    assert unmakeable(cluster) == ()
    p3 = cluster.product("P3")
    lost = p3.model_copy(
        update={"permissions": tuple(p for p in p3.permissions if p.site != "WA-COO")}
    )
    others = tuple(p for p in cluster.products if p.id != "P3")
    rows = unmakeable(cluster.model_copy(update={"products": (*others, lost)}))
    assert [row.operation for row in rows] == ["receive", "repair", "test"]
    reasons = {refusal.site: refusal.requirement for refusal in rows[1].refusals}
    assert reasons["WA-COO"] == "permission"
    assert reasons["WA-LOS"] == "process"


def test_kaduna_has_no_source_for_its_machines_without_the_grid(cluster: ClusterSpec) -> None:
    main, essential = bus_power(cluster.site("WA-KAD"))
    assert main.peak_kw == pytest.approx(5 + 4 + 2 * 5.5 + 24)
    assert (main.on_inverter, main.on_genset) == (False, False)
    assert (essential.peak_kw, essential.on_inverter) == (1, True)
    power = site_power(cluster.site("WA-KAD"))
    assert power is not None
    assert power.dark_kw == main.peak_kw
    assert power.grid_share == 1.0
    assert power.battery_base_h == pytest.approx(15 * 0.9 * 0.95 / 1)
    assert power.fuel_base_h is None


def test_fuel_lasts_as_the_linear_curve_says(cluster: ClusterSpec) -> None:
    power = site_power(cluster.site("WA-IBA"))
    assert power is not None
    assert power.fuel_base_h == pytest.approx(60 / (0.08415 * 32 + 0.246 * 0.3 * 32))
    assert power.fuel_peak_h == pytest.approx(60 / (0.08415 * 32 + 0.246 * 17.6))


def test_overlapping_shifts_count_once(cluster: ClusterSpec) -> None:
    site = cluster.site("WA-KAD")
    assert shift_hours(site) == 48
    twice = (*site.shifts, ShiftSpec(days=("sat", "sun"), start="12:00", end="18:00"))
    assert shift_hours(site.model_copy(update={"shifts": twice})) == 48 + 2 + 6


def test_bending_in_kaduna_alone_is_strained_by_its_power_cuts(cluster: ClusterSpec) -> None:
    """The check shows why metal work needs its second home: 48 h less breakdowns and power cuts."""
    rows = {row.week: row for row in process_weeks(cluster) if row.process == "bending"}
    cuts = 32.8 * capped_mean_h(OUTAGE) / 730
    expected = 48 * (1 - cuts) * 1200 / (1200 + capped_mean_h(REPAIR))
    assert (rows[1].available_h, rows[1].approved_h) == (96, 48)
    assert rows[1].expected_h == pytest.approx(expected)
    assert 33 < rows[1].expected_h < 36
    strained = {row.week for row in check_cluster(cluster).strained if row.process == "bending"}
    assert strained == {week for week, row in rows.items() if row.needed_h > 0.95 * expected}
    assert strained >= {6, 7, 8, 9}
    assert not any(row.full for row in rows.values())


OUTAGE = DistributionSpec(kind="lognormal", mean_h=6.6, cv=1.0, cap_h=24.0)
REPAIR = DistributionSpec(kind="lognormal", mean_h=8.0, cv=1.0, cap_h=48.0)


@pytest.mark.parametrize(
    "spec",
    [
        OUTAGE,
        DistributionSpec(kind="exponential", mean_h=6.0, cap_h=4.0),
        DistributionSpec(kind="weibull", mean_h=6.0, shape=0.8, cap_h=10.0),
        DistributionSpec(kind="deterministic", mean_h=6.0, cap_h=4.0),
        DistributionSpec(kind="lognormal", mean_h=6.0, cv=2.0),
        DistributionSpec(kind="gamma", mean_h=6.0, cv=0.7, cap_h=9.0),
        DistributionSpec(kind="empirical", points_h=(0.0, 2.0, 3.0, 9.0), cap_h=5.0),
    ],
    ids=lambda spec: spec.kind,
)
def test_the_mean_after_the_cap_is_that_of_the_simulator(spec: DistributionSpec) -> None:
    table = DistTable()
    simulated = table.mean_ms(table.duration(spec)) / 3_600_000
    assert capped_mean_h(spec) == pytest.approx(simulated, rel=1e-3)


def test_the_mean_after_a_cap_has_its_closed_form() -> None:
    spec = DistributionSpec(kind="exponential", mean_h=6.0, cap_h=4.0)
    assert capped_mean_h(spec) == pytest.approx(6 * (1 - exp(-4 / 6)), rel=1e-6)


def test_what_is_backed_up_loses_only_its_breakdowns(cluster: ClusterSpec) -> None:
    for site in cluster.sites:
        for machine in site.machines:
            assert machine.failure is not None
            up = capped_mean_h(machine.failure.time_to_failure)
            own = up / (up + capped_mean_h(machine.failure.time_to_repair))
            if site.id == "WA-KAD":
                assert availability(site, machine) < 0.75
            else:
                assert availability(site, machine) == pytest.approx(own)
