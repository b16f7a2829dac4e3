"""Where each operation is done and in which order: by the schedule, and like its peers without one.

An operation that the schedule does not hold (an order that came in since) goes the way of the
scheduled lot of the same part that is released closest to it, for the same destination if there is
one. With no such lot it goes to the first permitted work centre: sites that keep its material come
first, then approved sites before those that need a first article. What the schedule declines goes
nowhere.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from analytics.remember import by_identity
from analytics.simulation.compile.errors import CompileError
from analytics.simulation.compile.products import APPROVED
from analytics.simulation.layout import NONE
from analytics.simulation.model import Ints, Records, SimModel, SimState
from analytics.simulation.placing import put
from federation.topology.capability import CapabilityIndex
from federation.topology.model import ClusterSpec


def assign(
    model: SimModel,
    state: SimState,
    cluster: ClusterSpec,
    schedule: pa.Table,
    declined: Collection[str] = (),
) -> None:
    """Set ``group`` and ``rank`` of every operation.

    Parameters
    ----------
    model, state
        Of the cluster; ``op`` is written to.
    cluster
        Sites, products, permissions.
    schedule
        Entries of the running version.
    declined
        Lots of customers that nobody makes.

    Raises
    ------
    CompileError
        When an operation has no permitted work centre.
    """
    _scheduled(model, state, schedule)
    open_lots = np.unique(state.op["lot"][state.op["group"] == NONE])
    open_lots = np.setdiff1d(open_lots, _trees(model, declined))
    if len(open_lots) == 0:
        return
    peers = _peers(model, state.op)
    homes: dict[int, tuple[int, ...]] = {}
    stocked = [{entry.key for entry in site.stock} for site in cluster.sites]
    ranks = _due_ranks(model, int(state.op["rank"].max(initial=0)) + 1)
    for lot in open_lots.tolist():
        part = int(model.lot["part"][lot])
        rows = model.op_rows(lot)
        ops = np.arange(rows.start, rows.stop)
        peer = _nearest(model, peers.get(part, _NO_LOTS), lot)
        if peer != NONE:
            source = model.op_rows(peer)
            put(model, state, ops, state.op["group"][source.start : source.stop])
            state.op["rank"][rows.start : rows.stop] = state.op["rank"][source.start : source.stop]
            continue
        if part not in homes:
            homes[part] = default_groups(model, cluster, part, stocked)
        put(model, state, ops, np.array(homes[part], dtype=np.int64))
        state.op["rank"][rows.start : rows.stop] = ranks[lot]


_NO_LOTS: Ints = np.zeros(0, dtype=np.int64)


def _scheduled(model: SimModel, state: SimState, schedule: pa.Table) -> None:
    """Write the entries of the schedule; those for unknown lots or work centres are refused."""
    op = state.op
    if schedule.num_rows == 0:
        op["rank"] = _due_ranks(model, 0)[op["lot"]]
        return
    lots = _rows(schedule, ("lot",), {(name,): row for name, row in model.names.lot_row.items()})
    groups = _rows(schedule, ("site", "work_centre"), model.names.group_row)
    steps = schedule.column("operation").to_numpy().astype(np.int64)
    rows = model.lot["first_op"][lots] + steps
    put(model, state, rows, groups)
    op["rank"][rows] = schedule.column("rank").to_numpy()


def _trees(model: SimModel, declined: Collection[str]) -> Ints:
    """The lots that are declined, with their components."""
    row_of = model.names.lot_row
    rows = [row_of[lot] for lot in declined if lot in row_of]
    return np.flatnonzero(np.isin(_root(model, np.arange(len(model.lot))), rows))


def _rows(table: pa.Table, columns: tuple[str, ...], known: Mapping[Any, int]) -> Ints:
    """Row of each entry, by its names in ``columns``."""
    entries = zip(*(table.column(column).to_pylist() for column in columns), strict=True)
    found = np.zeros(table.num_rows, dtype=np.int64)
    for number, entry in enumerate(entries):
        row = known.get(entry)
        if row is None:
            raise CompileError(
                f"the schedule names {' '.join(columns)} '{'/'.join(map(str, entry))}', which the "
                "cluster does not have; publish a schedule for this version of the cluster"
            )
        found[number] = row
    return found


def _due_ranks(model: SimModel, start: int) -> Ints:
    """int64[lots]: earliest due date first, then earliest release, from ``start`` on."""
    order = np.lexsort((np.arange(len(model.lot)), model.lot["release_ms"], model.lot["due_ms"]))
    ranks = np.zeros(len(model.lot), dtype=np.int64)
    ranks[order] = start + np.arange(len(order))
    return ranks


def _peers(model: SimModel, op: Records) -> dict[int, Ints]:
    """Lots whose operations are all assigned, by part."""
    missing = np.unique(op["lot"][op["group"] == NONE])
    whole = np.setdiff1d(np.arange(len(model.lot)), missing)
    parts = model.lot["part"][whole]
    return {int(part): whole[parts == part] for part in np.unique(parts)}


def _nearest(model: SimModel, lots: Ints, lot: int) -> int:
    """The peer for the same destination, then with the closest release, then the first."""
    if len(lots) == 0:
        return NONE
    root, roots = _root(model, np.array([lot])), _root(model, lots)
    elsewhere = model.lot["destination"][roots] != model.lot["destination"][root]
    distance = np.abs(model.lot["release_ms"][lots] - model.lot["release_ms"][lot])
    return int(lots[np.lexsort((lots, distance, elsewhere))[0]])


def _root(model: SimModel, lots: Ints) -> Ints:
    """The lots for the customer that these are joined into, in the end."""
    parent = model.lot["parent"]
    while True:
        above = parent[lots]
        if np.all(above == NONE):
            return lots
        lots = np.where(above == NONE, lots, above)


@by_identity()
def capabilities(cluster: ClusterSpec) -> CapabilityIndex:
    """Who can and may do which operation, asked once for a cluster."""
    return CapabilityIndex(cluster)


def default_groups(
    model: SimModel, cluster: ClusterSpec, part: int, stocked: Sequence[set[str]]
) -> tuple[int, ...]:
    """The first permitted work centre of each operation of a part; ``stocked``: kept by each site.

    Raises
    ------
    CompileError
        When an operation has none.
    """
    product_id, part_id = model.names.parts[part]
    index = capabilities(cluster)
    spec = next(p for p in cluster.product(product_id).parts if p.id == part_id)
    groups: list[int] = []
    for number, operation in enumerate(spec.operations):
        candidates = [
            model.names.group_row[candidate.site, candidate.work_centre]
            for candidate in index.candidates(product_id, part_id, number)
        ]
        if not candidates:
            raise CompileError(
                f"no permitted site can do operation '{operation.id}' ({operation.process}) of "
                f"{product_id}/{part_id}; add a machine, or a permission at a site that has one"
            )
        sites = model.group["site"][candidates]
        approved = model.permission["status"][sites * model.parts + part] == APPROVED
        needs = {flow.material for flow in operation.consumes}
        keeps = np.array([needs <= stocked[site] for site in sites.tolist()])
        groups.append(candidates[int(np.argmax(2 * keeps + approved))])
    return tuple(groups)
