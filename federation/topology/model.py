"""ClusterSpec: what a cluster of microfactories is, above the single site."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from federation.topology.flow_model import ConwipSpec
from federation.topology.hire import CapacityHireSpec
from federation.topology.product_model import ProductSpec
from twins.calendar_spec import OpeningSpec, TimeOfDay
from twins.distribution_spec import DistributionSpec
from twins.energy_spec import GensetSpec
from twins.spec import SiteSpec
from twins.spec_base import Fraction, Identifier, NonNegative, Positive, Spec

FIRST_YEAR, LAST_YEAR = 1971, 2199
"""Years in which things may happen: room on both sides for what is counted from there."""


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("the time has no UTC offset; write 2027-02-15T06:00:00+01:00")
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise ValueError(
            f"the year {moment.year} does not lie between {FIRST_YEAR} and {LAST_YEAR}; "
            "correct the date"
        )
    return moment


Moment = Annotated[datetime, AfterValidator(_aware)]
"""A date and time with its UTC offset."""


def _monday_midnight(moment: datetime) -> datetime:
    if moment.utcoffset() or moment.weekday() != 0 or moment.time() != time():
        raise ValueError(
            "the start is not a Monday at 00:00 UTC; write for instance 2027-01-04T00:00Z"
        )
    return moment


WeekStart = Annotated[datetime, AfterValidator(_aware), AfterValidator(_monday_midnight)]
"""A Monday, 00:00 UTC."""

Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
"""ISO 4217 code."""


class ExchangeRateSpec(Spec):
    """Worth of one unit of ``currency`` in the reporting currency on ``date``."""

    currency: Currency
    rate: Positive
    date: date


class CustomerSpec(Spec):
    """Where orders are delivered: at a site's gate, or a place of its own reached over links."""

    id: Identifier
    name: str = Field(min_length=1)
    country: str = Field(pattern=r"^[A-Z]{2}$")
    at_site: Identifier | None = None
    """The customer collects at this site; otherwise coordinates and a link are needed."""
    latitude_deg: float | None = Field(default=None, ge=-90.0, le=90.0)
    longitude_deg: float | None = Field(default=None, ge=-180.0, le=180.0)
    utc_offset_h: float = Field(default=0.0, ge=-12.0, le=14.0)


class CustomsSpec(OpeningSpec):
    """Hours in which a border post clears goods, in the local time of the link's start."""


class LinkSpec(Spec):
    """Transport between two places. Consignments leave together at the departures.

    What a link has of vehicles, capacity and papers holds for each of its directions by itself.

    A journey is ``drive_h`` of driving, half of it before the border where there is one;
    ``border_h`` of waiting begins at the post's first open hour after arrival, and the goods are
    released in open hours only. Where night driving is banned, wheels turn from 06:00 to 20:00.
    """

    id: Identifier
    start: Identifier
    end: Identifier
    two_way: bool = True
    mode: Literal["rigid", "artic", "van", "rail", "sea", "air"]
    distance_km: Positive
    drive_h: Positive
    border_h: NonNegative = 0.0
    customs: CustomsSpec | None = None
    night_driving: bool = True
    departures: tuple[TimeOfDay, ...] = ("08:00", "17:00")
    """Local times of the starting place, every day."""
    cost_per_t: NonNegative = 0.0
    minimum_charge: NonNegative = 0.0
    """Smallest price of one consignment (all that leaves together)."""
    emission_kg_per_t: NonNegative = 0.0
    travel_time_cv: float = Field(default=0.0, ge=0.0, le=3.0)
    """Coefficient of variation of driving and border hours (log-normal, mean 1)."""
    travel_time: DistributionSpec | None = None
    """Instead of ``travel_time_cv``: hours of driving and border as measured. Its mean stretches
    nothing: a journey takes ``drive_h`` and ``border_h`` times the draw over the mean."""
    consolidation_h: Positive | None = None
    """Instead of ``departures``: a consignment leaves so long after its first lot came."""
    expedited: bool = False
    """Air freight, a courier: only lots that a response sends this way take it."""
    vehicles: int | None = Field(default=None, ge=1, le=1000)
    """Vehicles based at the start; each is away for the journey and the way back."""
    vehicle_cost_per_h: NonNegative = 0.0
    """Price of a vehicle while it is away."""
    capacity_kg: Positive | None = None
    """Of a vehicle, or of one departure."""
    papers_h: NonNegative = 0.0
    """From the moment a lot comes to the dock until it may leave."""
    papers_cost: NonNegative = 0.0
    """Of each consignment."""
    dangerous_goods: Literal["allowed", "papers", "forbidden"] = "allowed"
    dangerous_papers_h: NonNegative = 0.0
    """With ``papers``: takes the place of ``papers_h`` where it is longer."""
    dangerous_cost: NonNegative = 0.0
    """With ``papers``: of each consignment with dangerous goods in it."""

    @model_validator(mode="after")
    def _one_travel_time(self) -> Self:
        if self.travel_time is not None and self.travel_time_cv > 0.0:
            raise ValueError("travel_time and travel_time_cv contradict each other; remove one")
        return self


