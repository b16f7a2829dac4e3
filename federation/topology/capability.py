"""Who can and may do which operation. A capability is not a permission: it takes both."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from federation.topology.model import ClusterSpec
from federation.topology.product_model import OperationSpec, PartSpec, PermissionSpec
from federation.topology.requirements import (
    REQUIREMENTS,
    Gap,
    Requirement,
    SiteGaps,
    alternative_gap,
    disclosure_gap,
    disclosures,
    machine_gaps,
    tool_gap,
)
from twins.spec import MachineSpec, SiteSpec

Status = Literal["approved", "first_article"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A work centre that can do an operation, at a site that may make the part."""

    site: str
    work_centre: str
    status: Status


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a site does not qualify for an operation.

    Parameters
    ----------
    site
        The site.
    work_centre
        The work centre that came closest; ``None`` where no machine has the process.
    requirement
        The first requirement that fails, in the order of ``REQUIREMENTS``.
    reason
        The same in words.
    further
        The other requirements that this work centre fails.
    """

    site: str
    work_centre: str | None
    requirement: Requirement
    reason: str
    further: tuple[Requirement, ...] = ()


class CapabilityIndex:
    """Which work centres qualify for each operation of each part, and why the others do not.

    Judged is what the specification says: machines, people, power and hours of the sites, to whom
    the design is disclosed, permissions. What changes from day to day is asked by
    ``federation.matching``.

    Parameters
    ----------
    cluster
        Sites with their machines, and products with their permissions.
    """

    def __init__(self, cluster: ClusterSpec) -> None:
        self._sites: tuple[SiteSpec, ...] = cluster.sites
        self._gaps = SiteGaps(cluster)
        self._parts: dict[tuple[str, str], PartSpec] = {}
        self._permissions: dict[tuple[str, str, str], PermissionSpec] = {}
        self._shown: dict[tuple[str, str], frozenset[str] | None] = {}
        for product in cluster.products:
            for part in product.parts:
                self._parts[product.id, part.id] = part
            for part_id, shown in disclosures(product).items():
                self._shown[product.id, part_id] = shown
            for permission in product.permissions:
                key = (product.id, permission.part, permission.site)
                self._permissions[key] = permission
        self._row = {site.id: row for row, site in enumerate(self._sites)}
        self._permitted: dict[tuple[str, str], list[int]] = {}
        for product_id, part_id, site_id in self._permissions:
            if site_id in self._row:
                rows = self._permitted.setdefault((product_id, part_id), [])
                rows.append(self._row[site_id])
        self._found: dict[tuple[str, str, int], tuple[Candidate, ...]] = {}

    def permission(self, product: str, part: str, site: str) -> PermissionSpec | None:
        """The permission of a site for a part; ``None`` where it has none."""
        return self._permissions.get((product, part, site))

    def operation(self, product: str, part: str, operation: int) -> OperationSpec:
        """The operation at a position of a part's routing.

        Raises
        ------
        KeyError
            When the cluster has no such product or part.
        IndexError
            When the routing is shorter.
        """
        return self._parts[product, part].operations[operation]

    def candidates(self, product: str, part: str, operation: int) -> tuple[Candidate, ...]:
        """Work centres that can and may do the operation, in the order of sites and machines.

        Parameters
        ----------
        product, part
            Ids.
        operation
            Position in the part's routing, from 0.

        Raises
        ------
        KeyError
            When the cluster has no such product or part.
        IndexError
            When the routing is shorter.
        """
        key = (product, part, operation)
        if key not in self._found:
            self._found[key] = tuple(self._candidates(*key))
        return self._found[key]

    def _candidates(self, product: str, part: str, operation: int) -> Iterator[Candidate]:
        step = self.operation(product, part, operation)
        for row in sorted(self._permitted.get((product, part), ())):
            site = self._sites[row]
            if any(self._paper_gaps(site, product, part)):
                continue
            status = self._permissions[product, part, site.id].status
            for machine in site.machines:
                if machine.process == step.process and not any(self._able(site, machine, step)):
                    yield Candidate(site.id, machine.id, status)

    def refusals(self, product: str, part: str, operation: int) -> tuple[Refusal, ...]:
        """For each site that does not qualify, the first requirement that fails, and the others.

        Raises
        ------
        KeyError
            When the cluster has no such product or part.
        IndexError
            When the routing is shorter.
        """
        step = self.operation(product, part, operation)
        return tuple(
            refusal
            for site in self._sites
            if (refusal := self._refusal(site, product, part, step)) is not None
        )

    def _refusal(
        self, site: SiteSpec, product: str, part: str, step: OperationSpec
    ) -> Refusal | None:
        on_paper = list(self._paper_gaps(site, product, part))
        having = [machine for machine in site.machines if machine.process == step.process]
        if not having:
            reason = f"{site.id} has no machine for {step.process}"
            return Refusal(site.id, None, "process", reason, _names(on_paper))
        closest, gaps = having[0], list(self._able(site, having[0], step))
        for machine in having[1:]:
            others = list(self._able(site, machine, step))
            if _reach(others) > _reach(gaps):
                closest, gaps = machine, others
        gaps += on_paper
        if not gaps:
            return None
        first = gaps[0]
        reason = first.reason
        if first.requirement == "permission":
            reason = f"{site.id} has {closest.id} but no permission for {product}/{part}"
        return Refusal(site.id, closest.id, first.requirement, reason, _names(gaps[1:]))

    def _able(self, site: SiteSpec, machine: MachineSpec, step: OperationSpec) -> Iterator[Gap]:
        """What a machine of the right process lacks for the operation where it stands."""
        gaps = [*machine_gaps(site.id, machine, step), *self._gaps.of(site, machine)]
        tool, named = tool_gap(site, step), alternative_gap(site.id, machine, step)
        gaps += [gap for gap in (tool, named) if gap is not None]
        return iter(sorted(gaps, key=lambda gap: REQUIREMENTS.index(gap.requirement)))

    def _paper_gaps(self, site: SiteSpec, product: str, part: str) -> Iterator[Gap]:
        shown = disclosure_gap(site, product, part, self._shown[product, part])
        if shown is not None:
            yield shown
        if (product, part, site.id) not in self._permissions:
            yield Gap("permission", f"{site.id} has no permission for {product}/{part}")


def _reach(gaps: list[Gap]) -> int:
    """How many requirements are met before the first that fails."""
    return REQUIREMENTS.index(gaps[0].requirement) if gaps else len(REQUIREMENTS)


def _names(gaps: list[Gap]) -> tuple[Requirement, ...]:
    return tuple(dict.fromkeys(gap.requirement for gap in gaps))
