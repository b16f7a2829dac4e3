"""Prices that follow a path of their own for some time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class PriceStep:
    """A price that holds for some time.

    Parameters
    ----------
    site
        Whose fuel it is; empty: it is the price of carbon, which the whole cluster pays.
    start, end
        When it holds.
    value
        Of carbon the price per tonne, of fuel the factor on the usual price.
    """

    site: str
    start: datetime
    end: datetime
    value: float


def carbon_price(steps: Iterable[PriceStep], moment: datetime, usual: float) -> float:
    """Price of carbon at a moment: the highest of those that hold, else the usual one."""
    found = [one.value for one in steps if not one.site and one.start <= moment < one.end]
    return max(found, default=usual)


def fuel_factors(steps: Iterable[PriceStep], moment: datetime) -> Mapping[str, float]:
    """By site the factor on the price of fuel at a moment: the product of those that hold."""
    factors: dict[str, float] = {}
    holding = [one for one in steps if one.site and one.start <= moment < one.end]
    for one in sorted(holding, key=lambda step: (step.site, step.value)):
        factors[one.site] = factors.get(one.site, 1.0) * one.value
    return factors
