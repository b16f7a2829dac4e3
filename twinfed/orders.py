"""What a cluster says to an order that might come in: from when, how surely, and at what cost."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analytics.promise.answer import Promise
    from federation.snapshot import ClusterSnapshot


class OrderQuestions(ABC):
    """Questions to a fork of the twins; the same for a cluster here and for one that is served."""

    @abstractmethod
    def fork(self) -> ClusterSnapshot:
        """One cut of all twins as immutable Arrow tables."""

    def promise(
        self,
        product: str,
        quantity: int,
        at: str | None = None,
        by: datetime | None = None,
        *,
        variant: str | None = None,
        probability: float = 0.9,
        horizon_h: float = 672.0,
        replications: int = 100,
        seed: int = 1,
        progress: Callable[[int, int], None] | None = None,
    ) -> Promise:
        """From when a new order could be had. The runs are made here, and nothing is changed.

        Parameters
        ----------
        product, quantity
            What is wanted.
        at
            Customer to whom it goes; default: the only one.
        by
            The wished date, with its UTC offset; default: as soon as possible.
        variant
            Of the product, where it comes in variants.
        probability
            How surely the promised date is to be kept, from 0.5 to 0.99.
        horizon_h
            Simulated hours from the fork.
        replications, seed
            Runs with and without the order, and the seed of both.
        progress
            Called with runs done and runs in all.

        Raises
        ------
        NotInClusterError
            When there is no such product, variant or customer.
        PromiseError
            When a figure of the question means nothing.
        """
        from analytics.promise.promise import promise
        from analytics.promise.request import PromiseRequest

        return promise(
            self.fork(),
            PromiseRequest(product, quantity, at, by, variant, probability),
            horizon_h=horizon_h,
            replications=replications,
            seed=seed,
            progress=progress,
        )
