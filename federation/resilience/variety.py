"""How many different things a site can make, how evenly, and what changing over takes."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from federation.resilience.concentration import entropy_bits
from federation.resilience.flows import Flow
from federation.resilience.schemas import SCHEMAS
from federation.resilience.shop import Shop


@dataclass(frozen=True, slots=True)
class SiteVariety:
    """One site.

    Parameters
    ----------
    site
        Its id.
    processes
        That its machines have.
    products, parts
        Of which it can and may do some step.
    entropy_bits
        Shannon entropy over the products, each weighed with the standard hours that the demand
        needs of steps the site qualifies for; without orders with one hour of each step. Two bits
        for four products alike.
    planned_bits
        The same over the hours that the schedule gives the site; ``None`` without a schedule.
    specialisation
        1 less the planned entropy over that of all products alike: 1 when the site makes one
        product only, 0 when it makes all alike; ``None`` without a schedule or with one product.
    """

    site: str
    processes: int
    products: int
    parts: int
    entropy_bits: float
    planned_bits: float | None
    specialisation: float | None


def site_variety(shop: Shop, plan: Flow | None = None) -> tuple[SiteVariety, ...]:
    """Variety of each site, in the order of the cluster.

    Parameters
    ----------
    shop
        Steps, options and demand.
    plan
        The flow of the schedule.
    """
    wanted = shop.wanted()
    weight = wanted if wanted.sum() > 0.0 else np.ones(len(shop.products))
    hours: list[dict[int, float]] = [defaultdict(float) for _ in shop.sites]
    parts: list[set[tuple[int, str]]] = [set() for _ in shop.sites]
    for step in shop.steps:
        for site in {option.site for option in step.options}:
            standard_h = min(o.standard_h for o in step.options if o.site == site)
            alike = standard_h if wanted.sum() > 0.0 else 1.0
            hours[site][step.product] += float(weight[step.product]) * alike
            parts[site].add((step.product, step.part))
    planned = _planned_hours(shop, plan) if plan is not None else None
    most = float(np.log2(len(shop.products))) if len(shop.products) > 1 else 0.0
    found = []
    for row, spec in enumerate(shop.sites):
        bits = entropy_bits(list(planned[row].values())) if planned is not None else None
        works = planned is not None and bool(planned[row])
        found.append(
            SiteVariety(
                site=spec.id,
                processes=len({machine.process for machine in spec.machines}),
                products=len(hours[row]),
                parts=len(parts[row]),
                entropy_bits=entropy_bits(list(hours[row].values())),
                planned_bits=bits if works else None,
                specialisation=1.0 - bits / most if works and bits is not None and most else None,
            )
        )
    return tuple(found)


def _planned_hours(shop: Shop, plan: Flow) -> list[dict[int, float]]:
    """Standard hours a week by product at each site."""
    found: list[dict[int, float]] = [defaultdict(float) for _ in shop.sites]
    for stream in plan.streams:
        for (step, site), units in stream.made.items():
            options = shop.steps[step].options
            standard_h = next((o.standard_h for o in options if o.site == site), 0.0)
            found[site][stream.product] += units * standard_h
    return found


def changeovers(shop: Shop) -> pa.Table:
    """The changeover matrix of every work centre that is set up.

    Families are those of the steps that the work centre qualifies for; before the first one
    nothing is known to be set up, and the default holds.
    """
    families: dict[int, set[str]] = defaultdict(set)
    operations = {
        (row, part.id, number): operation
        for row, product in enumerate(shop.products)
        for part in product.parts
        for number, operation in enumerate(part.operations)
    }
    for step in shop.steps:
        family = operations[step.product, step.part, step.number].setup_family
        if family is not None:
            for option in step.options:
                families[option.centre].add(family)
    rows = []
    for centre in sorted(families):
        site, machine = shop.centres[centre]
        setups = machine.setups
        if setups is None:
            continue
        named = {(entry.before, entry.after): entry.time_min for entry in setups.changeovers}
        for before in sorted(families[centre]):
            for after in sorted(families[centre]):
                same = setups.same_family_min if before == after else setups.default_min
                rows.append(
                    {
                        "site": shop.sites[site].id,
                        "work_centre": machine.id,
                        "before": before,
                        "after": after,
                        "time_min": named.get((before, after), same),
                    }
                )
    return pa.Table.from_pylist(rows, schema=SCHEMAS["changeovers"])
