"""Shops that are nothing but machines, jobs and times: what the fast engines can plan.

A shop is plain where the simulator's dates follow from the durations and the order at each machine
alone: machines that always work, one to a work centre, without changeovers, ovens, people, power or
material to wait for; lots that are all released, of single parts, that need no journey between two
operations. Everything else is for the engine that plans whole clusters.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.rerouting.candidates import APPROVED
from analytics.rerouting.problem import Pin, ReroutingProblem
from analytics.rerouting.search.job_shop.solve import JobShop
from analytics.simulation.features import PRIORITIES
from analytics.simulation.layout import NONE, PPM
from analytics.simulation.model import Ints, SimModel
from analytics.simulation.placing import kinds_at


@dataclass(frozen=True, eq=False)
class PlainShop:
    """The open work of a plain shop.

    Parameters
    ----------
    lots
        int64: rows of the open lots.
    first_op
        int64[jobs + 1]: first operation of each job, numbered job after job.
    op
        int64[ops]: row of each of them in ``OP_S``.
    first_way
        int64[ops + 1]: first work centre of each operation.
    group
        int64[ways]: row of the work centre.
    time_ms
        int64[ways]: duration there.
    """

    lots: Ints
    first_op: Ints
    op: Ints
    first_way: Ints
    group: Ints
    time_ms: Ints


def plain_shop(problem: ReroutingProblem) -> PlainShop | None:
    """The open work, if the shop is plain."""
    model, state = problem.model, problem.state
    free = np.unique(state.op["lot"][problem.movable])
    if len(free) == 0 or not _plain_lots(problem, free):
        return None
    first, ops = model.lot["first_op"][free], model.lot["ops"][free]
    first_op = np.concatenate([[0], np.cumsum(ops)]).astype(np.int64)
    op = np.repeat(first - first_op[:-1], ops) + np.arange(first_op[-1])
    kinds = state.op["optype"][op].astype(np.int64)
    first_row, groups = problem.table.rows
    counts = first_row[kinds + 1] - first_row[kinds]
    if not counts.all():
        return None
    first_way = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    at = np.repeat(first_row[kinds] - first_way[:-1], counts) + np.arange(first_way[-1])
    group = groups[at]
    lot = np.repeat(state.op["lot"][op], counts)
    kind = kinds_at(model, np.repeat(kinds, counts), group)
    if not (_plain_work(model, kind) and _plain_centres(problem, np.unique(group))):
        return None
    gates = model.group["site"][group] * model.parts + model.lot["part"][lot]
    if not np.all(state.gate["status"][gates] == APPROVED):
        return None
    time_ms = durations_ms(model, kind, group, model.lot["quantity"][lot])
    return PlainShop(free, first_op, op, first_way, group, time_ms)


def durations_ms(model: SimModel, kinds: Ints, groups: Ints, units: Ints) -> Ints:
    """int64: how long operations take in deterministic runs, one lot at a time (``rules.work``)."""
    kind, group = model.optype[kinds], model.group[groups]
    time_ns = (kind["setup_ms"] + kind["cycle_ms"]) * 1_000_000 + kind["unit_ns"] * units
    nominal = np.maximum(1, time_ns // group["speed_ppm"])
    times: Ints = np.maximum(1, nominal * group["planning_ppm"] // PPM).astype(np.int64)
    return times


def _plain_lots(problem: ReroutingProblem, lots: Ints) -> bool:
    """All that is open may move, is whole, released, and alone; nothing is under way."""
    model, state, pins = problem.model, problem.state, problem.pins
    lot = model.lot[lots]
    alone = (lot["parent"] == NONE) & (lot["children"] == 0) & (lot["conwip"] == 0)
    if not (alone & (lot["release_ms"] <= problem.now_ms)).all():
        return False
    if np.any(state.machine["op"] != NONE) or np.any(state.machine["held"] != 0):
        return False
    of_them = np.isin(state.op["lot"], lots)
    others = ~np.isin(pins, (Pin.STARTED, Pin.FREE))
    return bool(np.all(pins[of_them] == Pin.FREE) and not others.any())


def _plain_work(model: SimModel, kinds: Ints) -> bool:
    kind = model.optype[np.unique(kinds)]
    unused = ("consumes", "features", "tool", "flow", "visits_ppm")
    return bool(np.all(kind["yield_ppm"] == PPM)) and not any(kind[name].any() for name in unused)


def _plain_centres(problem: ReroutingProblem, groups: Ints) -> bool:
    model, outlook = problem.model, problem.outlook
    group, now = model.group[groups], problem.state.group[groups]
    always = ((problem.now_ms, problem.until_ms),)
    unused = ("batch_units", "limit", "heavy", "start_ms", "rewarm_ms")
    if np.any(group["machines"] != 1) or any(group[name].any() for name in unused):
        return False
    if np.any(group["features"] & ~PRIORITIES) or now["speed_change_ppm"].any():
        return False
    if np.any((group["features"] & PRIORITIES != 0) & (group["in_order"] == 0)):
        return False
    if not np.all(model.site["ideal_power"][group["site"]] != 0):
        return False
    return all(
        outlook.working(row) == always and not outlook.machine_down(machine)
        for row, machine in zip(groups.tolist(), group["first_machine"].tolist(), strict=True)
    )


@dataclass(frozen=True, eq=False)
class FlowShop:
    """Sites that are plain flow lines.

    Parameters
    ----------
    sites
        int64[lines]: row of each site.
    groups
        int64[lines, stages]: its work centres in the order of the line.
    times_ms
        int64[lines, stages, jobs]; -1 where a line must not make a job.
    """

    sites: Ints
    groups: Ints
    times_ms: Ints

    @classmethod
    def of(cls, problem: ReroutingProblem, plain: PlainShop) -> FlowShop | None:
        """The lines, if every job goes through all stages of one of them, in the same order."""
        steps = np.diff(plain.first_op)
        if np.any(steps != steps[0]):
            return None
        jobs, stages = len(steps), int(steps[0])
        ways = np.diff(plain.first_way)
        owner = np.repeat(np.arange(jobs * stages), ways)
        job, stage = np.divmod(owner, stages)
        site = problem.model.group["site"][plain.group]
        sites = np.unique(site)
        line = np.searchsorted(sites, site)
        groups = np.full((len(sites), stages), NONE, dtype=np.int64)
        groups[line, stage] = plain.group
        if not np.array_equal(groups[line, stage], plain.group) or np.any(groups == NONE):
            return None
        if len(np.unique(groups)) != groups.size:
            return None
        times = np.full((len(sites), stages, jobs), -1, dtype=np.int64)
        times[line, stage, job] = plain.time_ms
        whole = (times >= 0).all(axis=1)
        if not whole.any(axis=0).all() or np.any((times >= 0).any(axis=1) & ~whole):
            return None
        return cls(sites, groups, times)


def job_shop(problem: ReroutingProblem, plain: PlainShop) -> tuple[JobShop, Ints] | None:
    """The shop for the engine of job shops and the row of each of its machines.

    For work of one site at machines that keep their sequence: else the simulator would not wait
    for the lot that is next.
    """
    rows, machine = np.unique(plain.group, return_inverse=True)
    group = problem.model.group[rows]
    if len(np.unique(group["site"])) > 1 or not np.all(group["in_order"] == 1):
        return None
    release = np.zeros(len(plain.first_op) - 1, dtype=np.int64)
    shop = JobShop(
        plain.first_op, release, plain.first_way, machine.ravel().astype(np.int64),
        plain.time_ms, len(rows),
    )  # fmt: skip
    return shop, rows
