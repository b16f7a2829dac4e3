"""V20: laws that hold on any path between two moments at which the system is empty.

Each figure is a difference of two integers that were gathered apart: one from the trace of what
moved, the other from the records of the operations.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import numpy as np

from analytics.simulation.compile.shop import ShopFailures, compile_shop
from analytics.simulation.layout import HOUR_MS, P_GRID_OFF
from analytics.simulation.model import Ints, SimModel, SimState
from analytics.simulation.run import run
from analytics.validation.case import SEED, Case, Figure
from analytics.validation.one_site import build, compile_one
from twins.distribution_spec import DistributionSpec
from twins.energy_spec import (
    BatterySpec,
    BusSpec,
    EnergySpec,
    GensetSpec,
    GridSpec,
    InverterSpec,
)
from twins.spec import MachineSpec
from twins.work import LotState

GROUPS, JOBS, OPERATIONS = 6, 2_000, 4


def failing_shop() -> tuple[SimModel, SimState]:
    """A job shop with breakdowns, random times and a full trace, run until it is empty."""
    random = np.random.default_rng(SEED)
    groups = np.array([random.permutation(GROUPS)[:OPERATIONS] for _ in range(JOBS)])
    spans = random.integers(600_000, 6_000_000, groups.shape)
    release = np.sort(random.integers(0, int(spans.sum() / (2 * GROUPS) / 0.8), JOBS))
    model, state = compile_shop(
        np.full(GROUPS, 2),
        groups,
        spans,
        release_ms=release,
        factor="lognormal",
        factor_cv=0.5,
        failures=ShopFailures(
            time_to_failure=DistributionSpec(kind="weibull", mean_h=20.0, shape=1.4),
            time_to_repair=DistributionSpec(kind="gamma", mean_h=3.0, cv=0.8),
        ),
    )
    model = model.with_run(seed=SEED, replication=0, trace_level=2)
    run(model, state)
    return model, state


def visits(model: SimModel, state: SimState) -> tuple[Ints, Ints, Ints]:
    """Work centre, begin and end of each stay of a lot at a work centre, as the trace tells it."""
    rows = state.lot_trace[: state.clock["lot_rows"][0]]
    queued = rows["state"] == LotState.QUEUED
    rows = rows[queued | (rows["state"] == LotState.DELIVERED)]
    rows = rows[np.lexsort((rows["event"], rows["lot"]))]
    begins = np.flatnonzero(rows["state"] == LotState.QUEUED)
    op = model.lot["first_op"][rows["lot"][begins]] + rows["op"][begins]
    node: Ints = state.op["group"][op]
    return node, rows["time_ms"][begins], rows["time_ms"][begins + 1]


def area(begin: Ints, end: Ints) -> int:
    """Integral over time of the number of stays under way."""
    moments = np.concatenate([begin, end])
    change = np.concatenate([np.ones(len(begin), np.int64), -np.ones(len(end), np.int64)])
    order = np.argsort(moments, kind="stable")
    level = np.cumsum(change[order])
    return int(np.sum(level[:-1] * np.diff(moments[order])))


def flow_laws() -> Sequence[Figure]:
    """Little's law and the balance of flow, at each work centre and in the whole shop."""
    model, state = failing_shop()
    node, begin, end = visits(model, state)
    op = state.op
    arrival = op["end_ms"].copy()
    arrival[1:] = op["end_ms"][:-1]
    arrival[model.lot["first_op"]] = model.lot["release_ms"]
    little, flow = 0, 0
    for group in range(GROUPS):
        mine, there = op["group"] == group, node == group
        stays = int(np.sum(op["end_ms"][mine] - arrival[mine]))
        little = max(little, abs(area(begin[there], end[there]) - stays))
        flow = max(flow, abs(int(np.count_nonzero(there)) - int(np.count_nonzero(mine))))
    sojourns = int(np.sum(state.lot["done_ms"] - model.lot["release_ms"]))
    return (
        Figure("∫L − ΣW at a work centre, largest, lot·ms", 0, little),
        Figure("∫L − ΣW of the shop, lot·ms", 0, area(begin, end) - sojourns),
        Figure("entries − operations at a work centre, largest", 0, flow),
    )


def power_laws() -> Sequence[Figure]:
    """The balances of power, charge and fuel of a site with every source, in and out of outages."""
    battery = BatterySpec(
        capacity_kwh=8.0,
        charge_kw=5.0,
        discharge_kw=5.0,
        reserve_fraction=0.3,
        soc_min_fraction=0.1,
        initial_soc_fraction=1.0,
    )
    genset = GensetSpec(rated_kw=6.0, minimum_load_fraction=0.3, tank_l=40.0, fuel_on_hand_l=10.0)
    cluster = build(
        EnergySpec(
            buses=(BusSpec(id="main", base_load_kw=1.234),),
            grid=GridSpec(limit_kw=7.5),
            inverter=InverterSpec(power_kw=4.0, battery=battery),
            genset=genset,
        ),
        machine=MachineSpec(id="m", process="work", count=3, run_kw=1.7, idle_kw=0.2),
        lots=200,
    )
    changes = []
    for start_h in range(2, 60, 7):
        changes.append((start_h * HOUR_MS, P_GRID_OFF, 0, 1))
        changes.append(((start_h + 5) * HOUR_MS, P_GRID_OFF, 0, -1))
    model, state = compile_one(cluster, changes)
    first = state.site[0].copy()
    run(model, state, round(timedelta(hours=70).total_seconds() * 1000))
    site = state.site[0]
    supply = site["pv_uj"] + site["grid_uj"] + site["discharge_uj"] + site["genset_uj"]
    use = site["served_uj"] + site["charge_uj"] + site["dumped_uj"]
    charge = first["soc_uj"] + site["soc_in_uj"] - site["soc_out_uj"] - site["soc_uj"]
    fuel = first["fuel_pl"] + site["fuel_received_pl"] - site["fuel_used_pl"] - site["fuel_pl"]
    rows = state.energy_trace[: state.clock["energy_rows"][0]]
    given = rows["pv_mw"] + rows["grid_mw"] + rows["discharge_mw"] + rows["genset_mw"]
    taken = rows["served_mw"] + rows["charge_mw"] + rows["dumped_mw"]
    return (
        Figure("power in − out at any moment, largest, mW", 0, int(np.abs(given - taken).max())),
        Figure("energy in − out, µJ", 0, int(supply - use)),
        Figure("charge before + in − out − after, µJ", 0, int(charge)),
        Figure("fuel before + received − burnt − left, pL", 0, int(fuel)),
    )


def universal_laws() -> Sequence[Figure]:
    """V20: flow and power."""
    return (*flow_laws(), *power_laws())


CASES = (
    Case(
        "V20",
        "Little's law, balance of flow, power, charge and fuel on one path",
        "Little 1961; conservation",
        universal_laws,
    ),
)
