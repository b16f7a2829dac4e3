"""Figures that no microfactory has: slips of the pen that would overflow the simulator's integers.

The limits lie far above any real cluster and well below what 64 bits hold in the simulator's units
(mW, uJ, ms, ns of work, pL, thousandths of a material).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

from federation.topology.files import Folder, Located
from federation.topology.lots import lot_size_of
from federation.topology.problems import Loc, Problem
from federation.topology.product_model import ProductSpec
from federation.topology.provenance import specs_in
from federation.topology.references import parts_of

LARGEST: Mapping[str, float] = {
    "speed_factor": 100.0,
    "headcount": 100_000.0,
    "on_hand": 1e12,
    "weekly_receipt": 1e12,
    "quantity_per_unit": 1e6,
    "mass_kg": 1e6,
    "_kw": 1e5,
    "_kwh": 1e6,
    "_l": 1e6,
    "_mm": 1e5,
    "_s": 1e6,
    "_min": 1e6,
    "_h": 1e5,
}
"""Largest value of a field by its name or the unit at its end; of all others ``LARGEST_OTHER``."""
LARGEST_OTHER = 1e9
SMALLEST_SPEED = 0.01
LONGEST_LOT_MIN = 1e6
"""Longest work on one lot in one operation: two years."""
MOST_LOTS = 200_000
LONGEST_BOOK = timedelta(days=3653)
"""Longest time from the start of a cluster to a date of its order book: ten years."""


def magnitude_problems(entry: Located) -> Iterator[Problem]:  # type: ignore[type-arg]
    """Figures of one object that are larger than anything of their kind."""
    for loc, spec in specs_in(entry.spec, entry.loc):
        for name in spec.model_fields_set:
            for at, value in _numbers(getattr(spec, name), (*loc, name)):
                if abs(value) > largest(name):
                    what = f"{value:g} is not at most {largest(name):g}"
                    yield entry.document.problem(at, "out-of-range", what, "correct the figure")
                if name == "speed_factor" and value < SMALLEST_SPEED:
                    what = f"{value:g} is not at least {SMALLEST_SPEED:g}"
                    yield entry.document.problem(at, "out-of-range", what, "correct the figure")


def _numbers(value: object, loc: Loc) -> Iterator[tuple[Loc, float]]:
    """The number, or the numbers of a list, each with its place."""
    if isinstance(value, tuple):
        for number, item in enumerate(value):
            yield from _numbers(item, (*loc, number))
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield loc, value


def largest(field: str) -> float:
    """Largest value of a field of that name."""
    if field in LARGEST:
        return LARGEST[field]
    if "_per_" in field:
        return LARGEST_OTHER
    return LARGEST.get(f"_{field.rpartition('_')[2]}", LARGEST_OTHER)


def book_problems(folder: Folder) -> Iterator[Problem]:
    """Orders that are too far away, make too many lots, or lots that take years."""
    start = folder.head.start
    lots = 0
    parts = {}
    for product in reversed(folder.products):  # of two with one id the first counts
        spec = product.spec
        parts[spec.id] = len(spec.parts), lot_size_of(spec, folder.head.lot_size)
    largest_order: dict[str, int] = {}
    for entry in folder.orders:
        order = entry.spec
        largest_order[order.product] = max(order.quantity, largest_order.get(order.product, 1))
        for name, moment in (("release", order.release), ("due", order.due)):
            if start is not None and moment - start > LONGEST_BOOK:
                what = f"the date lies more than ten years after the cluster's start ({start:%F})"
                yield entry.problem((name,), "too-far", what, "correct the date, or start")
                break
        number, units = parts.get(order.product, (1, folder.head.lot_size))
        cut = -(-order.quantity // units) * number
        before, lots = lots, lots + cut
        if before <= MOST_LOTS < lots:
            what = f"with this order the book is cut into more than {MOST_LOTS:,} lots"
            remedy = f"correct the quantity, or raise lot_size ({units})"
            yield entry.problem(("quantity",), "too-many-lots", what, remedy)
    for product in folder.products:
        most = largest_order.get(product.spec.id, 1)
        yield from _long_lots(product, min(lot_size_of(product.spec, folder.head.lot_size), most))


def _long_lots(entry: Located[ProductSpec], units: int) -> Iterator[Problem]:
    """Operations that take years for a lot of so many units."""
    for part, loc in parts_of(entry.spec):
        for number, operation in enumerate(part.operations):
            minutes = operation.unit_time_min
            if minutes <= largest("unit_time_min") and minutes * units > LONGEST_LOT_MIN:
                years = minutes * units / (365 * 24 * 60)
                what = f"a lot of {units} units takes {years:,.0f} years of work"
                at = (*loc, "operations", number, "unit_time_min")
                yield entry.problem(at, "out-of-range", what, "correct the figure, or lot_size")
