"""What a question for a promise date is answered with."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from analytics.promise.material import Free
from analytics.promise.request import PromiseRequest
from analytics.statistics import Interval
from federation.matching import Match
from federation.topology.capability import Refusal


@dataclass(frozen=True, slots=True)
class Made:
    """One operation of the order: where it would be done, and who else was asked.

    Parameters
    ----------
    part, operation, process
        Which.
    sites
        Where lots of it are done, in the order of the cluster: usually one site.
    work_centres
        On what, ``site/work centre``.
    first, last
        When the first lot begins and the last one ends if all goes as expected; ``None``: not
        within the horizon.
    others
        Sites that qualify too.
    refused
        All other sites, each with the requirement that it fails.
    """

    part: str
    operation: str
    process: str
    sites: tuple[str, ...]
    work_centres: tuple[str, ...]
    first: datetime | None
    last: datetime | None
    others: tuple[str, ...]
    refused: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True)
class Alternative:
    """The order made at one site as far as that site qualifies, by expectation.

    Parameters
    ----------
    site
        Which; empty: as promised.
    delivered
        Date if all goes as expected; ``None``: not within the horizon, or no way leads there.
    cost
        What counts in the choice: money for lateness, transport, approvals and carbon.
    """

    site: str
    delivered: datetime | None
    cost: float


@dataclass(frozen=True, slots=True)
class SplitLot:
    """A lot for the customer.

    Parameters
    ----------
    lot, quantity
        Id, and good units.
    expected
        Its date if all goes as expected; ``None``: not within the horizon.
    """

    lot: str
    quantity: int
    expected: datetime | None


@dataclass(frozen=True)
class Promise:
    """From when a new order could be had, how surely, from where, and at what cost.

    Parameters
    ----------
    request
        What was asked.
    customer
        To whom the goods go.
    currency
        Of all money.
    taken_at
        The moment of the state that was asked.
    horizon_h, replications, seed
        Of the runs.
    match
        Who can do each operation, and why others cannot.
    reason
        Why nothing can be promised; empty: something can.
    lots
        The parts that the order is split into; they sum to its quantity.
    steps
        Where each operation would be done.
    alternatives
        The order at each other site that qualifies for a part of it, the soonest first.
    not_tried
        Sites that qualify and were not tried: too many.
    free, available_units
        Material that lies there and is for nobody, and units for which it suffices; ``None``: the
        order takes no material.
    expected
        Date if all goes as expected.
    hours
        From the state to the delivery, one for each replication; ``None``: not in the horizon.
    on_time
        Probability of the wished date, with Wilson's interval; ``None``: none was wished for.
    cost, cost_parts
        What the cluster pays more with the order than without it, lateness of the order itself
        apart: mean with its interval, and means by kind.
    own_penalty
        Mean penalty for the lateness of the order itself, against the wished date.
    revenue
        Price of the product times the quantity.
    """

    request: PromiseRequest
    customer: str
    currency: str
    taken_at: datetime
    horizon_h: float
    replications: int
    seed: int
    match: Match
    reason: str = ""
    lots: tuple[SplitLot, ...] = ()
    steps: tuple[Made, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    not_tried: int = 0
    free: tuple[Free, ...] = ()
    available_units: int | None = None
    expected: datetime | None = None
    hours: tuple[float | None, ...] = ()
    on_time: Interval | None = None
    cost: Interval | None = None
    cost_parts: Mapping[str, float] = field(default_factory=dict)
    own_penalty: float = 0.0
    revenue: float = 0.0

    @property
    def possible(self) -> bool:
        """Whether anything can be promised."""
        return not self.reason

    def quantile(self, probability: float) -> Interval:
        """Hours until the delivery that are kept with a probability, with the interval of ranks.

        Infinite where it is not reached within the horizon.

        Raises
        ------
        ValueError
            When nothing can be promised, or ``probability`` is not between 0 and 1.
        """
        from analytics.risk import quantile_interval

        return quantile_interval(self.hours, probability)

    def date(self, probability: float | None = None) -> datetime | None:
        """The date that is kept with a probability; default: the one that was asked for.

        ``None``: it lies beyond the horizon, or nothing can be promised.
        """
        if not self.possible:
            return None
        wanted = self.request.probability if probability is None else probability
        return self.moment(self.quantile(wanted).estimate)

    def moment(self, hours: float) -> datetime | None:
        """A moment after the state; ``None`` where it is not finite."""
        return self.taken_at + timedelta(hours=hours) if math.isfinite(hours) else None
