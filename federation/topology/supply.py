"""Power must be able to reach the machines: buses that nothing feeds, phases, feeders."""

from __future__ import annotations

from collections.abc import Iterator

from federation.topology.files import Folder, Located
from federation.topology.model import FeederSpec
from federation.topology.problems import Problem, did_you_mean
from twins.energy_spec import EnergySpec
from twins.spec import SiteSpec


def supply_problems(folder: Folder) -> Iterator[Problem]:
    """Machines that never have power, phases that a bus has not, feeders that lead nowhere."""
    hired = {hire.spec.site: hire.spec.genset.backs_up for hire in folder.genset_hire}
    for site in folder.sites:
        if site.spec.energy is not None:
            yield from _buses(site, site.spec.energy, hired.get(site.spec.id, ()))
    for feeder in folder.feeders:
        yield from _feeder(folder, feeder)


def fed_buses(energy: EnergySpec) -> frozenset[str]:
    """Buses that a source of the site can feed."""
    if energy.grid is not None:
        return frozenset(bus.id for bus in energy.buses)
    fed: set[str] = set(energy.genset.backs_up if energy.genset else ())
    if energy.inverter is not None and energy.inverter.battery is not None:
        fed.update(energy.inverter.backs_up)
    return frozenset(fed)


def _buses(
    entry: Located[SiteSpec], energy: EnergySpec, hired: tuple[str, ...]
) -> Iterator[Problem]:
    fed = fed_buses(energy) | frozenset(hired)
    phases = {bus.id: bus.phases for bus in energy.buses}
    for number, machine in enumerate(entry.spec.machines):
        if machine.bus not in fed:
            what = f"no source feeds the bus '{machine.bus}' that '{machine.id}' hangs on"
            remedy = "add a grid, or name the bus in backs_up of a genset or battery inverter"
            yield entry.problem(("machines", number, "bus"), "bus-without-source", what, remedy)
        if phases[machine.bus] == 1 and machine.phase in ("L2", "L3"):
            what = f"the bus '{machine.bus}' has one phase, and '{machine.id}' hangs on another"
            remedy = "remove phase, or give the bus three phases"
            yield entry.problem(("machines", number, "phase"), "no-such-phase", what, remedy)


def _feeder(folder: Folder, entry: Located[FeederSpec]) -> Iterator[Problem]:
    specs = {site.spec.id: site.spec for site in folder.sites}
    if len(set(entry.spec.sites)) < 2:
        what = f"the feeder '{entry.spec.id}' is shared by nobody"
        remedy = "name two sites at least, or give the one a smaller grid.limit_kw"
        yield entry.problem(("sites",), "no-effect", what, remedy)
    for number, name in enumerate(entry.spec.sites):
        at = ("sites", number)
        if name not in folder.known("site"):
            what = f"'{name}' is not a site of this cluster"
            remedy = did_you_mean(name, folder.known("site"))
            yield entry.problem(at, "unknown-site", what, remedy)
            continue
        energy = specs[name].energy if name in specs else None
        if name in specs and (energy is None or energy.grid is None):
            what = f"{name} has no connection to the public grid"
            yield entry.problem(at, "no-effect", what, "give its energy a grid, or take it out")
        if name in entry.spec.sites[:number]:
            yield entry.problem(at, "listed-twice", f"{name} is listed twice", "list it once")
        for other in folder.feeders:
            if other.loc < entry.loc and name in other.spec.sites:
                what = f"{name} is on the feeder '{other.spec.id}' already"
                yield entry.problem(at, "second-feeder", what, "a site hangs on one feeder")
