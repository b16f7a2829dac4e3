"""Setup families: their numbers, and the changeovers of each work centre."""

from __future__ import annotations

import numpy as np

from analytics.simulation import features, layout
from analytics.simulation.compile import units
from analytics.simulation.model import Ints, Records
from federation.topology.model import ClusterSpec


def family_numbers(cluster: ClusterSpec) -> dict[str, int]:
    """Number, from 1, of each setup family that an operation or a changeover names."""
    found: set[str] = set()
    for product in cluster.products:
        for part in product.parts:
            found.update(step.setup_family for step in part.operations if step.setup_family)
    for site in cluster.sites:
        for machine in site.machines:
            if machine.setups is None:
                continue
            found.update(entry.before for entry in machine.setups.changeovers)
            found.update(entry.after for entry in machine.setups.changeovers)
            if machine.setups.initial_family is not None:
                found.add(machine.setups.initial_family)
    return {family: number for number, family in enumerate(sorted(found), start=1)}


def compile_setups(cluster: ClusterSpec, group: Records) -> Records:
    """``SETUP_C``; sets the fields of the work centres that name its rows."""
    numbers = family_numbers(cluster)
    rows: list[tuple[int, int, int]] = []
    at = 0
    for site in cluster.sites:
        for machine in site.machines:
            work_centre = group[at : at + 1]
            at += 1
            setups = machine.setups
            if setups is None:
                continue
            work_centre["features"] |= features.SETUPS
            work_centre["setup_default_ms"] = units.minutes(setups.default_min)
            work_centre["setup_same_ms"] = units.minutes(setups.same_family_min)
            work_centre["first_setup"] = len(rows)
            work_centre["setups"] = len(setups.changeovers)
            rows += [
                (numbers[entry.before], numbers[entry.after], units.minutes(entry.time_min))
                for entry in setups.changeovers
            ]
    return np.array(rows, dtype=layout.SETUP_C)


def initial_families(cluster: ClusterSpec) -> Ints:
    """int64[machines]: what each machine is set up for at the start; 0: unknown."""
    numbers = family_numbers(cluster)
    found = [
        numbers[machine.setups.initial_family]
        if machine.setups is not None and machine.setups.initial_family is not None
        else 0
        for site in cluster.sites
        for machine in site.machines
        for _ in machine.unit_ids
    ]
    return np.array(found, dtype=np.int64)
