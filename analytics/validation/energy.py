"""Stores, gensets and scarce energy: E3, E5, E6 and E8 on a site with one machine."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from analytics.simulation.layout import P_GRID_OFF, PL_PER_L, UJ_PER_KWH
from analytics.simulation.model import SimModel, SimState
from analytics.simulation.run import run
from analytics.validation.case import SEED, Case, Figure, estimate
from analytics.validation.one_site import HOUR, build, compile_one, energy_rows
from twins.distribution_spec import DistributionSpec
from twins.energy_spec import (
    BatterySpec,
    BusSpec,
    EnergySpec,
    GensetSpec,
    GridOutageSpec,
    GridSpec,
    InverterSpec,
)
from twins.spec import MachineSpec, ShiftSpec

OFF = [(0, P_GRID_OFF, 0, 1)]
"""The grid is off from the start."""
FINE = 1e-5
"""Efficiencies are held in millionths, and losses are rounded down to the microjoule."""


def battery(**values: float) -> BatterySpec:
    """A battery of 10 kWh that is full and may be emptied."""
    defaults = {"capacity_kwh": 10.0, "charge_kw": 5.0, "discharge_kw": 5.0}
    ends = {"soc_min_fraction": 0.0, "reserve_fraction": 0.0, "initial_soc_fraction": 1.0}
    return BatterySpec.model_validate({**defaults, **ends, **values})


def battery_arithmetic() -> Sequence[Figure]:
    """E3: 4 h at 2 kW into an empty battery, then 2 kW out of it, both at the root of 0.9."""
    efficiency = math.sqrt(0.9)
    store = battery(
        charge_kw=2.0,
        discharge_kw=2.0,
        charge_efficiency=efficiency,
        discharge_efficiency=efficiency,
        initial_soc_fraction=0.0,
    )
    cluster = build(
        EnergySpec(
            buses=(BusSpec(id="main", base_load_kw=2.0),),
            grid=GridSpec(limit_kw=100.0),
            inverter=InverterSpec(power_kw=10.0, battery=store, transfer_time_s=0.0),
        )
    )
    model, state = compile_one(cluster, [(4 * HOUR, P_GRID_OFF, 0, 1)])
    run(model, state, 4 * HOUR)
    stored = state.site["soc_uj"][0] / UJ_PER_KWH
    run(model, state, 24 * HOUR)
    given = state.site["discharge_uj"][0] / UJ_PER_KWH
    dead = energy_rows(state)
    dead = dead[(dead["served_mw"] == 0) & (dead["time_ms"] > 4 * HOUR)]
    return (
        Figure("stored in 4 h at 2 kW, kWh", 8.0 * efficiency, stored, resolution=FINE),
        Figure("deliverable, kWh", 7.2, given, resolution=FINE),
        Figure("hours at 2 kW", 3.6, dead["time_ms"][0] / HOUR - 4.0, resolution=FINE),
    )


CRITICAL_KW = 3.0
RIDE_H = 10.0 * 0.8 * 0.95 / CRITICAL_KW
OUTAGE_H = 4.0
OUTAGES_PER_MONTH = 3.0
YEARS, RUNS = 90, 60


def _riding(grid: GridSpec) -> EnergySpec:
    store = battery(
        soc_min_fraction=0.2, reserve_fraction=0.2, discharge_efficiency=0.95, charge_kw=100.0
    )
    return EnergySpec(
        buses=(BusSpec(id="main", base_load_kw=CRITICAL_KW),),
        grid=grid,
        inverter=InverterSpec(power_kw=10.0, battery=store, transfer_time_s=0.0),
    )


def ride_through() -> Sequence[Figure]:
    """E5: how long a battery carries a load, and what random outages leave unserved."""
    model, state = compile_one(build(_riding(GridSpec(limit_kw=200.0))), OFF)
    run(model, state, 24 * HOUR)
    rows = energy_rows(state)
    ridden = rows["time_ms"][rows["served_mw"] == 0][0] / HOUR
    duration = DistributionSpec(kind="exponential", mean_h=OUTAGE_H)
    outages = GridOutageSpec(per_month=OUTAGES_PER_MONTH, duration=duration)
    model, empty = compile_one(build(_riding(GridSpec(limit_kw=200.0, outages=outages))))
    end_ms = YEARS * 8760 * HOUR
    shares, hours = [], []
    for replication in range(RUNS):
        state = empty.copy()
        own = model.with_run(seed=SEED, replication=replication, trace_level=2)
        run(own, state, end_ms)
        served = energy_rows(state)["served_mw"] > 0
        ended = int(state.site["outage_index"][0])
        load_uj = round(CRITICAL_KW * 1e6) * end_ms
        unserved_uj = load_uj - int(state.site["served_uj"][0])
        shares.append(np.count_nonzero(served[:-1] & ~served[1:]) / ended)
        hours.append(unserved_uj / (CRITICAL_KW * UJ_PER_KWH) / ended)
    chance = math.exp(-RIDE_H / OUTAGE_H)
    return (
        Figure("ride-through, h", RIDE_H, ridden, resolution=FINE),
        estimate("share of outages with unserved load", chance, shares),
        estimate("hours unserved per outage", OUTAGE_H * chance, hours),
    )


def on_genset(load_kw: float, fuel_l: float) -> tuple[SimModel, SimState]:
    """A machine of ``load_kw`` on a genset of 100 kW that starts at once, with work for days."""
    genset = GensetSpec(rated_kw=100.0, start_time_s=0.0, tank_l=2000.0, fuel_on_hand_l=fuel_l)
    cluster = build(
        EnergySpec(grid=GridSpec(limit_kw=200.0), genset=genset),
        machine=MachineSpec(id="m", process="work", run_kw=load_kw),
        lots=200,
    )
    return compile_one(cluster, OFF)


def genset_line() -> Sequence[Figure]:
    """E6: F0 = 0.08415 and F1 = 0.246 L/h per kW, a set of 100 kW."""
    figures = []
    for load_kw, litres_per_h in ((60.0, 23.175), (25.0, 14.565)):
        model, state = on_genset(load_kw, fuel_l=1000.0)
        run(model, state, HOUR)
        start = int(state.site["fuel_used_pl"][0])
        run(model, state, 3 * HOUR)
        used = (int(state.site["fuel_used_pl"][0]) - start) / PL_PER_L / 2.0
        # the rate is rounded down to a picolitre per millisecond: 3.6e-6 L/h
        figures.append(Figure(f"L/h at {load_kw:g} kW", litres_per_h, used, resolution=3.6e-6))
        each = f"L/kWh at {load_kw:g} kW"
        figures.append(Figure(each, litres_per_h / load_kw, used / load_kw, resolution=1e-6))
    return figures


def energy_limited() -> Sequence[Figure]:
    """E8: 5 kW, half an hour a part, a battery of 20 kWh that is filled every night."""
    store = battery(capacity_kwh=20.0, charge_efficiency=1.0, discharge_efficiency=1.0)
    cluster = build(
        EnergySpec(
            grid=GridSpec(limit_kw=100.0),
            inverter=InverterSpec(power_kw=50.0, transfer_time_s=0.0, battery=store),
        ),
        machine=MachineSpec(id="m", process="work", run_kw=5.0),
        lots=100,
        shifts=(ShiftSpec(days=("mon", "tue", "wed", "thu", "fri"), start="08:00", end="20:00"),),
    )
    changes = []
    for day in range(5):
        changes.append(((24 * day + 7) * HOUR, P_GRID_OFF, 0, 1))
        changes.append(((24 * day + 21) * HOUR, P_GRID_OFF, 0, -1))
    model, state = compile_one(cluster, changes)
    made = []
    for day in range(5):
        run(model, state, 24 * (day + 1) * HOUR)
        made.append(int(state.machine["good_units"][0]))
    daily = np.diff([0, *made])
    return (
        Figure("parts on the worst of five days", 8, int(daily.min())),
        Figure("parts on the best of five days", 8, int(daily.max())),
    )


CASES = (
    Case("E3", "Battery arithmetic", "η² = 0.9", battery_arithmetic),
    Case("E5", "A battery that rides through outages", "exponential outages", ride_through),
    Case("E6", "Fuel of a genset", "Skarstein and Uhlen 1989", genset_line),
    Case("E8", "Throughput limited by energy", "20 kWh / (5 kW · 0.5 h)", energy_limited),
)
