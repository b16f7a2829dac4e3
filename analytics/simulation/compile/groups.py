"""Work centres and their units."""

from __future__ import annotations

import numpy as np

from analytics.simulation import features, layout
from analytics.simulation.compile import units
from analytics.simulation.compile.dists import DistTable
from analytics.simulation.compile.sites import grid_availability
from analytics.simulation.keys import stable_key
from analytics.simulation.layout import NONE, PPM
from analytics.simulation.model import Records
from analytics.simulation.names import Names
from analytics.simulation.starting import CHECK_PHASES, CHECK_VOLTAGE
from federation.topology.model import ClusterSpec
from twins.spec import MachineSpec, SiteSpec


def compile_groups(cluster: ClusterSpec, names: Names, dists: DistTable) -> tuple[Records, Records]:
    """``GROUP_C`` and ``MACHINE_C``."""
    groups = np.zeros(len(names.groups), layout.GROUP_C)
    machines = np.zeros(len(names.machines), layout.MACHINE_C)
    row = first = 0
    shared = shared_processes(cluster)
    for place, site in enumerate(cluster.sites):
        for spec in site.machines:
            group = groups[row : row + 1]
            group["site"] = place
            group["bus"] = names.bus_row[site.id, spec.bus]
            group["first_machine"] = first
            group["machines"] = spec.count
            group["idle_mw"] = units.milliwatts(spec.idle_kw)
            group["run_mw"] = units.milliwatts(spec.run_kw)
            group["speed_ppm"] = units.ppm(spec.speed_factor)
            group["unattended"] = int(spec.unattended)
            group["batch_units"] = spec.batch_capacity_units or 0
            if spec.batch_minimum_units is not None:
                group["batch_minimum"] = spec.batch_minimum_units
                group["batch_wait_ms"] = units.minutes(spec.batch_longest_wait_min or 0.0)
                # it must know when each lot came, as the rules do that rank by it
                group["features"] |= features.GATHERS | features.PRIORITIES
            if spec.process in shared and spec.count > 1 and spec.batch_capacity_units is None:
                group["features"] |= features.SHARES
            group["ride_through_ms"] = units.seconds(spec.ride_through_s)
            group["rewarm_ms"] = units.minutes(spec.rewarm_min)
            _power_rules(group, site, spec)
            group["operators_ppm"] = units.ppm(spec.operators)
            failure = spec.failure
            group["failure_dist"] = dists.duration(failure.time_to_failure) if failure else NONE
            group["repair_dist"] = dists.duration(failure.time_to_repair) if failure else NONE
            group["planning_ppm"] = round(PPM / availability(site, spec, dists))
            for unit in spec.unit_ids:
                machines["key"][first] = stable_key(f"{site.id}/{unit}")
                machines["group"][first] = row
                first += 1
            row += 1
    return groups, machines


def shared_processes(cluster: ClusterSpec) -> frozenset[str]:
    """Processes of which an operation may be shared out over several machines."""
    return frozenset(
        operation.process
        for product in cluster.products
        for part in product.parts
        for operation in part.operations
        if operation.minimum_share_units is not None
    )


_PHASES = {"three": 0, "L1": 1, "L2": 2, "L3": 3}


def _power_rules(group: Records, site: SiteSpec, spec: MachineSpec) -> None:
    """What a machine asks of its supply beyond its running power."""
    group["criticality"] = spec.criticality
    group["start_mw"] = units.milliwatts(spec.start_kw)
    group["start_ms"] = units.seconds(spec.start_s)
    group["minimum_voltage_ppm"] = units.ppm(spec.minimum_voltage_fraction)
    group["phase"] = _PHASES[spec.phase]
    group["apparent_ppm"] = round(PPM / spec.power_factor)
    if site.energy is None:
        return
    bus = next(bus for bus in site.energy.buses if bus.id == spec.bus)
    voltage = CHECK_VOLTAGE if spec.minimum_voltage_fraction > 0.0 else 0
    group["checks"] = voltage | (CHECK_PHASES if bus.limit_kva is not None else 0)
    shift = site.energy.pv_shift
    group["heavy"] = int(shift is not None and spec.run_kw > shift.heavy_kw)


def availability(site: SiteSpec, machine: MachineSpec, dists: DistTable) -> float:
    """Share of the time in which a unit can work: its own breakdowns, and its bus without a backup.

    A bus is backed up by a genset, or by an inverter with a battery.
    """
    share = 1.0
    if machine.failure is not None:
        up = dists.mean_ms(dists.duration(machine.failure.time_to_failure))
        down = dists.mean_ms(dists.duration(machine.failure.time_to_repair))
        share = up / (up + down)
    energy = site.energy
    if energy is None or energy.grid is None:
        return share
    inverter, genset = energy.inverter, energy.genset
    backed = genset is not None and machine.bus in genset.backs_up
    if inverter is not None and inverter.battery is not None:
        backed = backed or machine.bus in inverter.backs_up
    return share if backed else share * grid_availability(site, dists)
