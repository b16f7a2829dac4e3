"""Stock at the start, standing weekly receipts, suppliers, and alternatives to a material."""

from __future__ import annotations

import numpy as np

from analytics.simulation import layout
from analytics.simulation.compile import units
from analytics.simulation.compile.calendars import CalendarTable
from analytics.simulation.compile.dists import DistTable
from analytics.simulation.compile.errors import CompileError
from analytics.simulation.keys import stable_key
from analytics.simulation.layout import WEEK_MS
from analytics.simulation.model import Ints, Records
from analytics.simulation.names import Names
from federation.hours import clock_ms, weekday_ms
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
            material = material_row(names, entry.key, f"stock of {site.id}")
            if entry.weekly_receipt > 0.0:
                local = weekday_ms(entry.receipt_day) + clock_ms(entry.receipt_time)
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
            stock[row, names.material_row[entry.key]] = units.milli(entry.on_hand)
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


def per_unit(material: str, quantity: float, where: str) -> int:
    """Thousandths of a material that one unit takes.

    Raises
    ------
    CompileError
        When it is less than one.
    """
    thousandths = units.milli(quantity)
    if thousandths == 0:
        raise CompileError(
            f"{where}: {quantity:g} of '{material}' per unit is less than "
            "a thousandth; give the material a smaller unit"
        )
    return thousandths


def compile_suppliers(
    cluster: ClusterSpec, names: Names, dists: DistTable, calendars: CalendarTable
) -> Records:
    """``SUPPLY_C``, in the order of sites and stock.

    Raises
    ------
    CompileError
        When a supplier brings less than a thousandth of a material's unit.
    """
    rows: list[tuple[int, ...]] = []
    for site in cluster.sites:
        for entry in site.stock:
            supplier = entry.supplier
            if supplier is None:
                continue
            where = f"stock of {site.id}: supplier {supplier.id}"
            material = material_row(names, entry.key, where)
            rows.append(
                (
                    stable_key(f"{supplier.id}>{site.id}/{entry.key}"),
                    names.site_row[site.id] * len(names.materials) + material,
                    per_unit(entry.material, supplier.order_quantity, where),
                    units.milli(supplier.minimum_order),
                    units.milli(supplier.reorder_point),
                    dists.duration(supplier.lead),
                    calendars.opening(supplier.hours, site.utc_offset_h),
                )
            )
    return np.array(rows, dtype=layout.SUPPLY_C)


def with_alternatives(cluster: ClusterSpec, names: Names, consume: Records) -> Records:
    """``CONSUME_C`` with what may be taken instead, behind the rows of the operations.

    For a material: what customers own of it, then its substitute, then what they own of that.

    Raises
    ------
    CompileError
        When there are more alternatives than the simulator counts.
    """
    extra: list[tuple[int, int, int, int]] = []
    entries = [
        (f"{product.id}/{part.id}/{operation.id}", used)
        for product in cluster.products
        for part in product.parts
        for operation in part.operations
        for used in operation.consumes
    ]
    owners = owner_rows(cluster)
    for head, (where, used) in enumerate(entries):
        found = _owned(names, owners, used.material, int(consume["milli_per_unit"][head]))
        if used.substitute is not None:
            instead = used.substitute
            amount = per_unit(instead.material, instead.quantity_per_unit, where)
            found.append((material_row(names, instead.material, where), amount, 0))
            found += _owned(names, owners, instead.material, amount)
        if len(found) > MOST_ALTERNATIVES:
            raise CompileError(
                f"{where}: {len(found)} stocks can stand in for '{used.material}', more than "
                f"{MOST_ALTERNATIVES}; merge the materials of some owners"
            )
        at = head
        for material, amount, owner in found:
            following = len(consume) + len(extra)
            if at == head:
                consume["alternative"][head] = following + 1
            else:
                extra[-1] = (*extra[-1][:2], following + 1, extra[-1][3])
            extra.append((material, amount, 0, owner))
            at = following
    return np.concatenate([consume, np.array(extra, dtype=layout.CONSUME_C)])


MOST_ALTERNATIVES = 15
"""To one material of an operation: the kernel keeps four bits for the choice."""


def _owned(
    names: Names, owners: dict[str, int], material: str, amount: int
) -> list[tuple[int, int, int]]:
    """Material, thousandths per unit and owner of what customers own of a material."""
    keys = ((f"{material}@{customer}", owner) for customer, owner in owners.items())
    return [
        (names.material_row[key], amount, owner) for key, owner in keys if key in names.material_row
    ]


def owner_rows(cluster: ClusterSpec) -> dict[str, int]:
    """Number, from 1, of each customer that owns material at a site."""
    owners = {entry.owner for site in cluster.sites for entry in site.stock if entry.owner}
    return {customer: number for number, customer in enumerate(sorted(owners), start=1)}


def lot_owners(cluster: ClusterSpec, names: Names, lot: Records) -> Ints:
    """int64[lots]: the customer whose material a lot may use; 0: one that owns none."""
    owners = owner_rows(cluster)
    of_order = np.zeros(len(names.orders), np.int64)
    for order in cluster.orders:
        of_order[names.order_row[order.id]] = owners.get(order.customer, 0)
    found: Ints = of_order[lot["order"]]
    return found
