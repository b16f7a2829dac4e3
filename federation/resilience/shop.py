"""What the cluster can make in a usual week, and what is wanted of it: hours, steps, demand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import numpy.typing as npt

from federation.hours import HOUR_MS, WEEK_MS, merge, open_ms, regular_hours
from federation.topology.availability import availability
from federation.topology.capability import CapabilityIndex, Status
from federation.topology.check_hours import started_per_good
from federation.topology.dangerous import dangerous_parts
from federation.topology.lots import lot_size_of
from federation.topology.model import ClusterSpec
from federation.topology.product_model import OperationSpec, PartSpec, ProductSpec
from federation.topology.requirements import can_serve, is_manned, on_duty
from twins.spec import MachineSpec, SiteSpec

Floats = npt.NDArray[np.float64]
Permitted = Callable[[str, str, str], Status | None]
"""Permission of a site for a part of a product: product, part, site."""
_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Option:
    """A work centre that can do a step.

    Parameters
    ----------
    centre
        Row of ``Shop.centres``.
    site
        Row of the site.
    hours
        Machine hours for one good unit of the part, rejected ones included.
    standard_h
        The same at speed factor 1.
    approved
        Whether the site may begin at once, without a first article.
    """

    centre: int
    site: int
    hours: float
    standard_h: float
    approved: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One operation of a part.

    Parameters
    ----------
    product
        Row of the product.
    part, number, operation, process
        The operation and its position in the routing.
    after
        Row of the step that takes the part next, in the same routing or in that of the part it is
        joined into; -1: the customer gets it.
    mass_kg
        Of the part, per unit: what is moved after this step.
    dangerous
        Whether the part is dangerous goods.
    options
        Who can do it, in the order of sites and machines.
    """

    product: int
    part: str
    number: int
    operation: str
    process: str
    after: int
    mass_kg: float
    dangerous: bool
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Demand:
    """What a customer wants of a product, in units a week; ``place`` is where it is delivered."""

    product: int
    customer: str
    place: str
    units: float


@dataclass(frozen=True, slots=True)
class Pool:
    """People of a site who can stand at some of its machines.

    Parameters
    ----------
    site
        Row of the site.
    id
        Of the pool.
    hours
        People hours a week.
    centres
        Rows of the work centres that they can run.
    """

    site: int
    id: str
    hours: float
    centres: tuple[int, ...]


