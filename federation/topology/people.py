"""People, tools, setups and upkeep of the sites: what they name must be there and be enough."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from federation.topology.availability import capped_mean_h
from federation.topology.files import Folder, Located
from federation.topology.problems import Loc, Problem, did_you_mean
from federation.topology.references import parts_of
from federation.topology.requirements import is_manned
from twins.people_spec import PoolSpec
from twins.spec import MachineSpec, SiteSpec


def people_problems(folder: Folder) -> Iterator[Problem]:
    """Machines that nobody can run, setups of unknown families, upkeep without an end."""
    families: set[str] = set()
    for product in folder.products:
        for part, _ in parts_of(product.spec):
            families.update(step.setup_family for step in part.operations if step.setup_family)
    for site in folder.sites:
        yield from _twice(site, "pools", [pool.id for pool in site.spec.pools])
        yield from _twice(site, "tools", [tool.id for tool in site.spec.tools])
        yield from _levels(site)
        for number, machine in enumerate(site.spec.machines):
            yield from _operators(site, machine, ("machines", number))
            yield from _maintenance(site, machine, ("machines", number, "maintenance"))
            yield from _families(site, machine, ("machines", number, "setups"), families)
    yield from _tools(folder)


def _twice(site: Located[SiteSpec], key: str, names: Sequence[str]) -> Iterator[Problem]:
    for number, name in enumerate(names):
        if name in names[:number]:
            what = f"'{name}' stands twice in {key}"
            yield site.problem((key, number, "id"), "duplicate-id", what, "give each its own id")


def _levels(site: Located[SiteSpec]) -> Iterator[Problem]:
    processes = {machine.process for machine in site.spec.machines}
    for number, pool in enumerate(site.spec.pools):
        loc: Loc = ("pools", number, "skills")
        for process, level in pool.skills.items():
            if process not in processes:
                what = f"no machine of {site.spec.id} has the process '{process}'"
                remedy = did_you_mean(process, processes)
                yield site.problem((*loc, process), "unknown-process", what, remedy)
            if not 1 <= level <= 4:
                what = f"the skill level {level} of '{pool.id}' in {process} is not 1, 2, 3 or 4"
                remedy = "give 1 (helper) to 4 (master), or remove the process"
                yield site.problem((*loc, process), "skill-level", what, remedy)


def _operators(site: Located[SiteSpec], machine: MachineSpec, loc: Loc) -> Iterator[Problem]:
    pools = site.spec.pools
    if not pools or not is_manned(machine):
        return
    skilled = [pool for pool in pools if _can(pool, machine)]
    if not skilled:
        what = (
            f"no pool of {site.spec.id} can run '{machine.id}' "
            f"({machine.process}, level {machine.skill_level})"
        )
        remedy = f"add {machine.process} to the skills of a pool, or set operators to 0"
        yield site.problem((*loc, "operators"), "no-operators", what, remedy)
    elif max(pool.headcount for pool in skilled) < machine.operators:
        names = " and ".join(pool.id for pool in skilled)
        what = (
            f"'{machine.id}' needs {machine.operators:g} people of one pool at once, "
            f"and {names} have fewer"
        )
        yield site.problem(
            (*loc, "operators"), "no-operators", what, "raise a headcount, or lower operators"
        )


def _can(pool: PoolSpec, machine: MachineSpec) -> bool:
    return pool.skills.get(machine.process, 0) >= machine.skill_level


def _maintenance(site: Located[SiteSpec], machine: MachineSpec, loc: Loc) -> Iterator[Problem]:
    spec = machine.maintenance
    if spec is not None and capped_mean_h(spec.duration) >= spec.every_h:
        what = f"the maintenance of '{machine.id}' lasts as long as the time between two of them"
        yield site.problem(
            (*loc, "every_h"), "no-time-to-work", what, "raise every_h, or shorten duration"
        )


def _families(
    site: Located[SiteSpec], machine: MachineSpec, loc: Loc, families: set[str]
) -> Iterator[Problem]:
    if machine.setups is None:
        return
    named: list[tuple[Loc, str]] = []
    for number, entry in enumerate(machine.setups.changeovers):
        named.append(((*loc, "changeovers", number, "before"), entry.before))
        named.append(((*loc, "changeovers", number, "after"), entry.after))
    if machine.setups.initial_family is not None:
        named.append(((*loc, "initial_family"), machine.setups.initial_family))
    for at, family in named:
        if family not in families:
            what = f"no operation has the setup_family '{family}'"
            yield site.problem(at, "unknown-family", what, did_you_mean(family, families))


def _tools(folder: Folder) -> Iterator[Problem]:
    kept = {tool.id for site in folder.sites for tool in site.spec.tools}
    for product in folder.products:
        for part, loc in parts_of(product.spec):
            for number, step in enumerate(part.operations):
                if step.tool is not None and step.tool not in kept:
                    what = f"no site keeps the tool '{step.tool}'"
                    remedy = f"list it in the tools of a site; {did_you_mean(step.tool, kept)}"
                    yield product.problem(
                        (*loc, "operations", number, "tool"), "unknown-tool", what, remedy
                    )
