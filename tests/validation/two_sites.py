"""Several sites with one machine each on one feeder, each with its own orders."""

from __future__ import annotations

from datetime import timedelta

from analytics.validation.one_site import ALWAYS, START
from federation.topology.model import ClusterSpec, CustomerSpec, FeederSpec, OrderSpec
from federation.topology.product_model import OperationSpec, PartSpec, PermissionSpec, ProductSpec
from twins.energy_spec import EnergySpec
from twins.spec import LabourSpec, MachineSpec, SiteSpec


def feeder_cluster(
    energies: list[EnergySpec],
    machines: list[MachineSpec],
    *,
    lots: list[int],
    limit_kw: float | None,
    minutes: float = 30.0,
    correlation: float = 0.0,
) -> ClusterSpec:
    """Site ``S<n>`` makes product ``P<n>``: ``lots[n]`` orders of one unit from the start."""
    names = [f"S{number}" for number in range(len(energies))]
    step = OperationSpec(id="op", process="work", unit_time_min=minutes)
    return ClusterSpec(
        id="feeder",
        name="Feeder",
        start=START,
        lot_size=1,
        sites=tuple(
            SiteSpec(
                id=name,
                name=name,
                country="KE",
                latitude_deg=0.0,
                longitude_deg=0.0,
                machines=(machine,),
                shifts=ALWAYS,
                labour=LabourSpec(headcount=1, wage_per_h=1.0),
                energy=energy,
            )
            for name, energy, machine in zip(names, energies, machines, strict=True)
        ),
        customers=tuple(
            CustomerSpec(id=f"C{name}", name=name, country="KE", at_site=name) for name in names
        ),
        products=tuple(
            ProductSpec(
                id=f"P{name}",
                name=name,
                root=PartSpec(id="thing", mass_kg=1.0, operations=(step,)),
                permissions=(PermissionSpec(part="thing", site=name),),
            )
            for name in names
        ),
        orders=tuple(
            OrderSpec(
                id=f"O{name}-{number:03d}",
                product=f"P{name}",
                customer=f"C{name}",
                quantity=1,
                release=START,
                due=START + timedelta(days=30),
            )
            for name, count in zip(names, lots, strict=True)
            for number in range(count)
        ),
        feeders=()
        if limit_kw is None
        else (FeederSpec(id="F", limit_kw=limit_kw, sites=tuple(names)),),
        pv_error_correlation=correlation,
    )
