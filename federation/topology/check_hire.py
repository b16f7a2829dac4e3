"""Offers of gensets and capacity for hire: for whom they are, and whether they are of any use."""

from __future__ import annotations

from collections.abc import Iterator

from federation.topology.files import Folder, Located
from federation.topology.hire import CapacityHireSpec
from federation.topology.model import GensetHireSpec
from federation.topology.problems import Problem
from federation.topology.references import unknown
from federation.topology.requirements import can_work


def hire_problems(folder: Folder) -> Iterator[Problem]:
    """What is wrong with each offer."""
    for hire in folder.genset_hire:
        yield from _genset(folder, hire)
    for offer in folder.capacity_hire:
        yield from _capacity(folder, offer)


def _genset(folder: Folder, entry: Located[GensetHireSpec]) -> Iterator[Problem]:
    hire = entry.spec
    if hire.site not in folder.known("site"):
        yield unknown(entry, ("site",), "site", hire.site, folder.known("site"))
    for other in folder.genset_hire:
        if other.spec.site == hire.site and other.loc < entry.loc:
            what = f"'{other.spec.id}' is an offer for {hire.site} already"
            yield entry.problem(("site",), "second-offer", what, "keep one offer for a site")
    for site in folder.sites:
        energy = site.spec.energy
        if site.spec.id != hire.site:
            continue
        if energy is None or energy.genset is not None:
            having = "has a genset" if energy else "has no energy section, so it lacks no power"
            what = f"{hire.site} {having}"
            yield entry.problem(("site",), "no-effect", what, "offer it to a site without a genset")
            continue
        known = tuple(bus.id for bus in energy.buses)
        for number, bus in enumerate(hire.genset.backs_up):
            if bus not in known:
                yield unknown(entry, ("genset", "backs_up", number), "bus", bus, known)


def _capacity(folder: Folder, entry: Located[CapacityHireSpec]) -> Iterator[Problem]:
    """Capacity at a site that does not exist, cannot take it, or may make nothing on it."""
    offer = entry.spec
    if offer.site not in folder.known("site"):
        yield unknown(entry, ("site",), "site", offer.site, folder.known("site"))
    taken = [
        unit
        for other in folder.capacity_hire
        if other.spec.site == offer.site and other.loc < entry.loc
        for unit in (other.spec.machine.id, *other.spec.machine.unit_ids)
    ]
    for site in folder.sites:
        if site.spec.id != offer.site:
            continue
        taken += [unit for one in site.spec.machines for unit in (one.id, *one.unit_ids)]
        energy = site.spec.energy
        buses = tuple(bus.id for bus in energy.buses) if energy else ("main",)
        if offer.machine.bus not in buses:
            yield unknown(entry, ("machine", "bus"), "bus", offer.machine.bus, buses)
        if not _permitted(folder, offer):
            what = f"{offer.site} may make nothing that needs {offer.machine.process}"
            remedy = "offer another process, or add a permission at the site"
            yield entry.problem(("machine", "process"), "no-effect", what, remedy)
    if set(taken) & {offer.machine.id, *offer.machine.unit_ids}:
        what = f"{offer.site} has a machine '{offer.machine.id}' already"
        yield entry.problem(("machine", "id"), "duplicate-id", what, "give it an id of its own")


def _permitted(folder: Folder, offer: CapacityHireSpec) -> bool:
    """Whether a site may make a part with an operation that can be done on what is offered."""
    for product in folder.products:
        parts = {one.part for one in product.spec.permissions if one.site == offer.site}
        for part in product.spec.parts:
            if part.id in parts and any(can_work(offer.machine, step) for step in part.operations):
                return True
    return False
