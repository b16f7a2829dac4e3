"""Capacity for hire as timed changes: it is not there until a lever has it come."""

from __future__ import annotations

import numpy as np

from analytics.simulation import layout
from analytics.simulation.layout import P_MACHINE_ABSENT
from analytics.simulation.model import Records
from analytics.simulation.names import Names
from federation.topology.model import ClusterSpec


def offered_machines(cluster: ClusterSpec, names: Names) -> Records:
    """``PRIMITIVE_C``: the machines of all offers are absent from the fork on."""
    rows = [
        (0, P_MACHINE_ABSENT, names.machine_row[offer.site, unit], 1)
        for offer in cluster.capacity_hire
        for unit in offer.machine.unit_ids
    ]
    return np.array(rows, dtype=layout.PRIMITIVE_C)
