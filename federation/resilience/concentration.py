"""How far the capability for each process is concentrated, and what hangs on a single site."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from federation.resilience.shop import Shop


@dataclass(frozen=True, slots=True)
class ProcessConcentration:
    """One process of the routings.

    Parameters
    ----------
    process
        Its id.
    hours
        Machine hours a week at speed factor 1 of all that may do some step of it.
    sites
        The sites that have them, the largest share first.
    shares
        Of each of these sites in the hours.
    hhi
        Herfindahl-Hirschman index: the sum of the squared shares. 1 for a single site, ``1 / n``
        for n equal ones.
    others
        Sites that have a machine for it and do not qualify for any step.
    """

    process: str
    hours: float
    sites: tuple[str, ...]
    shares: tuple[float, ...]
    hhi: float
    others: tuple[str, ...]

    @property
    def single(self) -> bool:
        """Whether one site alone can do it: a single point of failure."""
        return len(self.sites) == 1


@dataclass(frozen=True, slots=True)
class SingleStep:
    """A step that one site alone can and may do."""

    product: str
    part: str
    operation: str
    process: str
    site: str


def herfindahl(amounts: list[float]) -> float:
    """Sum of the squared shares; 0 where there is nothing."""
    total = sum(amounts)
    return sum((amount / total) ** 2 for amount in amounts) if total > 0.0 else 0.0


def process_concentration(shop: Shop) -> tuple[ProcessConcentration, ...]:
    """All processes of the routings, sorted."""
    centres: dict[str, set[int]] = {step.process: set() for step in shop.steps}
    for step in shop.steps:
        centres[step.process].update(option.centre for option in step.options)
    having: dict[str, set[int]] = defaultdict(set)
    for row, spec in enumerate(shop.sites):
        for machine in spec.machines:
            having[machine.process].add(row)
    found = []
    for process, rows in sorted(centres.items()):
        hours: dict[int, float] = defaultdict(float)
        for centre in sorted(rows):
            site, machine = shop.centres[centre]
            hours[site] += float(shop.hours[centre]) * machine.speed_factor
        total = sum(hours.values())
        order = sorted(hours, key=lambda site: (-hours[site], site))
        found.append(
            ProcessConcentration(
                process=process,
                hours=total,
                sites=tuple(shop.sites[site].id for site in order),
                shares=tuple(hours[site] / total if total > 0.0 else 0.0 for site in order),
                hhi=herfindahl(list(hours.values())),
                others=tuple(shop.sites[site].id for site in sorted(having[process] - set(hours))),
            )
        )
    return tuple(found)


def single_steps(shop: Shop) -> tuple[SingleStep, ...]:
    """Steps for which one site alone qualifies; a first article counts as may."""
    found = []
    for step in shop.steps:
        sites = {option.site for option in step.options}
        if len(sites) == 1:
            found.append(
                SingleStep(
                    shop.products[step.product].id,
                    step.part,
                    step.operation,
                    step.process,
                    shop.sites[sites.pop()].id,
                )
            )
    return tuple(found)


def entropy_bits(amounts: list[float]) -> float:
    """Shannon entropy of the shares, in bits: ``log2 n`` for n equal amounts, 0 for a single one.

    Shannon (1948), A mathematical theory of communication.
    """
    values = np.array([amount for amount in amounts if amount > 0.0])
    if len(values) == 0:
        return 0.0
    shares = values / values.sum()
    return abs(float((shares * np.log2(shares)).sum()))
