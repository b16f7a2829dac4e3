"""The state at the fork: what the snapshot observed of sites, machines, stock and gates."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import numpy as np

from analytics.simulation import slots
from analytics.simulation.compile import units
from analytics.simulation.compile.dists import DistTable
from analytics.simulation.compile.errors import CompileError
from analytics.simulation.compile.materials import opening_stock
from analytics.simulation.layout import NONE, P_GRID_OFF, P_MACHINE_DOWN, P_SITE_DOWN
from analytics.simulation.model import SimModel, SimState
from federation.snapshot import ClusterSnapshot
from federation.topology.model import ClusterSpec
from twins.distribution_spec import DistributionSpec
from twins.states import MachineState

UNEXPLAINED_REPAIR_H = 8.0
"""Mean time to the repair of a machine that is down though it is not said to fail."""
UNEXPLAINED_FAILURE_H = 1e6
"""It does not fail again."""


def observed_sites(model: SimModel, state: SimState, snapshot: ClusterSnapshot) -> None:
    """Batteries, tanks, gensets and the grid; the specified start where nothing was told."""
    _specified_stores(state, snapshot.cluster)
    held_off = _held_off(model)
    for entry in snapshot.tables["sites"].to_pylist():
        row = _site(model, entry["site"])
        constant, site = model.site[row], state.site[row]
        if entry["soc_kwh"] is not None:
            soc = units.microjoules(entry["soc_kwh"])
            site["soc_uj"] = min(max(soc, 0), int(constant["battery_uj"]))
        if entry["fuel_l"] is not None:
            site["fuel_pl"] = min(max(units.picolitres(entry["fuel_l"]), 0), constant["tank_pl"])
        if entry["genset_running"]:
            site["genset"] = 2
            site["genset_wanted"] = 1
        if entry["grid_available"] is False and constant["grid_mw"] > 0 and row not in held_off:
            site["outage"] = 1
            site["on_grid"] = 0
            site["outage_since_ms"] = _moment(entry["grid_since"], snapshot.taken_at)
    low = state.site["soc_uj"] <= model.site["soc_reserve_uj"]
    state.site["battery_locked"] = (model.site["battery_uj"] > 0) & low


def _specified_stores(state: SimState, cluster: ClusterSpec) -> None:
    for row, spec in enumerate(cluster.sites):
        energy = spec.energy
        if energy is None:
            continue
        battery = energy.inverter.battery if energy.inverter else None
        if battery is not None:
            full = battery.capacity_kwh * battery.initial_soc_fraction
            state.site["soc_uj"][row] = units.microjoules(full)
        if energy.genset is not None:
            state.site["fuel_pl"][row] = units.picolitres(energy.genset.fuel_on_hand_l)


def _held_off(model: SimModel) -> set[int]:
    """Sites whose grid an edit holds off at the fork: that is no background outage."""
    now = model.primitive[
        (model.primitive["time_ms"] <= 0) & (model.primitive["kind"] == P_GRID_OFF)
    ]
    counts = np.bincount(now["entity"], weights=now["value"], minlength=len(model.site))
    return set(np.flatnonzero(counts > 0).tolist())


def observed_machines(model: SimModel, state: SimState, snapshot: ClusterSnapshot) -> None:
    """States and breakdowns; counts begin at the fork; the work comes with the lots."""
    for entry in snapshot.tables["machines"].to_pylist():
        row = model.names.machine_row.get((entry["site"], entry["machine"]))
        if row is None:
            raise CompileError(
                f"the snapshot tells of the machine {entry['site']}/{entry['machine']}, which the "
                "cluster does not have; take the snapshot and the cluster from the same version"
            )
        if entry["state"] is None:
            continue
        machine = state.machine[row]
        machine["state"] = entry["state"]
        machine["since_ms"] = _moment(entry["since"], snapshot.taken_at)
        if entry["state"] == MachineState.DOWN and not _taken_down(model, row):
            machine["failed"] = 1
            machine["down"] = 1
        group = int(model.machine["group"][row])
        if entry["state"] == MachineState.NO_POWER and model.group["rewarm_ms"][group] > 0:
            machine["powered"] = 0
        if entry["state"] == MachineState.REWARM:
            machine["warm_ms"] = max(
                int(model.group["rewarm_ms"][group]) + int(machine["since_ms"]), 1
            )
            state.slot["time_ms"][model.bases[slots.REWARM] + row] = machine["warm_ms"]
            switch_on(model, state, row)


def unexplained_repairs(model: SimModel, state: SimState) -> SimModel:
    """The model with a repair time for machines that are down though they are not said to fail.

    Their repair is taken to be exponential with the mean ``UNEXPLAINED_REPAIR_H``.
    """
    groups = model.machine["group"][state.machine["failed"] == 1]
    groups = np.unique(groups[model.group["repair_dist"][groups] == NONE])
    if len(groups) == 0:
        return model
    dists = DistTable()
    repair = DistributionSpec(kind="exponential", mean_h=UNEXPLAINED_REPAIR_H)
    never = DistributionSpec(kind="deterministic", mean_h=UNEXPLAINED_FAILURE_H)
    first = len(model.dist)
    group = model.group.copy()
    group["repair_dist"][groups] = first + dists.duration(repair)
    group["failure_dist"][groups] = first + dists.duration(never)
    return replace(model, group=group, dist=np.concatenate([model.dist, dists.table()]))


def switch_on(model: SimModel, state: SimState, machine: int) -> None:
    """Let a machine draw its running power from its bus."""
    group = model.group[model.machine["group"][machine]]
    state.machine["draw_mw"][machine] = group["run_mw"]
    state.bus["load_mw"][group["bus"]] += group["run_mw"]


def _taken_down(model: SimModel, machine: int) -> bool:
    """Whether an edit holds the machine or its site down at the fork."""
    now = model.primitive[model.primitive["time_ms"] <= 0]
    site = model.group["site"][model.machine["group"][machine]]
    own = (now["kind"] == P_MACHINE_DOWN) & (now["entity"] == machine)
    whole = (now["kind"] == P_SITE_DOWN) & (now["entity"] == site)
    return bool(now["value"][own | whole].sum() > 0)


def observed_stock(model: SimModel, state: SimState, snapshot: ClusterSnapshot) -> None:
    """Stock on hand; reservations are made anew when the lots enter their queues."""
    state.stock["on_hand"] = opening_stock(snapshot.cluster, model.names)
    materials = len(model.names.materials)
    for entry in snapshot.tables["stock"].to_pylist():
        material = model.names.material_row.get(entry["material"])
        if material is None:
            raise CompileError(
                f"the snapshot tells of the material '{entry['material']}' at {entry['site']}, "
                "which the cluster does not list; add it to materials"
            )
        if entry["quantity"] is not None:
            row = _site(model, entry["site"]) * materials + material
            state.stock["on_hand"][row] = units.milli(entry["quantity"])


def observed_gates(model: SimModel, state: SimState, snapshot: ClusterSnapshot) -> None:
    """Approvals as they stand."""
    for entry in snapshot.tables["approvals"].to_pylist():
        if entry["status"] is None:
            continue
        part = model.names.part_row.get((entry["product"], entry["part"]))
        if part is None:
            raise CompileError(
                f"the snapshot tells of an approval of {entry['product']}/{entry['part']}, which "
                "the cluster does not make; take snapshot and cluster from the same version"
            )
        gate = state.gate[_site(model, entry["site"]) * model.parts + part]
        gate["status"] = entry["status"]
        if entry["lot"] is not None and entry["lot"] in model.names.lot_row:
            gate["lot"] = model.names.lot_row[entry["lot"]]


def _site(model: SimModel, name: str) -> int:
    row = model.names.site_row.get(name)
    if row is None:
        raise CompileError(
            f"the snapshot tells of the site '{name}', which the cluster does not have; "
            "take the snapshot and the cluster from the same version"
        )
    return row


def _moment(moment: datetime | None, fork: datetime) -> int:
    """Ms from the fork of something that has happened; the fork itself where nobody said when."""
    return 0 if moment is None else min(units.moment_ms(moment, fork), 0)
