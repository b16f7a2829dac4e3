"""What no plan may break, checked against the specification and not the planner's own tables."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from datetime import timedelta

import numpy as np

from analytics.rerouting.problem import ReroutingProblem
from analytics.rerouting.proposal import Proposal
from analytics.simulation.layout import (
    FOREVER,
    HOUR_MS,
    NONE,
    P_GRID_OFF,
    P_MACHINE_DOWN,
    P_SITE_DOWN,
)
from federation.topology.requirements import can_work
from twins.spec import MachineSpec, SiteSpec
from twins.work import LotState

Change = tuple[int, int, int, int]
"""Hours from the start, kind of primitive, row of what changes, by how much."""


def check_plan(problem: ReroutingProblem, proposal: Proposal) -> None:
    """Assert every rule for one proposal."""
    running_and_frozen_work_stays(problem, proposal)
    every_move_has_capability_permission_and_material(problem, proposal)
    the_replay_keeps_precedence(problem, proposal)
    nothing_is_used_that_is_not_there(problem, proposal)
    attended_work_begins_within_shifts(problem, proposal)


def moved(problem: ReroutingProblem, proposal: Proposal) -> list[tuple[int, int]]:
    """(operation, work centre) of everything that changes its place."""
    before = problem.state.op["group"][proposal.op]
    rows = np.flatnonzero(before != proposal.group)
    return [(int(proposal.op[row]), int(proposal.group[row])) for row in rows]


def running_and_frozen_work_stays(problem: ReroutingProblem, proposal: Proposal) -> None:
    """Nothing moves that has started, or is to start inside the frozen horizon if all stays."""
    started = problem.state.op["start_ms"] < FOREVER
    soon = problem.present.op["start_ms"] < problem.now_ms + problem.frozen_ms
    joined = problem.state.lot["state"] == LotState.JOINED
    gathering = set(problem.model.lot["parent"][joined].tolist())
    for op, _ in moved(problem, proposal):
        lot = int(problem.state.op["lot"][op])
        first = op == int(problem.model.lot["first_op"][lot])
        assert not started[op]
        assert not soon[op]
        assert not (first and lot in gathering), "a component lies elsewhere"
        assert problem.model.known_ms[lot] <= problem.now_ms


def every_move_has_capability_permission_and_material(
    problem: ReroutingProblem, proposal: Proposal
) -> None:
    """The machine has the process, the site the permission and the material."""
    model, cluster = problem.model, problem.cluster
    for op, group in moved(problem, proposal):
        if group == NONE:
            continue  # declined
        lot = int(problem.state.op["lot"][op])
        product_id, part_id = model.names.parts[int(model.lot["part"][lot])]
        part = next(row for row in cluster.product(product_id).parts if row.id == part_id)
        step = part.operations[op - int(model.lot["first_op"][lot])]
        site_id, work_centre = model.names.groups[group]
        site = cluster.site(site_id)
        assert can_work(next(row for row in site.machines if row.id == work_centre), step)
        gate = model.names.site_row[site_id] * model.parts + int(model.lot["part"][lot])
        assert problem.state.gate["status"][gate] > 0
        kept = {row.material: row for row in site.stock}
        for need in step.consumes:
            material = model.names.material_row[need.material]
            row = model.names.site_row[site_id] * len(model.names.materials) + material
            on_order = need.material in kept and kept[need.material].weekly_receipt > 0
            assert problem.state.stock["on_hand"][row] > 0 or on_order


def the_replay_keeps_precedence(problem: ReroutingProblem, proposal: Proposal) -> None:
    """Operations follow each other, components come before the lot that joins them."""
    end, model = proposal.end, problem.model
    for lot in range(len(model.lot)):
        rows = list(model.op_rows(lot))
        for before, after in itertools.pairwise(rows):
            if end.op["start_ms"][after] < FOREVER:
                assert end.op["end_ms"][before] <= end.op["start_ms"][after]
        parent = int(model.lot["parent"][lot])
        if parent != NONE:
            begins = int(end.op["start_ms"][int(model.lot["first_op"][parent])])
            if begins < FOREVER:
                assert end.lot["done_ms"][lot] <= begins


def nothing_is_used_that_is_not_there(problem: ReroutingProblem, proposal: Proposal) -> None:
    """No stock below zero, and nothing made without permission."""
    end, model = proposal.end, problem.model
    assert np.all(end.stock["on_hand"] >= 0)
    begun = (end.op["start_ms"] < FOREVER) & (problem.state.op["start_ms"] >= FOREVER)
    sites = model.group["site"][end.op["group"][begun]]
    parts = model.lot["part"][end.op["lot"][begun]]
    assert np.all(problem.state.gate["status"][sites * model.parts + parts] > 0)


def begun_on(
    problem: ReroutingProblem, proposal: Proposal
) -> Iterable[tuple[SiteSpec, MachineSpec, int]]:
    """Site, work centre and start, ms, of everything that begins in the replay of the plan."""
    start, group = proposal.end.op["start_ms"], proposal.end.op["group"]
    began = (start < FOREVER) & (problem.state.op["start_ms"] >= FOREVER)
    for op in np.flatnonzero(began).tolist():
        site_id, work_centre = problem.model.names.groups[int(group[op])]
        site = problem.cluster.site(site_id)
        machine = next(row for row in site.machines if row.id == work_centre)
        yield site, machine, int(start[op])


def attended_work_begins_within_shifts(problem: ReroutingProblem, proposal: Proposal) -> None:
    """People start work in a shift of their site, by its local time."""
    for site, machine, start_ms in begun_on(problem, proposal):
        if machine.unattended or not site.shifts:
            continue
        local = problem.model.fork_at + timedelta(milliseconds=start_ms, hours=site.utc_offset_h)
        day, time = f"{local:%a}".lower(), f"{local:%H:%M}"
        assert any(
            day in shift.days and shift.start <= time < shift.end for shift in site.shifts
        ), f"{site.id}/{machine.id} begins work at {local}"


def work_begins_only_where_it_can(
    problem: ReroutingProblem, proposal: Proposal, changes: Iterable[Change]
) -> None:
    """Nothing begins on a machine that is down, at a site that is down, or without a grid.

    For sites that have no power but the grid's, and machines of one unit.
    """
    names = problem.model.names
    for site, machine, start_ms in begun_on(problem, proposal):
        if machine.count > 1:
            continue
        of_site = names.site_row[site.id]
        stops = {
            P_SITE_DOWN: of_site,
            P_MACHINE_DOWN: names.group_row[site.id, machine.id],
        }
        if machine.run_kw > 0:
            stops[P_GRID_OFF] = of_site
        for kind, row in stops.items():
            level = sum(
                by
                for hours, what, entity, by in changes
                if what == kind and entity == row and hours * HOUR_MS <= start_ms
            )
            assert level <= 0, f"{site.id}/{machine.id} begins work while it cannot"
