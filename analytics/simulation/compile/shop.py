"""A plain job shop straight to arrays: for validation and benchmarks.

One site with power without limit, always open; every lot is delivered when its last operation ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

import numpy as np
import numpy.typing as npt

from analytics.simulation import features, layout
from analytics.simulation.compile.dists import DistTable, Steps
from analytics.simulation.compile.errors import CompileError
from analytics.simulation.compile.products import APPROVED
from analytics.simulation.keys import mix64, stable_key
from analytics.simulation.layout import FOREVER, NONE, PPM, WEEK_MS
from analytics.simulation.model import Ints, Records, SimModel, SimState
from analytics.simulation.names import Names
from analytics.simulation.places import BUFFER, CONWIP
from analytics.simulation.quality import REWORKS
from analytics.simulation.slots import slot_bases
from twins.distribution_spec import DistributionSpec
from twins.upkeep_spec import Clock

SHOP_START = datetime(2027, 1, 4, tzinfo=UTC)


@dataclass(frozen=True)
class ShopFailures:
    """Breakdowns of the machines of a group, on the calendar clock or by use."""

    time_to_failure: DistributionSpec | Steps
    time_to_repair: DistributionSpec | Steps
    clock: Clock = "calendar"


@dataclass(frozen=True)
class ShopRework:
    """Jobs that fail at their ``operation`` go back by so many operations, any number of times."""

    operation: int
    back: int
    probability: float


def compile_shop(
    machines: npt.ArrayLike,
    op_group: npt.ArrayLike,
    op_ms: npt.ArrayLike,
    *,
    release_ms: npt.ArrayLike | None = None,
    rank: npt.ArrayLike | None = None,
    factor: Literal["deterministic", "exponential", "lognormal", "gamma"] = "deterministic",
    factor_cv: float = 0.0,
    failures: ShopFailures | Sequence[ShopFailures] | None = None,
    in_order: bool = False,
    buffers: npt.ArrayLike | None = None,
    when_full: Literal["wait", "lost"] = "wait",
    conwip: int | None = None,
    priority: npt.ArrayLike | None = None,
    rework: ShopRework | None = None,
    quantity: int = 1,
    passing: float = 1.0,
) -> tuple[SimModel, SimState]:
    """Model and state of a job shop.

    Parameters
    ----------
    machines
        int64[groups]: parallel machines of each group.
    op_group
        int64[jobs, operations]: group of each operation in the job's order; -1 after its last.
    op_ms
        int64[jobs, operations]: mean duration in ms, at least 1; anything after the last.
    release_ms
        int64[jobs], at least 0; default: all at 0.
    rank
        int64[jobs] or int64[jobs, operations]: smaller is sooner in a queue; default: the order of
        release, then of the jobs.
    factor
        Distribution, with mean 1, of the factor on each duration.
    factor_cv
        Coefficient of variation of a log-normal or gamma factor.
    failures
        Breakdowns, of all groups alike or one entry per group; work goes on where it stopped.
        Default: none.
    in_order
        Each group works strictly in the order of ``rank``, which then counts 0, 1, 2, ... within
        the group: a machine waits for the next one. That is how a schedule is replayed.
    buffers
        int64[groups]: jobs that can wait before each group; -1: any number. A machine whose
        finished job finds no room keeps it and is blocked. Default: any number everywhere.
    when_full
        What becomes of a job that is released when the buffer of its first group is full.
    conwip
        Most jobs in process; others are released when one is done. Default: any number.
    priority
        int64[jobs]: smaller is served first, before ``rank``; work under way is not laid aside.
        Default: all alike.
    rework
        Which jobs go back. Default: none.
    quantity
        Good units that each job has at its end; ``op_ms`` counts for each unit that is started.
    passing
        Share of the units that pass each operation, in (0, 1].

    Raises
    ------
    CompileError
        When the arrays do not fit together.
    """
    counts = np.asarray(machines, dtype=np.int64)
    groups = np.atleast_2d(np.asarray(op_group, dtype=np.int64))
    spans = np.atleast_2d(np.asarray(op_ms, dtype=np.int64))
    jobs = len(groups)
    present = groups != NONE
    _check(counts, groups, spans, present)
    releases = np.zeros(jobs, np.int64) if release_ms is None else np.asarray(release_ms, np.int64)
    order = np.lexsort((np.arange(jobs), releases)).astype(np.int64)
    dists = DistTable()
    dist = NONE if factor == "deterministic" else dists.factor(factor, factor_cv)
    optype, part, first_optype = _parts(groups, spans, present, dist)
    if rework is not None:
        _rework(optype, first_optype, present, rework)
    optype["yield_ppm"] = round(passing * PPM)
    lot = _lots(present.sum(axis=1), part, releases)
    lot["quantity"] = quantity
    group, machine = _machines(counts, failures, dists)
    group["in_order"] = int(in_order)
    limit = _limits(group, lot, buffers, when_full, conwip)
    if priority is not None:
        lot["priority"] = priority
        group["features"] |= features.PRIORITIES
    model = SimModel(
        scalar=_scalar(parts=len(first_optype)),
        site=_site(len(counts)),
        hired=np.zeros(1, layout.HIRED_C),
        bus=_unlimited_bus(),
        group=group,
        machine=machine,
        dist=dists.table(),
        optype=optype,
        consume=np.zeros(0, layout.CONSUME_C),
        recover=np.zeros(0, layout.CONSUME_C),
        lot=lot,
        link=np.zeros(0, layout.LINK_C),
        calendar=np.array([(0, 1, 0, 0)] * 3, dtype=layout.CALENDAR_C),
        interval=np.array([(0, WEEK_MS)], dtype=layout.INTERVAL_C),
        timetable=np.zeros(0, np.int64),
        receipt=np.zeros(0, layout.RECEIPT_C),
        primitive=np.zeros(0, layout.PRIMITIVE_C),
        pv=np.zeros((1, 1), np.int64),
        release_order=order,
        bases=slot_bases(
            sites=1,
            groups=len(group),
            machines=len(machine),
            parts=len(first_optype),
            lots=jobs,
            stocks=0,
            links=0,
        ),
        first_optype=first_optype,
        permission=_approved(len(first_optype)),
        known_ms=np.zeros(jobs, np.int64),
        pool=np.zeros(0, layout.POOL_C),
        ability=np.zeros(0, np.int64),
        setup=np.zeros(0, layout.SETUP_C),
        limit=limit,
        supply=np.zeros(0, layout.SUPPLY_C),
        band=np.zeros(0, layout.BAND_C),
        feeder=np.zeros(0, layout.FEEDER_C),
        closure=np.zeros(0, layout.INTERVAL_C),
        curve=dists.curve(),
        published=np.zeros(0, layout.PRIMITIVE_C),
        names=_names(counts, jobs, len(first_optype)),
        fork_at=SHOP_START,
    )
    state = SimState.empty(model)
    state.op["group"] = groups[present]
    if rank is None:
        position = np.empty(jobs, np.int64)
        position[order] = np.arange(jobs)
        state.op["rank"] = position[state.op["lot"]]
    else:
        ranks = np.asarray(rank, np.int64)
        state.op["rank"] = ranks[state.op["lot"]] if ranks.ndim == 1 else ranks[present]
    return model, state


def _check(counts: Ints, groups: Ints, spans: Ints, present: npt.NDArray[np.bool_]) -> None:
    if groups.shape != spans.shape:
        raise CompileError(
            f"op_group has the shape {groups.shape} and op_ms {spans.shape}; give both one entry "
            "per job and operation"
        )
    if groups.size == 0 or not present[:, 0].all():
        raise CompileError("a job has no operation; give each at least one")
    if not (present[:, :-1] | ~present[:, 1:]).all():
        raise CompileError("an operation follows a -1 in op_group; put the -1 behind the last")
    if groups.max() >= len(counts) or groups.min() < NONE or counts.min() < 1:
        raise CompileError(
            f"op_group names groups from {groups.min()} to {groups.max()}, and machines has "
            f"{len(counts)} groups, of at least {counts.min()} machines; make them agree"
        )
    if spans[present].min() < 1:
        raise CompileError("an operation takes less than 1 ms; use a smaller unit of time")


def _parts(
    groups: Ints, spans: Ints, present: npt.NDArray[np.bool_], dist: int
) -> tuple[Records, Ints, Ints]:
    """``OPTYPE_C``, part of each job, first operation of each part: equal jobs share a part."""
    routes = np.concatenate([groups, np.where(present, spans, 0)], axis=1)
    _, kept, part = np.unique(routes, axis=0, return_index=True, return_inverse=True)
    mine = present[kept]
    optype = np.zeros(int(mine.sum()), layout.OPTYPE_C)
    optype["unit_ns"] = spans[kept][mine] * 1_000_000
    optype["dist"] = dist
    optype["resume_ppm"] = PPM
    optype["longest_pause_ms"] = FOREVER
    lengths = mine.sum(axis=1)
    first = (np.cumsum(lengths) - lengths).astype(np.int64)
    return optype, part.ravel().astype(np.int64), first


def _lots(ops: Ints, part: Ints, releases: Ints) -> Records:
    jobs = len(ops)
    lot = np.zeros(jobs, layout.LOT_C)
    lot["key"] = mix64(np.arange(1, jobs + 1, dtype=np.uint64) ^ np.uint64(stable_key("shop lot")))
    lot["order"] = np.arange(jobs)
    lot["part"] = part
    lot["ops"] = ops
    lot["first_op"] = np.cumsum(ops) - ops
    lot["parent"] = NONE
    lot["release_ms"] = releases
    lot["due_ms"] = FOREVER
    return lot


def _machines(
    counts: Ints, failures: ShopFailures | Sequence[ShopFailures] | None, dists: DistTable
) -> tuple[Records, Records]:
    group = np.zeros(len(counts), layout.GROUP_C)
    group["machines"] = counts
    group["first_machine"] = np.cumsum(counts) - counts
    group["speed_ppm"] = PPM
    group["planning_ppm"] = PPM
    group["unattended"] = 1
    group["failure_dist"] = NONE
    group["repair_dist"] = NONE
    if failures is not None:
        each = [failures] * len(counts) if isinstance(failures, ShopFailures) else list(failures)
        if len(each) != len(counts):
            raise CompileError(
                f"failures has {len(each)} entries and machines {len(counts)} groups; give one "
                "entry per group, or one for all"
            )
        group["failure_dist"] = [dists.duration(one.time_to_failure) for one in each]
        group["repair_dist"] = [dists.duration(one.time_to_repair) for one in each]
        group["features"] = [features.USE_CLOCK if one.clock == "use" else 0 for one in each]
    total = int(counts.sum())
    machine = np.zeros(total, layout.MACHINE_C)
    numbers = np.arange(1, total + 1, dtype=np.uint64)
    machine["key"] = mix64(numbers ^ np.uint64(stable_key("shop machine")))
    machine["group"] = np.repeat(np.arange(len(counts)), counts)
    return group, machine


def _rework(
    optype: Records, first_optype: Ints, present: npt.NDArray[np.bool_], rework: ShopRework
) -> None:
    """Send every job back that fails at an operation."""
    if not 0 <= rework.back <= rework.operation or not present[:, rework.operation].all():
        raise CompileError(
            f"the rework of operation {rework.operation} goes back by {rework.back}; name an "
            "operation that all jobs have, and one before it"
        )
    rows = first_optype + rework.operation
    optype["flow"][rows] = REWORKS
    optype["rework_ppm"][rows] = round(rework.probability * PPM)
    optype["rework_back"][rows] = rework.back


def _limits(
    group: Records,
    lot: Records,
    buffers: npt.ArrayLike | None,
    when_full: Literal["wait", "lost"],
    conwip: int | None,
) -> Records:
    """``LIMIT_C`` of the buffers and of the loop; the rows are named in groups and lots."""
    rows: list[tuple[int, int, int, int]] = []
    places = np.full(len(group), NONE) if buffers is None else np.asarray(buffers, np.int64)
    if places.shape != (len(group),) or places.min() < NONE:
        raise CompileError(
            f"buffers has the shape {places.shape} and machines {len(group)} groups; give each "
            "group the places before it, or -1 for any number"
        )
    for row, count in enumerate(places.tolist()):
        if count != NONE:
            rows.append((count, BUFFER, int(when_full == "lost"), row))
            group["limit"][row] = len(rows)
    if conwip is not None:
        if conwip < 1:
            raise CompileError(f"conwip is {conwip}: no job would be released; give at least 1")
        rows.append((conwip, CONWIP, 0, 0))
        lot["conwip"] = len(rows)
    limit = np.zeros(len(rows), layout.LIMIT_C)
    for column, name in enumerate(("capacity", "kind", "loss", "group")):
        limit[name] = [row[column] for row in rows]
    return limit


def _site(groups: int) -> Records:
    site = np.zeros(1, layout.SITE_C)
    site["key"] = stable_key("shop")
    site["groups"] = groups
    site["buses"] = 1
    site["ideal_power"] = 1
    site["outage_dist"] = NONE
    site["delivery_lead_ms"] = FOREVER
    site["delivery_every_ms"] = FOREVER
    return site


def _unlimited_bus() -> Records:
    bus = np.zeros(1, layout.BUS_C)
    bus["limit_mw"] = FOREVER
    return bus


def _scalar(parts: int) -> Records:
    scalar = np.zeros(1, layout.SCALAR_C)
    scalar["sites"] = scalar["places"] = 1
    scalar["parts"] = parts
    scalar["pv_step_ms"] = WEEK_MS
    return scalar


def _approved(parts: int) -> Records:
    gate = np.zeros(parts, layout.GATE_S)
    gate["status"] = APPROVED
    gate["lot"] = NONE
    gate["waiting"] = NONE
    gate["approved_at_ms"] = FOREVER
    return gate


def _names(counts: Ints, jobs: int, parts: int) -> Names:
    lots = tuple(map(str, range(jobs)))
    return Names(
        sites=("shop",),
        places=("shop",),
        groups=tuple(("shop", f"group-{row}") for row in range(len(counts))),
        machines=tuple(
            ("shop", f"machine-{row}-{unit}")
            for row, count in enumerate(counts.tolist())
            for unit in range(1, count + 1)
        ),
        parts=tuple(("shop", f"part-{row}") for row in range(parts)),
        lots=lots,
        orders=lots,
        buses=(("shop", "main"),),
    )
