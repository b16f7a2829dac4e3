"""What an operation asks of a machine, its site, and the design's owner: one check each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from federation.hours import common, local_shifts, open_ms, regular_hours, utc_week
from federation.topology.model import ClusterSpec
from federation.topology.powering import Powering
from federation.topology.product_model import OperationSpec, PartSpec, ProductSpec
from twins.people_spec import PoolSpec
from twins.spec import MachineSpec, SiteSpec

Requirement = Literal[
    "process",
    "alternative",
    "material_worked",
    "envelope",
    "skill",
    "tool",
    "energy",
    "calendar",
    "disclosure",
    "permission",
    "material",
]
REQUIREMENTS: tuple[Requirement, ...] = get_args(Requirement)
"""In the order in which they are asked."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A requirement that fails, and why."""

    requirement: Requirement
    reason: str


def can_work(machine: MachineSpec, operation: OperationSpec) -> bool:
    """Whether the machine by itself is fit for the operation; its site and permissions apart."""
    return machine.process == operation.process and not any(machine_gaps("", machine, operation))


def alternative_gap(site: str, machine: MachineSpec, step: OperationSpec) -> Gap | None:
    """That the routing names work centres for the operation, and not this one."""
    named = [f"{one.site}/{one.work_centre}" for one in step.alternatives]
    if not named or f"{site}/{machine.id}" in named:
        return None
    reason = f"the routing names {', '.join(named)} and not {machine.id} at {site}"
    return Gap("alternative", reason)


def machine_gaps(site: str, machine: MachineSpec, step: OperationSpec) -> Iterator[Gap]:
    """What a machine of the right process lacks: the material, the size, the skill."""
    material = step.material_worked
    if (
        material is not None
        and machine.materials_worked
        and material not in machine.materials_worked
    ):
        works = ", ".join(machine.materials_worked)
        reason = f"{machine.id} at {site} works {works} and not {material}"
        yield Gap("material_worked", reason)
    if not fits(step.size_mm, machine.envelope_mm):
        reason = (
            f"{machine.id} at {site} takes {_size(machine.envelope_mm)} mm, and the piece is "
            f"{_size(step.size_mm)} mm"
        )
        yield Gap("envelope", reason)
    if is_manned(machine) and machine.skill_level < step.skill_level:
        reason = (
            f"the operators of {machine.id} at {site} have level {machine.skill_level} in "
            f"{machine.process}, and {step.id} needs level {step.skill_level}"
        )
        yield Gap("skill", reason)


def fits(size_mm: tuple[float, ...] | None, envelope_mm: tuple[float, ...] | None) -> bool:
    """Whether a box fits into another one, turned by right angles; nothing given: it fits."""
    if size_mm is None or envelope_mm is None:
        return True
    return all(a <= b for a, b in zip(sorted(size_mm), sorted(envelope_mm), strict=True))


def _size(lengths_mm: tuple[float, ...] | None) -> str:
    return " x ".join(f"{length:g}" for length in lengths_mm or ())


def is_manned(machine: MachineSpec) -> bool:
    """Whether people stand at the machine while it runs."""
    return not machine.unattended and machine.operators > 0.0


def can_serve(pool: PoolSpec, machine: MachineSpec) -> bool:
    """Whether people of a pool can run a machine: enough of them, with the skill it asks for."""
    skilled = pool.skills.get(machine.process, 0) >= machine.skill_level
    return skilled and pool.headcount >= machine.operators


class SiteGaps:
    """What keeps machines from running at all where they stand: people, power, hours.

    Parameters
    ----------
    cluster
        Whose machines are judged, each once.
    """

    def __init__(self, cluster: ClusterSpec) -> None:
        self._powering = Powering(cluster)
        self._known: dict[tuple[str, str], tuple[Gap, ...]] = {}

    def of(self, site: SiteSpec, machine: MachineSpec) -> tuple[Gap, ...]:
        """Gaps of skill, energy and calendar."""
        key = (site.id, machine.id)
        if key not in self._known:
            self._known[key] = tuple(self._judge(site, machine))
        return self._known[key]

    def _judge(self, site: SiteSpec, machine: MachineSpec) -> Iterator[Gap]:
        hours = regular_hours(site)
        pooled = bool(site.pools) and is_manned(machine)
        able = [pool for pool in site.pools if can_serve(pool, machine)]
        if pooled and not able:
            reason = (
                f"no pool of {site.id} has {machine.operators:g} people of level "
                f"{machine.skill_level} in {machine.process} for {machine.id}"
            )
            yield Gap("skill", reason)
        short = self._powering.gap(site, machine)
        if short is not None:
            yield Gap("energy", short)
        if not machine.unattended and open_ms(hours) == 0:
            yield Gap("calendar", f"{site.id} has no regular hours")
        elif able and pooled and not any(open_ms(on_duty(site, pool)) for pool in able):
            names = " and ".join(pool.id for pool in able)
            reason = f"{names}, who can run {machine.id}, have no shift in the hours of {site.id}"
            yield Gap("calendar", reason)


def on_duty(site: SiteSpec, pool: PoolSpec) -> tuple[tuple[int, int], ...]:
    """Hours of a pool in ms of the UTC week: its shifts within those of the site."""
    hours = regular_hours(site)
    if not pool.shifts:
        return hours
    return common(hours, utc_week(local_shifts(pool.shifts), site.utc_offset_h))


def tool_gap(site: SiteSpec, step: OperationSpec) -> Gap | None:
    """The tool that an operation needs and the site does not keep."""
    if step.tool is None or any(tool.id == step.tool for tool in site.tools):
        return None
    return Gap("tool", f"{site.id} keeps no {step.tool} in its tools")


def disclosures(product: ProductSpec) -> Mapping[str, frozenset[str] | None]:
    """To whom the design of each part is shown: sites and organisations; ``None``: to every site.

    A part that says nothing is shown to whom the part is shown that it is joined into.
    """
    found: dict[str, frozenset[str] | None] = {}

    def visit(part: PartSpec, above: frozenset[str] | None) -> None:
        own = above if part.disclosed_to is None else frozenset(part.disclosed_to)
        found[part.id] = own
        for component in part.components:
            visit(component, own)

    visit(product.root, None)
    return found


def disclosure_gap(
    site: SiteSpec, product: str, part: str, shown: frozenset[str] | None
) -> Gap | None:
    """That the design of a part is not shown to a site, neither by its name nor its organisation's.

    Who is not named is refused: a list without names shows the design to nobody.
    """
    if shown is None or site.id in shown or site.organisation in shown:
        return None
    return Gap("disclosure", f"the design of {product}/{part} is not disclosed to {site.id}")
