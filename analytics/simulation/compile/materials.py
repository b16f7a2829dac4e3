"""Standing weekly receipts and the stock at the start."""

from __future__ import annotations

import numpy as np

from analytics.simulation import layout
from analytics.simulation.compile import units
from analytics.simulation.compile.errors import CompileError
from analytics.simulation.layout import WEEK_MS
from analytics.simulation.model import Ints, Records
from analytics.simulation.names import Names
from federation.topology.model import ClusterSpec


def compile_receipts(cluster: ClusterSpec, names: Names) -> tuple[Records, list[tuple[int, int]]]:
    """``RECEIPT_C``, and for each site its first row and number of rows.

    Raises
    ------
    CompileError
        When a site keeps a material that the cluster does not know.
    """
    rows: list[tuple[int, int, int]] = []
    ranges: list[tuple[int, int]] = []
    for site in cluster.sites:
        own: list[tuple[int, int, int]] = []
        for entry in site.stock:
            material = material_row(names, entry.material, f"stock of {site.id}")
            if entry.weekly_receipt > 0.0:
                local = units.weekday_ms(entry.receipt_day) + units.clock_ms(entry.receipt_time)
                at = (local - units.hours(site.utc_offset_h)) % WEEK_MS
                own.append((at, material, units.milli(entry.weekly_receipt)))
        ranges.append((len(rows), len(own)))
        rows.extend(sorted(own))
    return np.array(rows, dtype=layout.RECEIPT_C), ranges


def opening_stock(cluster: ClusterSpec, names: Names) -> Ints:
    """int64[sites x materials] thousandths on hand as specified."""
    stock = np.zeros((len(names.sites), len(names.materials)), dtype=np.int64)
    for row, site in enumerate(cluster.sites):
        for entry in site.stock:
            stock[row, names.material_row[entry.material]] = units.milli(entry.on_hand)
    return stock.ravel()


def material_row(names: Names, material: str, where: str) -> int:
    """Row of a material.

    Raises
    ------
    CompileError
        When the cluster does not know it.
    """
    row = names.material_row.get(material)
    if row is None:
        known = ", ".join(names.materials) or "none"
        raise CompileError(
            f"{where} names the material '{material}', which the cluster does not list; "
            f"add it to materials (known: {known})"
        )
    return row
