"""A one-site cluster in which each energy case of the reference can be set up by hand."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np

from analytics.simulation import layout
from analytics.simulation.compile import compile_snapshot
from analytics.simulation.model import SimModel, SimState
from federation.cut import planned
from federation.topology.model import ClusterSpec, CustomerSpec, OrderSpec
from federation.topology.product_model import OperationSpec, PartSpec, PermissionSpec, ProductSpec
from twins.calendar_spec import Weekday
from twins.energy_spec import EnergySpec
from twins.spec import LabourSpec, MachineSpec, ShiftSpec, SiteSpec

START = datetime.fromisoformat("2027-01-04T00:00:00+00:00")
HOUR = layout.HOUR_MS
EVERY_DAY: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ALWAYS = (ShiftSpec(days=EVERY_DAY, start="00:00", end="24:00"),)


def build(
    energy: EnergySpec | None,
    *,
    machine: MachineSpec | None = None,
    operation: OperationSpec | None = None,
    lots: int = 0,
    shifts: tuple[ShiftSpec, ...] = ALWAYS,
) -> ClusterSpec:
    """One site with one machine; ``lots`` orders of one unit each, all released at the start."""
    part = PartSpec(
        id="thing",
        mass_kg=1.0,
        operations=(operation or OperationSpec(id="op", process="work", unit_time_min=30.0),),
    )
    return ClusterSpec(
        id="one-site",
        name="One site",
        start=START,
        lot_size=1,
        sites=(
            SiteSpec(
                id="S",
                name="Site",
                country="KE",
                latitude_deg=0.0,
                longitude_deg=0.0,
                machines=(machine or MachineSpec(id="m", process="work"),),
                shifts=shifts,
                labour=LabourSpec(headcount=1, wage_per_h=1.0),
                energy=energy,
            ),
        ),
        customers=(CustomerSpec(id="C", name="Customer", country="KE", at_site="S"),),
        products=(
            ProductSpec(
                id="P",
                name="Product",
                root=part,
                permissions=(PermissionSpec(part="thing", site="S"),),
            ),
        ),
        orders=tuple(
            OrderSpec(
                id=f"O{number:04d}",
                product="P",
                customer="C",
                quantity=1,
                release=START,
                due=START + timedelta(days=30),
            )
            for number in range(lots)
        ),
    )


def compile_one(
    cluster: ClusterSpec,
    primitives: list[tuple[int, int, int, int]] | None = None,
    *,
    trace_level: int = 2,
    deterministic: bool = False,
) -> tuple[SimModel, SimState]:
    """Compile the planned cluster with timed changes (time in ms, kind, entity, value)."""
    changes = np.array(primitives or [], dtype=layout.PRIMITIVE_C)
    model, state = compile_snapshot(planned(cluster), changes)
    run = model.with_run(
        seed=1, replication=0, trace_level=trace_level, deterministic=deterministic
    )
    return run, state


def energy_rows(state: SimState) -> np.ndarray:
    """The rows of the energy trace that are in use."""
    return state.energy_trace[: state.clock["energy_rows"][0]]
