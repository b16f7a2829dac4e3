"""What is asked for, and the order that it would be."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from analytics.edits.more_orders import free_id
from analytics.promise.errors import PromiseError
from analytics.study_check import LONGEST_HORIZON_H, is_number, is_whole
from federation.errors import NotInClusterError
from federation.snapshot import ClusterSnapshot
from federation.topology.lots import quantities
from federation.topology.model import ClusterSpec, CustomerSpec, OrderSpec
from federation.topology.problems import did_you_mean
from federation.topology.product_model import ProductSpec

LEAST_PROBABILITY, MOST_PROBABILITY = 0.5, 0.99
"""A date that is kept less often than every second time is no promise; one that is missed less
often than once in a hundred needs more replications than anybody waits for."""
MOST_UNITS = 100_000
MOST_LOTS = 2_000
_ID = "promise"


@dataclass(frozen=True, slots=True)
class PromiseRequest:
    """A question: by when could so much of a product be delivered.

    Parameters
    ----------
    product, quantity
        What is wanted.
    at
        Customer to whom it goes; default: the only one that the cluster has.
    by
        The date that is wished for, with its UTC offset; default: as soon as possible.
    variant
        Of the product, where it comes in variants.
    probability
        How surely the promised date is to be kept, from 0.5 to 0.99.
    """

    product: str
    quantity: int
    at: str | None = None
    by: datetime | None = None
    variant: str | None = None
    probability: float = 0.9

    def check(self, cluster: ClusterSpec, horizon_h: float) -> None:
        """See that the question means something in a cluster, whatever its state.

        Raises
        ------
        NotInClusterError
            When there is no such product or customer.
        PromiseError
            When a value is of the wrong kind, or quantity, probability or horizon mean nothing.
        """
        self._check_kinds(horizon_h)
        product = self._product(cluster)
        self._check_figures(product, horizon_h)
        lots = len(quantities(product, self.quantity, cluster.lot_size))
        if lots > MOST_LOTS:
            raise PromiseError(
                f"{self.quantity} units of {product.id} are {lots:,} lots, more than are planned "
                f"at once ({MOST_LOTS:,})",
                remedy="ask for a part of them",
            )
        self._customer(cluster)

    def order(self, snapshot: ClusterSnapshot, horizon_h: float) -> OrderSpec:
        """The order as it would come in now.

        Without a wished date it is due at the end of the horizon, so that it is never late.

        Raises
        ------
        NotInClusterError
            When there is no such product, variant or customer.
        PromiseError
            When a value is of the wrong kind, quantity, date, probability or horizon mean nothing,
            or the variant may not be sold to the customer then.
        """
        cluster = snapshot.cluster
        self.check(cluster, horizon_h)
        product, customer = self._product(cluster), self._customer(cluster)
        now = snapshot.taken_at
        due = now + timedelta(hours=horizon_h) if self.by is None else self.by
        self._check_date(now, horizon_h)
        self._check_variant(product, customer, due)
        return OrderSpec(
            id=free_id(_ID, {order.id for order in cluster.orders}),
            product=product.id,
            variant=self.variant,
            customer=customer.id,
            quantity=self.quantity,
            release=now,
            due=due,
        )

    def _check_kinds(self, horizon_h: float) -> None:
        wrong: list[tuple[bool, str, object, str]] = [
            (not isinstance(self.product, str), "product", self.product, "the id of one"),
            (not is_whole(self.quantity), "quantity", self.quantity, "a whole number"),
            (not _text(self.at), "at", self.at, "the id of a customer"),
            (
                not (self.by is None or isinstance(self.by, datetime)),
                "by",
                self.by,
                "a datetime with its UTC offset",
            ),
            (not _text(self.variant), "variant", self.variant, "the id of one"),
            (not is_number(self.probability), "probability", self.probability, "a number"),
            (not is_number(horizon_h), "horizon_h", horizon_h, "a number of hours"),
        ]
        for no, name, value, remedy in wrong:
            if no:
                raise PromiseError(f"{name} is {value!r}", remedy=f"give {remedy}")

    def _product(self, cluster: ClusterSpec) -> ProductSpec:
        found = {product.id: product for product in cluster.products}
        if self.product not in found:
            what = f"the cluster has no product '{self.product}'"
            raise NotInClusterError(what, remedy=did_you_mean(self.product, found))
        return found[self.product]

    def _check_figures(self, product: ProductSpec, horizon_h: float) -> None:
        if not 1 <= self.quantity <= MOST_UNITS:
            raise PromiseError(
                f"{self.quantity} units of {product.id} cannot be promised",
                remedy=f"ask for 1 to {MOST_UNITS:,}",
            )
        if self.quantity < product.minimum_lot:
            raise PromiseError(
                f"{self.quantity} units are below the minimum lot of {product.id} "
                f"({product.minimum_lot})",
                remedy="ask for more",
            )
        if not LEAST_PROBABILITY <= self.probability <= MOST_PROBABILITY:
            raise PromiseError(
                f"the probability {self.probability:g} does not lie between "
                f"{LEAST_PROBABILITY} and {MOST_PROBABILITY}",
                remedy="0.9 is a date that is missed once in ten times",
            )
        if not (math.isfinite(horizon_h) and 1.0 <= horizon_h <= LONGEST_HORIZON_H):
            raise PromiseError(
                f"a horizon of {horizon_h:g} h cannot be simulated",
                remedy=f"give 1 to {LONGEST_HORIZON_H:.0f} h",
            )

    def _customer(self, cluster: ClusterSpec) -> CustomerSpec:
        known = {customer.id: customer for customer in cluster.customers}
        if not known:
            raise PromiseError(
                "the cluster has no customers, so goods have nowhere to go",
                remedy="add one to cluster.yaml",
            )
        if self.at is None:
            if len(known) > 1:
                raise PromiseError(
                    "it is not said to whom the goods go",
                    remedy=f"name a customer: one of {', '.join(known)}",
                )
            return next(iter(known.values()))
        if self.at not in known:
            what = f"the cluster has no customer '{self.at}'"
            raise NotInClusterError(what, remedy=did_you_mean(self.at, known))
        return known[self.at]

    def _check_date(self, now: datetime, horizon_h: float) -> None:
        if self.by is None:
            return
        if self.by.tzinfo is None:
            raise PromiseError(
                f"the wished date {self.by.isoformat()} has no UTC offset",
                remedy=f"write {self.by.isoformat()}+00:00 for UTC",
            )
        if self.by <= now:
            raise PromiseError(
                f"the wished date {self.by.isoformat()} is not after the state of "
                f"{now.isoformat()}",
                remedy="ask for a date to come",
            )
        if self.by > now + timedelta(hours=horizon_h):
            raise PromiseError(
                f"the wished date {self.by.isoformat()} lies beyond the {horizon_h:g} h that are "
                "simulated",
                remedy="lengthen the horizon, or ask for an earlier date",
            )

    def _check_variant(self, product: ProductSpec, customer: CustomerSpec, due: datetime) -> None:
        variants = {variant.id: variant for variant in product.variants}
        if self.variant is None:
            if variants:
                raise PromiseError(
                    f"{product.id} comes in variants, and none is named",
                    remedy=f"name one of {', '.join(variants)}",
                )
            return
        if self.variant not in variants:
            what = f"{product.id} has no variant '{self.variant}'"
            raise NotInClusterError(what, remedy=did_you_mean(self.variant, variants))
        if not variants[self.variant].may_be_sold(customer.country, due.date()):
            fitting = [
                name
                for name, one in variants.items()
                if one.may_be_sold(customer.country, due.date())
            ]
            raise PromiseError(
                f"the variant {self.variant} of {product.id} may not be sold in "
                f"{customer.country} on {due.date()}",
                remedy=f"ask for {' or '.join(fitting)}" if fitting else "none may be sold there",
            )


def _text(value: object) -> bool:
    return value is None or isinstance(value, str)
