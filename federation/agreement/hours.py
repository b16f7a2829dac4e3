"""Machine hours of the operations of an order book, wherever they are done. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from federation.topology.check_hours import started_per_good
from federation.topology.hire import with_offers
from federation.topology.lots import LotSpec, explode
from federation.topology.model import ClusterSpec
from federation.topology.product_model import OperationSpec, PartSpec
from twins.spec import MachineSpec
from twins.work import ScheduleEntry


class WorkHours:
    """Mean machine hours of one operation of a lot at a work centre.

    Setup, cycles and unit times at the work centre's speed, for the units that are started so that
    the lot comes out whole. Waiting, shifts and interruptions are not in it.

    Parameters
    ----------
    cluster
        With all its orders.
    """

    def __init__(self, cluster: ClusterSpec) -> None:
        self._lots: Mapping[str, LotSpec] = {lot.id: lot for lot in explode(cluster)}
        self._parts: Mapping[tuple[str, str], PartSpec] = {
            (product.id, part.id): part for product in cluster.products for part in product.parts
        }
        self._machines: Mapping[tuple[str, str], MachineSpec] = {
            (site.id, machine.id): machine
            for site in with_offers(cluster).sites
            for machine in site.machines
        }

    def knows(self, entry: ScheduleEntry) -> str | None:
        """What the cluster lacks that an entry names; ``None``: nothing."""
        lot = self._lots.get(entry.lot)
        if lot is None:
            return f"the lot '{entry.lot}'"
        if not 0 <= entry.operation < len(self._parts[lot.product, lot.part].operations):
            return f"the operation {entry.operation} of the lot '{entry.lot}'"
        if (entry.site, entry.work_centre) not in self._machines:
            return f"the work centre '{entry.site}/{entry.work_centre}'"
        return None

    def of(self, entry: ScheduleEntry) -> float:
        """Hours of an entry; 0 for one that names what the cluster does not have."""
        if self.knows(entry) is not None:
            return 0.0
        lot = self._lots[entry.lot]
        part = self._parts[lot.product, lot.part]
        machine = self._machines[entry.site, entry.work_centre]
        step = part.operations[entry.operation]
        unit_min, cycle_min, setup_min = _times(step, entry)
        units = math.ceil(lot.quantity * started_per_good(part, entry.operation) - 1e-9)
        cycles = 1
        if machine.batch_capacity_units:
            cycles = -(-units // machine.batch_capacity_units)
        minutes = setup_min + cycle_min * cycles + unit_min * units
        return minutes / 60.0 / machine.speed_factor

    def total(self, entries: Iterable[ScheduleEntry]) -> float:
        """Hours of several entries."""
        return sum(self.of(entry) for entry in entries)


def _times(step: OperationSpec, entry: ScheduleEntry) -> tuple[float, float, float]:
    """Unit, cycle and setup minutes of an operation at a work centre."""
    for own in step.alternatives:
        if (own.site, own.work_centre) == (entry.site, entry.work_centre):
            return own.unit_time_min, own.cycle_time_min, own.setup_time_min
    return step.unit_time_min, step.cycle_time_min, step.setup_time_min
