"""What must hold on any path of the sample cluster, checked on the tables of a whole run."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from analytics.rerouting.greedy import plan_from_empty
from analytics.scenario import load_scenario
from analytics.simulation.compile import compile_snapshot
from analytics.simulation.layout import FOREVER, HOUR_MS, NONE, WEEK_MS
from analytics.simulation.model import SimModel, SimState
from analytics.simulation.run import run
from federation.cut import planned
from federation.topology.load import load_cluster
from twins.work import LotState

ROOT = Path(__file__).parents[2]
HARMATTAN = ROOT / "configs" / "harmattan"


def whole_run() -> tuple[SimModel, SimState, SimState]:
    """Twelve weeks from empty through the grid collapse: model, first and last state."""
    cluster = load_cluster(HARMATTAN)
    snapshot = planned(cluster)
    scenario = load_scenario(HARMATTAN / "scenarios" / "nigeria-grid-collapse.yaml", cluster)
    model, state = compile_snapshot(snapshot, horizon_ms=20 * WEEK_MS)
    model = model.with_primitives(scenario.primitives(model))
    model = model.with_run(seed=3, replication=5, trace_level=2)
    rows = {name: row for row, name in enumerate(model.names.lots)}
    for entry in plan_from_empty(cluster):
        op = int(model.lot["first_op"][rows[entry.lot]]) + entry.operation
        state.op["group"][op] = model.names.group_row[entry.site, entry.work_centre]
        state.op["rank"][op] = entry.rank
    first = state.copy()
    run(model, state, 20 * WEEK_MS)
    return model, first, state


@pytest.fixture(scope="module")
def path() -> tuple[SimModel, SimState, SimState]:
    return whole_run()


def test_material_received_less_issued_is_what_lies_there(path) -> None:
    _, first, last = path
    before, now = first.stock, last.stock
    moved = now["received"] + now["recovered"] - now["issued"]
    assert np.array_equal(before["on_hand"] + moved, now["on_hand"])
    assert np.all(now["on_hand"] >= now["reserved"])
    assert np.all(now["reserved"] >= 0)
    assert now["issued"].sum() > 0


def test_a_machine_does_one_cycle_at_a_time(path) -> None:
    _, _, last = path
    done = last.op[(last.op["end_ms"] < FOREVER) & (last.op["machine"] != NONE)]
    for machine in np.unique(done["machine"]):
        spans = done[done["machine"] == machine]
        spans = np.unique(np.stack([spans["start_ms"], spans["end_ms"]], axis=1), axis=0)
        assert np.all(spans[1:, 0] >= spans[:-1, 1])


def test_operations_follow_their_routing_and_parents_their_components(path) -> None:
    model, _, last = path
    for lot in np.flatnonzero(last.lot["state"] == LotState.DELIVERED):
        ops = last.op[model.op_rows(lot).start : model.op_rows(lot).stop]
        assert np.all(ops["start_ms"] < ops["end_ms"])
        assert np.all(ops["start_ms"][1:] >= ops["end_ms"][:-1])
        children = np.flatnonzero(model.lot["parent"] == lot)
        assert np.all(last.lot["state"][children] == LotState.JOINED)
        assert np.all(last.lot["done_ms"][children] <= ops["start_ms"][0])
        assert last.lot["good"][lot] == model.lot["quantity"][lot]


def test_operations_are_done_where_the_part_is_approved_or_is_the_article(path) -> None:
    model, _, last = path
    parts = model.parts
    started = np.flatnonzero(last.op["start_ms"] < FOREVER)
    sites = model.group["site"][last.op["group"][started]]
    lots = last.op["lot"][started]
    gates = last.gate[sites * parts + model.lot["part"][lots]]
    assert np.all(gates["status"] > 0)


def test_every_site_balances_its_power_and_its_fuel(path) -> None:
    model, first, last = path
    site = last.site
    supply = site["pv_uj"] + site["grid_uj"] + site["discharge_uj"] + site["genset_uj"]
    use = site["served_uj"] + site["charge_uj"] + site["dumped_uj"] + site["export_uj"]
    assert np.array_equal(supply, use)
    stored = first.site["soc_uj"] + site["soc_in_uj"] - site["soc_out_uj"]
    assert np.array_equal(stored, site["soc_uj"])
    fuel = first.site["fuel_pl"] + site["fuel_received_pl"] - site["fuel_used_pl"]
    assert np.array_equal(fuel, site["fuel_pl"])
    rows = last.energy_trace[: last.clock["energy_rows"][0]]
    supply = rows["pv_mw"] + rows["grid_mw"] + rows["discharge_mw"] + rows["genset_mw"]
    use = rows["served_mw"] + rows["charge_mw"] + rows["dumped_mw"] + rows["export_mw"]
    assert np.array_equal(supply, use)
    assert not np.any((rows["charge_mw"] > 0) & (rows["discharge_mw"] > 0))
    assert np.all(rows["soc_uj"] >= model.site["soc_min_uj"][rows["site"]])
    assert np.all(rows["soc_uj"] <= model.site["battery_uj"][rows["site"]])
    assert np.all(rows["fuel_pl"] >= 0)


def test_little_s_law_holds_between_empty_and_empty(path) -> None:
    """The integral of lots in the system is the sum of their times in it."""
    model, _, last = path
    roots = model.lot["parent"] == NONE
    done = last.lot["done_ms"][roots]
    assert np.all(done < FOREVER)
    released = model.lot["release_ms"][roots]
    moments = np.concatenate([released, done])
    change = np.concatenate([np.ones(len(released)), -np.ones(len(done))])
    order = np.argsort(moments, kind="stable")
    level = np.cumsum(change[order])[:-1]
    area = np.sum(level * np.diff(moments[order]))
    assert area == np.sum(done - released)


def test_time_in_states_adds_up(path) -> None:
    _, _, last = path
    booked = last.machine_time.sum(axis=1) + 20 * WEEK_MS - np.maximum(last.machine["since_ms"], 0)
    assert np.all(booked == 20 * WEEK_MS)
    assert np.all(last.machine_lost >= 0)
    assert last.machine_lost.sum() > 36 * HOUR_MS


def test_the_trace_changes_nothing(path) -> None:
    model, first, last = path
    quiet = first.copy()
    run(model.with_run(seed=3, replication=5, trace_level=0), quiet, 20 * WEEK_MS)
    for name in ("lot", "op", "site", "machine", "stock", "gate"):
        assert getattr(quiet, name).tobytes() == getattr(last, name).tobytes()


def test_the_trace_shows_all_the_sun_there_was(path) -> None:
    """Also while it is curtailed: the steps of the trace integrate to what was available."""
    _, _, last = path
    rows = last.energy_trace[: last.clock["energy_rows"][0]]
    for site in range(len(last.site)):
        own = rows[rows["site"] == site]
        until = np.append(own["time_ms"][1:], 20 * WEEK_MS)
        total = np.sum(own["pv_available_mw"] * (until - own["time_ms"]))
        assert total == last.site["pv_available_uj"][site]


@pytest.mark.slow
def test_the_kernel_stays_inside_its_arrays() -> None:
    """The same run with every index checked, compiled into a cache of its own."""
    environment = {**os.environ, "TWINFED_KERNEL_BOUNDSCHECK": "1"}
    program = "from tests.validation.test_invariants import whole_run; whole_run()"
    limit = timedelta(minutes=5).total_seconds()
    subprocess.run(
        [sys.executable, "-c", program], check=True, cwd=ROOT, env=environment, timeout=limit
    )
