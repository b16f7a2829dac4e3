"""All energy features at once: every flow balances, and neither trace nor a pause changes a bit."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.simulation.layout import (
    DAY_MS,
    P_GRID_LIMIT,
    P_GRID_OFF,
    P_GRID_VOLTAGE,
    P_PV_SHARE,
    P_TARIFF,
)
from analytics.simulation.model import SimModel, SimState
from analytics.simulation.run import run
from analytics.validation.one_site import HOUR, compile_one, energy_rows
from tests.validation.two_sites import feeder_cluster
from twins.energy_spec import (
    BatterySpec,
    BusSpec,
    EnergySpec,
    GensetSpec,
    GridSpec,
    InverterSpec,
    PvSpec,
)
from twins.spec import MachineSpec
from twins.tariff_spec import ExportSpec, PvShiftSpec, TariffBandSpec

DAYS = 5


def _energy(rule: str) -> EnergySpec:
    night = TariffBandSpec(id="night", price_per_kwh=0.1, start="00:00", end="06:00")
    return EnergySpec.model_validate(
        {
            "buses": (BusSpec(id="main", base_load_kw=0.7, limit_kva=14.0),),
            "grid": GridSpec(
                limit_kw=9.0,
                tariff_per_kwh=0.3,
                bands=(night,),
                demand_charge_per_kw=5.0,
                export=ExportSpec(limit_kw=2.0, price_per_kwh=0.05),
            ),
            "inverter": InverterSpec(
                power_kw=8.0,
                pv=PvSpec(peak_kw=9.0, error_cv=0.3),
                battery=BatterySpec(capacity_kwh=11.0, charge_kw=3.0, discharge_kw=4.0),
                island_below_voltage_fraction=0.85,
            ),
            "genset": GensetSpec(rated_kw=5.0, tank_l=300.0, fuel_on_hand_l=300.0),
            "dispatch": rule,
            "pv_shift": PvShiftSpec(heavy_kw=2.5, longest_wait_h=9.0),
        }
    )


def together(trace_level: int = 2) -> tuple[SimModel, SimState]:
    """Four sites with a rule each on one feeder, through outages, low voltage and haze."""
    machine = {
        "id": "m",
        "process": "work",
        "count": 3,
        "idle_kw": 0.1,
        "run_kw": 3.0,
        "start_kw": 4.0,
        "start_s": 20.0,
        "rewarm_min": 6.0,
        "power_factor": 0.9,
        "minimum_voltage_fraction": 0.8,
    }
    rules = ("backup", "self_consumption", "tariff", "cycle_charging")
    cluster = feeder_cluster(
        [_energy(rule) for rule in rules],
        [MachineSpec.model_validate(machine | {"criticality": number}) for number in range(4)],
        lots=[60] * 4,
        limit_kw=20.0,
        minutes=47.0,
        correlation=0.5,
    )
    changes = []
    for site in range(4):
        changes += [(30 * HOUR + site * HOUR, P_GRID_OFF, site, 1)]
        changes += [(52 * HOUR + site, P_GRID_OFF, site, -1)]
        changes += [(60 * HOUR, P_GRID_VOLTAGE, site, 780_000 + 30_000 * site)]
        changes += [(70 * HOUR, P_GRID_VOLTAGE, site, 1_000_000)]
        changes += [
            (80 * HOUR, P_GRID_LIMIT, site, 300_000),
            (90 * HOUR, P_TARIFF, site, 1_200_000),
        ]
        changes += [(82 * HOUR, P_PV_SHARE, site, 400_000)]
    return compile_one(cluster, changes, trace_level=trace_level)


@pytest.fixture(scope="module")
def path() -> tuple[SimModel, SimState]:
    model, state = together()
    run(model, state, DAYS * DAY_MS)
    return model, state


def test_every_site_balances_at_every_moment_and_in_sum(path) -> None:
    model, state = path
    rows, site = energy_rows(state), state.site
    supply = rows["pv_mw"] + rows["grid_mw"] + rows["discharge_mw"] + rows["genset_mw"]
    use = rows["served_mw"] + rows["charge_mw"] + rows["dumped_mw"] + rows["export_mw"]
    assert np.array_equal(supply, use)
    total = site["pv_uj"] + site["grid_uj"] + site["discharge_uj"] + site["genset_uj"]
    spent = site["served_uj"] + site["charge_uj"] + site["dumped_uj"] + site["export_uj"]
    assert np.array_equal(total, spent)
    assert np.all(rows["pv_mw"] <= rows["pv_available_mw"])
    assert np.all(rows["soc_uj"] >= model.site["soc_min_uj"][rows["site"]])
    assert np.all(rows["soc_uj"] <= model.site["battery_uj"][rows["site"]])
    for flow in ("export_uj", "genset_uj", "discharge_uj", "charge_uj"):
        assert site[flow].sum() > 0
    assert state.machine["rewarm_uj"].sum() > 0


def test_the_bands_hold_all_energy_over_the_grid(path) -> None:
    model, state = path
    booked = np.zeros(len(state.site), np.int64)
    np.add.at(booked, model.band["site"], state.band["grid_uj"])
    assert np.array_equal(booked, state.site["grid_uj"])


def test_the_feeder_carries_no_more_than_its_limit(path) -> None:
    model, state = path
    rows = energy_rows(state)
    draw = np.zeros(len(state.site), np.int64)
    for moment in np.unique(rows["time_ms"]):
        for row in rows[rows["time_ms"] == moment]:
            draw[row["site"]] = row["grid_mw"]
        assert draw.sum() <= model.feeder["limit_mw"][0]


def test_neither_the_trace_nor_a_pause_changes_a_bit(path) -> None:
    _, whole = path
    model, state = together(trace_level=0)
    for hour in (7, 31, 61, 24 * DAYS):
        run(model, state, hour * HOUR)
    for name in ("site", "band", "machine", "op", "feeder", "bus"):
        left, right = getattr(state, name).copy(), getattr(whole, name).copy()
        if name == "site":
            left["pv_traced_mw"] = right["pv_traced_mw"] = 0
        assert left.tobytes() == right.tobytes(), name