class Shop:
    """The whole cluster as steps, work centres with weekly hours, and weekly demand.

    Parameters
    ----------
    cluster
        The specification, with its orders.
    permitted
        Permissions of the moment; default: those of the specification.
    approved_only
        Sites that need a first article do not count.
    week
        Demand of the orders released in this week, from 1; default: the mean of the weeks from the
        first release to the last.

    Attributes
    ----------
    products : tuple of ProductSpec
    sites : tuple of SiteSpec
    steps : tuple of Step
        Components before the part that joins them.
    centres : tuple of (int, MachineSpec)
        Row of the site, and the work centre, of all that can do a step.
    hours : float64[centres]
        Machine hours a week: shifts (168 h unattended) times units, less the mean of breakdowns and
        of power cuts that nothing backs up.
    operators : float64[centres]
        People at a running unit; 0 where nobody is needed or people are not described.
    pools : tuple of Pool
    demand : tuple of Demand
    weeks : int
        So many weeks of orders are in the mean; 0: there are no orders.
    """

    def __init__(
        self,
        cluster: ClusterSpec,
        permitted: Permitted | None = None,
        *,
        approved_only: bool = False,
        week: int | None = None,
    ) -> None:
        self.cluster = cluster
        self.products: tuple[ProductSpec, ...] = cluster.products
        self.sites: tuple[SiteSpec, ...] = cluster.sites
        self._site_row = {site.id: row for row, site in enumerate(cluster.sites)}
        self._index = CapabilityIndex(cluster)
        self._permitted = permitted or self._specified
        self._approved_only = approved_only
        self._centre_row: dict[tuple[str, str], int] = {}
        self._machines = {
            (site.id, machine.id): machine for site in self.sites for machine in site.machines
        }
        self.steps = tuple(self._steps())
        self.centres: tuple[tuple[int, MachineSpec], ...] = tuple(
            (self._site_row[site], self._machines[site, name]) for site, name in self._centre_row
        )
        self.centre_site = np.array([site for site, _ in self.centres], dtype=np.int64)
        self.hours: Floats = np.array(
            [self._hours(*centre) for centre in self.centres], dtype=np.float64
        )
        self.operators: Floats = np.array(
            [self._operators(self.sites[site], machine) for site, machine in self.centres],
            dtype=np.float64,
        )
        self.pools = tuple(self._pools())
        self.weeks, self.demand = self._demand(week)

    @property
    def index(self) -> CapabilityIndex:
        """Who qualifies by the specification."""
        return self._index

    def centre_name(self, row: int) -> tuple[str, str]:
        """Site and work centre."""
        site, machine = self.centres[row]
        return self.sites[site].id, machine.id

    def wanted(self) -> Floats:
        """float64[products]: units a week."""
        units = np.zeros(len(self.products))
        for entry in self.demand:
            units[entry.product] += entry.units
        return units

    def _specified(self, product: str, part: str, site: str) -> Status | None:
        permission = self._index.permission(product, part, site)
        return permission.status if permission is not None else None

    def _steps(self) -> Iterator[Step]:
        dangerous = dangerous_parts(self.cluster)
        row = 0
        for number, product in enumerate(self.products):
            first = self._first_rows(product, row)
            joins = {
                component.id: part.id for part in product.parts for component in part.components
            }
            for part in product.parts:
                for at, operation in enumerate(part.operations):
                    last = at == len(part.operations) - 1
                    joined = first[joins[part.id]] if part.id in joins else -1
                    yield Step(
                        product=number,
                        part=part.id,
                        number=at,
                        operation=operation.id,
                        process=operation.process,
                        after=joined if last else row + 1,
                        mass_kg=part.mass_kg,
                        dangerous=(product.id, part.id) in dangerous,
                        options=tuple(self._options(product, part, at)),
                    )
                    row += 1

    def _first_rows(self, product: ProductSpec, row: int) -> dict[str, int]:
        """Row of the first step of each part."""
        found: dict[str, int] = {}
        for part in product.parts:
            found[part.id] = row
            row += len(part.operations)
        return found

    def _options(self, product: ProductSpec, part: PartSpec, number: int) -> Iterator[Option]:
        operation = part.operations[number]
        started = started_per_good(part, number)
        lot = lot_size_of(product, self.cluster.lot_size)
        for one in self._index.candidates(product.id, part.id, number):
            status = self._permitted(product.id, part.id, one.site)
            if status is None or (self._approved_only and status != "approved"):
                continue
            machine = self._machines[one.site, one.work_centre]
            standard_h = started * hours_per_unit(operation, one.site, machine, lot)
            key = (one.site, one.work_centre)
            yield Option(
                centre=self._centre_row.setdefault(key, len(self._centre_row)),
                site=self._site_row[one.site],
                hours=standard_h / machine.speed_factor,
                standard_h=standard_h,
                approved=status == "approved",
            )

    def _hours(self, site_row: int, machine: MachineSpec) -> float:
        site = self.sites[site_row]
        if machine.unattended:
            open_h = WEEK_MS / HOUR_MS
        elif site.pools and is_manned(machine):
            able = [pool for pool in site.pools if can_serve(pool, machine)]
            open_h = open_ms(merge(s for pool in able for s in on_duty(site, pool))) / HOUR_MS
        else:
            open_h = open_ms(regular_hours(site)) / HOUR_MS
        return open_h * machine.count * availability(site, machine)

    def _operators(self, site: SiteSpec, machine: MachineSpec) -> float:
        return machine.operators if site.pools and is_manned(machine) else 0.0

    def _pools(self) -> Iterator[Pool]:
        for row, site in enumerate(self.sites):
            own = [at for at in np.flatnonzero(self.centre_site == row) if self.operators[at] > 0.0]
            for pool in site.pools if own else ():
                able = tuple(int(at) for at in own if can_serve(pool, self.centres[at][1]))
                people_h = pool.headcount * open_ms(on_duty(site, pool)) / HOUR_MS
                yield Pool(row, pool.id, people_h, able)

    def _demand(self, week: int | None) -> tuple[int, tuple[Demand, ...]]:
        product_row = {product.id: row for row, product in enumerate(self.products)}
        gates = {c.id: c.at_site or c.id for c in self.cluster.customers}
        released = [
            ((order.release - self.cluster.start) // _WEEK + 1, order)
            for order in self.cluster.orders
        ]
        chosen = [entry for entry in released if week in {None, entry[0]}]
        if not chosen:
            return 0, ()
        numbers = [number for number, _ in chosen]
        weeks = max(numbers) - min(numbers) + 1
        sums: dict[tuple[int, str], int] = {}
        for _, order in chosen:
            key = (product_row[order.product], order.customer)
            sums[key] = sums.get(key, 0) + order.quantity
        return weeks, tuple(
            Demand(product, customer, gates[customer], units / weeks)
            for (product, customer), units in sorted(sums.items())
        )


def hours_per_unit(operation: OperationSpec, site: str, machine: MachineSpec, lot: int) -> float:
    """Machine hours of one unit that is started, at speed factor 1.

    A lot shares its setup. An oven is filled with as many whole lots as it takes.
    """
    times = next(
        (
            one
            for one in operation.alternatives
            if (one.site, one.work_centre) == (site, machine.id)
        ),
        operation,
    )
    together = lot
    if machine.batch_capacity_units is not None:
        capacity = machine.batch_capacity_units
        together = max(capacity // lot * lot, min(capacity, lot))
    minutes = times.unit_time_min + times.cycle_time_min / together + times.setup_time_min / lot
    return minutes / 60.0
