"""What stands in the files of a cluster folder, and the folder as far as it could be read."""

from __future__ import annotations

from collections.abc import KeysView
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, Field

from federation.topology.flow_model import ConwipSpec
from federation.topology.hire import CapacityHireSpec
from federation.topology.model import (
    ClusterSpec,
    Currency,
    CustomerSpec,
    ExchangeRateSpec,
    FeederSpec,
    GensetHireSpec,
    LinkSpec,
    MaterialSpec,
    OrderSpec,
    WeekStart,
)
from federation.topology.problems import Loc, Problem
from federation.topology.product_model import ProductSpec
from federation.topology.yaml_source import YamlDocument
from twins.spec import SiteSpec
from twins.spec_base import Fraction, Identifier, NonNegative, Spec

DEFAULT_START = datetime(2027, 1, 4, tzinfo=UTC)
"""Start of a cluster that names none and has no orders: a Monday."""

FOLDERS = ("sites", "products", "scenarios")
FILES = ("cluster.yaml", "orders.yaml")


class ClusterFile(Spec):
    """``cluster.yaml``: what is above the sites. Every key has a default."""

    id: Identifier | None = None
    """Default: the name of the folder."""
    name: str | None = Field(default=None, min_length=1)
    """Default: the id."""
    currency: Currency = "USD"
    exchange_rates: tuple[ExchangeRateSpec, ...] = ()
    start: WeekStart | None = None
    """Default: the Monday of the first release, else 2027-01-04."""
    lot_size: int = Field(default=16, ge=1)
    carbon_price_per_t: NonNegative = 0.0
    customers: tuple[CustomerSpec, ...] = ()
    links: tuple[LinkSpec, ...] = ()
    materials: tuple[MaterialSpec, ...] = ()
    genset_hire: tuple[GensetHireSpec, ...] = ()
    capacity_hire: tuple[CapacityHireSpec, ...] = ()
    conwip: tuple[ConwipSpec, ...] = ()
    """Limits of lots in process."""
    feeders: tuple[FeederSpec, ...] = ()
    pv_error_correlation: Fraction = 0.0


class OrdersFile(Spec):
    """``orders.yaml``: the order book. Notes of the file hold for every order without its own."""

    orders: tuple[OrderSpec, ...] = ()


T = TypeVar("T", bound=BaseModel)


@dataclass(frozen=True)
class Located(Generic[T]):
    """An object with the place it was read from."""

    spec: T
    document: YamlDocument
    loc: Loc

    def problem(self, inside: Loc, rule: str, what: str, remedy: str) -> Problem:
        """A problem at ``inside`` of this object."""
        return self.document.problem((*self.loc, *inside), rule, what, remedy)


@dataclass
class Folder:
    """The folder as far as it could be read.

    ``ids`` holds the ids that are written in the files, also those of objects that are wrong: a
    reference to a site with a slip in it is no second problem.
    """

    path: Path
    problems: list[Problem] = field(default_factory=list)
    head: ClusterFile = field(default_factory=ClusterFile)
    sites: list[Located[SiteSpec]] = field(default_factory=list)
    products: list[Located[ProductSpec]] = field(default_factory=list)
    customers: list[Located[CustomerSpec]] = field(default_factory=list)
    links: list[Located[LinkSpec]] = field(default_factory=list)
    materials: list[Located[MaterialSpec]] = field(default_factory=list)
    genset_hire: list[Located[GensetHireSpec]] = field(default_factory=list)
    capacity_hire: list[Located[CapacityHireSpec]] = field(default_factory=list)
    conwip: list[Located[ConwipSpec]] = field(default_factory=list)
    feeders: list[Located[FeederSpec]] = field(default_factory=list)
    orders: list[Located[OrderSpec]] = field(default_factory=list)
    ids: dict[str, dict[str, tuple[YamlDocument, Loc]]] = field(default_factory=dict)

    def entries(self) -> list[Located[Any]]:
        """Everything that was read, with its place."""
        return [
            *self.sites,
            *self.products,
            *self.customers,
            *self.links,
            *self.materials,
            *self.genset_hire,
            *self.capacity_hire,
            *self.conwip,
            *self.feeders,
            *self.orders,
        ]

    def known(self, kind: str) -> KeysView[str]:
        """Ids of a kind that are written anywhere in the folder."""
        return self.ids.get(kind, {}).keys()

    def spec(self) -> ClusterSpec:
        """The cluster of everything that could be read."""
        head, own = self.head, self.path.resolve().name
        values = head.model_dump(
            include={
                "currency",
                "lot_size",
                "carbon_price_per_t",
                "pv_error_correlation",
                "source",
                "assumption",
                "notes",
            },
            exclude_unset=True,
        )
        name = head.id or _identifier(own)
        return ClusterSpec(
            **values,
            id=name,
            name=head.name or name,
            start=self.start,
            exchange_rates=head.exchange_rates,
            sites=tuple(entry.spec for entry in self.sites),
            customers=tuple(entry.spec for entry in self.customers),
            links=tuple(entry.spec for entry in self.links),
            materials=tuple(entry.spec for entry in self.materials),
            products=tuple(entry.spec for entry in self.products),
            orders=tuple(entry.spec for entry in self.orders),
            genset_hire=tuple(entry.spec for entry in self.genset_hire),
            capacity_hire=tuple(entry.spec for entry in self.capacity_hire),
            conwip=tuple(entry.spec for entry in self.conwip),
            feeders=tuple(entry.spec for entry in self.feeders),
        )

    @property
    def start(self) -> datetime:
        """When the cluster begins: as written, else the Monday of the first release."""
        if self.head.start is not None:
            return self.head.start
        if not self.orders:
            return DEFAULT_START
        first = min(entry.spec.release for entry in self.orders).astimezone(UTC)
        monday = first - timedelta(days=first.weekday())
        return monday.replace(hour=0, minute=0, second=0, microsecond=0)


def _identifier(name: str) -> str:
    kept = "".join(c if c.isascii() and (c.isalnum() or c in "_.-") else "-" for c in name)
    return kept.strip("-._")[:64] or "cluster"
