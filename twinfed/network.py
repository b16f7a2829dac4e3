"""What a cluster answers from its graph, without a simulation: who can make what."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
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
