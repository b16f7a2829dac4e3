"""What a cluster answers from its graph, without a simulation.

Who can make what, by which way goods get there, and how much survives a loss.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from federation.journeys import Criterion, Routes
    from federation.matching import Match
    from federation.resilience.report import Resilience
    from federation.snapshot import ClusterSnapshot


class NetworkQuestions(ABC):
    """Questions to a fork of the twins; the same for a cluster here and for one that is served."""

    @abstractmethod
    def fork(self) -> ClusterSnapshot:
        """One cut of all twins as immutable Arrow tables."""

    def match(self, product: str, part: str | None = None, operation: str | None = None) -> Match:
        """Who can do the operations of a product now, with a reason for each site that cannot.

        Parameters
        ----------
        product
            Id of the product.
        part, operation
            Only this part, only its operation of this id; default: all.

        Raises
        ------
        NotInClusterError
            When there is no such product, part or operation.
        """
        from federation.matching import match

        return match(self.fork(), product, part, operation)

    def routes(
        self,
        origin: str,
        destination: str,
        by: Criterion = "time",
        *,
        count: int = 3,
        ready: datetime | None = None,
        mass_kg: float = 1000.0,
        dangerous: bool = False,
        expedited: bool = False,
        closed: Collection[str] = (),
    ) -> Routes:
        """The best routes between two places, or why there is none.

        Parameters
        ----------
        origin, destination
            Sites or customers.
        by
            ``time``, ``cost`` or ``carbon``.
        count
            So many at most.
        ready
            When the goods are at the dock; default: now, in the time of the twins.
        mass_kg, dangerous
            What is sent.
        expedited
            Links that are kept for expedited lots can be used too.
        closed
            Links that cannot be used: ids, or all over a border as ``NG:BJ``.

        Raises
        ------
        NotInClusterError
            When there is no such place, link or border.
        RouteError
            When criterion, count, mass or moment mean nothing.
        """
        from federation.journeys import best_routes

        snapshot = self.fork()
        return best_routes(
            snapshot.cluster,
            origin,
            destination,
            by=by,
            count=count,
            ready=ready or snapshot.taken_at,
            mass_kg=mass_kg,
            dangerous=dangerous,
            expedited=expedited,
            closed=closed,
        )

    def resilience(
        self,
        product: str | None = None,
        *,
        n2: bool = False,
        closed: Collection[str] = (),
        week: int | None = None,
        approved_only: bool = False,
        progress: Callable[[int, int], None] | None = None,
    ) -> Resilience:
        """What the cluster depends on, and what is left of it after losses.

        Parameters
        ----------
        product
            Judge this product alone, as if nothing else were made; default: all together.
        n2
            Survey pairs of sites and links too.
        closed
            Links that cannot be used: ids, or all over a border as ``NG:BJ``.
        week
            Demand of the orders released in this week, from 1; default: the mean week.
        approved_only
            Leave out sites that need a first article before they may make a part.
        progress
            Called with the losses worked out, and all that will be.

        Raises
        ------
        NotInClusterError
            When there is no such product, link or border.
        ResilienceError
            When no order is released in the week.
        """
        from federation.resilience.report import resilience

        return resilience(
            self.fork(),
            product=product,
            n2=n2,
            closed=closed,
            week=week,
            approved_only=approved_only,
            progress=progress,
        )
