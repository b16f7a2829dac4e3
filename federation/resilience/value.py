"""What a flow is worth where: value added by site, imports by country, tonne-kilometres a unit.

The value added of a product is its price less the bought-in material that one good unit takes (what
rejected units give back counts against it). It is shared among the steps of the routing by their
standard machine hours, so that the values of all sites add up to the sale value less the material.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from federation.resilience.flows import Distances, Flow, Stream
from federation.resilience.shop import Shop
from federation.topology.check_hours import started_per_good

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ProductSupply:
    """How far a product and its parts travel inside the cluster.

    Parameters
    ----------
    basis
        ``schedule`` or ``shortest``.
    product
        Id.
    units
        Delivered, a week.
    tonne_km
        Mass times kilometres of all that moves for it, a week.
    tonne_km_per_unit
        The same for one unit: the supply distance.
    """

    basis: str
    product: str
    units: float
    tonne_km: float
    tonne_km_per_unit: float


@dataclass(frozen=True, slots=True)
class SiteValue:
    """What a site adds to the value of what is sold, a week, in the reporting currency.

    Parameters
    ----------
    basis, site, region, country
        Where.
    value_added
        Of its steps.
    share
        Of the value added of all sites; 0 where nothing is added in all.
    material
        Bought-in material that is worked there.
    """

    basis: str
    site: str
    region: str
    country: str
    value_added: float
    share: float
    material: float


@dataclass(frozen=True, slots=True)
class CountryImports:
    """How much of the sale value of a country's customers comes over borders, a week.

    Parameters
    ----------
    basis, country
        Whose customers.
    sale_value
        Price times delivered units.
    imported_value
        What was added, and the material that was worked, at sites of other countries.
    dependence
        ``imported_value / sale_value``; 0 without a sale.
    """

    basis: str
    country: str
    sale_value: float
    imported_value: float
    dependence: float


class Worth:
    """Value of each step of each product, for one good unit.

    Parameters
    ----------
    shop
        Products with prices, steps with their standard hours.

    Attributes
    ----------
    added : float64[steps]
        Value added.
    material : float64[steps]
        Bought-in material less what is won back.
    price : float64[products]
    """

    def __init__(self, shop: Shop) -> None:
        prices = {material.id: material.price for material in shop.cluster.materials}
        self.price = np.array([product.price for product in shop.products])
        self.material = np.zeros(len(shop.steps))
        standard = np.zeros(len(shop.steps))
        parts = {(row, p.id): p for row, one in enumerate(shop.products) for p in one.parts}
        for row, step in enumerate(shop.steps):
            part = parts[step.product, step.part]
            operation = part.operations[step.number]
            started = started_per_good(part, step.number)
            rejected = started * (1.0 - operation.yield_fraction)
            taken = sum(f.quantity_per_unit * prices[f.material] for f in operation.consumes)
            won = sum(f.quantity_per_unit * prices[f.material] for f in operation.recovers)
            self.material[row] = started * taken - rejected * won
            hours = [option.standard_h for option in step.options]
            standard[row] = float(np.mean(hours)) if hours else 0.0
        of = np.array([step.product for step in shop.steps], dtype=np.int64)
        count = len(shop.products)
        bought = np.bincount(of, weights=self.material, minlength=count)
        hours_of = np.bincount(of, weights=standard, minlength=count)
        share = np.divide(standard, hours_of[of], out=np.zeros(len(of)), where=hours_of[of] > 0.0)
        self.added: Floats = share * (self.price - bought)[of]


def supply_distances(shop: Shop, distances: Distances, flow: Flow) -> tuple[ProductSupply, ...]:
    """Tonne-kilometres of each product that is delivered, and of a unit of it."""
    tonne_km = np.zeros(len(shop.products))
    units = np.zeros(len(shop.products))
    for stream in flow.streams:
        for move in stream.moves:
            step = shop.steps[move.step]
            km = distances.km(dangerous=step.dangerous)[move.start, move.end]
            tonne_km[stream.product] += move.units * step.mass_kg / 1000.0 * float(km)
            if move.customer is not None:
                units[stream.product] += move.units
    return tuple(
        ProductSupply(
            flow.basis,
            product.id,
            float(units[row]),
            float(tonne_km[row]),
            float(tonne_km[row] / units[row]),
        )
        for row, product in enumerate(shop.products)
        if units[row] > 0.0
    )


def site_values(shop: Shop, worth: Worth, flow: Flow) -> tuple[SiteValue, ...]:
    """Value added and material by site, in the order of the cluster."""
    added, material = np.zeros(len(shop.sites)), np.zeros(len(shop.sites))
    for stream in flow.streams:
        for (step, site), units in stream.made.items():
            added[site] += units * worth.added[step]
            material[site] += units * worth.material[step]
    total = float(added.sum())
    return tuple(
        SiteValue(
            flow.basis,
            site.id,
            site.region_id,
            site.country,
            float(added[row]),
            float(added[row]) / total if total > 0.0 else 0.0,
            float(material[row]),
        )
        for row, site in enumerate(shop.sites)
    )


def country_imports(shop: Shop, worth: Worth, flow: Flow) -> tuple[CountryImports, ...]:
    """Imports of the customers of each country, sorted by country.

    What a unit holds of each country is followed from step to step. Where ways of one stream meet,
    units are taken as mixed: each goes on with the mean of what came.
    """
    countries = sorted({site.country for site in shop.sites})
    row_of = {country: row for row, country in enumerate(countries)}
    home = {customer.id: customer.country for customer in shop.cluster.customers}
    sold: dict[str, float] = defaultdict(float)
    abroad: dict[str, float] = defaultdict(float)
    before = _before(shop)
    for stream in flow.streams:
        held = _held(shop, worth, stream, row_of, before)
        for move in stream.moves:
            if move.customer is None:
                continue
            country = home[move.customer]
            inside = held[move.step, move.start]
            own = inside[row_of[country]] if country in row_of else 0.0
            sold[country] += move.units * float(worth.price[stream.product])
            abroad[country] += move.units * float(inside.sum() - own)
    return tuple(
        CountryImports(
            flow.basis,
            country,
            sold[country],
            abroad[country],
            abroad[country] / sold[country] if sold[country] > 0.0 else 0.0,
        )
        for country in sorted(sold)
    )


def _before(shop: Shop) -> dict[int, list[int]]:
    """Step to the steps whose goods it takes."""
    found: dict[int, list[int]] = defaultdict(list)
    for row, step in enumerate(shop.steps):
        if step.after >= 0:
            found[step.after].append(row)
    return found


def _held(
    shop: Shop,
    worth: Worth,
    stream: Stream,
    row_of: dict[str, int],
    before: dict[int, list[int]],
) -> dict[tuple[int, int], Floats]:
    """Value by country in one unit of what a step gives at a site: float64[countries].

    Rows of sites are their rows among the places too.
    """
    arriving: dict[tuple[int, int], list[tuple[float, int]]] = defaultdict(list)
    for move in stream.moves:
        if move.customer is None:
            arriving[move.step, move.end].append((move.units, move.start))
    found: dict[tuple[int, int], Floats] = {}
    for step, site in sorted(stream.made):
        value = np.zeros(len(row_of))
        for earlier in before.get(step, ()):
            came = arriving[earlier, site]
            total = sum(units for units, _ in came)
            for units, start in came:
                value += units / total * found[earlier, start]
        value[row_of[shop.sites[site].country]] += worth.added[step] + worth.material[step]
        found[step, site] = value
    return found
