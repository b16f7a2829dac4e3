"""What a cluster answers from its graph, without a simulation: who makes what, by which way."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from federation.journeys import Criterion, Routes
    from federation.matching import Match
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
            closed=closed,
        )
