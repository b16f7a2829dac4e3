"""What can be said of a cluster without simulating it: hours, material, second sources, power."""

from __future__ import annotations

from dataclasses import dataclass

from federation.topology.capability import CapabilityIndex, Refusal
from federation.topology.check_energy import SitePower, cluster_power
from federation.topology.check_hours import ProcessWeek, process_weeks, steps
from federation.topology.check_material import MaterialWeek, material_weeks
from federation.topology.model import ClusterSpec
from federation.topology.provenance import Provenance, summary


@dataclass(frozen=True, slots=True)
class SingleSource:
    """A routing step that one site alone can and may do."""

    product: str
    part: str
    operation: str
    process: str
    site: str
    machines: int
    """Work units that can do it there."""


@dataclass(frozen=True, slots=True)
class Unmakeable:
    """A routing step that no permitted site can do, with the reason of each site."""

    product: str
    part: str
    operation: str
    process: str
    refusals: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True)
class CheckReport:
    """The tables of ``twinfed check``."""

    weeks: tuple[ProcessWeek, ...]
    material: tuple[MaterialWeek, ...]
    single_sources: tuple[SingleSource, ...]
    single_processes: tuple[tuple[str, str], ...]
    """Processes in use that one site alone offers to them: ``(process, site)``."""
    unmakeable: tuple[Unmakeable, ...]
    power: tuple[SitePower, ...]
    provenance: Provenance

    @property
    def full(self) -> tuple[ProcessWeek, ...]:
        """Processes and weeks above 95 % of the regular hours."""
        return tuple(row for row in self.weeks if row.full)

    @property
    def strained(self) -> tuple[ProcessWeek, ...]:
        """Processes and weeks above 95 % of what approved sites give in the mean."""
        return tuple(row for row in self.weeks if row.strained)

    @property
    def short(self) -> tuple[MaterialWeek, ...]:
        """Materials, sets of sites and weeks in which orders released so far miss material."""
        return tuple(row for row in self.material if row.short)


def check_cluster(cluster: ClusterSpec) -> CheckReport:
    """Everything that ``twinfed check`` prints about a cluster."""
    return CheckReport(
        weeks=process_weeks(cluster),
        material=material_weeks(cluster),
        single_sources=single_sources(cluster),
        single_processes=single_processes(cluster),
        unmakeable=unmakeable(cluster),
        power=cluster_power(cluster),
        provenance=summary(cluster),
    )


def single_sources(cluster: ClusterSpec) -> tuple[SingleSource, ...]:
    """Routing steps that one site alone can and may do; a first article counts as may."""
    index = CapabilityIndex(cluster)
    units = {
        (site.id, machine.id): machine.count for site in cluster.sites for machine in site.machines
    }
    rows = []
    for product, part, number in steps(cluster):
        candidates = index.candidates(product, part.id, number)
        if len({candidate.site for candidate in candidates}) != 1:
            continue
        step, site = part.operations[number], candidates[0].site
        machines = sum(units[site, candidate.work_centre] for candidate in candidates)
        rows.append(SingleSource(product, part.id, step.id, step.process, site, machines))
    return tuple(rows)


def single_processes(cluster: ClusterSpec) -> tuple[tuple[str, str], ...]:
    """Processes of the routings for which one site alone qualifies at any step, sorted."""
    index = CapabilityIndex(cluster)
    sites: dict[str, set[str]] = {}
    for product, part, number in steps(cluster):
        found = sites.setdefault(part.operations[number].process, set())
        found.update(candidate.site for candidate in index.candidates(product, part.id, number))
    return tuple(
        (process, min(found)) for process, found in sorted(sites.items()) if len(found) == 1
    )


def unmakeable(cluster: ClusterSpec) -> tuple[Unmakeable, ...]:
    """Routing steps that no permitted site can do. A cluster read from files has none."""
    index = CapabilityIndex(cluster)
    rows = []
    for product, part, number in steps(cluster):
        if not index.candidates(product, part.id, number):
            step = part.operations[number]
            refusals = index.refusals(product, part.id, number)
            rows.append(Unmakeable(product, part.id, step.id, step.process, refusals))
    return tuple(rows)
