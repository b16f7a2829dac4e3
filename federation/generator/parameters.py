"""What a synthetic cluster is drawn from, and what is refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from twins.errors import TwinfedError

Network = Literal["hub_spoke", "mesh", "chain", "hierarchical", "small_world"]
NETWORKS: tuple[Network, ...] = get_args(Network)

PRESETS: dict[str, int] = {"mesh-10": 10, "mesh-100": 100, "mesh-300": 300, "mesh-1000": 1000}
"""Name to number of sites."""
DEFAULT_SEED = 20260101
LEAST_SITES, MOST_SITES = 2, 5000
MOST_DAYS = 364


class GeneratorError(TwinfedError, ValueError):
    """A synthetic cluster cannot be drawn from these parameters, or not be written there."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """What a cluster is drawn from. The same parameters give the same files, byte for byte.

    Parameters
    ----------
    sites
        Number of microfactories.
    network
        How they are linked.
    seed
        Of every draw.
    days
        Length of the order book.
    orders_per_day
        Mean of the Poisson arrivals; ``None``: five for each site.
    products
        Number of products; ``None``: a fifth of the sites, from 8 to 200.

    Raises
    ------
    GeneratorError
        When a parameter lies outside its range.
    """

    sites: int = 10
    network: Network = "mesh"
    seed: int = DEFAULT_SEED
    days: int = 7
    orders_per_day: float | None = None
    products: int | None = None

    def __post_init__(self) -> None:
        _within("sites", self.sites, LEAST_SITES, MOST_SITES)
        _within("days", self.days, 1, MOST_DAYS)
        _within("seed", self.seed, 0, 2**63 - 1)
        if self.orders_per_day is not None:
            _within("orders-per-day", self.orders_per_day, 0.1, 100.0 * self.sites)
        if self.products is not None:
            _within("products", self.products, 1, 2000)
        if self.network not in NETWORKS:
            raise GeneratorError(
                f"there is no network type '{self.network}'",
                where="network",
                remedy=f"choose one of {', '.join(NETWORKS)}",
            )

    @property
    def id(self) -> str:
        """Name of the cluster."""
        return f"{self.network.replace('_', '-')}-{self.sites}"

    @property
    def daily_orders(self) -> float:
        """Mean orders a day."""
        return 5.0 * self.sites if self.orders_per_day is None else self.orders_per_day

    @property
    def product_count(self) -> int:
        """Number of products."""
        return min(max(self.sites // 5, 8), 200) if self.products is None else self.products


def _within(name: str, value: float, least: float, most: float) -> None:
    if not least <= value <= most:
        raise GeneratorError(
            f"{name} is {value:g}", where=name, remedy=f"give {least:g} to {most:g}"
        )
