"""Material that the order book needs, against stock and standing receipts at the permitted sites.

An operation takes its material from the stock of the site where it runs, and material does not
travel. So for every set of sites that some operations are confined to, what these operations need
up to a week must not exceed what lies at those sites and has come there until its end. Where it
does, work waits for material, whatever the plan. The reverse does not hold: material can still lie
at the wrong one of several sites.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from federation.topology.capability import CapabilityIndex
from federation.topology.check_hours import WEEK, started_per_good, steps
from federation.topology.model import ClusterSpec

Sites = frozenset[str]
_Amounts = Mapping[tuple[Sites, int], float]
"""Sites and week to an amount."""
_TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True)
class MaterialWeek:
    """One material at a set of sites in one week of the order book, in the material's unit.

    Parameters
    ----------
    material, unit
        What it is.
    sites
        Sites to which the operations that are counted are confined by capability and permission.
    week
        Week 1 begins with the cluster's start.
    monday
        Its first day.
    on_hand
        At those sites at the cluster's start.
    weekly_receipt
        What standing orders bring there every week.
    needed
        By the orders released in the week, units that will be rejected included.
    recovered
        What is won back from rejected units of those orders where that may happen at the sites.
    left
        At the end of the week, once all orders released so far are served; below 0: it is missing.
    short
        Whether it is missing: then work waits for the material. Never where a supplier brings it to
        one of the sites, or where a substitute may be taken instead.
    """

    material: str
    unit: str
    sites: tuple[str, ...]
    week: int
    monday: date
    on_hand: float
    weekly_receipt: float
    needed: float
    recovered: float
    left: float
    short: bool


def material_weeks(cluster: ClusterSpec) -> tuple[MaterialWeek, ...]:
    """Every material that the order book needs, by material, set of sites and week."""
    needs, recoveries = _flows(cluster)
    weeks = sorted({week for of in needs.values() for _, week in of})
    units = {material.id: material.unit for material in cluster.materials}
    rows: list[MaterialWeek] = []
    replaceable = {
        used.material
        for product in cluster.products
        for part in product.parts
        for operation in part.operations
        for used in operation.consumes
        if used.substitute is not None
    }
    for material, needed in sorted(needs.items()):
        for sites in site_sets({key for key, _ in needed}):
            on_hand, receipt = _supply(cluster, material, sites)
            relieved = material in replaceable or _has_supplier(cluster, material, sites)
            left = on_hand
            for week in range(weeks[0], weeks[-1] + 1):
                own = sum(x for (at, when), x in needed.items() if when == week and at <= sites)
                back = sum(
                    amount
                    for (at, when), amount in recoveries.get(material, {}).items()
                    if when == week and at & sites
                )
                left += (receipt if week >= 1 else 0.0) + back - own
                rows.append(
                    MaterialWeek(
                        material=material,
                        unit=units[material],
                        sites=tuple(sorted(sites)),
                        week=week,
                        monday=cluster.start.date() + (week - 1) * WEEK,
                        on_hand=on_hand,
                        weekly_receipt=receipt,
                        needed=own,
                        recovered=back,
                        left=left,
                        short=left < -_TOLERANCE and not relieved,
                    )
                )
    return tuple(rows)


def site_sets(confined: Collection[Sites]) -> tuple[Sites, ...]:
    """The sets that operations are confined to, and the union of each group that overlaps."""
    groups: list[Sites] = []
    for sites in confined:
        apart = [group for group in groups if not group & sites]
        joined = sites.union(*(group for group in groups if group & sites))
        groups = [*apart, joined]
    return tuple(sorted({*confined, *groups}, key=lambda sites: (len(sites), sorted(sites))))


def _flows(cluster: ClusterSpec) -> tuple[dict[str, _Amounts], dict[str, _Amounts]]:
    """What orders need, and what is won back, by material."""
    ordered: dict[tuple[str, int], int] = defaultdict(int)
    for order in cluster.orders:
        ordered[order.product, (order.release - cluster.start) // WEEK + 1] += order.quantity
    needs: dict[str, dict[tuple[Sites, int], float]] = {}
    recoveries: dict[str, dict[tuple[Sites, int], float]] = {}
    for product, material, sites, per_unit in _per_unit(cluster):
        found = (needs if per_unit > 0.0 else recoveries).setdefault(material, {})
        for (name, week), quantity in ordered.items():
            if name == product:
                key = (sites, week)
                found[key] = found.get(key, 0.0) + abs(per_unit) * quantity
    return {name: of for name, of in needs.items() if of}, dict(recoveries)


def _per_unit(cluster: ClusterSpec) -> Iterator[tuple[str, str, Sites, float]]:
    """Product, material, sites, and what one good unit needs of it; below 0: what is won back."""
    index = CapabilityIndex(cluster)
    for product, part, number in steps(cluster):
        operation = part.operations[number]
        sites = frozenset(one.site for one in index.candidates(product, part.id, number))
        if not sites:  # a step that nobody may make is told as such
            continue
        started = started_per_good(part, number)
        for used in operation.consumes:
            yield product, used.material, sites, used.quantity_per_unit * started
        rejected = started * (1.0 - operation.yield_fraction)
        for won in operation.recovers if rejected > 0.0 else ():
            yield product, won.material, sites, -won.quantity_per_unit * rejected


def _has_supplier(cluster: ClusterSpec, material: str, sites: Sites) -> bool:
    """Whether a supplier brings a material to one of the sites."""
    return any(
        entry.material == material and entry.supplier is not None
        for site in cluster.sites
        if site.id in sites
        for entry in site.stock
    )


def _supply(cluster: ClusterSpec, material: str, sites: Sites) -> tuple[float, float]:
    """On hand at the start and received every week."""
    entries = [
        entry
        for site in cluster.sites
        if site.id in sites
        for entry in site.stock
        if entry.material == material
    ]
    return sum(entry.on_hand for entry in entries), sum(entry.weekly_receipt for entry in entries)
