"""Who can and may do which operation. A capability is not a permission: it takes both."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from federation.topology.model import ClusterSpec
from federation.topology.product_model import OperationSpec, PartSpec, PermissionSpec
from twins.spec import MachineSpec, SiteSpec

Status = Literal["approved", "first_article"]
Requirement = Literal["process", "material_worked", "tool", "permission"]


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
        The first requirement that fails: the process, the material worked, the tool, or the
        permission.
    reason
        The same in words.
    """

    site: str
    work_centre: str | None
    requirement: Requirement
    reason: str


def can_work(machine: MachineSpec, operation: OperationSpec) -> bool:
    """Whether the machine has the process and works the material; permissions apart."""
    if machine.process != operation.process:
        return False
    material = operation.material_worked
    return material is None or not machine.materials_worked or material in machine.materials_worked


def has_tool(site: SiteSpec, operation: OperationSpec) -> bool:
    """Whether the site keeps the tool that the operation needs, if it needs one."""
    return operation.tool is None or any(tool.id == operation.tool for tool in site.tools)


class CapabilityIndex:
    """Which work centres qualify for each operation of each part.

    Parameters
    ----------
    cluster
        Sites with their machines, and products with their permissions.
    """

    def __init__(self, cluster: ClusterSpec) -> None:
        self._sites: tuple[SiteSpec, ...] = cluster.sites
        self._parts: dict[tuple[str, str], PartSpec] = {}
        self._permissions: dict[tuple[str, str, str], PermissionSpec] = {}
        for product in cluster.products:
            for part in product.parts:
                self._parts[product.id, part.id] = part
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
            permission = self._permissions[product, part, site.id]
            if not has_tool(site, step):
                continue
            for machine in site.machines:
                if can_work(machine, step):
                    yield Candidate(site.id, machine.id, permission.status)

    def refusals(self, product: str, part: str, operation: int) -> tuple[Refusal, ...]:
        """For each site that does not qualify, the first requirement that fails.

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
        having = [machine for machine in site.machines if machine.process == step.process]
        if not having:
            return Refusal(site.id, None, "process", f"{site.id} has no machine for {step.process}")
        able = [machine for machine in having if can_work(machine, step)]
        if not able:
            works = ", ".join(having[0].materials_worked)
            material = step.material_worked
            reason = f"{having[0].id} at {site.id} works {works} and not {material}"
            return Refusal(site.id, having[0].id, "material_worked", reason)
        if not has_tool(site, step):
            reason = f"{site.id} keeps no {step.tool} in its tools"
            return Refusal(site.id, able[0].id, "tool", reason)
        if (product, part, site.id) not in self._permissions:
            reason = f"{site.id} has {able[0].id} but no permission for {product}/{part}"
            return Refusal(site.id, able[0].id, "permission", reason)
        return None
