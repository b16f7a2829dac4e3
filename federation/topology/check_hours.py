"""Hours that the order book needs of each process, and regular hours that there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from federation.hours import DAY_MS, HOUR_MS, WEEKDAYS, local_shifts, merge, open_ms
from federation.topology.availability import availability
from federation.topology.capability import CapabilityIndex
from federation.topology.lots import lot_size_of
from federation.topology.model import ClusterSpec
from federation.topology.product_model import OperationSpec, PartSpec
from twins.spec import MachineSpec, SiteSpec

FULL = 0.95
"""Load above which a process is flagged: queues grow without bound close to 1."""

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class ProcessNeed:
    """Machine hours, at speed factor 1, that one product's orders of one week need of a process."""

    process: str
    product: str
    week: int
    hours: float


@dataclass(frozen=True, slots=True)
class ProcessHours:
    """Machine hours a week of a process, at speed factor 1, of the machines that a routing may use.

    Parameters
    ----------
    available_h
        Regular shift hours times speed, 168 h a week where machines run unattended.
    approved_h
        Those of them at sites that are approved already, without a first article.
    expected_h
        The approved hours less the mean share of breakdowns, and of power cuts on buses that
        nothing backs up.
    """

    available_h: float = 0.0
    approved_h: float = 0.0
    expected_h: float = 0.0


@dataclass(frozen=True, slots=True)
class ProcessWeek:
    """One process in one week of the order book.

    Parameters
    ----------
    process, week
        Week 1 begins with the cluster's start.
    monday
        Its first day.
    needed_h
        Machine hours of the orders released in the week, at speed factor 1.
    available_h, approved_h, expected_h
        See ``ProcessHours``.
    load
        ``needed_h / available_h``; infinite when there is no machine.
    full
        Whether ``needed_h`` exceeds 95 % of ``available_h``.
    strained
        Whether it exceeds 95 % of ``expected_h``: then approved sites alone, in regular hours and
        with their usual breakdowns and power cuts, do not keep up.
    """

    process: str
    week: int
    monday: date
    needed_h: float
    available_h: float
    approved_h: float
    expected_h: float
    load: float
    full: bool
    strained: bool


def process_needs(cluster: ClusterSpec) -> tuple[ProcessNeed, ...]:
    """Hours per process, product and week of release, sorted.

    An operation with a yield, or with one after it, starts more units than are ordered. An
    operation by the batch shares each cycle between as many full lots as fit into it.
    """
    index = CapabilityIndex(cluster)
    machines = {
        (site.id, machine.id): machine for site in cluster.sites for machine in site.machines
    }
    unit_hours: dict[str, list[tuple[str, float]]] = {}
    for product in cluster.products:
        found = unit_hours.setdefault(product.id, [])
        together = lot_size_of(product, cluster.lot_size)
        for part in product.parts:
            for number, operation in enumerate(part.operations):
                able = [
                    machines[candidate.site, candidate.work_centre]
                    for candidate in index.candidates(product.id, part.id, number)
                ]
                hours = _hours_per_unit(operation, able, together)
                found.append((operation.process, hours * started_per_good(part, number)))
    sums: dict[tuple[str, str, int], float] = defaultdict(float)
    for order in cluster.orders:
        week = (order.release - cluster.start) // WEEK + 1
        for process, hours in unit_hours[order.product]:
            sums[process, order.product, week] += hours * order.quantity
    return tuple(ProcessNeed(*key, hours) for key, hours in sorted(sums.items()))


def _hours_per_unit(operation: OperationSpec, able: list[MachineSpec], lot: int) -> float:
    capacities = [machine.batch_capacity_units for machine in able if machine.batch_capacity_units]
    together = lot
    if capacities:
        together = max(max(capacities) // lot * lot, min(max(capacities), lot))
    per_lot = operation.setup_time_min / lot
    return (operation.unit_time_min + operation.cycle_time_min / together + per_lot) / 60.0


def started_per_good(part: PartSpec, number: int) -> float:
    """Units that operation ``number`` starts for one good unit at the end of the routing."""
    started = 1.0
    for operation in part.operations[number:]:
        started /= operation.yield_fraction
    return started


def process_weeks(cluster: ClusterSpec) -> tuple[ProcessWeek, ...]:
    """Need and regular hours of each process and week that has orders, by process and week."""
    needs: dict[tuple[str, int], float] = defaultdict(float)
    for need in process_needs(cluster):
        needs[need.process, need.week] += need.hours
    hours: dict[int, dict[str, ProcessHours]] = {}
    rows = []
    for (process, week), needed in sorted(needs.items()):
        if week not in hours:
            hours[week] = process_hours(cluster, cluster.start.date() + (week - 1) * WEEK)
        there = hours[week].get(process, ProcessHours())
        rows.append(
            ProcessWeek(
                process=process,
                week=week,
                monday=cluster.start.date() + (week - 1) * WEEK,
                needed_h=needed,
                available_h=there.available_h,
                approved_h=there.approved_h,
                expected_h=there.expected_h,
                load=needed / there.available_h if there.available_h > 0.0 else float("inf"),
                full=needed > FULL * there.available_h,
                strained=needed > FULL * there.expected_h,
            )
        )
    return tuple(rows)


def process_hours(cluster: ClusterSpec, monday: date | None = None) -> dict[str, ProcessHours]:
    """Machine hours by process in a week without holidays, or in the week that begins on a day."""
    index = CapabilityIndex(cluster)
    approved: dict[tuple[str, str], bool] = {}
    for product, part, number in steps(cluster):
        for candidate in index.candidates(product, part.id, number):
            key = (candidate.site, candidate.work_centre)
            approved[key] = approved.get(key, False) or candidate.status == "approved"
    found: dict[str, ProcessHours] = {}
    for site in cluster.sites:
        for machine in site.machines:
            if (site.id, machine.id) not in approved:
                continue
            week = 168.0 if machine.unattended else shift_hours(site, monday)
            own = machine.count * machine.speed_factor * week
            sure = own if approved[site.id, machine.id] else 0.0
            before = found.get(machine.process, ProcessHours())
            found[machine.process] = ProcessHours(
                available_h=before.available_h + own,
                approved_h=before.approved_h + sure,
                expected_h=before.expected_h + sure * availability(site, machine),
            )
    return found


def steps(cluster: ClusterSpec) -> Iterator[tuple[str, PartSpec, int]]:
    """Every routing step of the cluster: product, part, position of the operation."""
    for product in cluster.products:
        for part in product.parts:
            for number in range(len(part.operations)):
                yield product.id, part, number


def shift_hours(site: SiteSpec, monday: date | None = None) -> float:
    """Regular hours of a week without holidays, or of the week that begins on ``monday``.

    Hours in which shifts overlap count once.
    """
    closed: set[int] = set()
    for number in range(len(WEEKDAYS)):
        at = monday + timedelta(days=number) if monday is not None else None
        spans = (holiday.days for holiday in site.holidays)
        if at is not None and any(first <= at <= last for first, last in spans):
            closed.add(number)
    local = (span for span in local_shifts(site.shifts) if span[0] // DAY_MS not in closed)
    return open_ms(merge(local)) / HOUR_MS
