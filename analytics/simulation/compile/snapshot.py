"""From a snapshot of the cluster to the arrays of the kernel."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

import numpy as np

from analytics.simulation import layout
from analytics.simulation.compile import units
from analytics.simulation.compile.assignment import assign
from analytics.simulation.compile.calendars import CalendarTable
from analytics.simulation.compile.dists import DistTable
from analytics.simulation.compile.groups import compile_groups
from analytics.simulation.compile.hire import offered_machines
from analytics.simulation.compile.limits import compile_limits
from analytics.simulation.compile.links import compile_links
from analytics.simulation.compile.lots import compile_lots
from analytics.simulation.compile.machines_at_fork import observed_machines
from analytics.simulation.compile.materials import compile_receipts, compile_suppliers, lot_owners
from analytics.simulation.compile.naming import names_of
from analytics.simulation.compile.people import compile_pools
from analytics.simulation.compile.products import compile_permissions, compile_products
from analytics.simulation.compile.rosters import published_changes
from analytics.simulation.compile.setups import compile_setups, initial_families
from analytics.simulation.compile.sites import compile_buses, compile_hired, compile_sites
from analytics.simulation.compile.solar import STEP_MS, compile_pv, phase_ms
from analytics.simulation.compile.start import (
    observed_gates,
    observed_sites,
    observed_stock,
    unexplained_repairs,
)
from analytics.simulation.compile.tariffs import compile_bands, epoch_ms, feeder_table
from analytics.simulation.compile.under_way import known_absences, observed_deliveries
from analytics.simulation.compile.upkeep import compile_dispatch, compile_upkeep
from analytics.simulation.compile.ways import way_table
from analytics.simulation.compile.work_in_progress import observed_lots
from analytics.simulation.model import Ints, Records, SimModel, SimState
from analytics.simulation.names import Names
from analytics.simulation.placing import number_sequences
from analytics.simulation.slots import slot_bases
from federation.snapshot import ClusterSnapshot
from federation.topology.dangerous import dangerous_parts
from federation.topology.hire import with_offers
from federation.topology.lots import explode
from federation.topology.model import ClusterSpec
from twins.work import LotState

NO_PRIMITIVES: Records = np.zeros(0, layout.PRIMITIVE_C)


def compile_snapshot(
    snapshot: ClusterSnapshot,
    primitives: Records | Iterable[tuple[int, int, int, int]] = (),
    horizon_ms: int = 4 * layout.WEEK_MS,
) -> tuple[SimModel, SimState]:
    """The model of a cluster, and its state at the moment of the snapshot.

    Parameters
    ----------
    snapshot
        What was observed. Without telemetry it is the plan from empty: stores as specified,
        every lot still to come.
    primitives
        Timed changes (``PRIMITIVE_C``) beside those that are published: time in ms from the fork,
        kind, entity, value.
    horizon_ms
        How far the sun is computed.

    Returns
    -------
    SimModel, SimState
        The state is that of the fork; ``arm_state`` draws what a replication needs of the futures
        that are already under way.

    Raises
    ------
    CompileError
        When the cluster or its state cannot be simulated as described.
    """
    rows = primitives if isinstance(primitives, np.ndarray) else list(primitives)
    changes: Records = np.array(rows, dtype=layout.PRIMITIVE_C)
    model = compile_cluster(snapshot.cluster, snapshot.taken_at, horizon_ms)
    model = with_absences(model, snapshot)
    changes = np.concatenate([model.published, changes])
    return observe(model.with_primitives(changes), snapshot)


def with_absences(model: SimModel, snapshot: ClusterSnapshot) -> SimModel:
    """The constants of the snapshot's cluster with the people who are away, and come back.

    Raises
    ------
    CompileError
        When the snapshot tells of a pool that the cluster does not have.
    """
    absences = known_absences(snapshot)
    if len(absences) == 0:
        return model
    return replace(model, published=np.sort(np.concatenate([model.published, absences])))


def observe(model: SimModel, snapshot: ClusterSnapshot) -> tuple[SimModel, SimState]:
    """The state that the snapshot tells of, and the model with the lots that are still to come.

    ``model`` is that of the snapshot's cluster at the moment it was taken, with its timed changes.

    Raises
    ------
    CompileError
        When the snapshot tells of what the cluster does not have.
    """
    state = SimState.empty(model)
    state.next_hop = way_table(model, snapshot.cluster)
    declined = snapshot.tables["declined"].column("lot").to_pylist()
    assign(model, state, snapshot.cluster, snapshot.tables["schedule"], declined)
    state.machine["family"] = initial_families(model.cluster or snapshot.cluster)
    observed_sites(model, state, snapshot)
    observed_machines(model, state, snapshot)
    observed_stock(model, state, snapshot)
    observed_deliveries(model, state, snapshot)
    observed_gates(model, state, snapshot)
    observed_lots(model, state, snapshot)
    model = unexplained_repairs(model, state)
    number_sequences(model, state)
    planned = state.lot["state"][model.release_order] == LotState.PLANNED
    to_come = model.release_order[planned]
    return replace(model, release_order=to_come, permission=state.gate.copy()), state


def compile_cluster(cluster: ClusterSpec, fork: datetime, horizon_ms: int) -> SimModel:
    """The constants of a cluster; times are in ms from ``fork``.

    Raises
    ------
    CompileError
        When the cluster cannot be simulated as described.
    """
    cluster = with_offers(cluster)
    lots = explode(cluster)
    names = names_of(cluster, lots)
    dists = DistTable()
    calendars = CalendarTable(cluster.sites, fork)
    receipt, receipts = compile_receipts(cluster, names)
    site = compile_sites(cluster, names, dists, receipts)
    group, machine = compile_groups(cluster, names, dists)
    products = compile_products(cluster, names, dists)
    lot = compile_lots(cluster, lots, names, fork)
    pool, ability = compile_pools(cluster, site, group, calendars)
    setup = compile_setups(cluster, group)
    compile_dispatch(cluster, group)
    compile_upkeep(cluster, group, dists, calendars)
    link, timetable = compile_links(cluster, names, dists, calendars)
    lot["owner"] = lot_owners(cluster, names, lot)
    risky = dangerous_parts(cluster)
    lot["dangerous"] = np.array([part in risky for part in names.parts], np.int64)[lot["part"]]
    supply = compile_suppliers(cluster, names, dists, calendars)
    calendar, interval, closure = calendars.tables()
    return SimModel(
        scalar=_scalar(names, fork),
        site=site,
        hired=compile_hired(cluster, names),
        bus=compile_buses(cluster, names),
        group=group,
        machine=machine,
        dist=dists.table(),
        optype=products.optype,
        consume=products.consume,
        recover=products.recover,
        lot=lot,
        link=link,
        calendar=calendar,
        interval=interval,
        timetable=timetable,
        receipt=receipt,
        primitive=NO_PRIMITIVES,
        pv=compile_pv(cluster, fork, horizon_ms),
        release_order=_release_order(lot),
        bases=slot_bases(
            sites=len(site),
            groups=len(group),
            machines=len(machine),
            parts=len(names.parts),
            lots=len(lot),
            stocks=len(site) * len(names.materials),
            links=len(link),
        ),
        first_optype=products.first_optype,
        permission=compile_permissions(cluster, names, fork),
        known_ms=np.zeros(len(lot), np.int64),
        pool=pool,
        ability=ability,
        setup=setup,
        limit=compile_limits(cluster, names, group, lot),
        supply=supply,
        band=compile_bands(cluster, site, fork),
        feeder=feeder_table(cluster, names),
        closure=closure,
        curve=dists.curve(),
        published=np.concatenate(
            [offered_machines(cluster, names), published_changes(cluster, names, fork, horizon_ms)]
        ),
        names=names,
        fork_at=fork,
        cluster=cluster,
    )


def _scalar(names: Names, fork: datetime) -> Records:
    scalar = np.zeros(1, layout.SCALAR_C)
    scalar["sites"] = len(names.sites)
    scalar["places"] = len(names.places)
    scalar["materials"] = len(names.materials)
    scalar["parts"] = len(names.parts)
    scalar["week_offset_ms"] = units.week_offset_ms(fork)
    scalar["fork_epoch_ms"] = epoch_ms(fork)
    scalar["pv_step_ms"] = STEP_MS
    scalar["pv_phase_ms"] = phase_ms(fork)
    return scalar


def _release_order(lot: Records) -> Ints:
    return np.lexsort((np.arange(len(lot)), lot["release_ms"])).astype(np.int64)
