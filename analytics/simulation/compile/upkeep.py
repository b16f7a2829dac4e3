"""Dispatch rules, clocks of failures, and maintenance of the work centres."""

from __future__ import annotations

from analytics.simulation import features
from analytics.simulation.compile import units
from analytics.simulation.compile.calendars import CalendarTable
from analytics.simulation.compile.dists import DistTable
from analytics.simulation.model import Records
from analytics.simulation.priorities import RULES, SCHEDULE, feature_bits
from federation.topology.model import ClusterSpec
from twins.upkeep_spec import MaintenanceSpec


def compile_dispatch(cluster: ClusterSpec, group: Records) -> None:
    """Rules of dispatch, and whether orders have priorities at all."""
    prioritised = any(order.priority != 0 for order in cluster.orders)
    row = 0
    for site in cluster.sites:
        for machine in site.machines:
            spec = machine.dispatch
            in_order = spec.rule == "sequence"
            group["in_order"][row] = int(in_order)
            group["dispatch_rule"][row] = SCHEDULE if in_order else RULES.index(spec.rule)
            group["atc_k"][row] = spec.atc_k
            group["features"][row] |= feature_bits(
                spec.rule, preemptive=spec.preemptive, prioritised=prioritised
            )
            row += 1


def compile_upkeep(
    cluster: ClusterSpec, group: Records, dists: DistTable, calendars: CalendarTable
) -> None:
    """Clocks of failures, and preventive maintenance."""
    row = 0
    for site in cluster.sites:
        for machine in site.machines:
            if machine.failure is not None and machine.failure.clock == "use":
                group["features"][row] |= features.USE_CLOCK
            if machine.maintenance is not None:
                _maintenance(
                    group[row : row + 1], machine.maintenance, dists, calendars, site.utc_offset_h
                )
            row += 1


def _maintenance(
    row: Records,
    spec: MaintenanceSpec,
    dists: DistTable,
    calendars: CalendarTable,
    utc_offset_h: float,
) -> None:
    row["features"] |= features.MAINTENANCE
    first_h = spec.every_h if spec.first_h is None else spec.first_h
    row["upkeep_every_ms"] = units.hours(spec.every_h)
    row["upkeep_first_ms"] = units.hours(first_h)
    row["upkeep_by_use"] = int(spec.clock == "use")
    row["upkeep_dist"] = dists.duration(spec.duration)
    if spec.window:
        row["upkeep_calendar"] = calendars.weekly(spec.window, utc_offset_h) + 1
    if spec.overdue_h is not None:
        row["upkeep_overdue_ms"] = units.hours(spec.overdue_h)
