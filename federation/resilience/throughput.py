"""The most of one product alone that a usual week gives, and what stands in the way of more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from federation.resilience.plan import Disturbed, Plan, Planner
from federation.resilience.shop import Demand

_NOTEWORTHY = 1e-6


@dataclass(frozen=True, slots=True)
class Limit:
    """Something that is used up, and how much of the whole it answers for.

    Parameters
    ----------
    kind
        ``machine`` (hours of a work centre), ``link`` (kg a week of one direction) or ``people``
        (hours of a pool).
    site
        Where; of a link the place it leaves.
    id
        Work centre, link or pool.
    share
        Of the throughput that it is worth, from 0 to 1; the shares of all limits add up to 1.
    """

    kind: Literal["machine", "link", "people"]
    site: str
    id: str
    share: float


@dataclass(frozen=True, slots=True)
class Throughput:
    """The most of a product that the cluster makes and delivers in a week, nothing else being made.

    Parameters
    ----------
    product
        Its id.
    wanted
        Units a week, by its orders.
    units
        The most; 0 when it cannot be made or reaches nobody.
    limits
        The minimum cut: all that would have to grow, the weightiest first.
    missing
        Why it cannot be made: the steps without a site, else that no way leads on.
    """

    product: str
    wanted: float
    units: float
    limits: tuple[Limit, ...]
    missing: str | None


def throughputs(planner: Planner, products: list[int]) -> tuple[Throughput, ...]:
    """The throughput of each of some products, by their rows."""
    state = planner.undisturbed()
    wanted = planner.shop.wanted()
    return tuple(_throughput(planner, state, row, float(wanted[row])) for row in products)


def _throughput(planner: Planner, state: Disturbed, product: int, wanted: float) -> Throughput:
    shop = planner.shop
    name = shop.products[product].id
    missing = _missing(planner, state, product)
    if missing is not None:
        return Throughput(name, wanted, 0.0, (), missing)
    plan = planner.best(state, [product], demand=_anywhere(planner, product))
    units = float(plan.units.sum())
    return Throughput(name, wanted, units, _limits(planner, plan, units), None)


def _anywhere(planner: Planner, product: int) -> tuple[Demand, ...]:
    """Any number of units for those who order it, else for all customers, else for all sites."""
    shop, endless = planner.shop, float("inf")
    own = [entry for entry in shop.demand if entry.product == product]
    if own:
        return tuple(Demand(product, one.customer, one.place, endless) for one in own)
    customers = shop.cluster.customers
    if customers:
        return tuple(Demand(product, one.id, one.at_site or one.id, endless) for one in customers)
    return tuple(Demand(product, site.id, site.id, endless) for site in shop.sites)


def _missing(planner: Planner, state: Disturbed, product: int) -> str | None:
    shop = planner.shop
    without = [shop.steps[row] for row in planner.steps_of(product) if not shop.steps[row].options]
    if without:
        steps = ", ".join(f"{step.part}/{step.operation} ({step.process})" for step in without)
        return f"no site qualifies for {steps}"
    reached = planner.reached(product, state)
    if not any(reached[planner.ground.place_row[e.place]] for e in _anywhere(planner, product)):
        return "no way leads from where it begins to who gets it"
    return None


def _limits(planner: Planner, plan: Plan, units: float) -> tuple[Limit, ...]:
    """What is worth anything: by duality its worth times its amount is the throughput."""
    shop, ground = planner.shop, planner.ground
    found: list[Limit] = []
    for centre in range(len(shop.centres)):
        share = float(plan.hour_worth[centre] * shop.hours[centre]) / units
        if share > _NOTEWORTHY:
            found.append(Limit("machine", *shop.centre_name(centre), share))
    for row, worth in plan.link_worth.items():
        share = worth * float(ground.capacity_kg[row]) / units
        if share > _NOTEWORTHY:
            found.append(Limit("link", ground.legs[row].start, ground.legs[row].link.id, share))
    for number, pool in enumerate(shop.pools):
        share = float(plan.pool_worth[number]) * pool.hours / units
        if share > _NOTEWORTHY:
            found.append(Limit("people", shop.sites[pool.site].id, pool.id, share))
    return tuple(sorted(found, key=lambda limit: -limit.share))
