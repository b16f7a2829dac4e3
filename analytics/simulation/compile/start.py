"""The state at the fork: what the snapshot observed of sites, stock and gates."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from analytics.simulation import slots
from analytics.simulation.compile import units
from analytics.simulation.compile.dists import DistTable
from analytics.simulation.compile.errors import CompileError
from analytics.simulation.compile.materials import opening_stock
from analytics.simulation.compile.products import ARTICLE_WAITS
from analytics.simulation.layout import DAY_MS, NONE, P_GRID_OFF
from analytics.simulation.model import SimModel, SimState
from analytics.simulation.sources import GENSET_RUNNING, GENSET_STARTING
from federation.snapshot import ClusterSnapshot
from federation.topology.model import ClusterSpec
from twins.distribution_spec import DistributionSpec

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
        if entry["grid_available"] is False and constant["grid_mw"] > 0:
            site["on_grid"] = 0
            if row not in held_off:
                site["outage"] = 1
                site["outage_since_ms"] = units.past_ms(entry["grid_since"], snapshot.taken_at)
        _transfer(model, state, snapshot, row, entry)
        _genset(model, state, snapshot, row, entry)
        _sun(model, state, row, entry)
        held = entry["battery_held"]
        if held is None:
            held = site["soc_uj"] <= constant["soc_reserve_uj"]
        site["battery_locked"] = constant["battery_uj"] > 0 and held


def _transfer(
    model: SimModel, state: SimState, snapshot: ClusterSnapshot, row: int, entry: dict[str, Any]
) -> None:
    """The grid went or came back a moment ago: the buses are dead until the transfer is over."""
    constant = model.site[row]
    if entry["grid_since"] is None or constant["inverter_mw"] == 0 or constant["battery_uj"] == 0:
        return
    since = units.past_ms(entry["grid_since"], snapshot.taken_at)
    until = since + int(constant["transfer_ms"])
    if until > 0:
        state.site["transfer_until_ms"][row] = until
        state.slot["time_ms"][model.bases[slots.TRANSFER] + row] = until


def _genset(
    model: SimModel, state: SimState, snapshot: ClusterSnapshot, row: int, entry: dict[str, Any]
) -> None:
    """Whether it runs or starts up, and when it had fuel for the last time."""
    site, fork = state.site[row], snapshot.taken_at
    if entry["genset_running"]:
        site["genset"] = GENSET_RUNNING
        site["genset_wanted"] = 1
    elif entry["genset_starting"]:
        site["genset"] = GENSET_STARTING
        site["genset_wanted"] = 1
        up = units.past_ms(entry["genset_since"], fork) + int(model.site["genset_start_ms"][row])
        state.slot["time_ms"][model.bases[slots.GENSET] + row] = max(up, 0)
    if entry["fuel_received_at"] is not None:
        site["last_delivery_ms"] = units.past_ms(entry["fuel_received_at"], fork)


def _sun(model: SimModel, state: SimState, row: int, entry: dict[str, Any]) -> None:
    """The error of the sun's power today, as far as it was seen; it holds until midnight."""
    constant, scalar = model.site[row], model.scalar[0]
    usual_mw = int(model.pv[row, 0])
    age_s = entry["age_s"]
    if constant["pv_error_sigma"] == 0.0 or usual_mw == 0 or entry["pv_kw"] is None:
        return
    if age_s is None or age_s * 1000.0 > scalar["pv_step_ms"]:  # it was another time of the day
        return
    state.site["pv_told"][row] = units.milliwatts(entry["pv_kw"]) / usual_mw
    local_ms = int(scalar["fork_epoch_ms"]) + int(constant["utc_offset_ms"])
    state.site["pv_told_until_ms"][row] = DAY_MS - local_ms % DAY_MS


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


def observed_stock(model: SimModel, state: SimState, snapshot: ClusterSnapshot) -> None:
    """Stock on hand; what is set aside comes with the lots."""
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
            if entry["status"] == ARTICLE_WAITS and entry["since"] is not None:
                begun = units.past_ms(entry["since"], snapshot.taken_at)
                row = _site(model, entry["site"]) * model.parts + part
                slot = int(model.bases[slots.APPROVAL]) + row
                state.slot["time_ms"][slot] = max(begun + int(gate["approval_ms"]), 0)


def _site(model: SimModel, name: str) -> int:
    row = model.names.site_row.get(name)
    if row is None:
        raise CompileError(
            f"the snapshot tells of the site '{name}', which the cluster does not have; "
            "take the snapshot and the cluster from the same version"
        )
    return row