class MaterialSpec(Spec):
    """A bought-in or recycled material."""

    id: Identifier
    unit: Literal["kg", "piece", "m", "l"]
    price: NonNegative
    """In the reporting currency per unit."""
    dangerous_goods: Identifier | None = None
    """Class of the UN model regulations, for instance ``9``. Parts made of it are dangerous too."""


class OrderSpec(Spec):
    """Customer demand: so much of a product, by when, and what lateness costs."""

    id: Identifier
    product: Identifier
    variant: Identifier | None = None
    customer: Identifier
    quantity: int = Field(ge=1)
    release: Moment
    due: Moment
    lateness_cost_per_unit_day: NonNegative | None = None
    """Default: the product's."""
    priority: int = Field(default=0, ge=-100, le=100)
    """Smaller is served first at every work centre, before rule and schedule."""


class GensetHireSpec(Spec):
    """A genset that can be hired for a site that has none, or as its second."""

    id: Identifier
    site: Identifier
    genset: GensetSpec
    lead_h: NonNegative
    price_per_day: NonNegative
    minimum_days: int = Field(default=1, ge=1)


class FeederSpec(Spec):
    """A feeder of the public grid that several sites share.

    Each site may always draw a share of it as its own connection is to all connections on the
    feeder; what others do not draw is lent, and given back when its owner needs it.
    """

    id: Identifier
    limit_kw: Positive
    """Largest sum of the grid power of its sites."""
    sites: tuple[Identifier, ...]
    """Two at least."""


class ClusterSpec(Spec):
    """A cluster: sites, customers, links, materials, products, orders and money."""

    id: Identifier
    name: str = Field(min_length=1)
    currency: Currency = "USD"
    """The reporting currency; every price of the cluster is in it unless it names another."""
    exchange_rates: tuple[ExchangeRateSpec, ...] = ()
    start: WeekStart
    """First moment of the order book: a Monday, 00:00 UTC."""
    lot_size: int = Field(default=16, ge=1)
    """Orders are split into lots of this many units."""
    carbon_price_per_t: NonNegative = 0.0
    sites: tuple[SiteSpec, ...] = Field(min_length=1)
    customers: tuple[CustomerSpec, ...] = ()
    links: tuple[LinkSpec, ...] = ()
    materials: tuple[MaterialSpec, ...] = ()
    products: tuple[ProductSpec, ...] = ()
    orders: tuple[OrderSpec, ...] = ()
    genset_hire: tuple[GensetHireSpec, ...] = ()
    capacity_hire: tuple[CapacityHireSpec, ...] = ()
    conwip: tuple[ConwipSpec, ...] = ()
    """Limits of lots in process."""
    feeders: tuple[FeederSpec, ...] = ()
    pv_error_correlation: Fraction = 0.0
    """Between the normal scores of the daily PV factors of two sites of a region."""

    @property
    def stock_keys(self) -> tuple[str, ...]:
        """Materials, then those that customers own: ``material@customer``."""
        owned = (entry.key for site in self.sites for entry in site.stock if entry.owner)
        return (*(material.id for material in self.materials), *dict.fromkeys(owned))

    def with_orders(self, orders: Iterable[OrderSpec]) -> ClusterSpec:
        """The cluster with more orders; one with a known id replaces that order."""
        book = {order.id: order for order in (*self.orders, *orders)}
        return self.model_copy(update={"orders": tuple(book.values())})

    def site(self, site_id: str) -> SiteSpec:
        """The site called ``site_id``; ``KeyError`` when there is none."""
        for site in self.sites:
            if site.id == site_id:
                return site
        raise KeyError(site_id)

    def product(self, product_id: str) -> ProductSpec:
        """The product called ``product_id``; ``KeyError`` when there is none."""
        for product in self.products:
            if product.id == product_id:
                return product
        raise KeyError(product_id)
