"""SupplierSpec: who brings a material to a site, when it is ordered, and how long that takes."""

from __future__ import annotations

from twins.calendar_spec import OpeningSpec
from twins.distribution_spec import DistributionSpec
from twins.spec_base import Identifier, NonNegative, Positive, Spec


class SupplierSpec(Spec):
    """A supplier of one material to one site: order so much when stock falls to the reorder point.

    The stock that counts is what lies there and is not reserved, and what is on order. Lots that
    wait for more than comes have it ordered too.
    """

    id: Identifier
    reorder_point: NonNegative
    """In the material's unit."""
    order_quantity: Positive
    """Orders are multiples of it."""
    minimum_order: NonNegative = 0.0
    """An order is at least this much."""
    lead: DistributionSpec
    """From the order to the delivery."""
    price: NonNegative | None = None
    """In the reporting currency per unit; default: the material's."""
    hours: OpeningSpec | None = None
    """Local time of the site: orders are taken, and deliveries made, when it is open."""

    @property
    def smallest_order(self) -> float:
        """What one order is at least."""
        return max(self.order_quantity, self.minimum_order)
