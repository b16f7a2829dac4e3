"""Whether the sources of a site can give a machine its power at all, with all else at rest."""

from __future__ import annotations

from federation.topology.model import ClusterSpec
from twins.energy_spec import BusSpec, EnergySpec, GensetSpec
from twins.spec import MachineSpec, SiteSpec

_SLACK_KW = 1e-9
"""Rounding of sums; the simulator counts in mW."""


class Powering:
    """Answers for the machines of a cluster.

    Parameters
    ----------
    cluster
        Sites, with the gensets that can be hired for them and the feeders that they share.
    """

    def __init__(self, cluster: ClusterSpec) -> None:
        self._hired = {hire.site: hire.genset for hire in cluster.genset_hire}
        self._feeder_kw = {
            site: feeder.limit_kw for feeder in cluster.feeders for site in feeder.sites
        }

    def gap(self, site: SiteSpec, machine: MachineSpec) -> str | None:
        """Why a unit of a machine can never run, or ``None``.

        Judged is the best case: full sun, a full battery, a full tank, every other machine off; the
        base loads run. A start-up peak counts where there is one, and a genset for hire as if it
        were there.
        """
        energy = site.energy
        if energy is None:
            return None
        need_kw = max(machine.run_kw, machine.start_kw)
        bus = next(bus for bus in energy.buses if bus.id == machine.bus)
        tight = _bus_gap(bus, machine, need_kw)
        if tight is not None:
            return f"the bus {bus.id} at {site.id} {tight}"
        feeder_kw = self._feeder_kw.get(site.id, float("inf"))
        genset = energy.genset or self._hired.get(site.id)
        room_kw = max(_on_grid_kw(energy, feeder_kw), _island_kw(energy, genset, bus.id))
        if room_kw == float("-inf"):
            return f"no source at {site.id} feeds the bus {bus.id}"
        if need_kw > room_kw + _SLACK_KW:
            return (
                f"{machine.id} needs {need_kw:g} kW, and beside the base load the sources of "
                f"{site.id} give {max(room_kw, 0.0):g} kW at most"
            )
        return None


def _bus_gap(bus: BusSpec, machine: MachineSpec, need_kw: float) -> str | None:
    load_kw = bus.base_load_kw + need_kw
    if bus.limit_kw is not None and load_kw > bus.limit_kw + _SLACK_KW:
        return f"carries {bus.limit_kw:g} kW, and with {machine.id} it is {load_kw:g} kW"
    if bus.limit_kva is None:
        return None
    alone = machine.phase != "three" and bus.phases == 3
    load_kva = bus.base_load_kw + need_kw / machine.power_factor * (3.0 if alone else 1.0)
    if load_kva > bus.limit_kva + _SLACK_KW:
        where = f" a third of which is {machine.phase}," if alone else ""
        return f"carries {bus.limit_kva:g} kVA,{where} which {machine.id} alone exceeds"
    return None


def _on_grid_kw(energy: EnergySpec, feeder_kw: float) -> float:
    """What is left for a machine on any bus while the grid is on; ``-inf`` without a grid."""
    if energy.grid is None:
        return float("-inf")
    base_kw = sum(bus.base_load_kw for bus in energy.buses)
    return min(energy.grid.limit_kw, feeder_kw) + _inverter_kw(energy) - base_kw


def _island_kw(energy: EnergySpec, genset: GensetSpec | None, bus: str) -> float:
    """What is left for a machine on a bus without the grid; ``-inf`` where nothing backs it up."""
    inverter = energy.inverter
    forms = inverter is not None and inverter.battery is not None
    by_genset = set(genset.backs_up) if genset is not None else set()
    by_inverter = set(inverter.backs_up) if inverter is not None else set()
    rated_kw = genset.rated_kw if genset is not None else 0.0
    live = by_genset | (by_inverter if forms else set())
    if bus not in live:
        return float("-inf")
    if bus in by_genset and bus in by_inverter:
        shared, room_kw = live, rated_kw + _inverter_kw(energy)
    elif bus in by_genset:
        shared, room_kw = by_genset - by_inverter, rated_kw
    else:
        shared, room_kw = by_inverter - by_genset, _inverter_kw(energy)
    return room_kw - sum(one.base_load_kw for one in energy.buses if one.id in shared)


def _inverter_kw(energy: EnergySpec) -> float:
    """Most that PV and battery can give through the inverter."""
    inverter = energy.inverter
    if inverter is None:
        return 0.0
    peak_kw = inverter.pv.peak_kw if inverter.pv is not None else 0.0
    battery_kw = inverter.battery.discharge_kw if inverter.battery is not None else 0.0
    return min(inverter.power_kw, peak_kw + battery_kw)
