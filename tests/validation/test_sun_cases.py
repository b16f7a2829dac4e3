"""The sun: the error of PV power with its correlation, and heavy work that waits for PV hours."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from analytics.simulation.compile.snapshot import compile_cluster
from analytics.simulation.layout import DAY_MS, P_GRID_OFF
from analytics.simulation.model import SimState
from analytics.simulation.run import run
from analytics.validation.one_site import HOUR, START, build, compile_one
from federation.topology.model import ClusterSpec
from tests.validation.two_sites import feeder_cluster
from twins.energy_spec import BusSpec, EnergySpec, GridSpec, InverterSpec, PvSpec
from twins.spec import MachineSpec
from twins.tariff_spec import PvShiftSpec

DAYS = 24


def daily_factors(correlation: float, regions: tuple[str, str], seed: int) -> np.ndarray:
    """float[2, days]: energy available each day over that of the clear-sky table."""
    energy = EnergySpec(
        grid=GridSpec(limit_kw=10.0),
        inverter=InverterSpec(power_kw=9.0, pv=PvSpec(peak_kw=4.0, error_cv=0.3)),
    )
    machine = MachineSpec(id="m", process="work")
    cluster = feeder_cluster(
        [energy, energy], [machine, machine], lots=[0, 0], limit_kw=None, correlation=correlation
    )
    sites = tuple(
        site.model_copy(update={"region": region})
        for site, region in zip(cluster.sites, regions, strict=True)
    )
    model, state = compile_one(cluster.model_copy(update={"sites": sites}), trace_level=0)
    model = model.with_run(seed=seed, replication=0)
    before = np.zeros(2)
    factors = np.zeros((2, DAYS))
    for day in range(DAYS):
        run(model, state, (day + 1) * DAY_MS)
        now = state.site["pv_available_uj"].astype(float)
        usual = model.pv[:, 48 * day : 48 * (day + 1)].sum(axis=1) * (HOUR / 2)
        factors[:, day] = (now - before) / usual
        before = now
    return factors


@pytest.mark.parametrize(
    ("correlation", "regions", "expected"),
    [(0.7, ("coast", "coast"), 0.7), (0.7, ("coast", "hills"), 0.0), (0.0, ("a", "a"), 0.0)],
)
def test_the_error_of_pv_is_correlated_within_a_region(
    correlation: float, regions: tuple[str, str], expected: float
) -> None:
    """Normal scores of 240 days at two sites; r has a standard error of (1 - r^2) / sqrt(n)."""
    factors = np.concatenate(
        [daily_factors(correlation, regions, seed) for seed in range(10)], axis=1
    )
    scores = np.log(factors)
    found = np.corrcoef(scores)[0, 1]
    assert abs(found - expected) < 3.0 * (1.0 - expected**2) / np.sqrt(scores.shape[1])
    deviation = 0.3 / np.sqrt(scores.shape[1])
    assert np.all(np.abs(factors.mean(axis=1) - 1.0) < 3.0 * deviation)
    assert factors.std(axis=1) == pytest.approx([0.3, 0.3], rel=0.2)


def test_a_day_has_the_same_sky_in_every_fork_and_one_sky_in_means() -> None:
    """A fork a day later sees the factor of that day; deterministic runs see the table."""
    energy = EnergySpec(
        grid=GridSpec(limit_kw=10.0),
        inverter=InverterSpec(power_kw=9.0, pv=PvSpec(peak_kw=4.0, error_cv=0.3)),
    )
    model, state = compile_one(build(energy))
    run(model, state, 36 * HOUR)
    noon = int(state.site["pv_mw"][0])
    later = build(energy).model_copy(update={"start": START})
    moved = compile_cluster(later, START + timedelta(days=1), 14 * DAY_MS).with_run(1, 0)
    forked = SimState.empty(moved)
    run(moved, forked, 12 * HOUR)
    assert forked.site["pv_mw"][0] == noon
    assert noon != model.pv[0, 72]
    plan, view = compile_one(build(energy), deterministic=True)
    run(plan, view, 36 * HOUR)
    assert view.site["pv_mw"][0] == plan.pv[0, 72]


def _shifted(due_days: float, wait_h: float, fraction: float = 1.0) -> ClusterSpec:
    energy = EnergySpec(
        buses=(BusSpec(id="main", base_load_kw=1.0),),
        grid=GridSpec(limit_kw=50.0),
        inverter=InverterSpec(power_kw=20.0, pv=PvSpec(peak_kw=12.0)),
        pv_shift=PvShiftSpec(heavy_kw=3.0, fraction=fraction, longest_wait_h=wait_h),
    )
    cluster = build(energy, machine=MachineSpec(id="m", process="work", run_kw=4.0), lots=1)
    due = START + timedelta(days=due_days)
    order = cluster.orders[0].model_copy(update={"due": due})
    return cluster.model_copy(update={"orders": (order,)})


@pytest.mark.parametrize("fraction", [1.0, 0.5])
def test_a_heavy_operation_begins_when_the_sun_carries_it(fraction: float) -> None:
    """The first half-hour whose PV power exceeds the base load by the share of 4 kW."""
    model, state = compile_one(_shifted(due_days=20.0, wait_h=24.0, fraction=fraction))
    run(model, state, 2 * DAY_MS)
    step = int(np.flatnonzero(model.pv[0] >= 1_000_000 + 4_000_000 * fraction)[0])
    assert 6 * HOUR < step * HOUR // 2 < 12 * HOUR
    assert state.op["start_ms"][0] == step * HOUR // 2


def test_it_waits_no_longer_than_is_said_and_not_when_its_lot_has_no_slack() -> None:
    """3 h of waiting; or due after 2 h with half an hour of work: 1.5 h of slack."""
    model, state = compile_one(_shifted(due_days=20.0, wait_h=3.0))
    run(model, state, DAY_MS)
    assert state.op["start_ms"][0] == 3 * HOUR
    model, state = compile_one(_shifted(due_days=2.0 / 24.0, wait_h=24.0))
    run(model, state, DAY_MS)
    assert state.op["start_ms"][0] == 3 * HOUR // 2
    assert state.machine_lost[0] == 0


def test_light_operations_do_not_wait() -> None:
    cluster = _shifted(due_days=20.0, wait_h=24.0)
    site = cluster.sites[0]
    light = (site.machines[0].model_copy(update={"run_kw": 3.0}),)
    cluster = cluster.model_copy(update={"sites": (site.model_copy(update={"machines": light}),)})
    model, state = compile_one(cluster, [(5 * HOUR, P_GRID_OFF, 0, 1)])
    run(model, state, HOUR)
    assert state.op["start_ms"][0] == 0
